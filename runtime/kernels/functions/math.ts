import { MIXING } from '../../../compiler/functions/sampling.ts';
import { MAX_DECIMAL_PRECISION } from '../../../compiler/types/type.ts';
import { type Expr, f32, f64, i32, i64, op, select } from '../../wasm/ir.ts';
import type { Rounding } from '../library/divide128.ts';
import { less128, negateBy, signOf as sign128 } from '../library/int128.ts';
import { asI64, asI128, part, rangeOf, typeRange, type Val } from '../value.ts';
import { checkBounds, I128_RANGE, intersect, magnitude, outOfRange } from './bounds.ts';
import { asDecimal, type Built, isExact, scaleDown, scaleOf, scaleUp } from './decimals.ts';
import { asF64, isFiniteFloat } from './floats.ts';
import { type FunctionCall, type FunctionKernel, strict, unlessNull } from './kernel.ts';

const abs = strict(({ compiler: { kernel }, type, range }, [v], null_) => {
  if (v === undefined) return undefined;
  const { k } = kernel;
  if (v.lane === 'f32' || v.lane === 'f64') return { lane: v.lane, parts: [op(`${v.lane}.abs`, part(v))] };
  if (!isExact(type)) return undefined;
  const size = magnitude(rangeOf(v));
  if (v.lane === 'i128') {
    const parts: readonly [Expr, Expr] = [part(v), part(v, 1)];
    return { lane: 'i128', parts: negateBy(k, parts, sign128(k, parts)), range: [0n, size] };
  }
  // The least integer has no counterpart; it is found before it is lost.
  const allowed = typeRange(type) ?? I128_RANGE;
  checkBounds(kernel, v, [-allowed[1], allowed[1]], null_, outOfRange(type, range));
  const lane = v.lane === 'i32' ? 'i32' : 'i64';
  const mask = k.keep(op(`${lane}.shr_s`, part(v), lane === 'i32' ? i32(31) : i64(63)));
  const absolute = op(`${lane}.sub`, op(`${lane}.xor`, part(v), mask), mask);
  return { lane, parts: [k.keep(absolute)], range: intersect([0n, size], allowed) };
});

const sign = strict(({ compiler: { kernel }, type }, [v]) => {
  if (v === undefined) return undefined;
  const { k } = kernel;
  if (v.lane === 'f32' || v.lane === 'f64') {
    const { lane } = v;
    const one = lane === 'f32' ? f32(1) : f64(1);
    const zero = lane === 'f32' ? f32(0) : f64(0);
    const signed = op(`${lane}.copysign`, one, part(v));
    // NaN is neither positive nor negative, and so it counts as zero.
    const isSigned = op(`${lane}.gt`, op(`${lane}.abs`, part(v)), zero);
    return { lane, parts: [k.keep(select(isSigned, signed, zero))] };
  }
  if (!isExact(type)) return undefined;
  const [low, high] = asI128(k, v);
  const positive = less128([i64(0), i64(0)], [low, high]);
  const unit = k.keep(op('i32.sub', positive, op('i64.lt_s', high, i64(0))));
  if (v.lane === 'i32') return { lane: 'i32', parts: [unit], range: [-1n, 1n] };
  const whole: Val = { type, lane: 'i64', parts: [k.keep(op('i64.extend_i32_s', unit))], range: [-1n, 1n] };
  const scaled = scaleUp(kernel, whole, scaleOf(type));
  return { lane: scaled.lane, parts: scaled.parts, range: scaled.range };
});

const FLOAT_ROUNDING: Readonly<Record<Rounding, string>> = {
  truncate: 'trunc',
  nearest: 'nearest',
  floor: 'floor',
  ceiling: 'ceil',
};

/** Rounding to a whole number, or to a constant number of decimals. */
function rounding(kind: Rounding): FunctionKernel {
  const whole = strict((call, [v], null_) => {
    if (v === undefined) return undefined;
    const { type, range, compiler } = call;
    if (v.lane === 'f64') return { lane: 'f64', parts: [op(`f64.${FLOAT_ROUNDING[kind]}`, part(v))] };
    if (v.type.kind !== 'decimal' || type.kind !== 'decimal') return undefined;
    const scaled = scaleDown(compiler.kernel, v, v.type.scale, kind);
    return asDecimal(compiler.kernel, scaled, type, null_, outOfRange(type, range));
  });
  return (call) => {
    const [number, places] = call.args;
    if (number === undefined || places === undefined) return whole(call);
    const known = call.compiler.known(places);
    if (typeof known !== 'number') return undefined;
    return strict((inner, [v], null_) => (v === undefined ? undefined : toPlaces(inner, kind, v, known, null_)))({
      ...call,
      args: [number],
    });
  };
}

function toPlaces(
  call: FunctionCall,
  kind: Rounding,
  v: Val,
  places: number,
  null_: Expr | undefined,
): Built | undefined {
  const { type, range, compiler } = call;
  const { kernel } = compiler;
  if (v.lane === 'f64') return floatToPlaces(call, kind, v, places);
  if (v.type.kind !== 'decimal' || type.kind !== 'decimal') return undefined;
  const digits = v.type.scale - places;
  const error = outOfRange(type, range);
  if (digits <= 0) return asDecimal(kernel, v, type, null_, error);
  // No number has a digit that far to the left, nor half a unit.
  if (digits > MAX_DECIMAL_PRECISION) return { lane: 'i64', parts: [i64(0)], range: [0n, 0n] };
  const count = scaleDown(kernel, v, digits, kind);
  const scaled = scaleUp(kernel, count, digits);
  return asDecimal(kernel, scaled, type, null_, error);
}

/** Halves go away from zero here, unlike where no decimals are asked for. */
function floatToPlaces({ compiler: { kernel } }: FunctionCall, kind: Rounding, v: Val, places: number): Built {
  const { k } = kernel;
  const factor = 10 ** Math.abs(places);
  const multiply = (a: Expr): Expr => op('f64.mul', a, f64(factor));
  const divide = (a: Expr): Expr => op('f64.div', a, f64(factor));
  const value = part(v);
  const scaled = k.keep(places < 0 ? divide(value) : multiply(value));
  const size = op('f64.abs', scaled);
  const whole =
    kind === 'truncate'
      ? op('f64.trunc', scaled)
      : op('f64.copysign', op('f64.floor', op('f64.add', size, f64(0.5))), scaled);
  const otherwise = places < 0 ? select(isFiniteFloat(value), f64(0), value) : value;
  const usable = Number.isFinite(factor) ? isFiniteFloat(scaled) : i32(0);
  const rounded = places < 0 ? multiply(whole) : divide(whole);
  return { lane: 'f64', parts: [k.keep(select(usable, rounded, otherwise))] };
}

const sqrt = strict(({ compiler: { kernel }, range }, [v], null_) => {
  if (v === undefined || v.lane !== 'f64') return undefined;
  kernel.failIf(unlessNull(op('f64.lt', asF64(v), f64(0)), null_), {
    code: 'invalid_argument_for_power_function',
    message: 'cannot take square root of a negative number',
    range,
  });
  return { lane: 'f64', parts: [op('f64.sqrt', part(v))] };
});

/** As the row implementation mixes; all of 64 bits, and the upper 53 are the fraction. */
const samplePlace = strict(({ compiler: { kernel } }, [row, seed]) => {
  if (row === undefined || seed === undefined) return undefined;
  const { k } = kernel;
  const signed = (word: bigint): Expr => i64(BigInt.asIntN(64, word));
  const number = op('i64.mul', op('i64.add', asI64(row), i64(1)), signed(MIXING.gamma));
  const bits = op('i64.mul', op('i64.reinterpret_f64', asF64(seed)), signed(MIXING.steps[0].factor));
  const mixed = k.local('i64', op('i64.xor', number, bits));
  for (const { shift, factor } of MIXING.steps) {
    k.set(mixed, op('i64.mul', op('i64.xor', mixed, op('i64.shr_u', mixed, i64(shift))), signed(factor)));
  }
  k.set(mixed, op('i64.xor', mixed, op('i64.shr_u', mixed, i64(MIXING.last))));
  const fraction = op('f64.convert_i64_u', op('i64.shr_u', mixed, i64(11)));
  return { lane: 'f64', parts: [k.keep(op('f64.mul', fraction, f64(2 ** -53)))] };
});

export const MATH_KERNELS: readonly (readonly [string, FunctionKernel])[] = [
  ['sample_place', samplePlace],
  ['abs', abs],
  ['sign', sign],
  ['ceil', rounding('ceiling')],
  ['floor', rounding('floor')],
  ['round', rounding('nearest')],
  ['trunc', rounding('truncate')],
  ['sqrt', sqrt],
];
