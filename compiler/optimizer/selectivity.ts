import { type Distribution, fractionBelow as distributionBelow } from '../catalog/distribution.ts';
import { position } from '../catalog/position.ts';
import { likeParts } from '../functions/patterns.ts';
import { conjuncts } from '../ir/build.ts';
import type { Call, ColumnId, Expression, InList } from '../ir/expression.ts';
import { someExpression } from '../ir/traverse.ts';
import type { Type } from '../types/type.ts';
import type { Value } from '../types/value.ts';
import { asComparison, type Comparison, type ComparisonName, FLIPPED } from './calls.ts';
import { type ColumnEstimate, hasSteps } from './estimates.ts';
import { momentsOf, prefixRange, type Range, rangeOfExpression } from './value-ranges.ts';

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

/** The fraction that a sample keeps. */
function sampleFraction({ fn, args: [place, fraction] }: Call): number | undefined {
  if (fn !== 'lt' || place?.kind !== 'call' || place.fn !== 'sample_place') return undefined;
  return fraction?.kind === 'constant' && typeof fraction.value === 'number' ? fraction.value : undefined;
}

function callSelectivity(call: Call, lookup: Lookup): number {
  const sample = sampleFraction(call);
  if (sample !== undefined) return clamp(sample);
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
      return clamp(present * (rangesCompared(fn, left, right, lookup) ?? UNKNOWN_RANGE));
  }
}

/** How often `left fn right` holds for values drawn from the ranges of two expressions. */
function rangesCompared(
  fn: 'lt' | 'le' | 'gt' | 'ge',
  left: Expression,
  right: Expression,
  lookup: Lookup,
): number | undefined {
  if (isSpread(left, lookup) || isSpread(right, lookup)) {
    const [a, b] = [momentsOf(left, lookup), momentsOf(right, lookup)];
    if (a === undefined || b === undefined) return undefined;
    const deviation = Math.sqrt(a.variance + b.variance);
    const less = normalBelow((b.mean - a.mean) / Math.max(deviation, Number.EPSILON));
    return fn === 'lt' || fn === 'le' ? less : 1 - less;
  }
  const a = rangeOfExpression(left, lookup);
  const b = rangeOfExpression(right, lookup);
  if (a === undefined || b === undefined) return undefined;
  const step = hasSteps(left.type) ? 1 : 0;
  const width = a.max - a.min + step;
  const other = b.max - b.min;
  if (width <= 0 && other <= 0) return undefined;
  // The mean over b's values of the part of a's that are less, from the ends and the middle.
  const parts = [b.min, (b.min + b.max) / 2, b.max].map((at) =>
    partBelow(at, a, width, fn === 'le' || fn === 'gt' ? step : 0),
  );
  const less = other <= 0 ? (parts[0] ?? 0) : ((parts[0] ?? 0) + 4 * (parts[1] ?? 0) + (parts[2] ?? 0)) / 6;
  return fn === 'lt' || fn === 'le' ? less : 1 - less;
}

/** Whether the expression is made of sums or counts. */
function isSpread(expression: Expression, lookup: Lookup): boolean {
  return someExpression(expression, (node) => node.kind === 'column' && lookup(node.id)?.spread !== undefined);
}

function partBelow(at: number, { min }: Range, width: number, step: number): number {
  if (width <= 0) return at + step > min ? 1 : 0;
  return Math.min(1, Math.max(0, (at + step - min) / width));
}

function equalFraction(left: Expression, right: Expression, distinct: number, lookup: Lookup): number {
  if (left.kind === 'column' && right.kind === 'constant') {
    const column = lookup(left.id);
    if (column !== undefined && isOutside(right.value, left, column)) return LEAST;
    const common = column === undefined ? undefined : commonFraction(right.value, left.type, column);
    if (common !== undefined) return common;
  } else if (right.kind === 'constant') {
    const range = rangeOfExpression(left, lookup);
    const at = position(right.value, left.type);
    if (range !== undefined && at !== undefined && (at < range.min || at > range.max)) return LEAST;
  }
  return distinct > 0 ? 1 / distinct : UNKNOWN_EQUALITY;
}

/** The fraction of a column's values that a value makes up, by the most common values; undefined where they do not tell. */
function commonFraction(value: Value, type: Type, column: ColumnEstimate): number | undefined {
  const distribution = column.distribution?.();
  if (distribution === undefined || column.distinct <= 1) return undefined;
  const { common } = distribution;
  if (common.size === 0) return undefined;
  const key = typeof value === 'string' ? value : typeof value === 'boolean' ? Number(value) : position(value, type);
  if (key === undefined) return undefined;
  const left = partOfRange(distribution, column);
  const known = common.get(key);
  if (known !== undefined) return Math.min(1, known / left);
  const others = Math.max(1, column.distinct - common.size * left);
  return Math.max(LEAST, 1 - distribution.commonFraction) / others;
}

/** The fraction of the values that the distribution tells of which lie within the column's range now. */
export function partOfRange(distribution: Distribution, { min, max }: ColumnEstimate): number {
  const below = min === undefined ? 0 : (distributionBelow(distribution, min) ?? 0);
  const upTo = max === undefined ? 1 : (distributionBelow(distribution, nextAfter(max)) ?? 1);
  return Math.max(upTo - below, LEAST_PART);
}

/** Of a distribution, that something is left of it is not doubted. */
const LEAST_PART = 1e-4;

function nextAfter(at: number): number {
  return at + Math.max(Math.abs(at) * 1e-12, 1e-12);
}

function isOutside(value: Value, column: Expression, { min, max }: ColumnEstimate): boolean {
  const at = position(value, column.type);
  return at !== undefined && ((min !== undefined && at < min) || (max !== undefined && at > max));
}

function inSelectivity(term: InList, lookup: Lookup): number {
  const distinct = distinctValues(term.arg, lookup);
  const one = distinct === undefined ? UNKNOWN_EQUALITY : 1 / distinct;
  const column = term.arg.kind === 'column' ? lookup(term.arg.id) : undefined;
  const fractions = term.values.map((value) => {
    if (column === undefined) return one;
    return isOutside(value, term.arg, column) ? 0 : (commonFraction(value, term.arg.type, column) ?? one);
  });
  const found = fractions.reduce((sum, fraction) => sum + fraction, 0);
  return clamp(Math.min(1, found) * (1 - nullFraction(term.arg, lookup)));
}

function likeSelectivity(call: Call, lookup: Lookup): number {
  const [arg, pattern, escapeArg] = call.args;
  if (arg === undefined || pattern?.kind !== 'constant' || typeof pattern.value !== 'string') return FOUND_TEXT;
  const escapeBy = escapeArg?.kind === 'constant' && typeof escapeArg.value === 'string' ? escapeArg.value : '\\';
  const texts = patternTexts(pattern.value, escapeBy);
  if (texts === undefined) return FOUND_TEXT;
  if (texts.count === 0) return 1 - nullFraction(arg, lookup);
  const first = texts.prefix === undefined ? FOUND_TEXT : (prefixFraction(texts.prefix, arg, lookup) ?? PREFIX);
  const guess = first * NEXT_FOUND_TEXT ** (texts.count - 1);
  // Of few values, some match, or nobody would ask.
  const distinct = distinctValues(arg, lookup);
  return clamp(distinct === undefined ? guess : Math.max(guess, 1 / distinct));
}

/** The fraction of a column's texts that begin with the prefix, by their distribution. */
function prefixFraction(prefix: string, arg: Expression, lookup: Lookup): number | undefined {
  const column = arg.kind === 'column' ? lookup(arg.id) : undefined;
  const distribution = column?.distribution?.();
  const range = prefixRange(prefix);
  if (column === undefined || distribution === undefined || range === undefined) return undefined;
  const low = fractionBelow(range.min, column, false);
  const high = fractionBelow(range.max, column, false);
  return low === undefined || high === undefined ? undefined : Math.max(high - low, LEAST);
}

/** How many texts the pattern looks for, and what the value must begin with. */
function patternTexts(
  pattern: string,
  escapeBy: string,
): { readonly count: number; readonly prefix: string | undefined } | undefined {
  try {
    const parts = likeParts(pattern, escapeBy);
    const [first] = parts;
    const prefix = first?.kind === 'text' ? first.text : undefined;
    return { count: parts.filter((part) => part.kind === 'text').length, prefix };
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
function fractionBelow(bound: number, column: ColumnEstimate, steps: boolean): number | undefined {
  const { min, max, spread } = column;
  if (spread !== undefined) return normalBelow((bound - spread.mean) / Math.max(spread.deviation, Number.EPSILON));
  const distribution = column.distribution?.();
  const known = distribution === undefined ? undefined : distributionBelow(distribution, bound);
  if (distribution !== undefined && known !== undefined) {
    const before = min === undefined ? 0 : (distributionBelow(distribution, min) ?? 0);
    return Math.min(1, Math.max(0, (known - before) / partOfRange(distribution, column)));
  }
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
