import type { RowBlocks } from '../operators/rows.ts';
import {
  directoryBytes,
  grownBits,
  installDirectory,
  isCrowded,
  rehash,
  SMALLEST_DIRECTORY_BITS,
} from './directory.ts';
import type { Driver, RowBlock, RowsSpec, TableSpec } from './drivers.ts';
import type { KernelInstance } from './modules.ts';
import { allocate, allocateLarge, allocateZeroed, type Task } from './task.ts';

/** Rows that come in many small runs, of which each time the new ones are asked for. */
export interface Growing extends Driver<void> {
  /** The rows since the last time. Their blocks stay until `recycle` gives them up. */
  readonly take: () => readonly RowBlock[];
  /** Rows outside of these ranges are needed no more. */
  readonly recycle: (kept: readonly RowBlock[]) => void;
}

interface Block {
  readonly address: number;
  readonly end: number;
}

interface Appender extends Growing {
  readonly isFull: (ctx: number, slots: RowBlocks) => boolean;
  /** All rows, those of the current block up to the kernel's position. */
  readonly ranges: (ctx: number, slots: RowBlocks) => readonly RowBlock[];
}

/** Unlike other drivers' blocks, a block goes on where the last run left it. */
export function appendRows(task: Task, spec: () => RowsSpec): Appender {
  const { memory } = task;
  const used: (Block & { readonly filled: number })[] = [];
  const idle: Block[] = [];
  let current: Block | undefined;
  let next = 0;
  let taken = 0;
  let fresh: RowBlock[] = [];
  let bytes = task.tuning.firstBlockBytes;
  const settle = (): void => {
    const rows = (next - taken) / spec().rowSize;
    if (rows > 0) fresh.push({ address: taken, rows });
    taken = next;
  };
  const install = (ctx: number): void => {
    const { blocks } = spec();
    memory.view().setUint32(ctx + blocks.next, next, true);
    memory.view().setUint32(ctx + blocks.end, current?.end ?? next, true);
  };
  const renew = (): void => {
    if (current !== undefined) used.push({ ...current, filled: next });
    const { rowSize } = spec();
    current = idle.pop();
    if (current === undefined) {
      const capacity = Math.max(1, Math.floor(bytes / rowSize)) * rowSize;
      const address = allocate(task, capacity);
      current = { address, end: address + capacity };
      bytes = Math.min(bytes * 2, task.tuning.largestBlockBytes);
    }
    next = current.address;
    taken = next;
  };
  return {
    result: () => {},
    start: (ctx) => {
      if (current === undefined) renew();
      install(ctx);
    },
    isFull: (ctx, slots) =>
      memory.view().getUint32(ctx + slots.next, true) === memory.view().getUint32(ctx + slots.end, true),
    full: (ctx) => {
      next = memory.view().getUint32(ctx + spec().blocks.next, true);
      settle();
      renew();
      install(ctx);
    },
    end: (ctx) => {
      next = memory.view().getUint32(ctx + spec().blocks.next, true);
    },
    take: () => {
      settle();
      const rows = fresh;
      fresh = [];
      return rows;
    },
    recycle: (kept) => {
      for (let i = used.length - 1; i >= 0; i--) {
        const block = used[i];
        if (block === undefined || kept.some(({ address }) => address >= block.address && address < block.end))
          continue;
        used.splice(i, 1);
        idle.push(block);
      }
    },
    ranges: (ctx, slots) => {
      const { rowSize } = spec();
      const position = memory.view().getUint32(ctx + slots.next, true);
      const all = [...used, ...(current === undefined ? [] : [{ ...current, filled: position }])];
      return all.map(({ address, filled }) => ({ address, rows: (filled - address) / rowSize }));
    },
  };
}

/** Rows of different keys, found by a hash table that lasts over all runs. */
export function appendGroups(task: Task, spec: () => TableSpec): Growing {
  const { memory } = task;
  const rows = appendRows(task, () => ({ blocks: spec().table.blocks, rowSize: spec().rowSize }));
  let bits = SMALLEST_DIRECTORY_BITS;
  let directory = 0;
  let count = 0;
  return {
    result: () => {},
    take: rows.take,
    recycle: () => {},
    start: (ctx, kernel) => {
      const { table } = spec();
      if (directory === 0) {
        directory = allocateZeroed(task, directoryBytes(table, bits));
      }
      installDirectory(task, ctx, table, directory, bits);
      memory.view().setUint32(ctx + table.count, count, true);
      rows.start(ctx, kernel);
    },
    full: async (ctx, kernel: KernelInstance) => {
      const { table, rowSize } = spec();
      if (rows.isFull(ctx, table.blocks)) await rows.full(ctx, kernel);
      if (!isCrowded(task, ctx, table)) return;
      bits = grownBits(bits);
      directory = await allocateLarge(task, directoryBytes(table, bits));
      await rehash(task, kernel, rows.ranges(ctx, table.blocks), rowSize, directory, bits);
      installDirectory(task, ctx, table, directory, bits);
    },
    end: (ctx, kernel) => {
      count = memory.view().getUint32(ctx + spec().table.count, true);
      return rows.end(ctx, kernel);
    },
  };
}
