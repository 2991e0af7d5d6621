import { entryBytes } from '../operators/first-rows.ts';
import { type PackSpec, packSpec } from '../operators/pack.ts';
import type { SortState } from '../operators/sort.ts';
import { type EncodedKeys, encodedKeys } from '../operators/sort-keys.ts';
import { blockList, type Driver, type RowBlock, type RowsSpec, required, rowCount, rowsSpec } from './drivers.ts';
import { type FirstRowsSpec, firstRowsTable } from './first-rows.ts';
import type { KernelInstance } from './modules.ts';
import { sortAddresses } from './sorting.ts';
import { type Page, type PageWriter, pageWriter } from './spill/pages.ts';
import { shouldSpill } from './spill/policy.ts';
import type { Task } from './task.ts';

export interface SortDriverSpec extends RowsSpec {
  readonly bar: number | undefined;
  readonly top: number | undefined;
  readonly pack: PackSpec;
  readonly keys: EncodedKeys;
  readonly first: FirstRowsSpec | undefined;
}

export function sortDriverSpec(state: SortState, top: number | undefined): SortDriverSpec {
  const layout = required(state.layout, 'the row layout');
  const keys = encodedKeys(state.keys, layout.fields);
  const { bar, first, firstSlots } = state;
  const firstRows =
    first === undefined || firstSlots === undefined
      ? undefined
      : { slots: firstSlots, entryBytes: entryBytes(first), count: first.count, partitions: first.partitions };
  return { ...rowsSpec(state), bar, top, pack: packSpec(layout, 0), keys, first: firstRows };
}

export interface SortResult {
  /** Addresses of the rows that a top-n has kept so far, and blocks of rows that came since. */
  readonly best: Uint32Array;
  readonly blocks: readonly RowBlock[];
  /** Sorted rows on disk, in the order in which they came. */
  readonly runs: readonly (readonly Page[])[];
}

/** What a top-n does now and then takes little memory beside its rows. */
const BY_COMPARISON: EncodedKeys = { parts: [], exact: false };

/** Bytes a row that sorting takes beside it, and as much again for others that sort at the same time. */
const SORT_BYTES = 16;

/**
 * Rows of a sort. When they would take too much memory they are sorted and go to disk as a run. A top-n sorts out what it
 * does not need now and then; the rows that it drops take memory until it goes to disk.
 */
export function sortDriver(task: Task, spec: () => SortDriverSpec): Driver<SortResult> {
  const { memory } = task;
  const list = blockList(task, () => spec().rowSize);
  const own = { ...task, arena: task.rows };
  let best = new Uint32Array(0);
  let cutBlocks = 0;
  let writer: PageWriter | undefined;
  const runs: (readonly Page[])[] = [];
  const table = firstRowsTable(task, () => spec().first);
  let gone = 0;

  const waiting = (): SortResult => ({ best, blocks: list.blocks.slice(cutBlocks), runs });

  const setBar = (ctx: number, row: number): void => {
    const { bar } = spec();
    if (bar !== undefined) memory.view().setUint32(ctx + bar, row, true);
  };

  const cut = async (ctx: number, kernel: KernelInstance): Promise<void> => {
    const { top, rowSize } = spec();
    const since = waiting();
    // As many rows as are kept, or more: each is then compared a bounded number of times before the bar drops it.
    if (top === undefined || rowCount(since.blocks) < Math.max(top, task.tuning.topSlack)) return;
    const all = rowAddresses(since, rowSize);
    const array = await sortAddresses(own, ctx, kernel, all, BY_COMPARISON);
    cutBlocks = list.blocks.length;
    best = memory.u32().slice(array / 4, array / 4 + Math.min(top, all.length));
    const last = best.at(-1);
    if (last !== undefined && best.length === top) setBar(ctx, last);
  };

  const writeRun = async (ctx: number, kernel: KernelInstance): Promise<void> => {
    const { top, rowSize, pack, keys } = spec();
    const all = rowAddresses(waiting(), rowSize);
    if (all.length > 0) {
      const address = await sortAddresses(own, ctx, kernel, all, keys);
      writer ??= pageWriter(task, required(task.spill, 'the temporary file'), pack, undefined);
      await writer.write({ address, rows: Math.min(top ?? all.length, all.length), gather: true });
      const { partitions } = await writer.finish();
      runs.push(required(partitions[0], 'a run'));
    }
    setBar(ctx, 0);
    best = new Uint32Array(0);
    cutBlocks = 0;
    gone += rowCount(list.blocks);
    list.clear();
    table.clear();
    memory.resetArena(task.rows);
  };

  return {
    rows: task.rows,
    result: waiting,
    start: (ctx) => {
      list.give(ctx, spec().blocks);
      table.start(ctx);
    },
    full: async (ctx, kernel) => {
      list.take(ctx, spec().blocks);
      // All rows since the last run count, those of a top-n that are no longer wanted too: they still take memory.
      const rows = rowCount(list.blocks);
      table.judge(ctx, gone + rows);
      if (shouldSpill(task, rows, list.nextBytes() + rows * SORT_BYTES)) await writeRun(ctx, kernel);
      list.give(ctx, spec().blocks);
      await cut(ctx, kernel);
    },
    end: async (ctx, kernel) => {
      list.take(ctx, spec().blocks);
      table.end(ctx);
      if (runs.length > 0) await writeRun(ctx, kernel);
    },
  };
}

export function rowAddresses({ best, blocks }: SortResult, rowSize: number): Uint32Array {
  const all = new Uint32Array(best.length + rowCount(blocks));
  all.set(best);
  let at = best.length;
  for (const block of blocks) {
    let address = block.address;
    for (let i = 0; i < block.rows; i++) {
      all[at++] = address;
      address += rowSize;
    }
  }
  return all;
}
