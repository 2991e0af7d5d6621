import type { Aggregate, Plan } from '../ir/plan.ts';
import { mapPlan, withChildren } from '../ir/traverse.ts';
import { references } from './calls.ts';
import { isUniqueOn } from './facts.ts';
import type { Pass } from './pass.ts';

/**
 * DISTINCT becomes grouping by all columns, which joins and statistics know more about, and disappears where rows
 * cannot repeat or repetitions do not matter.
 */
export const distinctToAggregate: Pass = { name: 'distinct', run: (plan) => mapPlan(plan, rewrite) };

function rewrite(plan: Plan): Plan {
  switch (plan.kind) {
    case 'distinct': {
      if (plan.on !== undefined || plan.columns.length === 0) return plan;
      const { input, columns } = plan;
      const all = columns.map((column) => column.id);
      if (isUniqueOn(input, all)) return input;
      const grouped: Aggregate = { kind: 'aggregate', columns, input, groups: references(columns), aggregates: [] };
      return grouped;
    }
    case 'join': {
      const tests = plan.join === 'semi' || plan.join === 'anti' || plan.join === 'mark';
      return tests ? withChildren(plan, [plan.left, withoutDistinct(plan.right)]) : plan;
    }
    default:
      return plan;
  }
}

/** A plan with the same rows, but perhaps some of them more often. */
function withoutDistinct(plan: Plan): Plan {
  switch (plan.kind) {
    case 'distinct':
      return plan.on === undefined ? withoutDistinct(plan.input) : plan;
    case 'aggregate': {
      const groupsOnly = plan.aggregates.length === 0 && plan.groups.length > 0 && plan.groupingSets === undefined;
      const bare = plan.groups.every((group, i) => group.kind === 'column' && group.id === plan.columns[i]?.id);
      return groupsOnly && bare ? withoutDistinct(plan.input) : plan;
    }
    case 'project':
    case 'filter':
      return withChildren(plan, [withoutDistinct(plan.input)]);
    default:
      return plan;
  }
}
