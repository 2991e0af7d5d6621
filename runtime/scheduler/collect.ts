import type { PhysicalPlan } from '../../compiler/physical/plan.ts';
import type { Value } from '../../compiler/types/value.ts';
import { batchLayout } from '../operators/result.ts';
import { batchRows } from './batch-rows.ts';
import type { Outer, Query } from './query.ts';
import { runToBatches } from './streams.ts';

export { batchRows } from './batch-rows.ts';

/** All rows of a plan on the host: for operators that work row by row there. */
export async function collectRows(
  query: Query,
  plan: PhysicalPlan,
  outer: Outer,
): Promise<readonly (readonly Value[])[]> {
  const layout = batchLayout(plan.columns);
  const all: Value[][] = [];
  await runToBatches(query, plan, outer, (batch, rows) => {
    all.push(...batchRows(query.memory, layout, batch, rows));
  });
  return all;
}
