import { call, type Expr, type FunctionBuilder, i32, i64, op, select } from '../../wasm/ir.ts';
import { ANY_TAG } from '../../columns/any-tag.ts';
import { anyNumber, isAnyNumber } from '../library/any.ts';
import { multiplyHigh } from '../library/int128.ts';
import { or, part, type Val } from '../value.ts';
import { type FunctionCall, unlessNull } from './kernel.ts';
import { anyOrder } from './nested-order.ts';
import { servedOrHosted } from './partial.ts';

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
  const { k } = call_.compiler.kernel;
  const [aTag, x, bTag, y] = [part(a), part(a, 1), part(b), part(b, 1)];
  const jsonNull = op('i32.or', op('i32.eqz', aTag), op('i32.eqz', bTag));
  const anyNull = k.keep(or(null_, jsonNull) ?? jsonNull);
  const integers = k.keep(
    op('i32.and', op('i32.eq', aTag, i32(ANY_TAG.int64)), op('i32.eq', bTag, i32(ANY_TAG.int64))),
  );
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
