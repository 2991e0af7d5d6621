import type { PhysicalPlan } from '../../compiler/physical/plan.ts';
import type { Value } from '../../compiler/types/value.ts';
import { batchLayout } from '../operators/result.ts';
import { batchRows } from './batch-rows.ts';
import type { Outer, Query } from './query.ts';
import { runToBatches } from './streams.ts';

export { batchRows } from './batch-rows.ts';

/**
 * All rows of a plan on the host: for operators that work row by row there. They are copies, so what the plan took of
 * the engine's memory is given back at once: the inner side of an Apply runs as often as there are outer rows.
 */
export async function collectRows(
  query: Query,
  plan: PhysicalPlan,
  outer: Outer,
): Promise<readonly (readonly Value[])[]> {
  const { memory, executor } = query;
  const layout = batchLayout(plan.columns);
  const all: (readonly Value[])[] = [];
  const arena = memory.createArena(query.budget);
  const own: Query = { ...query, arena, rows: arena, pins: [], stable: { ...query.stable }, closers: [] };
  try {
    await runToBatches(own, plan, outer, (batch, rows) => {
      for (const row of batchRows(memory, layout, batch, rows)) all.push(row);
    });
    return all;
  } finally {
    for (const close of own.closers) close();
    for (const frame of own.pins) executor.pool.unpin(frame);
    memory.destroyArena(own.arena);
  }
}
