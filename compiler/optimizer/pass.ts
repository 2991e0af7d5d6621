import type { ColumnIds } from '../ir/columns.ts';
import type { Plan } from '../ir/plan.ts';
import type { Estimator } from './cardinality.ts';

/** What every pass may use beside the plan. */
export interface OptimizerContext {
  /** New column ids, beyond all those of the plan. */
  readonly ids: ColumnIds;
  readonly estimator: Estimator;
}

/**
 * One rewrite of the whole plan into an equivalent one. A pass that has nothing to do returns the plan it was given.
 * No pass moves, duplicates, prunes or limits a node that writes or that calls a volatile function.
 */
export interface Pass {
  /** By which it is turned off and stands in traces. */
  readonly name: string;
  readonly run: (plan: Plan, context: OptimizerContext) => Plan;
}
