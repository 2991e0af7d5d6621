import { join } from '../ir/build.ts';
import { expressionColumns } from '../ir/columns.ts';
import type { AggregateCall, ColumnId, Expression } from '../ir/expression.ts';
import type { Aggregate, Join, Plan } from '../ir/plan.ts';
import { mapPlanChildren, planExpressions, withChildren } from '../ir/traverse.ts';
import { deriveNullability } from './nullability.ts';
import type { Pass } from './pass.ts';
import { isVolatile, isVolatilePlan } from './volatility.ts';

/**
 * Inner joins of which only one side is used become semi joins where it does not matter how often a row comes: below
 * groups without counts and sums, and below the right sides of semi and anti joins.
 */
export const semiJoins: Pass = {
  name: 'semi joins',
  run: (plan) => {
    const result = visit(plan);
    return result === plan ? plan : deriveNullability(result);
  },
};

type Ids = ReadonlySet<ColumnId>;

function visit(plan: Plan): Plan {
  switch (plan.kind) {
    case 'aggregate':
      if (!ignoresRepetitions(plan)) break;
      return withChildren(plan, [withoutPartners(plan.input, used(plan))]);
    case 'join':
      if (plan.join !== 'semi' && plan.join !== 'anti' && plan.join !== 'mark') break;
      if (plan.nullAware || isVolatile(plan.condition)) break;
      return withChildren(plan, [visit(plan.left), withoutPartners(plan.right, used(plan))]);
    default:
      break;
  }
  return mapPlanChildren(plan, visit);
}

function used(plan: Plan, above: Ids = new Set()): Ids {
  const all = new Set(above);
  for (const expression of planExpressions(plan)) for (const id of expressionColumns(expression)) all.add(id);
  return all;
}

/** Aggregates whose result does not change when a row comes twice. */
const INSENSITIVE = new Set(['min', 'max', 'bool_and', 'bool_or', 'any_value']);

function ignoresRepetitions({ aggregates, groups }: Aggregate): boolean {
  const calls = (call: AggregateCall): boolean =>
    (INSENSITIVE.has(call.fn) || call.distinct) && call.orderBy.length === 0;
  const expressions: readonly Expression[] = [...groups, ...aggregates.flatMap((call) => call.args)];
  return aggregates.every(calls) && !expressions.some(isVolatile);
}

/** The plan with the required columns, in which rows may come more or less often than before, but come at all as before. */
function withoutPartners(plan: Plan, required: Ids): Plan {
  switch (plan.kind) {
    case 'filter':
      if (isVolatile(plan.predicate)) return visit(plan);
      return withChildren(plan, [withoutPartners(plan.input, used(plan, required))]);
    case 'project': {
      if (plan.expressions.some(isVolatile)) return visit(plan);
      const needed = new Set<ColumnId>();
      plan.columns.forEach((column, i) => {
        const expression = plan.expressions[i];
        if (expression === undefined) return;
        // What is not required may be pruned, but it stands here still.
        const passed = expression.kind === 'column' && !required.has(column.id);
        if (!passed) for (const id of expressionColumns(expression)) needed.add(id);
      });
      const input = withoutPartners(plan.input, needed);
      if (input === plan.input) return plan;
      const lost = new Set(plan.input.columns.map((column) => column.id));
      for (const column of input.columns) lost.delete(column.id);
      const kept = plan.expressions.map((expression) => expression.kind !== 'column' || !lost.has(expression.id));
      return {
        ...plan,
        input,
        columns: plan.columns.filter((_, i) => kept[i]),
        expressions: plan.expressions.filter((_, i) => kept[i]),
      };
    }
    case 'join':
      return plan.join === 'inner' && !isVolatile(plan.condition) ? withoutPartner(plan, required) : visit(plan);
    default:
      return visit(plan);
  }
}

function withoutPartner(plan: Join, required: Ids): Plan {
  const needed = used(plan, required);
  const sides = (): Plan =>
    withChildren(plan, [withoutPartners(plan.left, needed), withoutPartners(plan.right, needed)]);
  const usesLeft = plan.left.columns.some((column) => required.has(column.id));
  const usesRight = plan.right.columns.some((column) => required.has(column.id));
  // A cross product asks only whether the other side is empty: joins are ordered better as they stand.
  const linked = planExpressions(plan).some((expression) => expressionColumns(expression).size > 0);
  if ((usesLeft && usesRight) || !linked || isVolatilePlan(plan)) return sides();
  const [kept, tested] = usesRight ? [plan.right, plan.left] : [plan.left, plan.right];
  return join('semi', withoutPartners(kept, needed), withoutPartners(tested, needed), plan.condition);
}
