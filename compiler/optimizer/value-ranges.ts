import { position, prefixWidth } from '../catalog/position.ts';
import type { Expression } from '../ir/expression.ts';
import { civilFromDays } from '../types/dates.ts';
import { isInteger, isNumeric } from '../types/type.ts';
import { asComparison, FLIPPED } from './calls.ts';
import type { ColumnEstimate } from './estimates.ts';
import type { Lookup } from './selectivity.ts';

/** Least and greatest values of expressions, as positions. Estimates: nothing that must be right depends on them. */

export interface Range {
  readonly min: number;
  readonly max: number;
}

/** What conditions over one column and constants leave of its range, and how many values an equality or a list leaves. */
export function rangeOfTerms(
  terms: readonly Expression[],
  { min, max }: ColumnEstimate,
): { readonly min?: number | undefined; readonly max?: number | undefined; readonly values?: number | undefined } {
  let low = min;
  let high = max;
  let values: number | undefined;
  const above = (at: number): void => {
    if (low === undefined || at > low) low = at;
  };
  const below = (at: number): void => {
    if (high === undefined || at < high) high = at;
  };
  for (const term of terms) {
    if (term.kind === 'in' && term.arg.kind === 'column') {
      const { type } = term.arg;
      const places = term.values.map((value) => position(value, type)).filter((at) => at !== undefined);
      values = Math.min(values ?? Number.POSITIVE_INFINITY, term.values.length);
      if (places.length === term.values.length && places.length > 0) {
        above(Math.min(...places));
        below(Math.max(...places));
      }
      continue;
    }
    const comparison = asComparison(term);
    if (comparison === undefined) continue;
    const { left, right } = comparison;
    const [column, constant, fn] =
      left.kind === 'column' ? [left, right, comparison.fn] : [right, left, FLIPPED[comparison.fn]];
    if (column.kind !== 'column' || constant.kind !== 'constant') continue;
    const at = position(constant.value, column.type);
    if (fn === 'eq') values = 1;
    if (at === undefined) continue;
    if (fn === 'eq' || fn === 'gt' || fn === 'ge') above(at);
    if (fn === 'eq' || fn === 'lt' || fn === 'le') below(at);
  }
  // What contradicts itself, or stale statistics, leaves what there was.
  return low !== undefined && high !== undefined && low > high ? { min, max, values } : { min: low, max: high, values };
}

/** Between which positions the expression's values lie, where that follows from those of its columns. */
export function rangeOfExpression(expression: Expression, lookup: Lookup): Range | undefined {
  switch (expression.kind) {
    case 'column': {
      const column = lookup(expression.id);
      if (column?.spread !== undefined) {
        const { mean, deviation } = column.spread;
        return { min: mean - DEVIATIONS * deviation, max: mean + DEVIATIONS * deviation };
      }
      return column?.min === undefined || column.max === undefined ? undefined : { min: column.min, max: column.max };
    }
    case 'constant': {
      const at = position(expression.value, expression.type);
      return at === undefined ? undefined : { min: at, max: at };
    }
    case 'cast': {
      const range = rangeOfExpression(expression.arg, lookup);
      if (range === undefined) return undefined;
      if (expression.arg.type.kind === 'date' && expression.type.kind === 'timestamp') {
        return { min: range.min * MICROS_PER_DAY, max: range.max * MICROS_PER_DAY };
      }
      if (expression.arg.type.kind === 'timestamp' && expression.type.kind === 'date') {
        return { min: Math.floor(range.min / MICROS_PER_DAY), max: Math.floor(range.max / MICROS_PER_DAY) };
      }
      return isNumeric(expression.arg.type) && isNumeric(expression.type) ? range : undefined;
    }
    case 'case': {
      const ranges = [...expression.branches.map(({ then }) => then), expression.otherwise].map((branch) =>
        branch.kind === 'constant' && branch.value === null ? null : rangeOfExpression(branch, lookup),
      );
      return union(ranges.filter((range) => range !== null));
    }
    case 'call':
      return rangeOfCall(expression, lookup);
    default:
      return undefined;
  }
}

const DEVIATIONS = 3;
const MICROS_PER_DAY = 86_400_000_000;

function union(ranges: readonly (Range | undefined)[]): Range | undefined {
  let result: Range | undefined;
  for (const range of ranges) {
    if (range === undefined) return undefined;
    result =
      result === undefined ? range : { min: Math.min(result.min, range.min), max: Math.max(result.max, range.max) };
  }
  return result;
}

function rangeOfCall(call: Extract<Expression, { kind: 'call' }>, lookup: Lookup): Range | undefined {
  const [first, second] = call.args;
  if (first === undefined) return undefined;
  const isDate = call.type.kind === 'date';
  switch (call.fn) {
    case 'add':
    case 'subtract':
    case 'multiply': {
      if (second === undefined || !(isNumeric(call.type) || isDate)) return undefined;
      if (first.type.kind === 'interval' || second.type.kind === 'interval') return undefined;
      const a = rangeOfExpression(first, lookup);
      const b = rangeOfExpression(second, lookup);
      if (a === undefined || b === undefined) return undefined;
      if (call.fn === 'add') return { min: a.min + b.min, max: a.max + b.max };
      if (call.fn === 'subtract') return { min: a.min - b.max, max: a.max - b.min };
      const corners = [a.min * b.min, a.min * b.max, a.max * b.min, a.max * b.max];
      return { min: Math.min(...corners), max: Math.max(...corners) };
    }
    case 'negate': {
      const range = rangeOfExpression(first, lookup);
      return range && { min: -range.max, max: -range.min };
    }
    case 'abs': {
      const range = rangeOfExpression(first, lookup);
      if (range === undefined) return undefined;
      const [a, b] = [Math.abs(range.min), Math.abs(range.max)];
      return { min: range.min <= 0 && range.max >= 0 ? 0 : Math.min(a, b), max: Math.max(a, b) };
    }
    case 'modulo': {
      const divisor = second?.kind === 'constant' ? position(second.value, second.type) : undefined;
      if (divisor === undefined || divisor === 0) return undefined;
      const range = rangeOfExpression(first, lookup);
      const most = Math.abs(divisor) - (isInteger(call.type) ? 1 : 0);
      return { min: range !== undefined && range.min >= 0 ? 0 : -most, max: most };
    }
    case 'date_trunc':
      return second === undefined ? undefined : rangeOfExpression(second, lookup);
    case 'extract':
    case 'date_part':
      return rangeOfField(call, lookup);
    case 'coalesce':
    case 'least':
    case 'greatest':
      return union(call.args.map((arg) => rangeOfExpression(arg, lookup)));
    default:
      return undefined;
  }
}

const FIELDS: Readonly<Record<string, Range>> = {
  quarter: { min: 1, max: 4 },
  month: { min: 1, max: 12 },
  week: { min: 1, max: 53 },
  day: { min: 1, max: 31 },
  dow: { min: 0, max: 6 },
  isodow: { min: 1, max: 7 },
  doy: { min: 1, max: 366 },
  hour: { min: 0, max: 23 },
  minute: { min: 0, max: 59 },
  second: { min: 0, max: 59 },
};

function rangeOfField(
  { args: [field, arg] }: Extract<Expression, { kind: 'call' }>,
  lookup: Lookup,
): Range | undefined {
  if (field?.kind !== 'constant' || arg === undefined) return undefined;
  const cyclic = FIELDS[String(field.value)];
  if (cyclic !== undefined) return cyclic;
  const range = rangeOfExpression(arg, lookup);
  const isTimestamp = arg.type.kind === 'timestamp';
  if (field.value !== 'year' || range === undefined || !(isTimestamp || arg.type.kind === 'date')) return undefined;
  const year = (at: number): number => civilFromDays(isTimestamp ? Math.floor(at / MICROS_PER_DAY) : at).year;
  return { min: year(range.min), max: year(range.max) };
}

export interface Moments {
  readonly mean: number;
  readonly variance: number;
}

/** Mean and variance of an expression's values, columns being spread evenly and independent of each other. */
export function momentsOf(expression: Expression, lookup: Lookup): Moments | undefined {
  switch (expression.kind) {
    case 'column': {
      const column = lookup(expression.id);
      if (column?.spread !== undefined) return { mean: column.spread.mean, variance: column.spread.deviation ** 2 };
      if (column?.min === undefined || column.max === undefined) return undefined;
      return { mean: (column.min + column.max) / 2, variance: (column.max - column.min) ** 2 / 12 };
    }
    case 'constant': {
      const at = position(expression.value, expression.type);
      return at === undefined ? undefined : { mean: at, variance: 0 };
    }
    case 'cast':
      return isNumeric(expression.arg.type) && isNumeric(expression.type)
        ? momentsOf(expression.arg, lookup)
        : undefined;
    case 'call': {
      const [a, b] = expression.args.map((arg) => momentsOf(arg, lookup));
      if (a === undefined || b === undefined || !isNumeric(expression.type)) return undefined;
      switch (expression.fn) {
        case 'add':
          return { mean: a.mean + b.mean, variance: a.variance + b.variance };
        case 'subtract':
          return { mean: a.mean - b.mean, variance: a.variance + b.variance };
        case 'multiply': {
          const square = (a.variance + a.mean ** 2) * (b.variance + b.mean ** 2);
          return { mean: a.mean * b.mean, variance: square - (a.mean * b.mean) ** 2 };
        }
        case 'divide':
          if (b.variance !== 0 || b.mean === 0) return undefined;
          return { mean: a.mean / b.mean, variance: a.variance / b.mean ** 2 };
        default:
          return undefined;
      }
    }
    default:
      return undefined;
  }
}

/** The positions of texts that begin with the prefix: from the first, below the second. */
export function prefixRange(prefix: string): Range | undefined {
  const from = position(prefix, { kind: 'utf8' });
  return from === undefined ? undefined : { min: from, max: from + prefixWidth(prefix) };
}
