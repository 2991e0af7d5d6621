import type { TableHandle, TableStatistics } from '../catalog/catalog.ts';
import { columnRef, conjuncts } from '../ir/build.ts';
import { expressionColumns, substitute } from '../ir/columns.ts';
import { expressionEquals } from '../ir/equal.ts';
import type { AggregateCall, Column, ColumnId, Expression } from '../ir/expression.ts';
import {
  type Aggregate,
  type BindingId,
  type Plan,
  type Project,
  ROW_ID_ORDINAL,
  type Scan,
  type Window,
} from '../ir/plan.ts';
import { printExpression } from '../ir/print.ts';
import { unreachable } from '../types/error.ts';
import { asComparison } from './calls.ts';
import {
  type ColumnEstimate,
  columnFromStatistics,
  drawnDistinct,
  type Estimate,
  type KeyDomain,
  NO_COLUMNS,
  type Restricted,
  scaleColumns,
  unknownColumn,
} from './estimates.ts';
import { closure, factsOf, isUniqueOn } from './facts.ts';
import { estimateJoin, splitCondition } from './join-estimate.ts';
import { narrowSample, type Sampled, sampledCombinations } from './sample.ts';
import { conjunctionSelectivity, distinctValues, type Lookup } from './selectivity.ts';
import { momentsOf, rangeOfExpression, rangeOfTerms } from './value-ranges.ts';

/** Estimates of one compilation: what it knows of statistics does not change while it lasts. */
export interface Estimator {
  readonly estimate: (plan: Plan) => Estimate;
  readonly rows: (plan: Plan) => number;
}

export function createEstimator(): Estimator {
  const known = new WeakMap<Plan, Estimate>();
  const bindings: Bindings = new Map();
  const tables = new Map<TableHandle, TableStatistics>();
  const statistics = (table: TableHandle): TableStatistics => {
    const before = tables.get(table);
    if (before !== undefined) return before;
    const result = table.statistics();
    tables.set(table, result);
    return result;
  };
  const estimate = (plan: Plan): Estimate => {
    const before = known.get(plan);
    if (before !== undefined) return before;
    const result =
      plan.kind === 'scan' ? scanEstimate(plan, statistics(plan.table)) : derive(plan, estimate, statistics, bindings);
    known.set(plan, result);
    return result;
  };
  return { estimate, rows: (plan) => estimate(plan).rows };
}

const NOTHING: Estimate = { rows: 0, columns: NO_COLUMNS, keys: [] };
/** Elements of a list, where nothing is known. */
const LIST_LENGTH = 5;
const LIMIT_BY_PARAMETER = 1000;

/** What is known of bindings; of one that is not met yet, nothing is. */
type Bindings = Map<BindingId, { readonly columns: readonly Column[]; readonly estimate: Estimate }>;

/** Rows of a binding of which nothing is known, and how many times the rows of its base a recursion has. */
const UNKNOWN_ROWS = 1000;
const RECURSION_FACTOR = 10;

function derive(
  plan: Exclude<Plan, Scan>,
  estimate: Estimator['estimate'],
  statistics: (table: TableHandle) => TableStatistics,
  bindings: Bindings,
): Estimate {
  switch (plan.kind) {
    case 'values': {
      const rows = plan.rows.length;
      if (rows === 0) return NOTHING;
      const column: ColumnEstimate = { distinct: rows, domain: rows, nulls: 0 };
      return { rows, columns: new Map(plan.columns.map(({ id }) => [id, column])), keys: [] };
    }
    case 'filter': {
      const result = filtered(estimate(plan.input), plan.predicate);
      return plan.input.kind === 'scan' ? withSubsets(result, plan.input, plan.predicate) : result;
    }
    case 'project':
      return projected(plan, estimate(plan.input));
    case 'join': {
      const condition = splitCondition(plan.condition, plan.left.columns, plan.right.columns);
      return estimateJoin(plan.join, estimate(plan.left), estimate(plan.right), condition);
    }
    case 'apply': {
      const condition = { equalities: [], residual: [] };
      const inner = estimate(plan.right);
      return estimateJoin(plan.join, estimate(plan.left), { ...inner, rows: Math.max(1, inner.rows) }, condition);
    }
    case 'aggregate':
      return aggregated(plan, estimate(plan.input));
    case 'window':
      return windowEstimate(plan, estimate(plan.input));
    case 'sort':
      return estimate(plan.input);
    case 'limit':
      return limited(estimate(plan.input), plan.count);
    case 'distinct': {
      const input = estimate(plan.input);
      const lookup = lookupIn(input);
      const on = plan.on ?? plan.columns.map((column): Expression => ({ kind: 'column', ...column }));
      return resized(input, groupCount(on, input, lookup, plan.input));
    }
    case 'setOperation':
      return setOperationEstimate(plan, estimate(plan.left), estimate(plan.right));
    case 'unnest': {
      const input = estimate(plan.input);
      const rows = input.rows * LIST_LENGTH;
      const columns = new Map(input.columns);
      columns.set(plan.element.id, unknownColumn(rows));
      if (plan.ordinality !== undefined) columns.set(plan.ordinality.id, unknownColumn(LIST_LENGTH));
      return { rows, columns, keys: input.keys };
    }
    case 'fetch': {
      const input = estimate(plan.input);
      const stored = statistics(plan.table);
      const columns = new Map(input.columns);
      plan.fetched.forEach((column, i) => {
        const known = stored.columns[plan.ordinals[i] ?? -1];
        columns.set(column.id, columnFromStatistics(known, column.type, column.nullable, stored.rowCount));
      });
      return { ...input, columns };
    }
    case 'let':
      bindings.set(plan.binding, { columns: plan.definition.columns, estimate: estimate(plan.definition) });
      return estimate(plan.body);
    case 'recursive': {
      const base = estimate(plan.base);
      bindings.set(plan.binding, { columns: plan.base.columns, estimate: base });
      const rows = Math.max(1, base.rows) * RECURSION_FACTOR;
      return { rows, columns: new Map(plan.columns.map(({ id }) => [id, unknownColumn(rows)])), keys: [] };
    }
    case 'reference': {
      const bound = bindings.get(plan.binding);
      const rows = bound?.estimate.rows ?? UNKNOWN_ROWS;
      const columns = plan.columns.map(({ id }, i): [ColumnId, ColumnEstimate] => {
        const from = bound?.columns[i];
        return [id, (from && bound?.estimate.columns.get(from.id)) ?? unknownColumn(rows)];
      });
      return { rows, columns: new Map(columns), keys: [] };
    }
    case 'asOfJoin': {
      const left = estimate(plan.left);
      const right = estimate(plan.right);
      return { rows: left.rows, columns: new Map([...right.columns, ...left.columns]), keys: left.keys };
    }
    case 'insert':
    case 'update':
    case 'delete':
    case 'merge':
      return estimate(plan.input);
    default:
      return unreachable(plan);
  }
}

/** Row numbers go up to the size of a partition; what else is computed is not known. */
function windowEstimate(plan: Window, input: Estimate): Estimate {
  const size = Math.max(1, input.rows / partitionsOf(plan.partitionBy, plan.input, input));
  const columns = new Map(input.columns);
  plan.results.forEach((column, i) => {
    const ranks = RANKS.has(plan.calls[i]?.fn ?? '');
    const unknown = unknownColumn(input.rows);
    columns.set(column.id, ranks ? { ...unknown, distinct: size, domain: size, min: 1, max: size } : unknown);
  });
  return { rows: input.rows, columns, keys: input.keys };
}

/** Partitions by these expressions over the rows of `input`. */
export function partitionCount(by: readonly Expression[], input: Plan, { estimate }: Estimator): number {
  return partitionsOf(by, input, estimate(input));
}

function partitionsOf(by: readonly Expression[], input: Plan, estimate: Estimate): number {
  return by.length === 0 ? 1 : Math.max(1, groupCount(by, estimate, lookupIn(estimate), input));
}

const RANKS = new Set(['row_number', 'rank', 'dense_rank']);

function scanEstimate({ table, columns, ordinals }: Scan, statistics: TableStatistics): Estimate {
  const rows = Math.max(1, statistics.rowCount);
  const keys: KeyDomain[] = table.keys.flatMap((key) => {
    const own = key.map((ordinal) => columns[ordinals.indexOf(ordinal)]?.id).filter((id) => id !== undefined);
    return own.length === key.length ? [{ columns: own, rows }] : [];
  });
  const unique = new Set(table.keys.flatMap((key) => (key.length === 1 ? key : [])));
  const estimates = new Map<ColumnId, ColumnEstimate>();
  columns.forEach((column, i) => {
    const ordinal = ordinals[i] ?? ROW_ID_ORDINAL;
    const estimate = columnFromStatistics(statistics.columns[ordinal], column.type, column.nullable, rows);
    const isKey = ordinal === ROW_ID_ORDINAL || unique.has(ordinal);
    estimates.set(column.id, isKey ? { ...estimate, distinct: rows, domain: rows } : estimate);
  });
  const { sample } = statistics;
  const placed = new Map<ColumnId, number>();
  columns.forEach((column, i) => placed.set(column.id, ordinals[i] ?? ROW_ID_ORDINAL));
  const sampled =
    sample === undefined || sample.rows === 0 ? undefined : { sample, ordinals: placed, rows: sample.rows };
  return { rows, columns: estimates, keys, sample: sampled };
}

function lookupIn({ columns }: Estimate): Lookup {
  return (id) => columns.get(id);
}

/** The input's rows that satisfy the condition. */
export function filtered(input: Estimate, condition: Expression): Estimate {
  const lookup = lookupIn(input);
  const terms = conjuncts(condition);
  const { fraction: kept, sample } = fractionOf(terms, input, lookup);
  const rows = input.rows * kept;
  const columns = new Map(scaleColumns(input.columns, input.rows, rows));
  let { keys } = input;
  for (const [id, own] of termsByColumn(terms)) {
    const before = input.columns.get(id);
    if (before === undefined) continue;
    const { fraction } = own.length === terms.length ? { fraction: kept } : fractionOf(own, input, lookup);
    columns.set(id, narrowed(before, own, fraction, rows));
    keys = keys.map((key) => (key.columns.includes(id) ? { ...key, rows: Math.max(1, key.rows * fraction) } : key));
  }
  return { rows, columns, keys, sample, restricted: [...(input.restricted ?? []), ...restrictions(terms)] };
}

/** The estimate of a filter over a scan, whose columns have what the filter leaves. */
function withSubsets(result: Estimate, { table, columns: scanned, ordinals }: Scan, condition: Expression): Estimate {
  let text: string | undefined;
  const filter = (): string => {
    if (text === undefined) {
      const places = scanned.map(
        (column, i) => [column.id, { ...columnRef(column), id: ordinals[i] ?? ROW_ID_ORDINAL }] as const,
      );
      text = `${table.name} ${printExpression(substitute(condition, new Map(places)))}`;
    }
    return text;
  };
  const columns = new Map(result.columns);
  scanned.forEach(({ id }, i) => {
    const column = columns.get(id);
    const ordinal = ordinals[i] ?? ROW_ID_ORDINAL;
    if (column !== undefined) columns.set(id, { ...column, within: { filter, ordinal, values: column.distinct } });
  });
  return { ...result, columns };
}

/** So many of a sample's rows tell a fraction well enough. */
const ENOUGH_MATCHES = 12;

/**
 * The part of the input's rows for which all terms are true: by trying them on the sample where there is one, by the
 * statistics of columns otherwise. Where few rows of the sample are left, it bounds what the statistics say.
 */
function fractionOf(
  terms: readonly Expression[],
  { sample }: Estimate,
  lookup: Lookup,
): { readonly fraction: number; readonly sample?: Sampled | undefined } {
  if (sample === undefined || sample.rows === 0) return { fraction: conjunctionSelectivity(terms, lookup), sample };
  let left = sample;
  const tried: Expression[] = [];
  const others: Expression[] = [];
  for (const term of terms) {
    const narrower = narrowSample(left, term);
    if (narrower === undefined) others.push(term);
    else {
      left = narrower;
      tried.push(term);
    }
  }
  if (tried.length === 0) return { fraction: conjunctionSelectivity(terms, lookup), sample };
  const seen = left.rows / sample.rows;
  const rest = others.length === 0 ? 1 : conjunctionSelectivity(others, lookup);
  const isSure = left.rows >= ENOUGH_MATCHES || seen === 1 || (sample.sample.complete && left.rows > 0);
  if (isSure) return { fraction: seen * rest, sample: left };
  const least = left.rows / 2 / sample.rows;
  const most = (left.rows + (left.sample.complete ? 0.5 : 1)) / sample.rows;
  const guess = conjunctionSelectivity(tried, lookup);
  return { fraction: Math.min(most, Math.max(least, guess)) * rest, sample: left };
}

/** Expressions over columns that the terms leave a few values. */
function restrictions(terms: readonly Expression[]): readonly Restricted[] {
  return terms.flatMap((term): readonly Restricted[] => {
    if (term.kind === 'in' && term.arg.kind !== 'column') return [{ expression: term.arg, values: term.values.length }];
    const comparison = asComparison(term);
    if (comparison?.fn !== 'eq' || comparison.right.kind !== 'constant' || comparison.left.kind === 'column') return [];
    return [{ expression: comparison.left, values: 1 }];
  });
}

/** The terms that are over one column only, by column. */
function termsByColumn(terms: readonly Expression[]): ReadonlyMap<ColumnId, readonly Expression[]> {
  const byColumn = new Map<ColumnId, Expression[]>();
  for (const term of terms) {
    const [only, ...others] = expressionColumns(term);
    if (only === undefined || others.length > 0) continue;
    const list = byColumn.get(only);
    if (list === undefined) byColumn.set(only, [term]);
    else list.push(term);
  }
  return byColumn;
}

/** The column after conditions on itself. */
function narrowed(
  column: ColumnEstimate,
  terms: readonly Expression[],
  fraction: number,
  rows: number,
): ColumnEstimate {
  const range = rangeOfTerms(terms, column);
  const most = Math.min(range.values ?? Number.POSITIVE_INFINITY, rows);
  const left = Math.max(1, Math.min(column.domain * fraction, range.values ?? Number.POSITIVE_INFINITY));
  const domain = Math.min(column.domain, left);
  const distinct = Math.max(1, Math.min(column.distinct * fraction, most));
  return { ...column, min: range.min, max: range.max, distinct, domain, nulls: 0 };
}

function projected(plan: Project, input: Estimate): Estimate {
  const lookup = lookupIn(input);
  const columns = new Map<ColumnId, ColumnEstimate>();
  const renamed = new Map<ColumnId, ColumnId>();
  plan.columns.forEach((column, i) => {
    const expression = plan.expressions[i];
    if (expression === undefined) return;
    const from = expression.kind === 'column' ? input.columns.get(expression.id) : undefined;
    if (expression.kind === 'column') renamed.set(expression.id, column.id);
    columns.set(column.id, from ?? computedColumn(expression, input, lookup));
  });
  const keys = input.keys.flatMap((key) => {
    const own = key.columns.map((id) => renamed.get(id)).filter((id) => id !== undefined);
    return own.length === key.columns.length ? [{ columns: own, rows: key.rows }] : [];
  });
  return {
    rows: input.rows,
    columns,
    keys,
    sample: renamedSample(input.sample, renamed),
    restricted: input.restricted,
  };
}

function renamedSample(sample: Sampled | undefined, renamed: ReadonlyMap<ColumnId, ColumnId>): Sampled | undefined {
  if (sample === undefined) return undefined;
  const ordinals = new Map<ColumnId, number>();
  for (const [from, to] of renamed) {
    const ordinal = sample.ordinals.get(from);
    if (ordinal !== undefined) ordinals.set(to, ordinal);
  }
  return { ...sample, ordinals };
}

function computedColumn(expression: Expression, input: Estimate, lookup: Lookup): ColumnEstimate {
  const range = rangeOfExpression(expression, lookup);
  const distinct = Math.max(1, Math.min(valuesOfGroup(expression, input, lookup), input.rows));
  return { distinct, domain: distinct, nulls: 0, min: range?.min, max: range?.max };
}

/** The number of groups: combinations of values that are not determined by one another. */
function groupCount(groups: readonly Expression[], input: Estimate, lookup: Lookup, plan: Plan): number {
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

function aggregated(plan: Aggregate, input: Estimate): Estimate {
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

function limited(input: Estimate, count: Expression | undefined): Estimate {
  if (count === undefined) return input;
  if (count.kind !== 'constant') return resized(input, Math.min(input.rows, LIMIT_BY_PARAMETER));
  return typeof count.value === 'bigint' ? resized(input, Math.min(input.rows, Number(count.value))) : input;
}

function resized(input: Estimate, rows: number): Estimate {
  return { rows, columns: scaleColumns(input.columns, input.rows, rows), keys: input.keys };
}

function setOperationEstimate(
  plan: Extract<Plan, { kind: 'setOperation' }>,
  left: Estimate,
  right: Estimate,
): Estimate {
  const rows =
    plan.operation === 'union'
      ? left.rows + right.rows
      : plan.operation === 'intersect'
        ? Math.min(left.rows, right.rows)
        : left.rows;
  const columns = new Map<ColumnId, ColumnEstimate>();
  plan.columns.forEach((column, i) => {
    const a = left.columns.get(plan.left.columns[i]?.id ?? -1);
    const b = right.columns.get(plan.right.columns[i]?.id ?? -1);
    const both =
      (a?.distinct ?? unknownColumn(left.rows).distinct) + (plan.operation === 'union' ? (b?.distinct ?? 0) : 0);
    columns.set(column.id, { distinct: Math.min(both, Math.max(1, rows)), domain: both, nulls: a?.nulls ?? 0 });
  });
  return { rows, columns, keys: [] };
}
