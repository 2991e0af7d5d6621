import { isFloat } from '../../../compiler/types/type.ts';
import type { Value } from '../../../compiler/types/value.ts';
import { type Expr, i32, op } from '../../wasm/ir.ts';
import { canonicalFloat } from '../library/hash.ts';
import { asI64, I64_RANGE, or, part, rangeOf, type Val, within } from '../value.ts';
import { compareVals } from './comparison.ts';
import { scratch } from './decimals.ts';
import { asF64 } from './floats.ts';
import { integerMember } from './in-integers.ts';
import { MANY_TEXTS, textMember } from './in-texts.ts';
import type { FunctionCall, FunctionKernel } from './kernel.ts';

/** More comparisons than this cost more than a search. */
const MANY_FLOATS = 16;
const MANY_INTEGERS = 4;

/** Whether a value is one of the constants, of which none is NULL; undefined: the host's. */
function member(call: FunctionCall, v: Val, values: readonly Value[]): Expr | undefined {
  const { kernel } = call.compiler;
  if (v.lane === 'i32' || v.lane === 'i64' || v.lane === 'i128') {
    const bounds = rangeOf(v);
    const raw = values.map(rawInteger).filter((x) => x >= bounds[0] && x <= bounds[1]);
    const fit64 = raw.every((x) => within([x, x], I64_RANGE));
    if (raw.length <= MANY_INTEGERS)
      return comparisons(
        call,
        v,
        raw.map((x) => hostForm(x, v)),
      );
    if (!fit64) return undefined;
    if (v.lane !== 'i128') return integerMember(kernel, asI64(v), raw);
    // A wide value can only be found if it is a narrow one.
    const isNarrow = op('i64.eq', part(v, 1), op('i64.shr_s', part(v), { kind: 'const', type: 'i64', value: 63n }));
    return op('i32.and', isNarrow, integerMember(kernel, part(v), raw));
  }
  if (isFloat(v.type) && values.length > MANY_FLOATS) {
    return integerMember(kernel, canonicalFloat(kernel.k.keep(asF64(v))), values.map(canonicalBits));
  }
  if (v.type.kind === 'utf8' || v.type.kind === 'binary') {
    return values.length > MANY_TEXTS ? textMember(kernel, v, values) : shortTexts(call, v, values);
  }
  if (values.length > MANY_FLOATS || v.lane === 'any' || v.type.kind === 'list') return undefined;
  return comparisons(call, v, values);
}

function comparisons({ compiler }: FunctionCall, v: Val, values: readonly Value[]): Expr | undefined {
  const { kernel } = compiler;
  const { k } = kernel;
  let found: Expr | undefined;
  for (const value of values) {
    const equal = compareVals(k, () => scratch(kernel, 32), 'eq', v, compiler.constant(v.type, value));
    if (equal === undefined) return undefined;
    found = found === undefined ? equal : op('i32.or', found, equal);
  }
  return found ?? i32(0);
}

/** Most texts in lists are short, and then two comparisons of words decide without a branch. */
function shortTexts(call: FunctionCall, v: Val, values: readonly Value[]): Expr | undefined {
  const { compiler } = call;
  const isShort = (value: Value): boolean =>
    typeof value === 'string' ? utf8Length(value) <= 12 : value instanceof Uint8Array && value.length <= 12;
  const short = values.filter(isShort).map((value) => {
    const constant = compiler.constant(v.type, value);
    return op('i32.and', op('i64.eq', part(v), part(constant)), op('i64.eq', part(v, 1), part(constant, 1)));
  });
  const long = comparisons(
    call,
    v,
    values.filter((value) => !isShort(value)),
  );
  return long === undefined ? undefined : short.reduce((a, b) => op('i32.or', a, b), long);
}

function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length;
}

function rawInteger(value: Value): bigint {
  return typeof value === 'bigint' ? value : BigInt(Number(value));
}

/** The integer as the host holds values of the type. */
function hostForm(raw: bigint, { type }: Val): Value {
  switch (type.kind) {
    case 'bool':
      return raw !== 0n;
    case 'int8':
    case 'int16':
    case 'int32':
    case 'date':
      return Number(raw);
    default:
      return raw;
  }
}

/** As library/hash.ts has it: one zero, one NaN. */
function canonicalBits(value: Value): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, Number(value) + 0);
  return Number.isNaN(value) ? 0x7ff8000000000000n : view.getBigInt64(0);
}

const inList: FunctionKernel = (call) => {
  const { compiler, scope, args, type, values = [] } = call;
  const [arg] = args;
  if (arg === undefined) return undefined;
  // Nothing is in an empty list, NULL neither.
  if (values.length === 0) return { type, lane: 'i32', parts: [i32(0)], range: [0n, 0n] };
  const v = compiler.value(arg, scope);
  const found = member(
    call,
    v,
    values.filter((value) => value !== null),
  );
  if (found === undefined) return undefined;
  const kept = compiler.kernel.k.keep(found);
  return {
    type,
    lane: 'i32',
    parts: [kept],
    null_: or(v.null_, values.includes(null) ? op('i32.eqz', kept) : undefined),
  };
};

export const IN_KERNELS: readonly (readonly [string, FunctionKernel])[] = [['in', inList]];
