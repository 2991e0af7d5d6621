import type { ColumnIds } from '../ir/columns.ts';
import type { BindingId, Plan } from '../ir/plan.ts';
import type { Estimator } from '../optimizer/cardinality.ts';
import { OrbitError } from '../types/error.ts';
import type { PhysicalPlan } from './plan.ts';

/** What the lowering of one node needs of the rest. */
export interface Lowering {
  readonly lower: (plan: Plan) => PhysicalPlan;
  readonly estimator: Estimator;
  readonly ids: ColumnIds;
  /** What recursions bind: their rows are better streamed than collected, as code is then generated once. */
  readonly iterated: Set<BindingId>;
  /** Whether aggregates may be kept in the build rows of joins. */
  readonly groupJoins: boolean;
}

/** At least one row: an estimate of none would only be a rounded one. */
export function estimated(plan: Plan, estimator: Estimator): number {
  const rows = estimator.rows(plan);
  return rows === 0 ? 0 : Math.max(1, Math.round(rows));
}

export function notSupported(what: string): OrbitError {
  return new OrbitError('feature_not_supported', `${what} is not supported`);
}
