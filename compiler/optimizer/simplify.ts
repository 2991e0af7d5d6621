import { and, isTrueConstant } from '../ir/build.ts';
import type { Expression } from '../ir/expression.ts';
import type { Plan } from '../ir/plan.ts';
import { mapArray, mapExpressionChildren, mapPlanChildren, mapPlanExpressions } from '../ir/traverse.ts';
import { conditionTerms } from './conjunctions.ts';
import { removeEmpty } from './empty.ts';
import type { Pass } from './pass.ts';
import { simplifyExpression } from './simplify-expression.ts';
import { isVolatile } from './volatility.ts';

/**
 * Folds constants, simplifies conditions, merges adjacent filters and removes what has no rows: locally, node by
 * node, in subqueries too.
 */
export const simplify: Pass = { name: 'simplify', run: (plan) => simplifyPlan(plan) };

export function simplifyPlan(plan: Plan): Plan {
  const inner = mapPlanChildren(plan, simplifyPlan);
  const mapped = mapPlanExpressions(inner, (expression) => simplifyExpression(simplifySubqueries(expression)));
  return removeEmpty(simplifyNode(mapped));
}

function simplifySubqueries(expression: Expression): Expression {
  const mapped = mapExpressionChildren(expression, simplifySubqueries);
  if (mapped.kind !== 'subquery') return mapped;
  const plan = simplifyPlan(mapped.plan);
  return plan === mapped.plan ? mapped : { ...mapped, plan };
}

function simplifyNode(plan: Plan): Plan {
  switch (plan.kind) {
    case 'filter': {
      const { input } = plan;
      if (input.kind === 'filter' && !isVolatile(input.predicate) && !isVolatile(plan.predicate)) {
        return simplifyNode({ ...plan, input: input.input, predicate: and([input.predicate, plan.predicate]) });
      }
      const predicate = sameOr(plan.predicate, and(conditionTerms(plan.predicate)));
      return predicate === plan.predicate ? plan : { ...plan, predicate };
    }
    case 'join': {
      if (plan.nullAware) return plan;
      const condition = sameOr(plan.condition, and(conditionTerms(plan.condition)));
      return condition === plan.condition ? plan : { ...plan, condition };
    }
    case 'aggregate': {
      const aggregates = mapArray(plan.aggregates, (call) =>
        call.filter !== undefined && isTrueConstant(call.filter) ? { ...call, filter: undefined } : call,
      );
      return aggregates === plan.aggregates ? plan : { ...plan, aggregates };
    }
    case 'sort': {
      const keys = plan.keys.filter((key) => key.expression.kind !== 'constant');
      if (keys.length === plan.keys.length) return plan;
      return keys.length === 0 ? plan.input : { ...plan, keys };
    }
    default:
      return plan;
  }
}

/** Keeps the object where `and` merely built the same conjunction again. */
function sameOr(before: Expression, after: Expression): Expression {
  if (before.kind !== 'and' || after.kind !== 'and' || before.args.length !== after.args.length) return after;
  return before.args.every((term, i) => term === after.args[i]) ? before : after;
}
