import type { Plan } from '../compiler/ir/plan.ts';
import { optimize, type PassTrace } from '../compiler/optimizer/index.ts';
import { lower } from '../compiler/physical/lower.ts';
import type { PhysicalPlan } from '../compiler/physical/plan.ts';
import { type SmallPlan, smallPlan } from '../runtime/scheduler/small-plan.ts';

/** A plan ready to run, with the way to it where that was asked for. */
export interface CompiledPlan {
  readonly logical: Plan;
  readonly optimized: Plan;
  readonly physical: PhysicalPlan;
  /** Instead of pipelines, for a handful of rows. */
  readonly small: SmallPlan | undefined;
  readonly passes: readonly PassTrace[];
  readonly optimizeMs: number;
  readonly lowerMs: number;
}

export interface CompileOptions {
  /** Keeps the plan before and after each pass. */
  readonly trace: boolean;
  /** Passes that are left out, by name. */
  readonly off: readonly string[];
}

export function compilePlan(plan: Plan, options: CompileOptions): CompiledPlan {
  const start = performance.now();
  const { plan: optimized, trace } = optimize(plan, { off: options.off, keepPlans: options.trace });
  const optimizeMs = performance.now() - start;
  const physical = lower(optimized, { off: options.off });
  const small = smallPlan(physical);
  const lowerMs = performance.now() - start - optimizeMs;
  return { logical: plan, optimized, physical, small, passes: trace, optimizeMs, lowerMs };
}
