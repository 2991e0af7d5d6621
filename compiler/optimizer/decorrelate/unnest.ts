import { and, apply, constant, filter, hasExactlyOneRow, isTrueConstant, join, limit, TRUE } from '../../ir/build.ts';
import type { ColumnIds } from '../../ir/columns.ts';
import { joinColumns } from '../../ir/derive.ts';
import { hasEffects } from '../../ir/effects.ts';
import type { Apply, Plan } from '../../ir/plan.ts';
import { INT64 } from '../../types/type.ts';
import { ids as idsOf, isTrue } from '../calls.ts';
import { emptyValues } from '../empty.ts';
import { hasAtMostOneRow } from '../facts.ts';
import { restrictTo } from '../restrict.ts';
import { hasVolatileExpressions, isVolatilePlan } from '../volatility.ts';
import { isCorrelated } from './correlation.ts';
import type { DependentJoin } from './dependent-join.ts';
import { overDomain } from './domain.ts';
import { existenceColumn, unknownAwareMark } from './existence.ts';
import { overLeftRows } from './inline.ts';
import { pullUp } from './pull-up.ts';
import { overScalarAggregate } from './scalar-aggregate.ts';

/**
 * The dependent join as an ordinary join if there is a way, and as an Apply otherwise. The columns are those of a
 * join of that kind. The ways are tried from the cheapest plan to the most general one.
 */
export function unnest(original: DependentJoin, ids: ColumnIds): Plan {
  const spec = { ...original, join: narrowest(original), right: relevantPart(original) };
  const outer = idsOf(spec.left.columns);
  const columns = joinColumns(spec.join, spec.left.columns, original.right.columns, spec.mark);
  // A join runs its sides in any order, and perhaps not at all: what writes stays in an Apply, the left side first.
  if (hasEffects(spec.right)) return restrictTo(applied(spec, ids), columns);
  if (hasEffects(spec.left)) return restrictTo(overLeftRows(spec) ?? applied(spec, ids), columns);
  if (!isCorrelated(spec.right, outer)) return independentJoin(spec, ids);
  const result = isVolatilePlan(spec.right)
    ? applied(spec, ids)
    : (overLeftRows(spec) ??
      byPullUp(spec, ids) ??
      overScalarAggregate(spec, ids) ??
      overDomain(spec, ids) ??
      applied(spec, ids));
  return restrictTo(result, columns);
}

/** Exactly one row for each outer row needs no padding. */
function narrowest({ join, right, condition }: DependentJoin): DependentJoin['join'] {
  const pads = join === 'single' || join === 'left';
  return pads && isTrueConstant(condition) && hasExactlyOneRow(right) ? 'inner' : join;
}

/** For a test of existence, the right side without what does not change whether it has rows. */
function relevantPart({ join, right, condition }: DependentJoin): Plan {
  const existence = (join === 'semi' || join === 'anti' || join === 'mark') && isTrueConstant(condition);
  return existence ? existencePart(right) : right;
}

function existencePart(plan: Plan): Plan {
  switch (plan.kind) {
    case 'project':
      return hasVolatileExpressions(plan) ? plan : existencePart(plan.input);
    case 'sort':
      return existencePart(plan.input);
    case 'distinct':
      return existencePart(plan.input);
    case 'limit': {
      const { count, offset } = plan;
      const keepsOne = count === undefined || (count.kind === 'constant' && count.value !== 0n);
      return keepsOne && offset === undefined ? existencePart(plan.input) : plan;
    }
    case 'aggregate':
      return plan.groups.length > 0 && plan.groupingSets === undefined ? existencePart(plan.input) : plan;
    default:
      return plan;
  }
}

/** The right side does not depend on the left: any join will do, and often a simpler one. */
function independentJoin(spec: DependentJoin, ids: ColumnIds): Plan {
  const { left, right, condition, nullAware, mark } = spec;
  const test = isTrueConstant(condition);
  switch (spec.join) {
    case 'semi':
    case 'anti':
      if (!test || isVolatilePlan(right)) break;
      if (hasExactlyOneRow(right)) return spec.join === 'semi' ? left : emptyValues(left.columns);
      return join(spec.join, left, atMostOne(right), TRUE);
    case 'mark':
      if (!test || mark === undefined || isVolatilePlan(right)) break;
      return join('inner', left, existenceColumn(atMostOne(right), mark, ids), TRUE);
    case 'single':
      if (hasAtMostOneRow(right)) return join('left', left, right, condition);
      break;
    default:
      break;
  }
  return join(spec.join, left, right, condition, { nullAware, mark });
}

function atMostOne(plan: Plan): Plan {
  return hasAtMostOneRow(plan) ? plan : limit(plan, constant(1n, INT64));
}

/** Correlated conditions become those of the join. */
function byPullUp(spec: DependentJoin, ids: ColumnIds): Plan | undefined {
  const outer = idsOf(spec.left.columns);
  const multiplicity = spec.join === 'inner' || spec.join === 'left' || spec.join === 'single';
  const pulled = pullUp(spec.right, { outer, ids, multiplicity });
  if (pulled === undefined) return undefined;
  // In a null-aware join, only the comparison itself may leave the result unknown.
  const conditions = spec.nullAware ? pulled.conditions.map(isTrue) : pulled.conditions;
  return join(spec.join, spec.left, pulled.plan, and([...conditions, spec.condition]), {
    nullAware: spec.nullAware,
    mark: spec.mark,
  });
}

function applied(spec: DependentJoin, ids: ColumnIds): Plan {
  const { left, right, condition, nullAware, mark } = spec;
  if (spec.join === 'mark' && nullAware && mark !== undefined)
    return unknownAwareMark(left, right, condition, mark, ids);
  return apply(spec.join, left, filter(right, condition), mark);
}

/** An Apply of the IR, as a dependent join. */
export function asDependentJoin({ join, left, right, mark }: Apply): DependentJoin {
  return { join, left, right, condition: TRUE, nullAware: false, mark };
}
