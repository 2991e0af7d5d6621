import type { SourceRange } from '../../../compiler/types/error.ts';
import { messageTypeName } from '../../../compiler/types/names.ts';
import { isInteger, type Type } from '../../../compiler/types/type.ts';
import { type Expr, i64, op } from '../../wasm/ir.ts';
import type { KernelError, KernelScope } from '../context.ts';
import { less128, type Words, words } from '../library/int128.ts';
import { asI64, I64_RANGE, part, rangeOf, type Val, within } from '../value.ts';
import { unlessNull } from './kernel.ts';

/** Least and greatest raw integer. */
export type Bounds = readonly [bigint, bigint];

export const I128_RANGE: Bounds = [-(2n ** 127n), 2n ** 127n - 1n];

export function outOfRange(type: Type, range: SourceRange | undefined): KernelError {
  const code = 'numeric_value_out_of_range';
  if (type.kind === 'decimal') {
    return {
      code,
      message: 'numeric field overflow',
      range,
      hint: 'Decimals have at most 38 digits; cast an operand to fewer digits, or to a float.',
    };
  }
  if (isInteger(type)) {
    return { code, message: `${messageTypeName(type)} out of range`, range, hint: 'Cast an operand to a wider type.' };
  }
  return { code, message: 'value out of range: overflow', range };
}

export function divisionByZero(range: SourceRange | undefined): KernelError {
  return {
    code: 'division_by_zero',
    message: 'division by zero',
    range,
    hint: 'NULLIF(divisor, 0) makes it NULL instead.',
  };
}

// Math.min and Math.max take no bigints.
function lesser(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function greater(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

export function addBounds(a: Bounds, b: Bounds): Bounds {
  return [a[0] + b[0], a[1] + b[1]];
}

export function subtractBounds(a: Bounds, b: Bounds): Bounds {
  return [a[0] - b[1], a[1] - b[0]];
}

export function multiplyBounds(a: Bounds, b: Bounds): Bounds {
  const corners = [a[0] * b[0], a[0] * b[1], a[1] * b[0], a[1] * b[1]];
  return [corners.reduce(lesser), corners.reduce(greater)];
}

export function intersect(a: Bounds, b: Bounds): Bounds {
  const both: Bounds = [greater(a[0], b[0]), lesser(a[1], b[1])];
  // Bounds that exclude each other mean that no row gets here; any bounds are right then.
  return both[0] <= both[1] ? both : b;
}

export function unite(a: Bounds, b: Bounds): Bounds {
  return [lesser(a[0], b[0]), greater(a[1], b[1])];
}

/** The greatest magnitude within the bounds. */
export function magnitude(bounds: Bounds): bigint {
  return greater(-bounds[0], bounds[1]);
}

/** The integer lane that holds the bounds, of those for wide integers. */
export function laneFor(bounds: Bounds): 'i64' | 'i128' {
  return within(bounds, I64_RANGE) ? 'i64' : 'i128';
}

/** Whether `value` lies outside `bounds`; undefined if it never does. */
export function outside(value: Val, bounds: Bounds): Expr | undefined {
  const known = rangeOf(value);
  const tests: Expr[] = [];
  if (value.lane === 'i128') {
    const parts: Words = [part(value), part(value, 1)];
    if (known[0] < bounds[0]) tests.push(less128(parts, words(bounds[0])));
    if (known[1] > bounds[1]) tests.push(less128(words(bounds[1]), parts));
  } else {
    const wide = asI64(value);
    // Bounds beyond the lane hold by themselves.
    if (known[0] < bounds[0] && bounds[0] > I64_RANGE[0]) tests.push(op('i64.lt_s', wide, i64(bounds[0])));
    if (known[1] > bounds[1] && bounds[1] < I64_RANGE[1]) tests.push(op('i64.gt_s', wide, i64(bounds[1])));
  }
  const [first, second] = tests;
  return first === undefined || second === undefined ? first : op('i32.or', first, second);
}

/** Fails unless `value` lies in `bounds`; nothing is generated for what is known. */
export function checkBounds(
  kernel: KernelScope,
  value: Val,
  bounds: Bounds,
  null_: Expr | undefined,
  error: KernelError,
): void {
  const fails = outside(value, bounds);
  if (fails !== undefined) kernel.failIf(unlessNull(fails, null_), error);
}
