import { MAX_DATE, MIN_DATE } from '../../../compiler/types/dates.ts';
import { isInteger, type Type } from '../../../compiler/types/type.ts';
import { type Expr, i32, i64, op, select } from '../../wasm/ir.ts';
import type { KernelError, KernelScope } from '../context.ts';
import { add128, subtract128 } from '../library/int128.ts';
import { asI64, asI128, I32_RANGE, I64_RANGE, part, rangeOf, typeRange, type Val, within } from '../value.ts';
import { anyArithmetic } from './any.ts';
import {
  addBounds,
  type Bounds,
  checkBounds,
  divisionByZero,
  I128_RANGE,
  intersect,
  magnitude,
  outOfRange,
  subtractBounds,
} from './bounds.ts';
import { dateSum, negateInterval } from './date-arithmetic.ts';
import {
  type Built,
  divideDecimals,
  isExact,
  moduloDecimals,
  multiplyExact,
  powerOfTen,
  scaledBounds,
  scaleOf,
  scaleUp,
} from './decimals.ts';
import { floatArithmetic, isFloatLane } from './floats.ts';
import { type FunctionCall, type FunctionKernel, strict, unlessNull } from './kernel.ts';
import { servedOrHosted } from './partial.ts';

export { checkBounds, outOfRange } from './bounds.ts';

/** A wrapped sum of numbers up to these bounds is never taken for one that fits 38 digits. */
const UNAMBIGUOUS: Bounds = [-(2n ** 128n) + 10n ** 38n, 2n ** 128n - 10n ** 38n];

/**
 * Addition and subtraction of integers and of decimals of one scale, by the narrowest means that the operands' bounds
 * allow: most sums over real columns are proven not to overflow and need no check.
 */
export function addOrSubtract(
  kernel: KernelScope,
  kind: 'add' | 'sub',
  a: Val,
  b: Val,
  type: Type,
  null_: Expr | undefined,
  error: KernelError,
  allowed: Bounds = typeRange(type) ?? I64_RANGE,
): Built {
  const { k } = kernel;
  const exact = kind === 'add' ? addBounds(rangeOf(a), rangeOf(b)) : subtractBounds(rangeOf(a), rangeOf(b));
  const range = intersect(exact, allowed);
  const result32 =
    type.kind !== 'decimal' && type.kind !== 'int64' && type.kind !== 'timestamp' && type.kind !== 'time';
  if (a.lane === 'i32' && b.lane === 'i32' && result32 && within(exact, I32_RANGE)) {
    const sum: Built = { lane: 'i32', parts: [k.keep(op(`i32.${kind}`, part(a), part(b)))], range: exact };
    checkBounds(kernel, { ...sum, type }, allowed, null_, error);
    return { ...sum, range };
  }
  if (a.lane !== 'i128' && b.lane !== 'i128' && within(exact, I64_RANGE)) {
    const wide: Val = { type, lane: 'i64', parts: [k.keep(op(`i64.${kind}`, asI64(a), asI64(b)))], range: exact };
    checkBounds(kernel, wide, allowed, null_, error);
    return result32
      ? { lane: 'i32', parts: [k.keep(op('i32.wrap_i64', part(wide)))], range }
      : { lane: 'i64', parts: wide.parts, range };
  }
  if (type.kind === 'int64' || type.kind === 'timestamp' || type.kind === 'time') {
    const x = k.keep(asI64(a));
    const y = k.keep(asI64(b));
    const sum = k.keep(op(`i64.${kind}`, x, y));
    // The sign of the result is wrong exactly when both operands agree (add) or differ (sub) in sign and the result does not follow.
    const overflow =
      kind === 'add'
        ? op('i64.and', op('i64.xor', x, sum), op('i64.xor', y, sum))
        : op('i64.and', op('i64.xor', x, y), op('i64.xor', x, sum));
    kernel.failIf(unlessNull(op('i64.lt_s', overflow, i64(0)), null_), error);
    const whole: Built = { lane: 'i64', parts: [sum], range: intersect(exact, I64_RANGE) };
    checkBounds(kernel, { ...whole, type }, allowed, null_, error);
    return { ...whole, range };
  }
  const sum = (kind === 'add' ? add128 : subtract128)(k, asI128(k, a), asI128(k, b));
  // A sum that may wrap can have come out anywhere.
  const wide: Built = { lane: 'i128', parts: sum, range: within(exact, I128_RANGE) ? exact : I128_RANGE };
  checkBounds(kernel, { ...wide, type }, allowed, null_, error);
  return { ...wide, range };
}

function exactSum(call: FunctionCall, kind: 'add' | 'sub', a: Val, b: Val, null_: Expr | undefined): Val {
  const { type, range, compiler } = call;
  const { kernel } = compiler;
  const error = outOfRange(type, range);
  const scale = scaleOf(type);
  const digits = [scale - scaleOf(a.type), scale - scaleOf(b.type)] as const;
  const add = (x: Val, y: Val): Val => ({
    ...addOrSubtract(kernel, kind, scaleUp(kernel, x, digits[0]), scaleUp(kernel, y, digits[1]), type, null_, error),
    type,
    null_,
  });
  const total = magnitude(scaledBounds(a, digits[0])) + magnitude(scaledBounds(b, digits[1]));
  const fits = (v: Val, by: number): boolean => within(scaledBounds(v, by), I128_RANGE);
  if (fits(a, digits[0]) && fits(b, digits[1]) && total <= UNAMBIGUOUS[1]) return add(a, b);
  // One operand is scaled so far that its type's digits do not suffice: rows whose numbers are that large are the host's.
  const wide = digits[0] > 0 ? a : b;
  const limit = (10n ** 38n - 1n) / powerOfTen(Math.max(...digits));
  const clamp = (v: Val): Val => (v === wide ? { ...v, range: intersect(rangeOf(v), [-limit, limit]) } : v);
  const served = kernel.k.keep(within128(kernel, wide, limit));
  return servedOrHosted(call, served, null_, 'i128', () => add(clamp(a), clamp(b)));
}

/** Whether the magnitude is at most `limit`. */
function within128(kernel: KernelScope, v: Val, limit: bigint): Expr {
  const [low, high] = asI128(kernel.k, v);
  // Shifted by the limit, the range begins at 0, and one unsigned comparison does.
  const shifted = add128(kernel.k, [low, high], [i64(BigInt.asIntN(64, limit)), i64(limit >> 64n)]);
  const span = 2n * limit;
  const atMost = op(
    'i32.and',
    op('i64.eq', shifted[1], i64(span >> 64n)),
    op('i64.le_u', shifted[0], i64(BigInt.asIntN(64, span))),
  );
  return op('i32.or', op('i64.lt_u', shifted[1], i64(span >> 64n)), atMost);
}

function sum(kind: 'add' | 'sub'): FunctionKernel {
  return strict((call, [a, b], null_) => {
    if (a === undefined || b === undefined) return undefined;
    if (a.lane === 'any' && b.lane === 'any') return anyArithmetic(call, kind, a, b, null_);
    const { type, range, compiler } = call;
    if (isFloatLane(a) && isFloatLane(b)) return floatArithmetic(call, kind, a, b, null_);
    if (type.kind === 'date') {
      const error: KernelError = { code: 'datetime_field_overflow', message: 'date out of range', range };
      const dates: Bounds = [BigInt(MIN_DATE), BigInt(MAX_DATE)];
      return addOrSubtract(compiler.kernel, kind, a, b, type, null_, error, dates);
    }
    if (type.kind === 'int32' && a.type.kind === 'date')
      return addOrSubtract(compiler.kernel, kind, a, b, type, null_, outOfRange(type, range));
    if (!isExact(type) || !isExact(a.type) || !isExact(b.type)) return dateSum(call, kind, a, b, null_);
    return exactSum(call, kind, a, b, null_);
  });
}

const multiply = strict((call, [a, b], null_) => {
  if (a === undefined || b === undefined) return undefined;
  if (a.lane === 'any' && b.lane === 'any') return anyArithmetic(call, 'mul', a, b, null_);
  const { type, range, compiler } = call;
  if (isFloatLane(a) && isFloatLane(b)) return floatArithmetic(call, 'mul', a, b, null_);
  if (!isExact(type) || !isExact(a.type) || !isExact(b.type)) return undefined;
  if (scaleOf(type) !== scaleOf(a.type) + scaleOf(b.type)) return undefined;
  return multiplyExact(compiler.kernel, a, b, type, null_, outOfRange(type, range));
});

/** Truncating division and remainder of integers; a divisor of NULL rows is replaced by 1, since the instruction traps. */
function integerDivision(call: FunctionCall, kind: 'div_s' | 'rem_s', a: Val, b: Val, null_: Expr | undefined): Built {
  const { type, range, compiler } = call;
  const { kernel } = compiler;
  const { k } = kernel;
  const x = k.keep(asI64(a));
  const divisor = k.keep(asI64(b));
  kernel.failIf(unlessNull(op('i64.eqz', divisor), null_), divisionByZero(range));
  const safe = null_ === undefined ? divisor : k.keep(select(op('i64.eqz', divisor), i64(1), divisor));
  if (kind === 'rem_s') return narrowResult(kernel, op('i64.rem_s', x, safe), type);
  // Only the least integer divided by -1 leaves its type; of 64 bits it traps, whatever else is in NULL rows.
  const least = typeRange(type)?.[0] ?? I64_RANGE[0];
  const overflow = k.keep(op('i32.and', op('i64.eq', x, i64(least)), op('i64.eq', safe, i64(-1))));
  if (rangeOf(a)[0] <= least && rangeOf(b)[0] <= -1n && rangeOf(b)[1] >= -1n) {
    kernel.failIf(unlessNull(overflow, null_), outOfRange(type, range));
  }
  return narrowResult(kernel, op('i64.div_s', x, null_ === undefined ? safe : select(overflow, i64(1), safe)), type);
}

function narrowResult({ k }: KernelScope, value: Expr, type: Type): Built {
  return type.kind === 'int64'
    ? { lane: 'i64', parts: [k.keep(value)] }
    : { lane: 'i32', parts: [k.keep(op('i32.wrap_i64', value))] };
}

const divide = strict((call, [a, b], null_) => {
  if (a === undefined || b === undefined) return undefined;
  if (isFloatLane(a) && isFloatLane(b)) return floatArithmetic(call, 'div', a, b, null_);
  if (isInteger(call.type)) return integerDivision(call, 'div_s', a, b, null_);
  return a.type.kind === 'decimal' && b.type.kind === 'decimal' ? divideDecimals(call, a, b, null_) : undefined;
});

const modulo = strict((call, [a, b], null_) => {
  if (a === undefined || b === undefined) return undefined;
  if (isInteger(call.type)) return integerDivision(call, 'rem_s', a, b, null_);
  return a.type.kind === 'decimal' && b.type.kind === 'decimal' ? moduloDecimals(call, a, b, null_) : undefined;
});

const negate = strict(({ compiler: { kernel }, type, range }, [a], null_) => {
  if (a === undefined) return undefined;
  if (a.lane === 'interval') {
    const { parts } = negateInterval(kernel, a, null_, range);
    return { lane: 'interval', parts };
  }
  if (a.lane === 'f64') return { lane: 'f64', parts: [op('f64.neg', part(a))] };
  if (a.lane === 'f32') return { lane: 'f32', parts: [op('f32.neg', part(a))] };
  if (!isExact(type) || !isExact(a.type)) return undefined;
  const zero: Val = {
    type: a.type,
    lane: a.lane === 'i32' ? 'i32' : 'i64',
    parts: [a.lane === 'i32' ? i32(0) : i64(0)],
    range: [0n, 0n],
  };
  return addOrSubtract(kernel, 'sub', zero, a, type, null_, outOfRange(type, range));
});

export const ARITHMETIC_KERNELS: readonly (readonly [string, FunctionKernel])[] = [
  ['add', sum('add')],
  ['subtract', sum('sub')],
  ['multiply', multiply],
  ['divide', divide],
  ['modulo', modulo],
  ['negate', negate],
];
