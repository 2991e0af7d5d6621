import { likeParts } from '../functions/patterns.ts';
import { conjuncts } from '../ir/build.ts';
import type { Call, ColumnId, Expression, InList } from '../ir/expression.ts';
import type { Value } from '../types/value.ts';
import { asComparison, type Comparison, type ComparisonName, FLIPPED } from './calls.ts';
import { type ColumnEstimate, hasSteps, position } from './estimates.ts';

/** Fractions of rows for which conditions are true, and numbers of different values of expressions. */

export type Lookup = (id: ColumnId) => ColumnEstimate | undefined;

/** Where nothing is known; the figures are those that systems have used since Selinger et al. (SIGMOD 1979). */
const UNKNOWN_CONDITION = 1 / 3;
const UNKNOWN_EQUALITY = 1 / 10;
const UNKNOWN_RANGE = 1 / 3;
const PREFIX_FUNCTIONS = new Set(['substring', 'left', 'right']);
const VALUES_PER_CHARACTER = 7;
/** A text that is searched for, and each one more. */
const FOUND_TEXT = 1 / 10;
const NEXT_FOUND_TEXT = 1 / 3;
const PREFIX = 1 / 20;
/** Even what seems impossible by stale statistics is not believed to be. */
const LEAST = 1e-7;

export function selectivity(condition: Expression, lookup: Lookup): number {
  return conjunctionSelectivity(conjuncts(condition), lookup);
}

/** Of all terms together: bounds of one column make a range, everything else is taken as independent. */
export function conjunctionSelectivity(terms: readonly Expression[], lookup: Lookup): number {
  const ranges = new Map<ColumnId, { low: number; high: number }>();
  let fraction = 1;
  for (const term of terms) {
    const bound = asRangeTerm(term, lookup);
    if (bound === undefined) {
      fraction *= termSelectivity(term, lookup);
      continue;
    }
    const range = ranges.get(bound.column) ?? { low: 0, high: 1 };
    ranges.set(bound.column, { low: Math.max(range.low, bound.low), high: Math.min(range.high, bound.high) });
  }
  for (const [id, { low, high }] of ranges) {
    const column = lookup(id);
    const smallest = column === undefined ? LEAST : 1 / Math.max(1, column.distinct);
    fraction *= Math.max(high - low, Math.min(smallest, high), LEAST) * (1 - (column?.nulls ?? 0));
  }
  return clamp(fraction);
}

function termSelectivity(term: Expression, lookup: Lookup): number {
  switch (term.kind) {
    case 'constant':
      return term.value === true ? 1 : 0;
    case 'and':
      return conjunctionSelectivity(term.args, lookup);
    case 'or':
      return clamp(1 - term.args.reduce((none, arg) => none * (1 - selectivity(arg, lookup)), 1));
    case 'in':
      return inSelectivity(term, lookup);
    case 'column':
      return 0.5;
    case 'call':
      return callSelectivity(term, lookup);
    default:
      return UNKNOWN_CONDITION;
  }
}

function callSelectivity(call: Call, lookup: Lookup): number {
  const comparison = asComparison(call);
  if (comparison !== undefined) return comparisonSelectivity(comparison, lookup);
  const [arg, second] = call.args;
  if (arg === undefined) return UNKNOWN_CONDITION;
  const nulls = nullFraction(arg, lookup);
  switch (call.fn) {
    case 'not':
    case 'is_not_true':
    case 'is_false':
      return clamp(1 - selectivity(arg, lookup));
    case 'is_true':
    case 'is_not_false':
      return selectivity(arg, lookup);
    case 'is_null':
      return clamp(nulls);
    case 'is_not_null':
      return clamp(1 - nulls);
    case 'is_distinct':
      return second === undefined
        ? UNKNOWN_CONDITION
        : comparisonSelectivity({ fn: 'ne', left: arg, right: second }, lookup);
    case 'is_not_distinct':
      return second === undefined
        ? UNKNOWN_CONDITION
        : comparisonSelectivity({ fn: 'eq', left: arg, right: second }, lookup);
    case 'like':
    case 'ilike':
      return likeSelectivity(call, lookup);
    default:
      return UNKNOWN_CONDITION;
  }
}

function comparisonSelectivity({ fn, left, right }: Comparison, lookup: Lookup): number {
  const distinct = Math.max(distinctValues(left, lookup) ?? 0, distinctValues(right, lookup) ?? 0);
  const present = (1 - nullFraction(left, lookup)) * (1 - nullFraction(right, lookup));
  switch (fn) {
    case 'eq':
      return clamp(present * equalFraction(left, right, distinct, lookup));
    case 'ne':
      return clamp(present * (1 - equalFraction(left, right, distinct, lookup)));
    default:
      return clamp(present * UNKNOWN_RANGE);
  }
}

function equalFraction(left: Expression, right: Expression, distinct: number, lookup: Lookup): number {
  if (left.kind === 'column' && right.kind === 'constant') {
    const column = lookup(left.id);
    if (column !== undefined && isOutside(right.value, left, column)) return LEAST;
  }
  return distinct > 0 ? 1 / distinct : UNKNOWN_EQUALITY;
}

function isOutside(value: Value, column: Expression, { min, max }: ColumnEstimate): boolean {
  const at = position(value, column.type);
  return at !== undefined && ((min !== undefined && at < min) || (max !== undefined && at > max));
}

function inSelectivity(term: InList, lookup: Lookup): number {
  const distinct = distinctValues(term.arg, lookup);
  const one = distinct === undefined ? UNKNOWN_EQUALITY : 1 / distinct;
  const column = term.arg.kind === 'column' ? lookup(term.arg.id) : undefined;
  const possible = term.values.filter((value) => column === undefined || !isOutside(value, term.arg, column));
  return clamp(Math.min(1, possible.length * one) * (1 - nullFraction(term.arg, lookup)));
}

function likeSelectivity(call: Call, lookup: Lookup): number {
  const [arg, pattern, escapeArg] = call.args;
  if (arg === undefined || pattern?.kind !== 'constant' || typeof pattern.value !== 'string') return FOUND_TEXT;
  const escapeBy = escapeArg?.kind === 'constant' && typeof escapeArg.value === 'string' ? escapeArg.value : '\\';
  const texts = patternTexts(pattern.value, escapeBy);
  if (texts === undefined) return FOUND_TEXT;
  if (texts.count === 0) return 1 - nullFraction(arg, lookup);
  const first = texts.anchored ? PREFIX : FOUND_TEXT;
  const guess = first * NEXT_FOUND_TEXT ** (texts.count - 1);
  // Of few values, some match, or nobody would ask.
  const distinct = distinctValues(arg, lookup);
  return clamp(distinct === undefined ? guess : Math.max(guess, 1 / distinct));
}

/** How many texts the pattern looks for, and whether the value must begin with the first. */
function patternTexts(
  pattern: string,
  escapeBy: string,
): { readonly count: number; readonly anchored: boolean } | undefined {
  try {
    const parts = likeParts(pattern, escapeBy);
    return { count: parts.filter((part) => part.kind === 'text').length, anchored: parts[0]?.kind === 'text' };
  } catch {
    // A malformed pattern fails when the statement runs.
    return undefined;
  }
}

interface RangeTerm {
  readonly column: ColumnId;
  readonly low: number;
  readonly high: number;
}

/** A bound of a column, as the part of its values' distribution that it leaves. */
function asRangeTerm(term: Expression, lookup: Lookup): RangeTerm | undefined {
  const comparison = asComparison(term);
  if (comparison === undefined) return undefined;
  const { fn, left, right } = comparison;
  if (left.kind === 'column' && right.kind === 'constant') return rangeOf(fn, left, right.value, lookup);
  if (right.kind === 'column' && left.kind === 'constant') return rangeOf(FLIPPED[fn], right, left.value, lookup);
  return undefined;
}

function rangeOf(
  fn: ComparisonName,
  column: Extract<Expression, { kind: 'column' }>,
  value: Value,
  lookup: Lookup,
): RangeTerm | undefined {
  if (fn === 'eq' || fn === 'ne') return undefined;
  const estimate = lookup(column.id);
  const at = position(value, column.type);
  if (estimate === undefined || at === undefined) return undefined;
  const strict = fn === 'lt' || fn === 'gt';
  const upper = fn === 'lt' || fn === 'le';
  // With steps, x <= 5 is x < 6, and x > 5 is x >= 6.
  const step = hasSteps(column.type) && strict !== upper ? 1 : 0;
  const below = fractionBelow(at + step, estimate, hasSteps(column.type));
  if (below === undefined) return undefined;
  return upper ? { column: column.id, low: 0, high: below } : { column: column.id, low: below, high: 1 };
}

/** The fraction of values less than the bound, values being spread evenly unless more is known. */
function fractionBelow(bound: number, { min, max, spread }: ColumnEstimate, steps: boolean): number | undefined {
  if (spread !== undefined) return normalBelow((bound - spread.mean) / Math.max(spread.deviation, Number.EPSILON));
  if (min === undefined || max === undefined) return undefined;
  const end = steps ? max + 1 : max;
  if (bound <= min) return 0;
  if (bound >= end || end <= min) return 1;
  return (bound - min) / (end - min);
}

/** The normal distribution's function, to three digits (Bowling et al. 2009). */
function normalBelow(z: number): number {
  return 1 / (1 + Math.exp(-(0.07056 * z ** 3 + 1.5976 * z)));
}

export function nullFraction(expression: Expression, lookup: Lookup): number {
  if (!expression.nullable) return 0;
  return expression.kind === 'column' ? (lookup(expression.id)?.nulls ?? 0) : 0;
}

/** How many different values the expression has; undefined where there is no ground for a guess. */
export function distinctValues(expression: Expression, lookup: Lookup): number | undefined {
  return valuesOf(expression, lookup, (column) => column.distinct);
}

/** As `distinctValues`, of the domain from which the values come. */
export function domainValues(expression: Expression, lookup: Lookup): number | undefined {
  return valuesOf(expression, lookup, (column) => column.domain);
}

function valuesOf(
  expression: Expression,
  lookup: Lookup,
  count: (column: ColumnEstimate) => number,
): number | undefined {
  switch (expression.kind) {
    case 'column': {
      const column = lookup(expression.id);
      return column && count(column);
    }
    case 'constant':
      return 1;
    case 'cast':
      return valuesOf(expression.arg, lookup, count);
    case 'case':
      return expression.branches.every((branch) => branch.then.kind === 'constant')
        ? expression.branches.length + 1
        : undefined;
    case 'and':
    case 'or':
    case 'in':
      return 2;
    case 'call': {
      if (expression.type.kind === 'bool') return 2;
      if (expression.fn === 'extract' || expression.fn === 'date_part') return partsOfDate(expression, lookup, count);
      const args = expression.args.map((arg) => valuesOf(arg, lookup, count));
      if (args.includes(undefined)) return undefined;
      const combinations = args.reduce((product: number, arg) => product * (arg ?? 1), 1);
      const length = PREFIX_FUNCTIONS.has(expression.fn) ? expression.args.at(-1) : undefined;
      if (length === undefined) return combinations;
      // The first characters of texts, which are most often digits or letters of few words.
      const characters = length.kind === 'constant' && typeof length.value === 'number' ? length.value : 1;
      return Math.min(combinations, VALUES_PER_CHARACTER ** Math.max(0, characters));
    }
    default:
      return undefined;
  }
}

const DAYS_PER_FIELD: Readonly<Record<string, number>> = { year: 365.25, quarter: 91.3, month: 30.4, week: 7 };
const FIELD_VALUES: Readonly<Record<string, number>> = {
  quarter: 4,
  month: 12,
  week: 53,
  day: 31,
  dow: 7,
  isodow: 7,
  doy: 366,
  hour: 24,
  minute: 60,
};
const MICROS_PER_DAY = 86_400_000_000;

function partsOfDate(call: Call, lookup: Lookup, count: (column: ColumnEstimate) => number): number | undefined {
  const [field, arg] = call.args;
  if (field?.kind !== 'constant' || typeof field.value !== 'string' || arg === undefined) return undefined;
  const all = valuesOf(arg, lookup, count);
  const cyclic = FIELD_VALUES[field.value];
  const column = arg.kind === 'column' ? lookup(arg.id) : undefined;
  const days = DAYS_PER_FIELD[field.value];
  const guesses = [all, cyclic];
  if (column?.min !== undefined && column.max !== undefined && days !== undefined && cyclic === undefined) {
    const length = arg.type.kind === 'timestamp' ? days * MICROS_PER_DAY : days;
    guesses.push((column.max - column.min) / length + 1);
  }
  const known = guesses.filter((guess) => guess !== undefined);
  return known.length === 0 ? undefined : Math.max(1, Math.min(...known));
}

function clamp(fraction: number): number {
  return Math.min(1, Math.max(LEAST, fraction));
}
