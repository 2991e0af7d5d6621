import { hasEffects } from '../ir/effects.ts';
import type { Plan } from '../ir/plan.ts';
import { mapPlanChildren, withChildren } from '../ir/traverse.ts';
import { unreachable } from '../types/error.ts';
import type { Pass } from './pass.ts';
import { ignoresOrder } from './volatility.ts';

/** Removes sorts whose order nothing above can see. */
export const removeSorts: Pass = { name: 'remove sorts', run: (plan) => visit(plan, true) };

/** `ordered`: whether the order of the plan's rows matters. */
function visit(plan: Plan, ordered: boolean): Plan {
  switch (plan.kind) {
    case 'sort':
      return ordered ? withChildren(plan, [visit(plan.input, false)]) : visit(plan.input, false);
    case 'filter':
    case 'project':
    case 'unnest':
    case 'fetch':
      return mapPlanChildren(plan, (child) => visit(child, ordered));
    case 'limit':
      return withChildren(plan, [visit(plan.input, true)]);
    case 'distinct':
      return withChildren(plan, [visit(plan.input, plan.on !== undefined)]);
    case 'aggregate': {
      const sees = plan.aggregates.some((call) => !ignoresOrder(call) && call.orderBy.length === 0);
      return withChildren(plan, [visit(plan.input, sees)]);
    }
    case 'window':
      // Rows that the window's order does not tell apart are numbered in the order in which they come.
      return withChildren(plan, [visit(plan.input, true)]);
    case 'setOperation':
      return mapPlanChildren(plan, (child) => visit(child, ordered && plan.operation === 'union' && plan.all));
    case 'join':
    case 'asOfJoin':
    case 'recursive':
      return mapPlanChildren(plan, (child) => visit(child, false));
    case 'let':
      // References keep the order of what they refer to, and nothing here tells whether one of them needs it.
      return withChildren(plan, [visit(plan.definition, true), visit(plan.body, ordered)]);
    case 'apply':
      // An Apply goes through its left side in order, and so does what its right side writes.
      return withChildren(plan, [visit(plan.left, ordered || hasEffects(plan.right)), visit(plan.right, ordered)]);
    case 'insert':
    case 'update':
    case 'delete':
    case 'merge':
      return mapPlanChildren(plan, (child) => visit(child, true));
    case 'scan':
    case 'values':
    case 'reference':
      return plan;
    default:
      return unreachable(plan);
  }
}
