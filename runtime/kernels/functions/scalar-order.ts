import { type Expr, type FunctionBuilder, i32, op } from '../../wasm/ir.ts';
import { equal128, less128, type Words } from '../library/int128.ts';
import { asI64, asI128, part, type Val } from '../value.ts';
import { asF64, isFloatLane } from './floats.ts';
import { intervalLength } from './intervals.ts';

export type Comparison = 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge';

const SIGNED: Readonly<Record<Comparison, string>> = {
  eq: 'eq',
  ne: 'ne',
  lt: 'lt_s',
  le: 'le_s',
  gt: 'gt_s',
  ge: 'ge_s',
};

/** The result of a comparison from -1, 0 or 1. */
export function fromOrder(comparison: Comparison, order: Expr): Expr {
  return op(`i32.${SIGNED[comparison]}`, order, i32(0));
}

/** NaN is equal to itself and greater than every number, as PostgreSQL and Arrow's total order of keys have it. */
function compareFloats(comparison: Comparison, a: Expr, b: Expr): Expr {
  switch (comparison) {
    case 'eq':
      return op('i32.or', op('f64.eq', a, b), op('i32.and', op('f64.ne', a, a), op('f64.ne', b, b)));
    case 'ne':
      return op('i32.eqz', compareFloats('eq', a, b));
    case 'lt':
      return op('i32.or', op('f64.lt', a, b), op('i32.and', op('f64.ne', b, b), op('f64.eq', a, a)));
    case 'gt':
      return compareFloats('lt', b, a);
    case 'le':
      return op('i32.eqz', compareFloats('lt', b, a));
    case 'ge':
      return op('i32.eqz', compareFloats('lt', a, b));
  }
}

function compare128(comparison: Comparison, a: Words, b: Words): Expr {
  switch (comparison) {
    case 'eq':
      return equal128(a, b);
    case 'ne':
      return op('i32.eqz', equal128(a, b));
    case 'lt':
      return less128(a, b);
    case 'gt':
      return less128(b, a);
    case 'le':
      return op('i32.eqz', less128(b, a));
    case 'ge':
      return op('i32.eqz', less128(a, b));
  }
}

/** Compares two numbers, dates, times, booleans or intervals of one type that are not NULL; undefined for other values. */
export function compareScalars(k: FunctionBuilder, comparison: Comparison, a: Val, b: Val): Expr | undefined {
  if (a.lane === 'i32' && b.lane === 'i32') return op(`i32.${SIGNED[comparison]}`, part(a), part(b));
  const integers = (v: Val): boolean => v.lane === 'i32' || v.lane === 'i64';
  if (integers(a) && integers(b)) return op(`i64.${SIGNED[comparison]}`, asI64(a), asI64(b));
  if ((integers(a) || a.lane === 'i128') && (integers(b) || b.lane === 'i128')) {
    return compare128(comparison, asI128(k, a), asI128(k, b));
  }
  if (isFloatLane(a) && isFloatLane(b)) return compareFloats(comparison, k.keep(asF64(a)), k.keep(asF64(b)));
  if (a.lane === 'interval' && b.lane === 'interval') {
    return compare128(comparison, intervalLength(k, a), intervalLength(k, b));
  }
  return undefined;
}
