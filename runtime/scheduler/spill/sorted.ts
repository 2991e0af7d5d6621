import type { PhysicalPlan, PhysicalSort } from '../../../compiler/physical/plan.ts';
import { type SortState, sortedSource } from '../../operators/sort.ts';
import { required } from '../drivers.ts';
import type { OpenSource, RunKernel } from '../pipeline.ts';
import { counterOf, type Query } from '../query.ts';
import { rowAddresses, type SortDriverSpec, type SortResult } from '../sort-driver.ts';
import { sortAddresses } from '../sorting.ts';
import { withOwnArenas } from '../task.ts';
import { pageWriter } from './pages.ts';
import { type Merge, mergeRuns, type Run } from './runs.ts';

/** All rows of a sort, or of a window's, as runs: those that threads have in memory still go to disk too. */
export async function allRuns(
  query: Query,
  plan: PhysicalPlan,
  { kernel, ctx }: RunKernel,
  spec: SortDriverSpec,
  parts: readonly SortResult[],
): Promise<readonly Run[]> {
  const runs: Run[] = [];
  for (const part of parts) {
    for (const run of part.runs) {
      runs.push(run);
      for (const { bytes } of run) counterOf(query, plan).spilledBytes += bytes;
    }
    const all = rowAddresses(part, spec.rowSize);
    if (all.length === 0) continue;
    const { task, free } = withOwnArenas(query);
    const address = await sortAddresses(task, ctx, kernel.instance, all, spec.keys);
    const writer = pageWriter(task, required(query.spill, 'the temporary file'), spec.pack, undefined);
    await writer.write({ address, rows: Math.min(all.length, spec.top ?? all.length), gather: true });
    const { partitions, bytes } = await writer.finish();
    counterOf(query, plan).spilledBytes += bytes;
    runs.push(required(partitions[0], 'a run'));
    free();
  }
  return runs;
}

/** The rows of the runs in order, but for the first `skip`, and `pass` of them at most. */
export function openRuns(
  query: Query,
  plan: PhysicalSort,
  { kernel, ctx }: RunKernel,
  state: SortState,
  spec: SortDriverSpec,
  runs: readonly Run[],
  skip: bigint,
  pass: bigint,
): OpenSource {
  let merge: Merge | undefined;
  let leaveOut = skip;
  let left = pass;
  const sort = { kernel: kernel.instance, ctx, spec: spec.pack };
  const ids = plan.columns.map((c) => c.id);
  return {
    source: sortedSource(state, ids, true),
    parallel: false,
    passing: true,
    next: async () => {
      merge ??= await mergeRuns(query, sort, runs, (bytes) => {
        counterOf(query, plan).spilledBytes += bytes;
      });
      while (left > 0n) {
        const morsel = await merge.next();
        if (morsel === undefined) return undefined;
        const from = leaveOut < BigInt(morsel.rows) ? Number(leaveOut) : morsel.rows;
        leaveOut -= BigInt(from);
        const most = morsel.rows - from;
        const rows = left < BigInt(most) ? Number(left) : most;
        left -= BigInt(rows);
        if (rows > 0) return { address: morsel.address + from * 4, rows };
        const pause = query.breathe();
        if (pause !== undefined) await pause;
      }
      return undefined;
    },
    close: () => merge?.close(),
  };
}
