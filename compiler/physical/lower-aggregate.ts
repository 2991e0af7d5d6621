import { columnRef, constant, nullOf } from '../ir/build.ts';
import type { AggregateCall, Column, Expression, SortKey } from '../ir/expression.ts';
import type { Aggregate, Distinct } from '../ir/plan.ts';
import { renumber } from '../optimizer/renumber.ts';
import { isVolatilePlan } from '../optimizer/volatility.ts';
import { INT64, list } from '../types/type.ts';
import { estimated, type Lowering, notSupported } from './lowering.ts';
import type { HashAggregate, PhysicalPlan } from './plan.ts';

export function lowerAggregate(plan: Aggregate, context: Lowering): PhysicalPlan {
  const { columns, groups, aggregates, groupingSets: sets } = plan;
  if (sets === undefined) return { kind: 'hashAggregate', columns, input: context.lower(plan.input), groups, aggregates };
  // The input is computed for each set anew.
  if (isVolatilePlan(plan.input)) throw notSupported('a grouping by several sets of columns that are computed by writing');
  return { kind: 'unionAll', columns, inputs: sets.map((set) => lowerGroupingSet(plan, set, context)) };
}

/** The aggregate by one set of the groups, the others being NULL. */
function lowerGroupingSet(plan: Aggregate, set: readonly number[], context: Lowering): PhysicalPlan {
  const { ids } = context;
  const fresh = (column: Column): Column => ({ ...column, id: ids.next() });
  const grouped = set.filter((position, i) => set.indexOf(position) === i);
  const groupColumns = grouped.map((position) => plan.columns[position]).filter((column) => column !== undefined);
  const own: Aggregate = {
    ...plan,
    columns: [...groupColumns, ...plan.columns.slice(plan.groups.length)].map(fresh),
    groups: grouped.map((position) => plan.groups[position]).filter((group) => group !== undefined),
    groupingSets: undefined,
  };
  const copy = renumber(own, ids).plan;
  const expressions = plan.columns.map((column, i): Expression => {
    const at = i < plan.groups.length ? grouped.indexOf(i) : grouped.length + i - plan.groups.length;
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
  const { input, columns } = plan;
  const orderBy = input.kind === 'sort' ? input.keys : [];
  const rows = context.lower(input.kind === 'sort' ? input.input : input);
  const estimate = estimated(plan, context.estimator);
  const groupColumns = on.map((expression): Column => {
    return { id: context.ids.next(), name: 'on', type: expression.type, nullable: expression.nullable };
  });
  const firsts = columns.map((column) => firstValue(column, orderBy, context));
  const aggregate: HashAggregate = {
    kind: 'hashAggregate',
    columns: [...groupColumns, ...firsts.map((first) => first.state)],
    input: rows,
    groups: on,
    aggregates: firsts.map((first) => first.call),
    estimate,
  };
  const first: PhysicalPlan = {
    kind: 'project',
    columns,
    input: aggregate,
    expressions: firsts.map((value) => value.result),
    estimate,
  };
  return orderBy.length === 0 ? first : { kind: 'sort', columns, input: first, keys: orderBy, estimate };
}

interface FirstValue {
  readonly call: AggregateCall;
  readonly state: Column;
  readonly result: Expression;
}

/** `any_value` passes over NULLs, so a column that may be NULL is collected as a whole. */
function firstValue(column: Column, orderBy: readonly SortKey[], { ids }: Lowering): FirstValue {
  const { type, nullable, name } = column;
  const args = [columnRef(column)];
  if (!nullable) {
    const state: Column = { id: ids.next(), name, type, nullable };
    return {
      call: { fn: 'any_value', args, distinct: false, orderBy, type, nullable },
      state,
      result: columnRef(state),
    };
  }
  const state: Column = { id: ids.next(), name, type: list(type), nullable: true };
  return {
    call: { fn: 'array_agg', args, distinct: false, orderBy, type: list(type), nullable: true },
    state,
    result: { kind: 'call', fn: 'list_get', args: [columnRef(state), constant(0n, INT64)], type, nullable: true },
  };
}
