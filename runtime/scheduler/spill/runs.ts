import type { PackSpec } from '../../operators/pack.ts';
import { RUNS, runPlace, runsBytes } from '../../operators/sort.ts';
import { required } from '../drivers.ts';
import type { KernelInstance } from '../modules.ts';
import type { SourceMorsel } from '../pipeline.ts';
import type { Query } from '../query.ts';
import { allocate, allocateZeroed, withOwnArenas } from '../task.ts';
import { type Page, pageReader, pageWriter } from './pages.ts';
import { bytesLeft } from './policy.ts';

/** Rows whose addresses are written at a time. */
const OUT_ROWS = 16_384;

export type Run = readonly Page[];

/** A sort's kernel, which has the functions that merge. */
export interface SortKernel {
  readonly kernel: KernelInstance;
  readonly ctx: number;
  readonly spec: PackSpec;
}

/** The rows of several runs in one order: morsels are arrays of addresses, good until the next one is asked for. */
export interface Merge {
  readonly next: () => Promise<SourceMorsel | undefined>;
  readonly close: () => void;
}

/**
 * Merges runs. If there are more than have room for a page each, some are merged into longer ones first, on disk: `wrote`
 * is told of the bytes.
 */
export async function mergeRuns(
  query: Query,
  sort: SortKernel,
  runs: readonly Run[],
  wrote: (bytes: number) => void,
): Promise<Merge> {
  const pageBytes = Math.max(8, ...runs.map(largestPage));
  const most = Math.max(2, Math.floor(bytesLeft(query.budget) / 2 / pageBytes));
  let rest = runs;
  while (rest.length > most) {
    const longer: Run[] = [];
    for (let from = 0; from < rest.length; from += most) {
      const some = rest.slice(from, from + most);
      const [only] = some;
      longer.push(only !== undefined && some.length === 1 ? only : await longerRun(query, sort, some, wrote));
    }
    rest = longer;
  }
  return merging(query, sort, rest);
}

function largestPage(run: Run): number {
  return run.reduce((most, { bytes }) => Math.max(most, bytes), 0);
}

async function longerRun(
  query: Query,
  sort: SortKernel,
  runs: readonly Run[],
  wrote: (bytes: number) => void,
): Promise<Run> {
  const merge = await merging(query, sort, runs);
  const { task, free } = withOwnArenas(query);
  try {
    const writer = pageWriter(task, required(query.spill, 'the temporary file'), sort.spec, undefined);
    for (;;) {
      const morsel = await merge.next();
      if (morsel === undefined) break;
      await writer.write({ ...morsel, gather: true });
    }
    const { partitions, bytes } = await writer.finish();
    wrote(bytes);
    return required(partitions[0], 'a run');
  } finally {
    merge.close();
    free();
  }
}

/** A run's place in memory for one page, and the bytes of its next. */
interface Feed {
  readonly address: number;
  readonly buffer: Uint8Array<ArrayBuffer>;
  ahead: Promise<void> | undefined;
  at: number;
}

async function merging(query: Query, { kernel, ctx, spec }: SortKernel, runs: readonly Run[]): Promise<Merge> {
  const { memory } = query;
  const { task, free } = withOwnArenas(query);
  const count = runs.length;
  const reader = pageReader(query, required(query.spill, 'the temporary file'), spec);
  const state = allocateZeroed(task, runsBytes(count));
  const out = allocate(task, OUT_ROWS * 4);
  // The next page of each run is on its way while its current one is merged.
  const feeds = runs.map(
    (run): Feed => ({
      address: allocate(task, Math.max(8, largestPage(run))),
      buffer: new Uint8Array(largestPage(run)),
      ahead: undefined,
      at: 0,
    }),
  );
  const ask = (run: number): void => {
    const feed = feeds[run];
    const page = feed === undefined ? undefined : runs[run]?.[feed.at];
    if (feed === undefined || page === undefined) return;
    feed.ahead = reader.fetch(page, feed.buffer);
    // Told when it is waited for, if it ever is.
    feed.ahead.catch(() => {});
  };
  /** Gives the run its next page, or ends it; and its place in the tree. */
  const refill = async (run: number): Promise<void> => {
    const feed = required(feeds[run], 'a run');
    const page = runs[run]?.[feed.at];
    const { head, end } = runPlace(run, count);
    if (page === undefined) memory.view().setUint32(state + head, 0, true);
    else {
      await feed.ahead;
      reader.place(page, feed.buffer, feed.address);
      feed.at++;
      ask(run);
      memory.view().setUint32(state + head, feed.address, true);
      memory.view().setUint32(state + end, feed.address + page.rows * spec.size, true);
    }
    kernel.call('climb', ctx, state, count, run);
  };

  for (let node = 0; node < count; node++) memory.view().setUint32(state + RUNS.tree + node * 4, RUNS.none, true);
  memory.view().setUint32(state + RUNS.waiting, RUNS.none, true);
  runs.forEach((_, run) => ask(run));
  for (let run = 0; run < count; run++) await refill(run);

  return {
    next: async () => {
      if (count === 0) return undefined;
      for (;;) {
        const waiting = memory.view().getUint32(state + RUNS.waiting, true);
        if (waiting !== RUNS.none) {
          memory.view().setUint32(state + RUNS.waiting, RUNS.none, true);
          await refill(waiting);
        }
        const rows = kernel.call('merge_runs', ctx, state, count, out, OUT_ROWS);
        if (rows > 0) return { address: out, rows };
        if (memory.view().getUint32(state + RUNS.waiting, true) === RUNS.none) return undefined;
      }
    },
    close: free,
  };
}
