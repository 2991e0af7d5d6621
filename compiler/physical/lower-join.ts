import { and } from '../ir/build.ts';
import type { AsOfJoin, Join, Plan } from '../ir/plan.ts';
import { somePlan } from '../ir/traverse.ts';
import { hashJoinCost } from '../optimizer/cost.ts';
import { splitCondition } from '../optimizer/join-estimate.ts';
import { internalError } from '../types/error.ts';
import { groupJoinOfJoin } from './lower-group-join.ts';
import { lowerLookupJoin } from './lower-lookup-join.ts';
import { lowerRangeJoin } from './lower-range-join.ts';
import type { Lowering } from './lowering.ts';
import type { HashJoin, PhysicalPlan } from './plan.ts';

/**
 * A hash join by the equalities between the sides; without any, a search for an inequality, or nested loops; for a
 * handful of rows lookups by key.
 */
export function lowerJoin(plan: Join, context: Lowering): PhysicalPlan {
  const byKey = lowerLookupJoin(plan, context);
  if (byKey !== undefined) return byKey;
  const grouping = groupJoinOfJoin(plan, context);
  if (grouping !== undefined) return grouping;
  const { columns, nullAware, mark, left, right } = plan;
  const { equalities, residual } = splitCondition(plan.condition, left.columns, right.columns);
  const { estimator, lower } = context;
  const rows = { left: estimator.rows(left), right: estimator.rows(right) };
  const streamed = iterates(left, context)
    ? iterates(right, context)
      ? undefined
      : left
    : iterates(right, context)
      ? right
      : undefined;
  if (equalities.length === 0) {
    const turned = plan.join === 'inner' && (streamed ?? (rows.left < rows.right ? right : left)) === right;
    const [outer, inner] = turned ? [right, left] : [left, right];
    const ranged = lowerRangeJoin(plan, outer, inner, context);
    if (ranged !== undefined) return ranged;
    const predicate = plan.condition;
    return {
      kind: 'nestedLoopJoin',
      join: plan.join,
      columns,
      outer: lower(outer),
      inner: lower(inner),
      predicate,
      nullAware,
      mark,
    };
  }
  const leftBuilds =
    streamed === undefined || (streamed === right && plan.join !== 'inner')
      ? buildsLeft(plan, rows.left, rows.right, estimator.rows(plan))
      : streamed === right;
  const [probe, build] = leftBuilds ? [right, left] : [left, right];
  return {
    kind: 'hashJoin',
    join: leftBuilds ? (BUILT_LEFT[plan.join] ?? cannotBuildLeft(plan.join)) : plan.join,
    columns,
    probe: lower(probe),
    build: lower(build),
    keys: equalities.map((equality) => ({
      probe: leftBuilds ? equality.right : equality.left,
      build: leftBuilds ? equality.left : equality.right,
      nullsEqual: equality.nullsEqual,
    })),
    residual: residual.length === 0 ? undefined : and(residual),
    nullAware,
    mark,
  };
}

/** Whether the plan reads the rows of a recursion's last iteration. */
function iterates(plan: Plan, { iterated }: Lowering): boolean {
  if (iterated.size === 0) return false;
  return somePlan(plan, (node) => node.kind === 'reference' && iterated.has(node.binding));
}

/** The kinds of join for which the hash table may be over the left side. */
const BUILT_LEFT: Readonly<Partial<Record<Join['join'], HashJoin['join']>>> = {
  inner: 'inner',
  full: 'full',
  left: 'buildLeft',
  semi: 'buildSemi',
  anti: 'buildAnti',
};

function cannotBuildLeft(join: Join['join']): never {
  throw internalError(`a ${join} join cannot build its left side`);
}

/** Whether the hash table is better built over the left side. Streaming the side that is kept is the simpler way. */
function buildsLeft(plan: Join, left: number, right: number, output: number): boolean {
  if (plan.nullAware || BUILT_LEFT[plan.join] === undefined) return false;
  const symmetric = plan.join === 'inner' || plan.join === 'full';
  const margin = symmetric ? 1 : KEPT_SIDE_MARGIN;
  return hashJoinCost(left, right, output) < hashJoinCost(right, left, output) * margin;
}

/** Matches of the build side are marked row by row, and put out in a pass of their own. */
const KEPT_SIDE_MARGIN = 0.8;

/** The right side is sorted, and each left row looks for its place in it. */
export function lowerAsOfJoin(plan: AsOfJoin, { lower }: Lowering): PhysicalPlan {
  const { columns, order } = plan;
  const bound = { value: order.left, strict: order.fn === 'gt' || order.fn === 'lt' };
  const below = order.fn === 'ge' || order.fn === 'gt';
  return {
    kind: 'rangeJoin',
    join: plan.outer ? 'left' : 'inner',
    columns,
    outer: lower(plan.left),
    inner: lower(plan.right),
    keys: plan.keys.map((key) => ({ outer: key.left, inner: key.right })),
    order: order.right,
    lower: below ? undefined : bound,
    upper: below ? bound : undefined,
    nearest: true,
  };
}
