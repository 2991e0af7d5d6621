import { conjuncts, nullOf } from '../ir/build.ts';
import { expressionColumns } from '../ir/columns.ts';
import { derivedColumns } from '../ir/derive.ts';
import type { Column, ColumnId, Expression } from '../ir/expression.ts';
import type { Aggregate, Join, Plan, Project } from '../ir/plan.ts';
import { mapPlanChildren, withChildren } from '../ir/traverse.ts';
import { isNeverTrue, references } from './calls.ts';
import { hasAtMostOneRow, matchesOnce } from './facts.ts';
import { deriveNullability, replaceColumns } from './nullability.ts';
import type { Pass } from './pass.ts';
import { simplifyCondition } from './simplify-expression.ts';
import { isVolatile } from './volatility.ts';

/**
 * Joins that pad with NULLs become inner ones where a condition above drops the padded rows (Galindo-Legaria and
 * Rosenthal, TODS 1997), and `single` joins left ones where a second match is impossible.
 */
export const simplifyOuterJoins: Pass = {
  name: 'outer joins',
  run: (plan) => {
    const result = visit(plan, []);
    return result === plan ? plan : deriveNullability(result);
  },
};

/** `required` are conditions that a row must make true for anything above to see it. */
function visit(plan: Plan, required: readonly Expression[]): Plan {
  switch (plan.kind) {
    case 'filter':
      return withChildren(plan, [visit(plan.input, [...required, ...usable(plan.predicate)])]);
    case 'project':
      return withChildren(plan, [visit(plan.input, below(required, plan, plan.expressions))]);
    case 'aggregate':
      return withChildren(plan, [visit(plan.input, belowAggregate(required, plan))]);
    case 'sort':
      return withChildren(plan, [visit(plan.input, required)]);
    case 'distinct':
      return withChildren(plan, [visit(plan.input, plan.on === undefined ? required : [])]);
    case 'unnest':
      return withChildren(plan, [visit(plan.input, plan.outer ? [] : required)]);
    case 'join':
      return visitJoin(plan, required);
    case 'apply':
      return withChildren(plan, [visit(plan.left, required), visit(plan.right, [])]);
    default:
      return mapPlanChildren(plan, (child) => visit(child, []));
  }
}

function usable(condition: Expression): readonly Expression[] {
  return conjuncts(condition).filter((term) => !isVolatile(term));
}

function visitJoin(original: Join, required: readonly Expression[]): Plan {
  const plan = strengthen(original, required);
  if (plan.kind !== 'join') return visit(plan, required);
  const condition = usable(plan.condition);
  const sides = (left: readonly Expression[], right: readonly Expression[]): Plan =>
    withChildren(plan, [visit(plan.left, left), visit(plan.right, right)]);
  switch (plan.join) {
    case 'inner':
    case 'semi':
      return sides([...required, ...condition], [...required, ...condition]);
    case 'left':
    case 'single':
      return sides(required, condition);
    case 'anti':
    case 'mark':
      return sides(required, plan.nullAware ? [] : condition);
    case 'full':
      return sides([], []);
  }
}

/** The join as the narrowest kind that has the same rows where the required conditions are true. */
function strengthen(plan: Join, required: readonly Expression[]): Plan {
  const dropsRightPadding = (): boolean => rejectsNulls(required, plan.right.columns);
  switch (plan.join) {
    case 'left':
      return dropsRightPadding() ? derivedColumns({ ...plan, join: 'inner' }) : plan;
    case 'single':
      if (!hasAtMostOneRow(plan.right) && !matchesOnce(plan)) return plan;
      return derivedColumns({ ...plan, join: dropsRightPadding() ? 'inner' : 'left' });
    case 'full': {
      const keepsMatchedLeft = dropsRightPadding();
      const keepsMatchedRight = rejectsNulls(required, plan.left.columns);
      if (keepsMatchedLeft && keepsMatchedRight) return derivedColumns({ ...plan, join: 'inner' });
      if (keepsMatchedRight) return derivedColumns({ ...plan, join: 'left' });
      if (!keepsMatchedLeft) return plan;
      const turned = derivedColumns({ ...plan, join: 'left', left: plan.right, right: plan.left });
      const own = new Map(turned.columns.map((column) => [column.id, column]));
      const columns = plan.columns.map((column) => own.get(column.id) ?? column);
      return { kind: 'project', columns, input: turned, expressions: references(columns) };
    }
    default:
      return plan;
  }
}

/** Whether some condition cannot be true for a row in which all these columns are NULL. */
function rejectsNulls(required: readonly Expression[], columns: readonly Column[]): boolean {
  const nulls = new Map<ColumnId, Expression>(columns.map((column) => [column.id, nullOf(column.type)]));
  return required.some((condition) => {
    const used = expressionColumns(condition);
    if (!columns.some((column) => used.has(column.id))) return false;
    return isNeverTrue(simplifyCondition(replaceColumns(condition, nulls)));
  });
}

/** The conditions in terms of the input of a projection. */
function below(
  required: readonly Expression[],
  plan: Project | Aggregate,
  expressions: readonly Expression[],
): readonly Expression[] {
  if (required.length === 0) return required;
  const by = new Map<ColumnId, Expression>();
  plan.columns.forEach((column, i) => {
    const expression = expressions[i];
    if (expression !== undefined && !isVolatile(expression)) by.set(column.id, expression);
  });
  const own = new Set(plan.columns.map((column) => column.id));
  return required
    .filter((condition) => [...expressionColumns(condition)].every((id) => !own.has(id) || by.has(id)))
    .map((condition) => replaceColumns(condition, by));
}

/** Conditions on groups hold for every row of the group. */
function belowAggregate(required: readonly Expression[], plan: Aggregate): readonly Expression[] {
  return plan.groupingSets === undefined && plan.groups.length > 0 ? below(required, plan, plan.groups) : [];
}
