import { MAX_DATE, MIN_DATE } from '../../../compiler/types/dates.ts';
import { isInteger, type Type } from '../../../compiler/types/type.ts';
import { type Expr, i32, i64, op, select } from '../../wasm/ir.ts';
import type { KernelError, KernelScope } from '../context.ts';
import { add128 } from '../library/int128.ts';
import { asI64, asI128, I64_RANGE, part, rangeOf, typeRange, type Val, within } from '../value.ts';
import { anyArithmetic } from './any.ts';
import { type Bounds, divisionByZero, I128_RANGE, intersect, magnitude, outOfRange } from './bounds.ts';
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
import { addOrSubtract } from './sums.ts';

/** A wrapped sum of numbers up to these bounds is never taken for one that fits 38 digits. */
const UNAMBIGUOUS: Bounds = [-(2n ** 128n) + 10n ** 38n, 2n ** 128n - 10n ** 38n];

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
