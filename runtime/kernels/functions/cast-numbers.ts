import { type DecimalType, isFloat, isInteger, type Type } from '../../../compiler/types/type.ts';
import { type Expr, f64, i64, op } from '../../wasm/ir.ts';
import type { KernelError } from '../context.ts';
import { asI64, asI128, I64_RANGE, laneOf, part, rangeOf, toLane, typeRange, type Val } from '../value.ts';
import { type Bounds, I128_RANGE, intersect, laneFor, outOfRange, outside } from './bounds.ts';
import { type CastSite, failOutside } from './cast-site.ts';
import { type Built, powerOfTen, scaleDown, scaleOf, scaleUp } from './decimals.ts';
import { asF64, isFiniteFloat, isInfiniteFloat, isZero } from './floats.ts';
import { servedOrHosted } from './partial.ts';

const FLOAT_OVERFLOW: KernelError = { code: 'numeric_value_out_of_range', message: 'value out of range: overflow' };
const FLOAT_UNDERFLOW: KernelError = { code: 'numeric_value_out_of_range', message: 'value out of range: underflow' };

/** Powers of ten up to this one are exact in float64. */
const EXACT_POWER = 22;
/** Up to this magnitude all integers are exact in float64. */
const EXACT_INTEGER = 2n ** 53n;

/** Between any two of integers, decimals and floats; undefined: the host's. */
export function castNumber(site: CastSite, v: Val): Built | Val | undefined {
  const { to, from } = site;
  if (isFloat(from)) {
    if (isInteger(to)) return floatToInteger(site, v);
    if (to.kind === 'decimal') return floatToDecimal(site, v, to);
    return floatToFloat(site, v);
  }
  if (isFloat(to)) return exactToFloat(site, v);
  return exactToExact(site, v);
}

function exactToExact(site: CastSite, v: Val): Built {
  const { kernel, from, to, range } = site;
  const digits = scaleOf(to) - scaleOf(from);
  const error = outOfRange(to, range);
  const allowed = typeRange(to) ?? I64_RANGE;
  if (digits >= 0) {
    // Checked before it is scaled, so that scaling never overflows: a number fits if and only if its multiple does.
    const limits: Bounds = [allowed[0] / powerOfTen(digits), allowed[1] / powerOfTen(digits)];
    failOutside(site, v, limits, error);
    return inLane(site, scaleUp(kernel, { ...v, range: intersect(rangeOf(v), limits) }, digits));
  }
  const scaled = scaleDown(kernel, v, -digits, 'nearest');
  failOutside(site, scaled, allowed, error);
  return inLane(site, { ...scaled, range: intersect(rangeOf(scaled), allowed) });
}

/** The integer in a lane of the target type; a wide decimal's may be narrow. */
function inLane({ kernel: { k }, to }: CastSite, v: Val): Built {
  const range = rangeOf(v);
  if (isInteger(to)) return { lane: laneOf(to), parts: narrow(v, laneOf(to) === 'i32'), range };
  if (laneFor(range) === 'i64') return { lane: 'i64', parts: narrow(v, false), range };
  return { lane: 'i128', parts: asI128(k, v), range };

  function narrow(value: Val, to32: boolean): readonly Expr[] {
    const low = value.lane === 'i128' ? part(value) : value.lane === 'i32' && to32 ? undefined : k.keep(asI64(value));
    if (low === undefined) return value.parts;
    return [to32 ? k.keep(op('i32.wrap_i64', low)) : low];
  }
}

function floatToInteger(site: CastSite, v: Val): Built {
  const { kernel, to, range } = site;
  const { k } = kernel;
  const rounded = k.keep(op('f64.nearest', asF64(v)));
  const [low, high] = typeRange(to) ?? I64_RANGE;
  // The bounds are exact floats, the upper one as the first integer that does not fit. NaN is not inside either.
  const inside = op('i32.and', op('f64.ge', rounded, f64(Number(low))), op('f64.lt', rounded, f64(Number(high + 1n))));
  site.fail(op('i32.eqz', inside), outOfRange(to, range));
  return laneOf(to) === 'i32'
    ? { lane: 'i32', parts: [k.keep(op('i32.trunc_sat_f64_s', rounded))] }
    : { lane: 'i64', parts: [k.keep(op('i64.trunc_sat_f64_s', rounded))] };
}

/**
 * A float stands for the decimal number that its first 15 digits (6 for float32) say. Where that number is so far from
 * a half of the target's last digit that neither those digits nor the multiplication matter, the kernel rounds; the
 * host does the rest.
 */
function floatToDecimal(site: CastSite, v: Val, to: DecimalType): Val | undefined {
  const { call, kernel, range } = site;
  const { k } = kernel;
  if (to.scale > EXACT_POWER) return undefined;
  const tolerance = site.from.kind === 'float32' ? 5.1e-6 : 5.2e-15;
  const size = k.keep(op('f64.mul', op('f64.abs', asF64(v)), f64(10 ** to.scale)));
  const whole = k.keep(op('f64.floor', size));
  const fromHalf = op('f64.abs', op('f64.sub', op('f64.sub', size, whole), f64(0.5)));
  // Fails for NaN and for all sizes of which the last whole digit is in doubt.
  const served = op('f64.gt', fromHalf, op('f64.mul', size, f64(tolerance)));
  return servedOrHosted(call, k.keep(served), site.null_(), laneOf(to), () => {
    const magnitude = op('i64.trunc_sat_f64_s', op('f64.floor', op('f64.add', size, f64(0.5))));
    const unsigned = k.keep(magnitude);
    const negated = op('i64.sub', i64(0), unsigned);
    const negative = k.local('i64', unsigned);
    k.if(op('f64.lt', asF64(v), f64(0)), () => k.set(negative, negated));
    const limit = 10n ** 15n;
    const value: Val = { type: to, lane: 'i64', parts: [negative], range: [-limit, limit] };
    failOutside(site, value, typeRange(to) ?? I128_RANGE, outOfRange(to, range));
    return { ...toLane(k, value, laneOf(to)), null_: site.null_() };
  });
}

function floatToFloat(site: CastSite, v: Val): Built {
  const { k } = site.kernel;
  if (site.to.kind === 'float64') return { lane: 'f64', parts: [k.keep(asF64(v))] };
  const single = k.keep(op('f32.demote_f64', part(v)));
  const seen = k.keep(op('f64.promote_f32', single));
  site.fail(op('i32.and', isInfiniteFloat(seen), isFiniteFloat(part(v))), { ...FLOAT_OVERFLOW, range: site.range });
  site.fail(op('i32.and', isZero(seen), op('i32.eqz', isZero(part(v)))), { ...FLOAT_UNDERFLOW, range: site.range });
  return { lane: 'f32', parts: [single] };
}

/** Division of two exact floats rounds once; larger numbers, whose conversion would round too, are the host's. */
function exactToFloat(site: CastSite, v: Val): Built | Val | undefined {
  const { call, kernel, from, to } = site;
  const { k } = kernel;
  const scale = scaleOf(from);
  if (scale === 0 && v.lane !== 'i128') {
    if (to.kind === 'float64') return { lane: 'f64', parts: [k.keep(op('f64.convert_i64_s', asI64(v)))] };
    if (isInteger(from)) return { lane: 'f32', parts: [k.keep(op('f32.convert_i64_s', asI64(v)))] };
  }
  if (scale > EXACT_POWER) return undefined;
  const exact: Bounds = [-EXACT_INTEGER, EXACT_INTEGER];
  const serve = (): Val => {
    const low = v.lane === 'i128' ? part(v) : asI64(v);
    const double = k.keep(op('f64.div', op('f64.convert_i64_s', low), f64(10 ** scale)));
    const type: Type = to;
    // No decimal of 38 digits leaves the range of singles, and none but 0 vanishes in it.
    return to.kind === 'float32'
      ? { type, lane: 'f32', parts: [k.keep(op('f32.demote_f64', double))], null_: v.null_ }
      : { type, lane: 'f64', parts: [double], null_: v.null_ };
  };
  const tooLarge = outside(v, exact);
  if (tooLarge === undefined) return serve();
  return servedOrHosted(call, k.keep(op('i32.eqz', tooLarge)), v.null_, laneOf(to), serve);
}
