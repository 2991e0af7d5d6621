import { constant } from '../ir/build.ts';
import type { Cast, Constant, Expression } from '../ir/expression.ts';
import { MICROS_PER_DAY } from '../types/dates.ts';
import { asDecimalType, powerOfTen } from '../types/decimals.ts';
import { fitsInteger, floorDivide } from '../types/integers.ts';
import { isInteger, type Type } from '../types/type.ts';
import type { Value } from '../types/value.ts';
import { type ComparisonName, compare, isNotNull } from './calls.ts';

/**
 * `cast(x as wider) op constant` as a comparison of x itself, so that zone maps and typed kernels apply to the
 * column. Only for casts that keep every value and their order.
 */
export function unwrapComparison(fn: ComparisonName, cast: Cast, value: Constant): Expression | undefined {
  if (value.value === null || !isExactCast(cast.arg.type, cast.type)) return undefined;
  const narrow = narrowValue(value.value, value.type, cast.arg.type);
  if (narrow === undefined) return undefined;
  const bound = constant(narrow.floor, cast.arg.type, value.range);
  if (narrow.exact) return compare(fn, cast.arg, bound);
  // The constant lies strictly between `floor` and the next value of x's type.
  switch (fn) {
    case 'lt':
    case 'le':
      return compare('le', cast.arg, bound);
    case 'gt':
    case 'ge':
      return compare('gt', cast.arg, bound);
    case 'ne':
      return cast.arg.nullable ? undefined : isNotNull(cast.arg);
    case 'eq':
      return undefined;
  }
}

/** The constants of an IN list in the operand's own type; those that it cannot hold are left out. */
export function unwrapValues(cast: Cast, values: readonly Value[]): readonly Value[] | undefined {
  if (!isExactCast(cast.arg.type, cast.type)) return undefined;
  const narrowed: Value[] = [];
  for (const value of values) {
    if (value === null) {
      narrowed.push(null);
      continue;
    }
    const narrow = narrowValue(value, cast.type, cast.arg.type);
    if (narrow?.exact) narrowed.push(narrow.floor);
    // A value out of range is no value of the operand, but one we cannot judge could be.
    else if (narrow === undefined && !isOutOfRangeKind(cast.arg.type)) return undefined;
  }
  return narrowed;
}

/** Whether the cast keeps every value apart from every other, and their order. */
export function isExactCast(from: Type, to: Type): boolean {
  if (from.kind === 'date') return to.kind === 'timestamp';
  if (isInteger(from) && isInteger(to)) return INTEGERS.indexOf(from.kind) <= INTEGERS.indexOf(to.kind);
  const a = asDecimalType(from);
  const b = to.kind === 'decimal' ? to : undefined;
  if (a === undefined || b === undefined || (from.kind !== 'decimal' && !isInteger(from))) return false;
  return b.scale >= a.scale && b.precision - b.scale >= a.precision - a.scale;
}

const INTEGERS: readonly Type['kind'][] = ['int8', 'int16', 'int32', 'int64'];

interface Narrowed {
  /** The greatest value of the narrow type that is not greater than the wide one. */
  readonly floor: Value;
  readonly exact: boolean;
}

function narrowValue(value: Value, from: Type, to: Type): Narrowed | undefined {
  if (from.kind === 'timestamp' && to.kind === 'date' && typeof value === 'bigint') {
    const days = floorDivide(value, MICROS_PER_DAY);
    return { floor: Number(days), exact: days * MICROS_PER_DAY === value };
  }
  const unscaled = typeof value === 'number' && isInteger(from) ? BigInt(value) : value;
  if (typeof unscaled !== 'bigint') return undefined;
  const fromScale = from.kind === 'decimal' ? from.scale : 0;
  const toScale = to.kind === 'decimal' ? to.scale : 0;
  const divisor = powerOfTen(fromScale - toScale);
  const floor = floorDivide(unscaled, divisor);
  const exact = floor * divisor === unscaled;
  if (to.kind === 'decimal') {
    const bound = powerOfTen(to.precision);
    return floor < bound && floor > -bound ? { floor, exact } : undefined;
  }
  if (!isInteger(to) || !fitsInteger(floor, to)) return undefined;
  return { floor: to.kind === 'int64' ? floor : Number(floor), exact };
}

/** Types for which `narrowValue` is undefined only where the value is out of the type's range. */
function isOutOfRangeKind(type: Type): boolean {
  return isInteger(type) || type.kind === 'decimal';
}
