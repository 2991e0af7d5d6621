import { FLOAT64, INT64 } from '../../../compiler/types/type.ts';
import { ANY_TAG } from '../../columns/any-tag.ts';
import { call, type Expr, type FunctionBuilder, i32, i64, op, select } from '../../wasm/ir.ts';
import { anyNumber, isAnyNumber } from '../library/any.ts';
import { multiplyHigh } from '../library/int128.ts';
import { or, part, type Val } from '../value.ts';
import { outOfRange } from './bounds.ts';
import { multiplyExact } from './decimals.ts';
import { type FunctionCall, unlessNull } from './kernel.ts';
import { anyOrder } from './nested-order.ts';
import { servedOrHosted } from './partial.ts';
import { addOrSubtract } from './sums.ts';

/**
 * A dynamic value whose tag is known when code is generated (specialized scans, constants, casts) as the value of its
 * own type; undefined for others.
 */
export function knownScalar(v: Val): Val | undefined {
  const tag = part(v);
  if (v.lane !== 'any' || tag.kind !== 'const') return undefined;
  switch (tag.value) {
    case ANY_TAG.bool:
    case ANY_TAG.int64:
      return { type: INT64, lane: 'i64', parts: [part(v, 1)], null_: v.null_, range: v.range };
    case ANY_TAG.float64:
      return { type: FLOAT64, lane: 'f64', parts: [op('f64.reinterpret_i64', part(v, 1))], null_: v.null_ };
    default:
      return undefined;
  }
}

/** Both as values of one own type, where both have it. */
export function knownPair(a: Val, b: Val): readonly [Val, Val] | undefined {
  const [x, y] = [knownScalar(a), knownScalar(b)];
  return x === undefined || y === undefined || !sameTag(a, b) ? undefined : [x, y];
}

function sameTag(a: Val, b: Val): boolean {
  const [x, y] = [part(a), part(b)];
  return x.kind === 'const' && y.kind === 'const' && x.value === y.value;
}

/** The order of two dynamic values as -1, 0 or 1. */
export function compareAnyVals(k: FunctionBuilder, a: Val, b: Val): Expr {
  const order = k.local('i32', i32(0));
  const compare = (): void => k.set(order, call(anyOrder, part(a), part(a, 1), part(b), part(b, 1)));
  const null_ = or(a.null_, b.null_);
  // The payloads of NULLs are no addresses.
  if (null_ === undefined) compare();
  else k.if(op('i32.eqz', null_), compare);
  return order;
}

/** Integers while both are and the result fits, floats if either is; JSON's null makes it NULL. */
export function anyArithmetic(
  call_: FunctionCall,
  kind: 'add' | 'sub' | 'mul',
  a: Val,
  b: Val,
  null_: Expr | undefined,
): Val {
  const { kernel } = call_.compiler;
  const { k } = kernel;
  const [aTag, x, bTag, y] = [part(a), part(a, 1), part(b), part(b, 1)];
  const jsonNull = op('i32.or', op('i32.eqz', aTag), op('i32.eqz', bTag));
  const anyNull = k.keep(or(null_, jsonNull) ?? jsonNull);
  const integers = k.keep(
    op('i32.and', op('i32.eq', aTag, i32(ANY_TAG.int64)), op('i32.eq', bTag, i32(ANY_TAG.int64))),
  );
  const known = knownPair(a, b);
  if (known !== undefined && aTag.kind === 'const' && aTag.value === ANY_TAG.int64) {
    const error = outOfRange(INT64, call_.range);
    const sum =
      kind === 'mul'
        ? multiplyExact(kernel, known[0], known[1], INT64, null_, error)
        : addOrSubtract(kernel, kind, known[0], known[1], INT64, null_, error);
    if (sum !== undefined) {
      return {
        type: call_.type,
        lane: 'any',
        parts: [aTag, k.keep(part({ ...sum, type: INT64 }))],
        null_,
        range: sum.range,
      };
    }
  }
  const whole = k.keep(op(`i64.${kind}`, x, y));
  const numbers = op('i32.and', isAnyNumber(aTag), isAnyNumber(bTag));
  // The host also says what is wrong with a sum that overflows.
  const served = unlessNull(numbers, op('i32.and', integers, overflows()));
  return servedOrHosted(call_, k.keep(op('i32.or', jsonNull, served)), null_, 'any', () => {
    const float = op(`f64.${kind}`, anyNumber(aTag, x), anyNumber(bTag, y));
    const tag = k.keep(select(integers, i32(ANY_TAG.int64), i32(ANY_TAG.float64)));
    const payload = k.keep(select(integers, whole, op('i64.reinterpret_f64', float)));
    return { type: call_.type, lane: 'any', parts: [tag, payload], null_: anyNull };
  });

  function overflows(): Expr {
    switch (kind) {
      case 'add':
        return op('i64.lt_s', op('i64.and', op('i64.xor', x, whole), op('i64.xor', y, whole)), i64(0));
      case 'sub':
        return op('i64.lt_s', op('i64.and', op('i64.xor', x, y), op('i64.xor', x, whole)), i64(0));
      case 'mul':
        return op('i64.ne', call(multiplyHigh, x, y), op('i64.shr_s', whole, i64(63)));
    }
  }
}
