import { columnRef, constant, nullOf } from '../ir/build.ts';
import { equal } from '../ir/call.ts';
import { substitute } from '../ir/columns.ts';
import { type Column, type ColumnId, type Expression, ROW_NUMBER, type SortKey } from '../ir/expression.ts';
import type { Aggregate, Distinct, Plan } from '../ir/plan.ts';
import { partitionCount } from '../optimizer/cardinality.ts';
import { isMergeable } from '../optimizer/partial-aggregates.ts';
import { renumber } from '../optimizer/renumber.ts';
import { isVolatilePlan } from '../optimizer/volatility.ts';
import { INT32, INT64 } from '../types/type.ts';
import { withFirstRows } from './first-rows.ts';
import { groupJoinOfAggregate } from './lower-group-join.ts';
import { lowerOverGroups, lowerOverRows } from './lower-grouping-sets.ts';
import { estimated, type Lowering } from './lowering.ts';
import type { PhysicalPlan, PhysicalWindow } from './plan.ts';

export function lowerAggregate(plan: Aggregate, context: Lowering): PhysicalPlan {
  const { columns, groups, aggregates, groupingSets: sets } = plan;
  if (sets === undefined)
    return (
      groupJoinOfAggregate(plan, context) ?? {
        kind: 'hashAggregate',
        columns,
        input: context.lower(plan.input),
        groups,
        aggregates,
      }
    );
  if (aggregates.every(isMergeable)) return lowerOverGroups(plan, context);
  if (!isCheap(plan.input) || isVolatilePlan(plan.input)) return lowerOverRows(plan, context);
  // The input is computed for each set anew: reading a table again takes less than keeping its rows.
  return { kind: 'unionAll', columns, inputs: sets.map((_, i) => lowerGroupingSet(plan, i, context)) };
}

function isCheap(plan: Plan): boolean {
  return plan.kind === 'scan' || ((plan.kind === 'filter' || plan.kind === 'project') && isCheap(plan.input));
}

/** The aggregate by one set of the groups, the others being NULL. */
function lowerGroupingSet(plan: Aggregate, number: number, context: Lowering): PhysicalPlan {
  const { ids } = context;
  const fresh = (column: Column): Column => ({ ...column, id: ids.next() });
  const grouped = [...new Set(plan.groupingSets?.[number])];
  const { length } = plan.groups;
  const groupColumns = grouped.map((position) => plan.columns[position]).filter((column) => column !== undefined);
  const own: Aggregate = {
    ...plan,
    columns: [...groupColumns, ...plan.columns.slice(length, length + plan.aggregates.length)].map(fresh),
    groups: grouped.map((position) => plan.groups[position]).filter((group) => group !== undefined),
    groupingSets: undefined,
    set: undefined,
  };
  const copy = renumber(own, ids).plan;
  const expressions = plan.columns.map((column, i): Expression => {
    if (column.id === plan.set?.id) return constant(number, INT32);
    const at = i < length ? grouped.indexOf(i) : grouped.length + i - length;
    const from = at < 0 ? undefined : copy.columns[at];
    return from === undefined ? nullOf(column.type) : columnRef(from);
  });
  const estimate = estimated(copy, context.estimator);
  return { kind: 'project', columns: plan.columns.map(fresh), input: context.lower(copy), expressions, estimate };
}

export function lowerDistinct(plan: Distinct, context: Lowering): PhysicalPlan {
  const { columns, input, on } = plan;
  if (columns.length === 0) return { kind: 'limit', columns, input: context.lower(input), count: constant(1n, INT64) };
  if (on !== undefined) return lowerDistinctOn(plan, on, context);
  return {
    kind: 'hashAggregate',
    columns,
    input: context.lower(input),
    groups: columns.map((column) => columnRef(column)),
    aggregates: [],
  };
}

/** The first row of each group, by its number in the group's order, sorted again afterwards. */
function lowerDistinctOn(plan: Distinct, on: readonly Expression[], context: Lowering): PhysicalPlan {
  const { columns } = plan;
  const { rows, by, keys } = orderedInput(plan.input);
  const estimate = estimated(plan, context.estimator);
  const number: Column = { id: context.ids.next(), name: 'number', type: INT64, nullable: false };
  const isFirst = equal(columnRef(number), constant(1n, INT64));
  const partitionBy = on.map((expression) => substitute(expression, by));
  const all: PhysicalWindow = {
    kind: 'window',
    columns: [...rows.columns, number],
    input: context.lower(rows),
    partitionBy,
    orderBy: keys,
    calls: [ROW_NUMBER],
    results: [number],
    estimate: estimated(rows, context.estimator),
  };
  const numbered = withFirstRows(all, isFirst, partitionCount(partitionBy, rows, context.estimator));
  const first: PhysicalPlan = {
    kind: 'filter',
    columns: numbered.columns,
    input: numbered,
    predicate: isFirst,
    estimate,
  };
  const again: PhysicalPlan = { kind: 'sort', columns: first.columns, input: first, keys, estimate };
  return {
    kind: 'project',
    columns,
    input: keys.length === 0 ? first : again,
    expressions: columns.map((column) => by.get(column.id) ?? columnRef(column)),
    estimate,
  };
}

/** The order of the input as keys over rows without it, and what the input's columns are over these rows. */
function orderedInput(input: Plan): {
  readonly rows: Plan;
  readonly by: ReadonlyMap<ColumnId, Expression>;
  readonly keys: readonly SortKey[];
} {
  if (input.kind === 'sort') return { rows: input.input, by: new Map(), keys: input.keys };
  if (input.kind === 'project' && input.input.kind === 'sort' && !isVolatilePlan(input)) {
    const by = new Map(
      input.columns.map((column, i) => [column.id, input.expressions[i] ?? columnRef(column)] as const),
    );
    return { rows: input.input.input, by, keys: input.input.keys };
  }
  return { rows: input, by: new Map(), keys: [] };
}
