import type { Plan } from '../../ir/plan.ts';
import { mapPlan } from '../../ir/traverse.ts';
import { deriveNullability } from '../nullability.ts';
import type { Pass } from '../pass.ts';
import { aggregateBelowLeftJoin } from './left-join.ts';
import { aggregateBelowLookups } from './lookups.ts';

/**
 * Aggregates before joins where each group meets at most one row of the other side, if that does not aggregate much
 * that the join would drop (Yan and Larson, "Eager Aggregation and Lazy Aggregation", VLDB 1995).
 */
export const eagerAggregation: Pass = {
  name: 'eager aggregation',
  run: (plan, context) => {
    const result = mapPlan(plan, (node): Plan => {
      if (node.kind !== 'aggregate') return node;
      return aggregateBelowLeftJoin(node, context) ?? aggregateBelowLookups(node, context) ?? node;
    });
    return result === plan ? plan : deriveNullability(result);
  },
};
