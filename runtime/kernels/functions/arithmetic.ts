import { internalError, type SourceRange } from '../../../compiler/types/error.ts';
import { isInteger, type Type } from '../../../compiler/types/type.ts';
import { call, type Expr, i32, i64, op } from '../../wasm/ir.ts';
import type { KernelError, KernelScope } from '../context.ts';
import { add128, less128, multiplyHigh, subtract128, type Words } from '../library/int128.ts';
import { asI64, asI128, I32_RANGE, I64_RANGE, part, rangeOf, typeRange, type Val, within } from '../value.ts';
import { asF64 } from './comparison.ts';
import { type FunctionCall, type FunctionKernel, strict, unlessNull } from './kernel.ts';

type Bounds = readonly [bigint, bigint];
type Built = Omit<Val, 'type' | 'null_'>;

const INTEGER_NAMES: Readonly<Partial<Record<Type['kind'], string>>> = {
  int8: 'tinyint',
  int16: 'smallint',
  int32: 'integer',
  int64: 'bigint',
};

export function outOfRange(type: Type, range: SourceRange | undefined): KernelError {
  const name = INTEGER_NAMES[type.kind];
  if (name !== undefined) return { code: 'numeric_value_out_of_range', message: `${name} out of range`, range };
  if (type.kind === 'decimal')
    return { code: 'numeric_value_out_of_range', message: 'numeric value out of range: more than 38 digits', range };
  return { code: 'numeric_value_out_of_range', message: 'value out of range', range };
}

export function divisionByZero(range: SourceRange | undefined): KernelError {
  return { code: 'division_by_zero', message: 'division by zero', range };
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function greatest(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

function addBounds(a: Bounds, b: Bounds): Bounds {
  return [a[0] + b[0], a[1] + b[1]];
}

function subtractBounds(a: Bounds, b: Bounds): Bounds {
  return [a[0] - b[1], a[1] - b[0]];
}

export function multiplyBounds(a: Bounds, b: Bounds): Bounds {
  const corners = [a[0] * b[0], a[0] * b[1], a[1] * b[0], a[1] * b[1]];
  return [corners.reduce(least), corners.reduce(greatest)];
}

function intersect(a: Bounds, b: Bounds): Bounds {
  return [greatest(a[0], b[0]), least(a[1], b[1])];
}

/** A constant of 128 bits. */
export function words(value: bigint): Words {
  return [i64(BigInt.asIntN(64, value)), i64(value >> 64n)];
}

/** Fails unless `value` lies in `bounds`; nothing is generated for what is known. */
export function checkBounds(
  kernel: KernelScope,
  value: Val,
  bounds: Bounds,
  null_: Expr | undefined,
  error: KernelError,
): void {
  const known = rangeOf(value);
  if (within(known, bounds)) return;
  const tests: Expr[] = [];
  if (value.lane === 'i128') {
    const parts: Words = [part(value), part(value, 1)];
    if (known[0] < bounds[0]) tests.push(less128(parts, words(bounds[0])));
    if (known[1] > bounds[1]) tests.push(less128(words(bounds[1]), parts));
  } else {
    const wide = asI64(value);
    if (known[0] < bounds[0]) tests.push(op('i64.lt_s', wide, i64(bounds[0])));
    if (known[1] > bounds[1]) tests.push(op('i64.gt_s', wide, i64(bounds[1])));
  }
  kernel.failIf(
    unlessNull(
      tests.reduce((a, b) => op('i32.or', a, b)),
      null_,
    ),
    error,
  );
}

/**
 * Addition and subtraction of integers and of decimals of one scale, by the narrowest means that the operands' bounds
 * allow: most sums over real columns are proven not to overflow and need no check.
 */
function addOrSubtract(
  kernel: KernelScope,
  kind: 'add' | 'sub',
  a: Val,
  b: Val,
  type: Type,
  null_: Expr | undefined,
  error: KernelError,
): Built {
  const { k } = kernel;
  const exact = kind === 'add' ? addBounds(rangeOf(a), rangeOf(b)) : subtractBounds(rangeOf(a), rangeOf(b));
  const allowed = typeRange(type) ?? I64_RANGE;
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
      ? { lane: 'i32', parts: [op('i32.wrap_i64', part(wide))], range }
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
    return { lane: 'i64', parts: [sum], range };
  }
  const sum = (kind === 'add' ? add128 : subtract128)(k, asI128(k, a), asI128(k, b));
  // Two decimals of 38 digits sum up to less than 2^127: the check sees the true sum.
  const wide: Built = { lane: 'i128', parts: sum, range: exact };
  checkBounds(kernel, { ...wide, type }, allowed, null_, error);
  return { ...wide, range };
}

/** The product of two integers of any lane. Undefined where a 128-bit operand makes it the host's business. */
export function multiplyVals(
  kernel: KernelScope,
  a: Val,
  b: Val,
  type: Type,
  null_: Expr | undefined,
  error: KernelError,
): Built | undefined {
  const { k } = kernel;
  if (a.lane === 'i128' || b.lane === 'i128') return undefined;
  const exact = multiplyBounds(rangeOf(a), rangeOf(b));
  const allowed = typeRange(type) ?? I64_RANGE;
  const range = intersect(exact, allowed);
  const result32 = isInteger(type) && type.kind !== 'int64';
  if (within(exact, I64_RANGE)) {
    const wide: Val = { type, lane: 'i64', parts: [k.keep(op('i64.mul', asI64(a), asI64(b)))], range: exact };
    checkBounds(kernel, wide, allowed, null_, error);
    return result32
      ? { lane: 'i32', parts: [op('i32.wrap_i64', part(wide))], range }
      : { lane: 'i64', parts: wide.parts, range };
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

export function scaleOf(type: Type): number {
  return type.kind === 'decimal' ? type.scale : 0;
}

/** `v` with its unscaled value multiplied by a power of ten. Undefined: too wide for a kernel. */
export function scaleUp(
  kernel: KernelScope,
  v: Val,
  digits: number,
  null_: Expr | undefined,
  error: KernelError,
): Val | undefined {
  if (digits === 0) return v;
  if (digits < 0) throw internalError('scaling up by a negative power');
  const factor = 10n ** BigInt(digits);
  if (factor > I64_RANGE[1]) return undefined;
  const constant: Val = { type: v.type, lane: 'i64', parts: [i64(factor)], range: [factor, factor] };
  const type: Type = { kind: 'decimal', precision: 38, scale: 0 };
  const product = multiplyVals(kernel, v, constant, type, null_, error);
  return product === undefined ? undefined : { ...product, type, null_: v.null_ };
}

function isExact(type: Type): boolean {
  return isInteger(type) || type.kind === 'decimal';
}

function sum(kind: 'add' | 'sub'): FunctionKernel {
  return strict(({ compiler: { kernel }, type, range }, [a, b], null_) => {
    if (a === undefined || b === undefined) return undefined;
    if (type.kind === 'float64' && (a.lane === 'f64' || a.lane === 'f32') && (b.lane === 'f64' || b.lane === 'f32'))
      return floatResult(kernel, op(`f64.${kind}`, asF64(a), asF64(b)), [asF64(a), asF64(b)], null_, range);
    if (type.kind === 'date' && a.type.kind === 'date' && b.type.kind === 'int32')
      return addOrSubtract(kernel, kind, a, b, type, null_, {
        code: 'datetime_field_overflow',
        message: 'date out of range',
        range,
      });
    if (type.kind === 'int32' && a.type.kind === 'date' && b.type.kind === 'date')
      return addOrSubtract(kernel, kind, a, b, type, null_, outOfRange(type, range));
    if (!isExact(type) || !isExact(a.type) || !isExact(b.type)) return undefined;
    const error = outOfRange(type, range);
    const scale = scaleOf(type);
    const x = scaleUp(kernel, a, scale - scaleOf(a.type), null_, error);
    const y = scaleUp(kernel, b, scale - scaleOf(b.type), null_, error);
    return x === undefined || y === undefined ? undefined : addOrSubtract(kernel, kind, x, y, type, null_, error);
  });
}

/** A finite operation that gives an infinity has overflowed. */
export function floatResult(
  kernel: KernelScope,
  value: Expr,
  operands: readonly Expr[],
  null_: Expr | undefined,
  range: SourceRange | undefined,
): Built {
  const { k } = kernel;
  const kept = k.keep(value);
  const infinite = (e: Expr): Expr =>
    op('f64.eq', op('f64.abs', e), { kind: 'const', type: 'f64', value: Number.POSITIVE_INFINITY });
  k.if(infinite(kept), () => {
    const finite = operands.map((o) => op('i32.eqz', infinite(o))).reduce((a, b) => op('i32.and', a, b));
    kernel.failIf(unlessNull(finite, null_), {
      code: 'numeric_value_out_of_range',
      message: 'value out of range: overflow',
      range,
    });
  });
  return { lane: 'f64', parts: [kept] };
}

const multiply = strict(({ compiler: { kernel }, type, range }, [a, b], null_) => {
  if (a === undefined || b === undefined) return undefined;
  if (type.kind === 'float64' && a.lane.startsWith('f') && b.lane.startsWith('f'))
    return floatResult(kernel, op('f64.mul', asF64(a), asF64(b)), [asF64(a), asF64(b)], null_, range);
  if (!isExact(type) || !isExact(a.type) || !isExact(b.type)) return undefined;
  if (scaleOf(type) !== scaleOf(a.type) + scaleOf(b.type)) return undefined;
  return multiplyVals(kernel, a, b, type, null_, outOfRange(type, range));
});

/** Truncating division and remainder of integers; a divisor of NULL rows is replaced by 1, since the instruction traps. */
function integerDivision(kind: 'div_s' | 'rem_s'): FunctionKernel {
  return strict(({ compiler: { kernel }, type, range }, [a, b], null_) => {
    if (a === undefined || b === undefined || !isInteger(type) || !isInteger(a.type) || !isInteger(b.type))
      return undefined;
    const { k } = kernel;
    const x = k.keep(asI64(a));
    const divisor = k.keep(asI64(b));
    kernel.failIf(unlessNull(op('i64.eqz', divisor), null_), divisionByZero(range));
    const safe = k.local('i64', divisor);
    k.if(op('i64.eqz', safe), () => k.set(safe, i64(1)));
    if (kind === 'rem_s') return narrowResult(kernel, op('i64.rem_s', x, safe), type);
    // Only the least integer divided by -1 leaves its type.
    const least = typeRange(type)?.[0] ?? I64_RANGE[0];
    if (rangeOf(a)[0] <= least) {
      const overflow = op('i32.and', op('i64.eq', x, i64(least)), op('i64.eq', safe, i64(-1)));
      kernel.failIf(unlessNull(overflow, null_), outOfRange(type, range));
      if (type.kind === 'int64') k.if(overflow, () => k.set(safe, i64(1)));
    }
    return narrowResult(kernel, op('i64.div_s', x, safe), type);
  });
}

function narrowResult({ k }: KernelScope, value: Expr, type: Type): Built {
  return type.kind === 'int64'
    ? { lane: 'i64', parts: [k.keep(value)] }
    : { lane: 'i32', parts: [k.keep(op('i32.wrap_i64', value))] };
}

function divide(call: FunctionCall): Val | undefined {
  return isInteger(call.type)
    ? integerDivision('div_s')(call)
    : call.type.kind === 'float64'
      ? floatDivide(call)
      : undefined;
}

const floatDivide = strict(({ compiler: { kernel }, range }, [a, b], null_) => {
  if (a === undefined || b === undefined || !a.lane.startsWith('f') || !b.lane.startsWith('f')) return undefined;
  kernel.failIf(
    unlessNull(op('f64.eq', asF64(b), { kind: 'const', type: 'f64', value: 0 }), null_),
    divisionByZero(range),
  );
  return floatResult(kernel, op('f64.div', asF64(a), asF64(b)), [asF64(a), asF64(b)], null_, range);
});

const negate = strict(({ compiler: { kernel }, type, range }, [a], null_) => {
  if (a === undefined) return undefined;
  if (type.kind === 'float64' && a.lane === 'f64') return { lane: 'f64', parts: [op('f64.neg', part(a))] };
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
  ['modulo', integerDivision('rem_s')],
  ['negate', negate],
];
