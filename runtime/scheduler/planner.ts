import type { PhysicalPlan } from '../../compiler/physical/plan.ts';
import { internalError } from '../../compiler/types/error.ts';
import type { Operator } from '../operators/emitter.ts';
import type { Breaker, DriverResult } from './breaker.ts';
import { required } from './drivers.ts';
import { type RunKernel, runPipeline, type Stream } from './pipeline.ts';
import type { Outer, Query } from './query.ts';
import { declared } from './shapes.ts';

/** How streams are made of the parts of a plan: what the operators ask of `streams.ts`, which asks them. */
export interface Planner {
  readonly streams: (query: Query, plan: PhysicalPlan, outer: Outer) => Promise<readonly Stream[]>;
}

/** The streams with more operators behind. */
export function extended(list: readonly Stream[], label: string, ...operators: readonly Operator[]): readonly Stream[] {
  return extendedBy(list, label, undefined, ...operators);
}

/** The same by operators whose code is the same wherever `code` is. */
export function extendedBy(
  list: readonly Stream[],
  label: string,
  code: readonly unknown[] | undefined,
  ...operators: readonly Operator[]
): readonly Stream[] {
  return list.map((s) => ({
    ...s,
    operators: [...s.operators, ...operators],
    label: `${s.label} → ${label}`,
    code: code === undefined || s.code === undefined ? undefined : [...s.code, ...code],
  }));
}

/** Runs a plan into a breaker: its streams one after the other, in one shape if there are several. */
export async function runInto(
  { streams }: Planner,
  query: Query,
  plan: PhysicalPlan,
  outer: Outer,
  breaker: Breaker<unknown>,
  node: PhysicalPlan,
  more: readonly Operator[] = [],
): Promise<RunKernel> {
  const list = await streams(query, plan, outer);
  let last: RunKernel | undefined;
  for (const stream of list) {
    const shapes = list.length === 1 ? [] : [declared(plan.columns)];
    const shaped = { ...stream, operators: [...stream.operators, ...shapes, ...more] };
    const { sink, driver, state } = breaker;
    // Several streams share one state, which the code of the last one has told of itself.
    const own = list.length === 1 ? state : undefined;
    last = await runPipeline(query, shaped, { sink, driver, breaker, state: own }, outer, node);
  }
  return required(last, 'a pipeline');
}

export function unexpected(result: DriverResult): never {
  throw internalError(`a worker gave ${JSON.stringify(result)}`);
}
