import { columnRef, constant, nullOf } from '../ir/build.ts';
import { substitute } from '../ir/columns.ts';
import { expressionEquals } from '../ir/equal.ts';
import type { AggregateCall, Column, ColumnId, Expression, SortKey } from '../ir/expression.ts';
import type { Aggregate, Distinct, Plan } from '../ir/plan.ts';
import { renumber } from '../optimizer/renumber.ts';
import { isVolatilePlan } from '../optimizer/volatility.ts';
import { INT32, INT64, list } from '../types/type.ts';
import { estimated, type Lowering, notSupported } from './lowering.ts';
import type { HashAggregate, PhysicalPlan } from './plan.ts';

export function lowerAggregate(plan: Aggregate, context: Lowering): PhysicalPlan {
  const { columns, groups, aggregates, groupingSets: sets } = plan;
  if (sets === undefined)
    return { kind: 'hashAggregate', columns, input: context.lower(plan.input), groups, aggregates };
  // The input is computed for each set anew.
  if (isVolatilePlan(plan.input))
    throw notSupported('a grouping by several sets of columns that are computed by writing');
  return { kind: 'unionAll', columns, inputs: sets.map((_, i) => lowerGroupingSet(plan, i, context)) };
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

/** The first row of each group: for every column its first value in the input's order, sorted again afterwards. */
function lowerDistinctOn(plan: Distinct, on: readonly Expression[], context: Lowering): PhysicalPlan {
  const { columns } = plan;
  const { rows, by, keys } = orderedInput(plan.input);
  const estimate = estimated(plan, context.estimator);
  const groups = on.map((expression) => substitute(expression, by));
  const groupColumns = groups.map((expression): Column => {
    return { id: context.ids.next(), name: 'on', type: expression.type, nullable: expression.nullable };
  });
  const states: FirstValue[] = [];
  const first = (expression: Expression, name: string): Expression => {
    const group = groupColumns[groups.findIndex((each) => expressionEquals(each, expression))];
    if (group !== undefined) return columnRef(group);
    const known = states.find((state) => expressionEquals(state.of, expression));
    if (known !== undefined) return known.result;
    const state = firstValue(expression, name, keys, context);
    states.push(state);
    return state.result;
  };
  const values = columns.map((column) => first(by.get(column.id) ?? columnRef(column), column.name));
  const sortedBy = keys.map((key) => ({ ...key, expression: first(key.expression, 'key') }));
  const aggregate: HashAggregate = {
    kind: 'hashAggregate',
    columns: [...groupColumns, ...states.map((value) => value.state)],
    input: context.lower(rows),
    groups,
    aggregates: states.map((value) => value.call),
    estimate,
  };
  const again: PhysicalPlan = {
    kind: 'sort',
    columns: aggregate.columns,
    input: aggregate,
    keys: sortedBy,
    estimate,
  };
  return {
    kind: 'project',
    columns,
    input: keys.length === 0 ? aggregate : again,
    expressions: values,
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

interface FirstValue {
  readonly of: Expression;
  readonly call: AggregateCall;
  readonly state: Column;
  readonly result: Expression;
}

/** `any_value` passes over NULLs, so a column that may be NULL is collected as a whole. */
function firstValue(expression: Expression, name: string, orderBy: readonly SortKey[], { ids }: Lowering): FirstValue {
  const { type } = expression;
  const args = [expression];
  if (!expression.nullable) {
    const state: Column = { id: ids.next(), name, type, nullable: true };
    const call: AggregateCall = { fn: 'any_value', args, distinct: false, orderBy, type, nullable: true };
    return { of: expression, call, state, result: columnRef(state) };
  }
  const all = list(type);
  const state: Column = { id: ids.next(), name, type: all, nullable: true };
  const call: AggregateCall = { fn: 'array_agg', args, distinct: false, orderBy, type: all, nullable: true };
  const result: Expression = {
    kind: 'call',
    fn: 'list_get',
    args: [columnRef(state), constant(0n, INT64)],
    type,
    nullable: true,
  };
  return { of: expression, call, state, result };
}
