import { internalError } from '../../../compiler/types/error.ts';
import { type DecimalType, decimal, isInteger, type Type } from '../../../compiler/types/type.ts';
import { call, type Expr, i32, i64, op } from '../../wasm/ir.ts';
import type { KernelError, KernelScope } from '../context.ts';
import { divide128, divideScaled, ROUNDING, type Rounding, STEP_DIGITS } from '../library/divide128.ts';
import { isZero128, loadWords, multiply128, multiplyHigh, negateBy, signOf } from '../library/int128.ts';
import { asI64, asI128, I64_RANGE, part, rangeOf, typeRange, type Val, within } from '../value.ts';
import {
  type Bounds,
  checkBounds,
  divisionByZero,
  I128_RANGE,
  intersect,
  laneFor,
  magnitude,
  multiplyBounds,
  outOfRange,
} from './bounds.ts';
import { type FunctionCall, unlessNull } from './kernel.ts';
import { servedOrHosted } from './partial.ts';

export type Built = Omit<Val, 'type' | 'null_'>;

/** The type that says nothing but "some exact number". */
const WIDEST: Type = decimal(38, 0);

export function scaleOf(type: Type): number {
  return type.kind === 'decimal' ? type.scale : 0;
}

export function isExact(type: Type): boolean {
  return isInteger(type) || type.kind === 'decimal';
}

export const powerOfTen = (digits: number): bigint => 10n ** BigInt(digits);

export function scaledBounds(v: Val, digits: number): Bounds {
  const factor = powerOfTen(digits);
  const [low, high] = rangeOf(v);
  return [low * factor, high * factor];
}

/** A block of `bytes` in the context, for what a function gives back through memory. */
export function scratch({ k, ctx, layout }: KernelScope, bytes: number): Expr {
  return k.keep(op('i32.add', ctx, i32(layout.reserve(bytes))));
}

/** An integer that is known to fit 64 bits. */
function lowWord(v: Val): Expr {
  return v.lane === 'i128' ? part(v) : asI64(v);
}

/** The unscaled value with `digits` more decimals; the exact bounds must fit 128 bits. */
export function scaleUp(kernel: KernelScope, v: Val, digits: number): Val {
  if (digits === 0) return v;
  const { k } = kernel;
  const range = scaledBounds(v, digits);
  if (!within(range, I128_RANGE)) throw internalError('a decimal was scaled beyond 128 bits');
  const factor = powerOfTen(digits);
  const type = WIDEST;
  if (within(range, I64_RANGE)) {
    return { type, lane: 'i64', parts: [k.keep(op('i64.mul', lowWord(v), i64(factor)))], null_: v.null_, range };
  }
  if (v.lane !== 'i128' && factor <= I64_RANGE[1]) {
    const low = k.keep(asI64(v));
    const parts = [k.keep(op('i64.mul', low, i64(factor))), k.keep(call(multiplyHigh, low, i64(factor)))];
    return { type, lane: 'i128', parts, null_: v.null_, range };
  }
  const out = scratch(kernel, 16);
  const wide = asI128(k, v);
  k.effect(call(multiply128, ...wide, i64(BigInt.asIntN(64, factor)), i64(factor >> 64n), out));
  return { type, lane: 'i128', parts: loadWords(k, out), null_: v.null_, range };
}

/** The product of two exact numbers of any lane, of a type whose scale is the sum of theirs. */
export function multiplyExact(
  kernel: KernelScope,
  a: Val,
  b: Val,
  type: Type,
  null_: Expr | undefined,
  error: KernelError,
): Built {
  const { k } = kernel;
  const exact = multiplyBounds(rangeOf(a), rangeOf(b));
  const allowed = typeRange(type) ?? I64_RANGE;
  const range = intersect(exact, allowed);
  const result32 = isInteger(type) && type.kind !== 'int64';
  if (a.lane !== 'i128' && b.lane !== 'i128' && within(exact, I64_RANGE)) {
    const wide: Val = { type, lane: 'i64', parts: [k.keep(op('i64.mul', asI64(a), asI64(b)))], range: exact };
    checkBounds(kernel, wide, allowed, null_, error);
    return result32
      ? { lane: 'i32', parts: [k.keep(op('i32.wrap_i64', part(wide)))], range }
      : { lane: 'i64', parts: wide.parts, range };
  }
  if (a.lane === 'i128' || b.lane === 'i128') {
    const out = scratch(kernel, 16);
    const tooWide = k.keep(call(multiply128, ...asI128(k, a), ...asI128(k, b), out));
    if (!within(exact, I128_RANGE)) kernel.failIf(unlessNull(tooWide, null_), error);
    const wide: Built = { lane: 'i128', parts: loadWords(k, out), range: intersect(exact, I128_RANGE) };
    checkBounds(kernel, { ...wide, type }, allowed, null_, error);
    return { ...wide, range };
  }
  const x = k.keep(asI64(a));
  const y = k.keep(asI64(b));
  const low = k.keep(op('i64.mul', x, y));
  const high = k.keep(call(multiplyHigh, x, y));
  if (type.kind === 'decimal') {
    const wide: Built = { lane: 'i128', parts: [low, high], range: exact };
    checkBounds(kernel, { ...wide, type }, allowed, null_, error);
    return { ...wide, range };
  }
  kernel.failIf(unlessNull(op('i64.ne', high, op('i64.shr_s', low, i64(63))), null_), error);
  return { lane: 'i64', parts: [low], range };
}

/** `n / 10^digits`, rounded to a whole number. */
export function scaleDown(kernel: KernelScope, v: Val, digits: number, rounding: Rounding): Val {
  if (digits === 0) return v;
  const { k } = kernel;
  const factor = powerOfTen(digits);
  const [low, high] = rangeOf(v);
  // Rounding moves a quotient by less than one, and never over a whole number.
  const range: Bounds = [low / factor - 1n, high / factor + 1n];
  const type = WIDEST;
  if (v.lane !== 'i128' && factor <= I64_RANGE[1]) {
    const n = k.keep(asI64(v));
    const quotient = k.keep(op('i64.div_s', n, i64(factor)));
    const rest = k.keep(op('i64.sub', n, op('i64.mul', quotient, i64(factor))));
    const flag = (condition: Expr): Expr => op('i64.extend_i32_u', condition);
    const half = i64(factor / 2n);
    const rounded = {
      truncate: () => quotient,
      nearest: () =>
        op(
          'i64.sub',
          op('i64.add', quotient, flag(op('i64.ge_s', rest, half))),
          flag(op('i64.le_s', rest, i64(-factor / 2n))),
        ),
      floor: () => op('i64.sub', quotient, flag(op('i64.lt_s', rest, i64(0)))),
      ceiling: () => op('i64.add', quotient, flag(op('i64.gt_s', rest, i64(0)))),
    }[rounding]();
    return { type, lane: 'i64', parts: [k.keep(rounded)], null_: v.null_, range };
  }
  const out = scratch(kernel, 32);
  const divisor: readonly [Expr, Expr] = [i64(BigInt.asIntN(64, factor)), i64(factor >> 64n)];
  k.call(divide128, ...asI128(k, v), ...divisor, i32(ROUNDING[rounding]), out);
  const parts = loadWords(k, out);
  return within(range, I64_RANGE)
    ? { type, lane: 'i64', parts: [parts[0]], null_: v.null_, range }
    : { type, lane: 'i128', parts, null_: v.null_, range };
}

/** Of a value with the right unscaled integer: checked against the type's digits, in a lane that the type allows. */
export function asDecimal(
  kernel: KernelScope,
  v: Val,
  type: DecimalType,
  null_: Expr | undefined,
  error: KernelError,
): Built {
  const allowed = typeRange(type) ?? I128_RANGE;
  checkBounds(kernel, v, allowed, null_, error);
  const range = intersect(rangeOf(v), allowed);
  const narrow = laneFor(range) === 'i64';
  return narrow
    ? { lane: 'i64', parts: [kernel.k.keep(lowWord(v))], range }
    : { lane: 'i128', parts: asI128(kernel.k, v), range };
}

function isZeroVal(v: Val): Expr {
  return v.lane === 'i128' ? isZero128([part(v), part(v, 1)]) : op('i64.eqz', asI64(v));
}

/** A divisor that divides: 1 instead of a 0, which only NULL rows still have. */
function nonZero(kernel: KernelScope, v: Val, call: FunctionCall, null_: Expr | undefined): Val {
  const [low, high] = rangeOf(v);
  if (null_ === undefined && (low > 0n || high < 0n)) return v;
  const { k } = kernel;
  const zero = k.keep(isZeroVal(v));
  kernel.failIf(unlessNull(zero, null_), divisionByZero(call.range));
  if (null_ === undefined) return v;
  return v.lane === 'i128'
    ? { ...v, parts: [k.keep(op('i64.or', part(v), op('i64.extend_i32_u', zero))), part(v, 1)] }
    : { ...v, lane: 'i64', parts: [k.keep(op('i64.or', asI64(v), op('i64.extend_i32_u', zero)))] };
}

/** The magnitude must fit one word for the kernel; larger divisors are the host's. */
const WORD: Bounds = [-(2n ** 64n) + 1n, 2n ** 64n - 1n];

/** The quotient of two decimals, rounded to the scale of the result type. */
export function divideDecimals(call_: FunctionCall, a: Val, b: Val, null_: Expr | undefined): Val | undefined {
  const { compiler, type } = call_;
  const { kernel } = compiler;
  const { k } = kernel;
  if (type.kind !== 'decimal') return undefined;
  const digits = type.scale + scaleOf(b.type) - scaleOf(a.type);
  if (digits < 0) return undefined;
  const divisor = nonZero(kernel, b, call_, null_);
  const error = outOfRange(type, call_.range);
  const divide = (): Val => {
    const wide = asI128(k, divisor);
    const sign = signOf(k, wide);
    const [word] = negateBy(k, wide, sign);
    // NULL rows may hold any divisor, and its low word may be 0.
    const size = null_ === undefined ? word : op('i64.or', word, op('i64.extend_i32_u', op('i64.eqz', word)));
    const out = scratch(kernel, 32);
    const steps = Math.floor(digits / STEP_DIGITS);
    const first = i64(powerOfTen(digits - steps * STEP_DIGITS));
    const tooLong = call(divideScaled, ...asI128(k, a), size, sign, first, i32(steps), out);
    kernel.failIf(unlessNull(tooLong, null_), error);
    // The dividend grows by `digits` and shrinks by the divisor, which is 1 at least.
    const limit = magnitude(rangeOf(a)) * powerOfTen(digits) + 1n;
    const range = intersect([-limit, limit], [-(10n ** 38n), 10n ** 38n]);
    const quotient: Val = { type, lane: 'i128', parts: loadWords(k, out), range };
    return { ...asDecimal(kernel, quotient, type, null_, error), type, null_ };
  };
  if (within(rangeOf(divisor), WORD)) return divide();
  const [low, high] = asI128(k, divisor);
  // One word: the high one is 0, or -1 over a low word that is not 0.
  const served = op(
    'i32.or',
    op('i64.eqz', high),
    op('i32.and', op('i64.eq', high, i64(-1)), op('i64.ne', low, i64(0))),
  );
  return servedOrHosted(call_, k.keep(served), null_, 'i128', divide);
}

/** The remainder of truncating division, which has the dividend's sign. */
export function moduloDecimals(call_: FunctionCall, a: Val, b: Val, null_: Expr | undefined): Built | undefined {
  const { compiler, type } = call_;
  const { kernel } = compiler;
  const { k } = kernel;
  if (type.kind !== 'decimal') return undefined;
  const aDigits = type.scale - scaleOf(a.type);
  const bDigits = type.scale - scaleOf(b.type);
  if (!within(scaledBounds(a, aDigits), I128_RANGE) || !within(scaledBounds(b, bDigits), I128_RANGE)) return undefined;
  const divisor = nonZero(kernel, scaleUp(kernel, b, bDigits), call_, null_);
  const dividend = scaleUp(kernel, a, aDigits);
  const limit = magnitude(rangeOf(divisor)) - 1n;
  const bounds: Bounds = intersect(limit < 0n ? [0n, 0n] : [-limit, limit], typeRange(type) ?? I128_RANGE);
  if (dividend.lane !== 'i128' && divisor.lane !== 'i128') {
    const rest = k.keep(op('i64.rem_s', asI64(dividend), asI64(divisor)));
    return { lane: 'i64', parts: [rest], range: bounds };
  }
  const out = scratch(kernel, 32);
  k.call(divide128, ...asI128(k, dividend), ...asI128(k, divisor), i32(ROUNDING.truncate), out);
  const parts = loadWords(k, out, 16);
  return laneFor(bounds) === 'i64'
    ? { lane: 'i64', parts: [parts[0]], range: bounds }
    : { lane: 'i128', parts, range: bounds };
}
