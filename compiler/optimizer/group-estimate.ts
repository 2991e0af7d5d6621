import { expressionColumns } from '../ir/columns.ts';
import { expressionEquals } from '../ir/equal.ts';
import type { AggregateCall, ColumnId, Expression } from '../ir/expression.ts';
import type { Aggregate, Plan } from '../ir/plan.ts';
import { type ColumnEstimate, drawnDistinct, type Estimate, lookupIn, unknownColumn } from './estimates.ts';
import { closure, factsOf, isUniqueOn } from './facts.ts';
import { sampledCombinations } from './sample.ts';
import { distinctValues, type Lookup } from './selectivity.ts';
import { momentsOf, rangeOfExpression } from './value-ranges.ts';

/** The number of groups: combinations of values that are not determined by one another. */
export function groupCount(groups: readonly Expression[], input: Estimate, lookup: Lookup, plan: Plan): number {
  const ids = groups.flatMap((group) => (group.kind === 'column' ? [group.id] : []));
  if (isUniqueOn(plan, ids)) return input.rows;
  const sampled = sampledGroups(groups, input);
  if (sampled?.certain === true) return Math.max(1, Math.min(sampled.groups, input.rows));
  const { dependencies } = factsOf(plan);
  let combinations = 1;
  let independent = 0;
  const seen: ColumnId[] = [];
  const bySize = groups
    .map((group) => ({ group, values: valuesOfGroup(group, input, lookup) }))
    .sort((a, b) => b.values - a.values);
  for (const { group, values } of bySize) {
    const own = [...expressionColumns(group)];
    const determined = closure(seen, dependencies);
    if (own.every((id) => determined.has(id))) continue;
    combinations *= Math.max(1, values);
    independent++;
    if (group.kind === 'column') seen.push(group.id);
  }
  // One column's values are all there; of combinations, those that rows happen to have.
  const guess = independent > 1 ? drawnDistinct(combinations, input.rows) : Math.min(combinations, input.rows);
  return Math.max(guess, Math.min(sampled?.groups ?? 1, input.rows));
}

function valuesOfGroup(group: Expression, { rows, restricted = [] }: Estimate, lookup: Lookup): number {
  const values = distinctValues(group, lookup) ?? unknownColumn(rows).distinct;
  const restriction =
    group.kind === 'column' ? undefined : restricted.find(({ expression }) => expressionEquals(expression, group));
  return Math.min(values, restriction?.values ?? Number.POSITIVE_INFINITY);
}

/** Groups in a smaller part of the sample are too few to tell of those outside it. */
const LEAST_SAMPLED = 100;
/** If more of the groups in a sample have but one row there, others have none. */
const MOST_SINGLE = 0.1;

/** The groups that the sample shows, and whether they are all of them (Chao, 1984, tells how many are missing). */
function sampledGroups(
  groups: readonly Expression[],
  { sample }: Estimate,
): { readonly groups: number; readonly certain: boolean } | undefined {
  if (sample === undefined || sample.rows < LEAST_SAMPLED) return undefined;
  const found = sampledCombinations(sample, groups);
  if (found === undefined) return undefined;
  const { different, once, twice } = found;
  if (sample.sample.complete) return { groups: different, certain: true };
  const certain = once <= MOST_SINGLE * different;
  return { groups: certain ? different + once ** 2 / (2 * Math.max(1, twice)) : different, certain };
}

export function aggregated(plan: Aggregate, input: Estimate): Estimate {
  const lookup = lookupIn(input);
  const sets = plan.groupingSets ?? [plan.groups.map((_, i) => i)];
  const rows = sets.reduce((sum, set) => {
    const groups = set.map((position) => plan.groups[position]).filter((group) => group !== undefined);
    return sum + (groups.length === 0 ? 1 : groupCount(groups, input, lookup, plan.input));
  }, 0);
  const columns = new Map<ColumnId, ColumnEstimate>();
  plan.columns.forEach((column, i) => {
    const group = plan.groups[i];
    const call = plan.aggregates[i - plan.groups.length];
    if (group !== undefined) {
      const from = group.kind === 'column' ? input.columns.get(group.id) : undefined;
      const estimate = from ?? computedColumn(group, input, lookup);
      columns.set(column.id, { ...estimate, distinct: Math.min(estimate.distinct, Math.max(1, rows)) });
    } else if (call !== undefined) columns.set(column.id, aggregateColumn(call, input.rows, rows, lookup));
    else columns.set(column.id, setNumber(plan));
  });
  const key = plan.columns.slice(0, plan.groups.length).map((column) => column.id);
  const keys = key.length > 0 && plan.groupingSets === undefined ? [{ columns: key, rows }] : [];
  return { rows, columns, keys };
}

/** The position of a row's grouping set. */
function setNumber(plan: Aggregate): ColumnEstimate {
  const sets = plan.groupingSets?.length ?? 1;
  return { distinct: sets, domain: sets, nulls: 0, min: 0, max: sets - 1 };
}

/**
 * Sums and counts over groups of random size: with n rows a group on average, each of mean m and variance v, a sum
 * has the mean n·m and the variance n·(v + m²) of a compound Poisson distribution.
 */
function aggregateColumn(call: AggregateCall, rows: number, groups: number, lookup: Lookup): ColumnEstimate {
  const perGroup = rows / Math.max(1, groups);
  const [arg] = call.args;
  const column = arg?.kind === 'column' ? lookup(arg.id) : undefined;
  const unknown = unknownColumn(groups * 10);
  switch (call.fn) {
    case 'count': {
      const deviation = Math.sqrt(perGroup);
      const distinct = Math.max(1, Math.min(groups, SPREAD_WIDTH * deviation));
      return { ...unknown, distinct, domain: distinct, spread: { mean: perGroup, deviation } };
    }
    case 'sum': {
      const moments = arg === undefined ? undefined : momentsOf(arg, lookup);
      if (moments === undefined) return unknown;
      const { mean, variance } = moments;
      return { ...unknown, spread: { mean: perGroup * mean, deviation: Math.sqrt(perGroup * (variance + mean ** 2)) } };
    }
    case 'min':
    case 'max':
    case 'any_value': {
      if (column === undefined) return unknown;
      const distinct = Math.min(column.distinct, Math.max(1, groups));
      return call.fn === 'any_value' ? { ...column, distinct } : { ...column, distinct, extremeOf: perGroup };
    }
    case 'avg':
      return column === undefined ? unknown : { ...unknown, min: column.min, max: column.max };
    default:
      return unknown;
  }
}

/** Nearly all values of a normal distribution lie within so many deviations from end to end. */
const SPREAD_WIDTH = 6;

/** What an expression over the input's columns comes to. */
export function computedColumn(expression: Expression, input: Estimate, lookup: Lookup): ColumnEstimate {
  const range = rangeOfExpression(expression, lookup);
  const distinct = Math.max(1, Math.min(valuesOfGroup(expression, input, lookup), input.rows));
  return { distinct, domain: distinct, nulls: 0, min: range?.min, max: range?.max };
}
