import { columnRef, constant, nullOf, setOperation } from '../ir/build.ts';
import type { AggregateCall, Column, Expression } from '../ir/expression.ts';
import type { Aggregate, Let, Plan, Reference } from '../ir/plan.ts';
import { mapAggregate } from '../ir/traverse.ts';
import { replaceColumns } from '../optimizer/nullability.ts';
import { mergedValue, merging } from '../optimizer/partial-aggregates.ts';
import { INT32 } from '../types/type.ts';
import type { Lowering } from './lowering.ts';
import type { PhysicalPlan } from './plan.ts';

/** What a grouping set is computed from: shared rows, and the groups and aggregates over them. */
interface Over {
  readonly groups: readonly Expression[];
  readonly aggregates: readonly AggregateCall[];
  /** What the aggregate's result becomes. */
  readonly result: (value: Expression, call: AggregateCall) => Expression;
}

/** The rows are grouped once, by all columns, and the sets are made of these groups: of counts, sums, extremes. */
export function lowerOverGroups(plan: Aggregate, context: Lowering): PhysicalPlan {
  const { length } = plan.groups;
  const columns = [
    ...plan.groups.map(({ type, nullable }, i) =>
      fresh({ name: plan.columns[i]?.name ?? '', type, nullable }, context),
    ),
    ...plan.aggregates.map(({ fn, type, nullable }) => fresh({ name: fn, type, nullable }, context)),
  ];
  const { input, groups, aggregates } = plan;
  const definition: Aggregate = { kind: 'aggregate', columns, input, groups, aggregates };
  return lowerShared(plan, definition, true, context, (reference) => ({
    groups: reference.columns.slice(0, length).map((column) => columnRef(column)),
    aggregates: reference.columns.slice(length).map((column, i) => merging(plan.aggregates[i]?.fn ?? '', column)),
    result: mergedValue,
  }));
}

/** The rows are computed once, and kept for all sets. */
export function lowerOverRows(plan: Aggregate, context: Lowering): PhysicalPlan {
  return lowerShared(plan, plan.input, false, context, (reference) => {
    const by = new Map(plan.input.columns.map((column, i) => [column.id, columnRef(reference.columns[i] ?? column)]));
    const over = (expression: Expression): Expression => replaceColumns(expression, by);
    return {
      groups: plan.groups.map(over),
      aggregates: plan.aggregates.map((aggregate) => mapAggregate(aggregate, over)),
      result: (value) => value,
    };
  });
}

function lowerShared(
  plan: Aggregate,
  definition: Plan,
  grouped: boolean,
  context: Lowering,
  over: (reference: Reference) => Over,
): PhysicalPlan {
  const { ids } = context;
  const binding = ids.next();
  const sets = (plan.groupingSets ?? []).map((set, number): Plan => {
    const columns = definition.columns.map((column) => fresh(column, context));
    const reference: Reference = { kind: 'reference', columns, binding };
    const positions = [...new Set(set)];
    if (grouped && positions.length === plan.groups.length) return asTheyAre(plan, number, reference, context);
    return bySet(plan, positions, number, reference, over(reference), context);
  });
  const body = sets.reduce((left, right) => setOperation('union', true, left, right, ids));
  const bound: Let = { kind: 'let', columns: body.columns, binding, definition, body };
  // Lowered together with what gives the columns the ids that they have above.
  return context.lower({
    kind: 'project',
    columns: plan.columns,
    input: bound,
    expressions: body.columns.map((column) => columnRef(column)),
  });
}

/** The set of all groups: the shared ones. */
function asTheyAre(plan: Aggregate, number: number, input: Reference, context: Lowering): Plan {
  const expressions = plan.columns.map((_, i): Expression => {
    const column = input.columns[i];
    return column === undefined ? constant(number, INT32) : columnRef(column);
  });
  const columns = plan.columns.map((column, i) => {
    return fresh({ ...column, nullable: expressions[i]?.nullable ?? column.nullable }, context);
  });
  return { kind: 'project', columns, input, expressions };
}

/** The aggregate by one set of the groups, the others being NULL. */
function bySet(
  plan: Aggregate,
  set: readonly number[],
  number: number,
  input: Plan,
  { groups, aggregates, result }: Over,
  context: Lowering,
): Plan {
  const { length } = plan.groups;
  const kept = set.map((position) => groups[position]).filter((group) => group !== undefined);
  const columns = [...kept, ...aggregates].map(({ type, nullable }) =>
    fresh({ name: 'value', type, nullable }, context),
  );
  const aggregate: Aggregate = { kind: 'aggregate', columns, input, groups: kept, aggregates };
  const expressions = plan.columns.map((column, i): Expression => {
    if (column.id === plan.set?.id) return constant(number, INT32);
    const at = i < length ? set.indexOf(i) : kept.length + i - length;
    const from = at < 0 ? undefined : columns[at];
    if (from === undefined) return nullOf(column.type);
    const computed = plan.aggregates[i - length];
    return computed === undefined ? columnRef(from) : result(columnRef(from), computed);
  });
  return {
    kind: 'project',
    columns: plan.columns.map((column, i) =>
      fresh({ ...column, nullable: expressions[i]?.nullable ?? column.nullable }, context),
    ),
    input: aggregate,
    expressions,
  };
}

function fresh(column: Omit<Column, 'id'>, { ids }: Lowering): Column {
  return { ...column, id: ids.next() };
}
