import { columnRef } from '../ir/build.ts';
import { expressionColumns } from '../ir/columns.ts';
import type { AggregateCall, Column, ColumnId, Expression } from '../ir/expression.ts';
import type { Aggregate, Join, Plan } from '../ir/plan.ts';
import { ids as idsOf } from '../optimizer/calls.ts';
import { COSTS, hashJoinCost, lookupCost } from '../optimizer/cost.ts';
import { isUniqueOn } from '../optimizer/facts.ts';
import { argumentsCanFail } from '../optimizer/failure.ts';
import { isIdentity } from '../optimizer/identity.ts';
import { type Equality, splitCondition } from '../optimizer/join-estimate.ts';
import { isMergeable } from '../optimizer/partial-aggregates.ts';
import { isVolatilePlan } from '../optimizer/volatility.ts';
import { isIntegral, typeEquals } from '../types/type.ts';
import { estimated, type Lowering } from './lowering.ts';
import type { HashJoin, PhysicalPlan } from './plan.ts';

/**
 * A join of an aggregate by its groups with rows of which each group meets at most one, as one hash table of these rows,
 * if that is expected to cost less than the aggregate's table and the join's.
 */
export function groupJoinOfJoin(plan: Join, context: Lowering): HashJoin | undefined {
  if (!mayGroup(context) || (plan.join !== 'inner' && plan.join !== 'left')) return undefined;
  const { equalities, residual } = splitCondition(plan.condition, plan.left.columns, plan.right.columns);
  if (equalities.length === 0 || residual.length > 0) return undefined;
  const turned = equalities.map(({ left, right, nullsEqual }) => ({ left: right, right: left, nullsEqual }));
  const own = joined(plan, plan.left, plan.right, equalities, context);
  return own ?? (plan.join === 'inner' ? joined(plan, plan.right, plan.left, turned, context) : undefined);
}

/** What a recursion runs again and again keeps its tables, which states in their rows would not allow. */
function mayGroup({ groupJoins, iterated }: Lowering): boolean {
  return groupJoins && iterated.size === 0;
}

function joined(
  plan: Join,
  rows: Plan,
  aggregate: Plan,
  equalities: readonly Equality[],
  { estimator, lower }: Lowering,
): HashJoin | undefined {
  if (aggregate.kind !== 'aggregate' || aggregate.groupingSets !== undefined) return undefined;
  const groups = new Set(idsOf(aggregate.columns.slice(0, aggregate.groups.length)));
  if (equalities.length !== groups.size || !aggregate.aggregates.every(hasState)) return undefined;
  if (!equalities.every(({ right }) => right.kind === 'column' && groups.delete(right.id))) return undefined;
  const keys = keysOf(rows, equalities);
  if (keys === undefined) return undefined;
  const input = estimator.rows(aggregate.input);
  const made = estimator.rows(aggregate);
  const build = estimator.rows(rows);
  const output = estimator.rows(plan);
  const apart = aggregateCost(input, made) + hashJoinCost(Math.min(build, made), Math.max(build, made), output);
  if (groupJoinCost(build, input, output) >= apart) return undefined;
  return {
    kind: 'hashJoin',
    join: plan.join === 'left' ? 'buildLeft' : 'inner',
    columns: plan.columns,
    probe: lower(aggregate),
    build: lower(rows),
    keys: equalities.map(({ left, right, nullsEqual }) => ({ probe: right, build: left, nullsEqual })),
    nullAware: false,
    groupJoin: true,
  };
}

/**
 * An aggregate over a join by keys of one side, which hold the groups apart, as a join with the aggregate of the other side.
 */
export function groupJoinOfAggregate(plan: Aggregate, context: Lowering): PhysicalPlan | undefined {
  const { input } = plan;
  if (!mayGroup(context) || plan.groupingSets !== undefined) return undefined;
  if (input.kind !== 'join' || input.join !== 'inner' || isVolatilePlan(input)) return undefined;
  const { equalities, residual } = splitCondition(input.condition, input.left.columns, input.right.columns);
  if (equalities.length === 0 || residual.length > 0) return undefined;
  const turned = equalities.map(({ left, right, nullsEqual }) => ({ left: right, right: left, nullsEqual }));
  return (
    aggregated(plan, input, input.left, input.right, equalities, context) ??
    aggregated(plan, input, input.right, input.left, turned, context)
  );
}

function aggregated(
  plan: Aggregate,
  input: Join,
  rows: Plan,
  other: Plan,
  equalities: readonly Equality[],
  { estimator, lower, ids }: Lowering,
): PhysicalPlan | undefined {
  const keys = keysOf(rows, equalities);
  if (keys === undefined || !equalities.every(({ right }) => right.kind === 'column')) return undefined;
  const ofRows = idsOf(rows.columns);
  const grouped = new Set(plan.groups.flatMap((group) => (group.kind === 'column' ? [group.id] : [])));
  const isGrouped = (expression: Expression): boolean => expression.kind === 'column' && grouped.has(expression.id);
  // A group has the rows of one key, and each of its columns is that key's.
  if (!equalities.every(({ left, right }) => isGrouped(left) || isGrouped(right))) return undefined;
  const keyOf = new Map<ColumnId, Expression>(
    equalities.flatMap(({ left, right }) => (right.kind === 'column' ? [[right.id, left] as const] : [])),
  );
  const ofGroup = (expression: Expression): Expression | undefined => {
    if (expression.kind !== 'column') return undefined;
    return ofRows.has(expression.id) ? expression : keyOf.get(expression.id);
  };
  const calls: AggregateCall[] = [];
  const computed: Column[] = [];
  const values: Expression[] = [];
  for (const group of plan.groups) {
    const value = ofGroup(group);
    if (value === undefined) return undefined;
    values.push(value);
  }
  for (const [i, call] of plan.aggregates.entries()) {
    const [arg] = call.args;
    const column = plan.columns[plan.groups.length + i];
    const passed = call.fn === 'any_value' && call.filter === undefined && arg !== undefined ? ofGroup(arg) : undefined;
    if (passed !== undefined) values.push(passed);
    else if (column !== undefined && hasState(call) && !uses(call, ofRows) && !argumentsCanFail(call)) {
      calls.push(call);
      computed.push(column);
      values.push(columnRef(column));
    } else return undefined;
  }
  const [build, probed, output] = [rows, other, input].map((each) => estimator.rows(each));
  const groups = estimator.rows(plan);
  if (build === undefined || probed === undefined || output === undefined) return undefined;
  const apart = hashJoinCost(Math.min(build, probed), Math.max(build, probed), output) + aggregateCost(output, groups);
  if (groupJoinCost(build, probed, groups) >= apart) return undefined;
  // What it falls back to aggregates first: all of the other side's rows, or those that a filter by the keys leaves.
  const isFiltered = equalities.length === 1 && equalities.every(({ left }) => isIntegral(left.type.kind));
  const kept = isFiltered ? Math.min(probed, output) : probed;
  const made = Math.min(kept, (groups * kept) / Math.max(1, output));
  const below = aggregateCost(kept, made) + hashJoinCost(Math.min(build, made), Math.max(build, made), groups);
  if (below >= apart) return undefined;
  const keyColumns = equalities.map(({ right }): Column => {
    const { type, nullable } = right;
    return { id: ids.next(), name: 'key', type, nullable };
  });
  const aggregate: PhysicalPlan = {
    kind: 'hashAggregate',
    columns: [...keyColumns, ...computed],
    input: lower(other),
    groups: equalities.map(({ right }) => right),
    aggregates: calls,
    estimate: estimated(plan, estimator),
  };
  const join: HashJoin = {
    kind: 'hashJoin',
    join: 'inner',
    columns: [...aggregate.columns, ...rows.columns],
    probe: aggregate,
    build: lower(rows),
    keys: equalities.map(({ left, nullsEqual }, i) => ({
      probe: columnRef(keyColumns[i] ?? { id: -1, name: 'key', type: left.type, nullable: true }),
      build: left,
      nullsEqual,
    })),
    nullAware: false,
    groupJoin: true,
    estimate: estimated(plan, estimator),
  };
  return { kind: 'project', columns: plan.columns, input: join, expressions: values };
}

/** Aggregates whose states have a fixed size, whatever comes. */
function hasState(call: AggregateCall): boolean {
  return isMergeable(call) || (call.fn === 'avg' && !call.distinct);
}

function uses(call: AggregateCall, columns: ReadonlySet<ColumnId>): boolean {
  const used = call.filter === undefined ? call.args : [...call.args, call.filter];
  return used.some((expression) => [...expressionColumns(expression)].some((id) => columns.has(id)));
}

/** The columns on the left of the equalities, which hold the rows apart, and stand for what equals them. */
function keysOf(rows: Plan, equalities: readonly Equality[]): readonly ColumnId[] | undefined {
  const keys = equalities.flatMap(({ left, right }) =>
    left.kind === 'column' && typeEquals(left.type, right.type) && isIdentity(left.type) ? [left.id] : [],
  );
  return keys.length === equalities.length && isUniqueOn(rows, keys) ? keys : undefined;
}

function aggregateCost(input: number, groups: number): number {
  return input * lookupCost(groups) + groups * COSTS.build;
}

/** Every probe row finds its row, and every build row is looked at once more. */
function groupJoinCost(build: number, probe: number, output: number): number {
  return hashJoinCost(build, probe, output) + build * SCANNED;
}

const SCANNED = 0.1;
