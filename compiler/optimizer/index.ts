import { type ColumnIds, columnIdsAfter } from '../ir/columns.ts';
import type { Plan } from '../ir/plan.ts';
import { verify } from '../ir/verify.ts';
import { OrbitError } from '../types/error.ts';
import { createEstimator } from './cardinality.ts';
import { decorrelate } from './decorrelate/index.ts';
import { distinctToAggregate } from './distinct.ts';
import { splitDistinctAggregates } from './distinct-aggregates.ts';
import { eagerAggregation } from './eager/index.ts';
import { reduceGroupKeys } from './group-keys.ts';
import { orderJoins } from './join-order.ts';
import { lateMaterialization } from './late-materialization.ts';
import { pushLimits } from './limits.ts';
import { removeSorts } from './orders.ts';
import { simplifyOuterJoins } from './outer-joins.ts';
import type { Pass } from './pass.ts';
import { pruneColumns } from './prune.ts';
import { pushPredicates } from './push-predicates.ts';
import { semiJoins } from './semi-joins.ts';
import { simplify } from './simplify.ts';
import { reduceSortKeys } from './sort-keys.ts';

/** The passes in the order in which they run; some run again after others have made work for them. */
export const PASSES: readonly Pass[] = [
  simplify,
  decorrelate,
  simplifyOuterJoins,
  pushPredicates,
  distinctToAggregate,
  removeSorts,
  reduceSortKeys,
  semiJoins,
  reduceGroupKeys,
  pruneColumns,
  eagerAggregation,
  splitDistinctAggregates,
  orderJoins,
  pushLimits,
  pruneColumns,
  lateMaterialization,
];

export interface OptimizeOptions {
  /** Names of passes that are left out. Without `decorrelate`, a plan with subqueries in expressions cannot be lowered. */
  readonly off?: readonly string[] | undefined;
  /** Checks the plan after every pass that changed it: for tests and debugging. */
  readonly verify?: boolean | undefined;
  /** Keeps the plans before and after each pass in the trace. */
  readonly keepPlans?: boolean | undefined;
  /** Where new column ids come from; by default beyond all ids of the plan. */
  readonly ids?: ColumnIds | undefined;
}

export interface PassTrace {
  readonly pass: string;
  readonly ms: number;
  readonly changed: boolean;
  readonly before?: Plan | undefined;
  readonly after?: Plan | undefined;
}

export interface Optimized {
  readonly plan: Plan;
  readonly trace: readonly PassTrace[];
}

/** An equivalent plan that is expected to run faster; its output columns are the same, in the same order. */
export function optimize(original: Plan, options: OptimizeOptions = {}): Optimized {
  const context = { ids: options.ids ?? columnIdsAfter(original), estimator: createEstimator() };
  const trace: PassTrace[] = [];
  let plan = original;
  for (const pass of PASSES) {
    if (options.off?.includes(pass.name)) continue;
    const before = plan;
    const start = performance.now();
    plan = withinStack(() => pass.run(before, context));
    const ms = performance.now() - start;
    const changed = plan !== before;
    if (options.verify && changed) verify(plan);
    trace.push({ pass: pass.name, ms, changed, ...(options.keepPlans ? { before, after: plan } : {}) });
  }
  return { plan, trace };
}

/** Passes recurse over plans, whose depth a statement's text can make as large as it likes. */
function withinStack(run: () => Plan): Plan {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new OrbitError('statement_too_complex', 'the statement is nested too deeply', {
      hint: 'Split it, for example with temporary tables.',
      cause: error,
    });
  }
}
