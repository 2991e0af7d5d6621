import type { TableHandle, TableStatistics } from '../catalog/catalog.ts';
import type { Column, ColumnId, Expression } from '../ir/expression.ts';
import { type BindingId, type Plan, type Project, ROW_ID_ORDINAL, type Scan, type Window } from '../ir/plan.ts';
import { unreachable } from '../types/error.ts';
import {
  type ColumnEstimate,
  columnFromStatistics,
  type Estimate,
  type KeyDomain,
  lookupIn,
  NO_COLUMNS,
  scaleColumns,
  unknownColumn,
} from './estimates.ts';
import { filtered, withSubsets } from './filter-estimate.ts';
import { aggregated, computedColumn, groupCount } from './group-estimate.ts';
import { estimateJoin, splitCondition } from './join-estimate.ts';
import type { Sampled } from './sample.ts';

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
