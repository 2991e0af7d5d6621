import { internalError } from '../../compiler/types/error.ts';
import type { AggregateState } from '../operators/aggregate.ts';
import type { JoinDirectory, JoinState } from '../operators/hash-join.ts';
import type { HashTable } from '../operators/hash-table.ts';
import type { InnerState } from '../operators/nested-loop.ts';
import { BATCH_ROWS, type BatchLayout, type ResultSlots } from '../operators/result.ts';
import type { RowBlocks } from '../operators/rows.ts';
import { RUN_LENGTH, type SortState } from '../operators/sort.ts';
import type { KernelInstance } from './modules.ts';
import { allocate, allocateZeroed, type Query } from './query.ts';

/** A finished or current block of rows. */
export interface RowBlock {
  readonly address: number;
  readonly rows: number;
}

/** What a sink needs of the host: room at the start and whenever its kernel says FULL. */
export interface SinkDriver {
  readonly start: (ctx: number, kernel: KernelInstance) => void;
  readonly full: (ctx: number, kernel: KernelInstance) => void | Promise<void>;
  /** The input of one pipeline is complete; the context goes away. */
  readonly end: (ctx: number) => void;
}

const FIRST_BLOCK_BYTES = 4096;
const LARGEST_BLOCK_BYTES = 1 << 20;

/** Blocks of rows that grow as more rows come. */
export function rowBlockList(
  query: Query,
  rowSize: () => number,
): {
  readonly give: (ctx: number, slots: RowBlocks) => void;
  readonly isFull: (ctx: number, slots: RowBlocks) => boolean;
  readonly take: (ctx: number, slots: RowBlocks) => void;
  readonly blocks: RowBlock[];
} {
  const { memory } = query.executor;
  const blocks: RowBlock[] = [];
  let current: { address: number; bytes: number } | undefined;
  let bytes = FIRST_BLOCK_BYTES;
  const close = (next: number): void => {
    if (current === undefined) return;
    const rows = (next - current.address) / rowSize();
    if (rows > 0) blocks.push({ address: current.address, rows });
    current = undefined;
  };
  return {
    blocks,
    isFull: (ctx, slots) =>
      memory.view().getUint32(ctx + slots.next, true) === memory.view().getUint32(ctx + slots.end, true),
    give: (ctx, slots) => {
      close(memory.view().getUint32(ctx + slots.next, true));
      const size = rowSize();
      const capacity = Math.max(1, Math.floor(bytes / size)) * size;
      const address = allocate(query, capacity);
      current = { address, bytes: capacity };
      bytes = Math.min(bytes * 2, LARGEST_BLOCK_BYTES);
      memory.view().setUint32(ctx + slots.next, address, true);
      memory.view().setUint32(ctx + slots.end, address + capacity, true);
    },
    take: (ctx, slots) => close(memory.view().getUint32(ctx + slots.next, true)),
  };
}

function required<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw internalError(`${what} is not there yet`);
  return value;
}

/** Rows by blocks: join builds, sorts, materialized inner sides. */
export function rowsDriver(
  query: Query,
  state: { readonly blocks: RowBlocks | undefined; readonly layout: { readonly size: number } | undefined },
): SinkDriver & { readonly blocks: RowBlock[] } {
  const list = rowBlockList(query, () => required(state.layout, 'the row layout').size);
  const slots = (): RowBlocks => required(state.blocks, 'the row blocks');
  return {
    blocks: list.blocks,
    start: (ctx) => list.give(ctx, slots()),
    full: (ctx) => list.give(ctx, slots()),
    end: (ctx) => list.take(ctx, slots()),
  };
}

export function rowCount(blocks: readonly RowBlock[]): number {
  return blocks.reduce((sum, block) => sum + block.rows, 0);
}

const SMALLEST_DIRECTORY_BITS = 8;

/** One hash table's directory and rows. */
function tableDriver(
  query: Query,
  table: () => HashTable,
  rowSize: () => number,
): SinkDriver & { readonly blocks: RowBlock[]; readonly count: () => number } {
  const { memory } = query.executor;
  const list = rowBlockList(query, rowSize);
  let total = 0;
  let bits = SMALLEST_DIRECTORY_BITS;
  const install = (ctx: number, directory: number): void => {
    const view = memory.view();
    view.setUint32(ctx + table().directory, directory, true);
    view.setUint32(ctx + table().mask, 2 ** bits - 1, true);
    view.setUint32(ctx + table().shift, 32 - bits, true);
    view.setUint32(ctx + table().limit, 2 ** (bits - 1), true);
  };
  let directory = 0;
  return {
    blocks: list.blocks,
    count: () => total,
    start: (ctx) => {
      const dense = table().dense;
      // Several pipelines may feed one table: the directory is made once.
      if (directory === 0)
        directory = allocateZeroed(query, dense === undefined ? 2 ** bits * 8 : Math.max(dense * 4, 8));
      install(ctx, directory);
      memory.view().setUint32(ctx + table().count, total, true);
      list.give(ctx, table().blocks);
    },
    full: async (ctx, kernel) => {
      if (list.isFull(ctx, table().blocks)) list.give(ctx, table().blocks);
      const view = memory.view();
      if (
        table().dense !== undefined ||
        view.getUint32(ctx + table().count, true) < view.getUint32(ctx + table().limit, true)
      )
        return;
      bits += bits < 16 ? 3 : bits < 22 ? 2 : 1;
      directory = allocateZeroed(query, 2 ** bits * 8);
      const enter = async (block: RowBlock): Promise<void> => {
        for (let from = 0; from < block.rows; from += STEP_ROWS) {
          kernel.call(
            'rehash',
            from,
            Math.min(block.rows, from + STEP_ROWS),
            block.address,
            rowSize(),
            directory,
            2 ** bits - 1,
            32 - bits,
          );
          await query.breathe();
        }
      };
      // The current block counts too: it is closed, and what is left of it goes unused.
      list.give(ctx, table().blocks);
      for (const block of list.blocks) await enter(block);
      install(ctx, directory);
    },
    end: (ctx) => {
      total = memory.view().getUint32(ctx + table().count, true);
      list.take(ctx, table().blocks);
    },
  };
}

/** Rows that a step of unbounded work handles between two chances to cancel. */
const STEP_ROWS = 65_536;

export function aggregateDriver(
  query: Query,
  state: AggregateState,
): SinkDriver & { readonly blocks: () => readonly RowBlock[] } {
  const { memory } = query.executor;
  const main = tableDriver(
    query,
    () => required(state.table, 'the hash table'),
    () => required(state.layout, 'the row layout').size,
  );
  const distinct = new Map<number, ReturnType<typeof tableDriver>>();
  let only: number | undefined;
  return {
    blocks: () => (only === undefined ? main.blocks : [{ address: only, rows: 1 }]),
    start: (ctx, kernel) => {
      for (const index of state.distinct.keys()) {
        const known = distinct.get(index);
        const driver =
          known ??
          tableDriver(
            query,
            () => required(state.distinct.get(index), 'a distinct table').table,
            () => required(state.distinct.get(index), 'a distinct table').layout.size,
          );
        distinct.set(index, driver);
        driver.start(ctx, kernel);
      }
      if (state.groups > 0) return main.start(ctx, kernel);
      // Without groups there is one row, which the kernel finds where it otherwise takes new rows from.
      if (only === undefined) {
        const layout = required(state.layout, 'the row layout');
        only = allocateZeroed(query, layout.size);
        for (const field of layout.fields) if (field.nullOffset !== undefined) memory.u8()[only + field.nullOffset] = 1;
      }
      memory.view().setUint32(ctx + required(state.table, 'the hash table').blocks.next, only, true);
    },
    full: async (ctx, kernel) => {
      for (const driver of distinct.values()) await driver.full(ctx, kernel);
      if (state.groups > 0) await main.full(ctx, kernel);
    },
    end: (ctx) => {
      for (const driver of distinct.values()) driver.end(ctx);
      if (state.groups > 0) main.end(ctx);
    },
  };
}

/** An integer key indexes an array if that takes at most this many entries for each row. */
const DENSE_FACTOR = 6;
const DENSE_ALWAYS = 1 << 16;

const I64_MIN = -(2n ** 63n);
const I64_MAX = 2n ** 63n - 1n;

export function joinDriver(
  query: Query,
  state: JoinState,
): SinkDriver & {
  /** Makes the directory: the build side is complete. */
  readonly finish: () => Promise<JoinDirectory>;
  readonly blocks: RowBlock[];
} {
  const { memory } = query.executor;
  const rows = rowsDriver(query, state);
  let kernel: KernelInstance | undefined;
  let low = I64_MAX;
  let high = I64_MIN;
  let sawNull = false;
  return {
    blocks: rows.blocks,
    full: rows.full,
    start: (ctx, instance) => {
      kernel = instance;
      const bounds = required(state.bounds, 'the key bounds');
      memory.view().setBigInt64(ctx + bounds.low, I64_MAX, true);
      memory.view().setBigInt64(ctx + bounds.high, I64_MIN, true);
      rows.start(ctx, instance);
    },
    end: (ctx) => {
      const bounds = required(state.bounds, 'the key bounds');
      const view = memory.view();
      const [least, greatest] = [view.getBigInt64(ctx + bounds.low, true), view.getBigInt64(ctx + bounds.high, true)];
      if (least < low) low = least;
      if (greatest > high) high = greatest;
      sawNull ||= view.getUint32(ctx + bounds.sawNull, true) !== 0;
      rows.end(ctx);
    },
    finish: async () => {
      const total = rowCount(rows.blocks);
      const layout = required(state.layout, 'the row layout');
      const [key] = state.keyFields;
      const field = key === undefined ? undefined : layout.fields[key];
      const integer =
        state.keyFields.length === 1 && (field?.lane === 'i32' || field?.lane === 'i64') && !state.nullsEqual;
      const span = low <= high ? high - low + 1n : 0n;
      let chained = 0;
      const link = async (step: (block: RowBlock) => number): Promise<void> => {
        for (const block of rows.blocks) {
          for (let from = 0; from < block.rows; from += STEP_ROWS) {
            const part = { address: block.address + from * layout.size, rows: Math.min(STEP_ROWS, block.rows - from) };
            chained += step(part);
            await query.breathe();
          }
        }
      };
      const linker = required(kernel, 'the build kernel');
      if (integer && span <= BigInt(Math.max(DENSE_ALWAYS, total * DENSE_FACTOR))) {
        const size = Number(span);
        const address = allocateZeroed(query, Math.max(size * 4, 8));
        await link((block) => linker.call('link_dense', block.address, block.rows, address, low));
        return {
          address,
          dense: { low: size === 0 ? 0n : low, size },
          mask: 0,
          shift: 0,
          unique: chained === 0,
          rows: total,
          sawNull,
        };
      }
      const bits = Math.max(4, Math.ceil(Math.log2(Math.max(total, 1) * 2)));
      const address = allocateZeroed(query, 2 ** bits * 8);
      await link((block) => linker.call('link_hashed', block.address, block.rows, address, 2 ** bits - 1, 32 - bits));
      return { address, mask: 2 ** bits - 1, shift: 32 - bits, unique: chained === 0, rows: total, sawNull };
    },
  };
}

/** All rows in one piece, for random access by number. */
export function contiguous(
  query: Query,
  blocks: readonly RowBlock[],
  size: number,
): { address: number; count: number } {
  const [only] = blocks;
  if (only !== undefined && blocks.length === 1) return { address: only.address, count: only.rows };
  const count = rowCount(blocks);
  const address = allocate(query, Math.max(count * size, 8));
  let at = address;
  for (const block of blocks) {
    query.executor.memory.u8().copyWithin(at, block.address, block.address + block.rows * size);
    at += block.rows * size;
  }
  return { address, count };
}

export function finishInner(query: Query, state: InnerState, blocks: readonly RowBlock[]): void {
  state.rows = contiguous(query, blocks, required(state.layout, 'the row layout').size);
}

/** Kept rows of a top-n: beyond this the worse half goes. */
const TOP_SLACK = 65_536;

export function sortDriver(
  query: Query,
  state: SortState,
  top: number | undefined,
): SinkDriver & {
  /** The rows in order: an array of row addresses. Needs the context of the last pipeline. */
  readonly finish: () => Promise<{ readonly address: number; readonly count: number }>;
} {
  const { memory } = query.executor;
  const rows = rowsDriver(query, state);
  let kernel: KernelInstance | undefined;
  let context = 0;
  /** Kept addresses of a top-n after its last cut, in order. */
  let best: number[] = [];
  let cutBlocks = 0;

  const sorted = async (addresses: Uint32Array): Promise<number> => {
    const sorter = required(kernel, 'the sort kernel');
    const n = addresses.length;
    let source = allocate(query, Math.max(n * 4, 8));
    let target = allocate(query, Math.max(n * 4, 8));
    memory.u32().set(addresses, source / 4);
    for (let from = 0, steps = 0; from < n; from += RUN_LENGTH) {
      sorter.call('insertion', context, source, from, Math.min(n, from + RUN_LENGTH));
      if (++steps % 256 === 0) await query.breathe();
    }
    const progress = allocate(query, 24);
    for (let width = RUN_LENGTH; width < n; width *= 2) {
      for (let from = 0; from < n; from += width * 2) {
        const middle = Math.min(n, from + width);
        const end = Math.min(n, from + width * 2);
        memory
          .u32()
          .set(
            [source + from * 4, source + middle * 4, source + middle * 4, source + end * 4, target + from * 4, 0],
            progress / 4,
          );
        while (sorter.call('merge', context, progress, STEP_ROWS * 4) === 0) await query.breathe();
        const pause = query.breathe();
        if (pause !== undefined) await pause;
      }
      [source, target] = [target, source];
    }
    return source;
  };

  const addresses = (from: number): Uint32Array => {
    const size = required(state.layout, 'the row layout').size;
    const blocks = rows.blocks.slice(from);
    const all = new Uint32Array(best.length + rowCount(blocks));
    all.set(best);
    let at = best.length;
    for (const block of blocks) for (let i = 0; i < block.rows; i++) all[at++] = block.address + i * size;
    return all;
  };

  const cut = async (ctx: number): Promise<void> => {
    if (top === undefined || rowCount(rows.blocks.slice(cutBlocks)) < top + TOP_SLACK) return;
    const array = await sorted(addresses(cutBlocks));
    cutBlocks = rows.blocks.length;
    const kept = Math.min(top, best.length + rowCount(rows.blocks));
    best = [...memory.u32().subarray(array / 4, array / 4 + kept)];
    const bar = best.at(-1);
    if (state.bar !== undefined && bar !== undefined && best.length === top)
      memory.view().setUint32(ctx + state.bar, bar, true);
  };

  return {
    start: (ctx, instance) => {
      kernel = instance;
      context = ctx;
      rows.start(ctx, instance);
    },
    full: async (ctx, instance) => {
      context = ctx;
      await rows.full(ctx, instance);
      await cut(ctx);
    },
    end: rows.end,
    finish: async () => {
      if (kernel === undefined) return { address: 0, count: 0 };
      const all = addresses(cutBlocks);
      return { address: await sorted(all), count: all.length };
    },
  };
}

/** Rows of the result, batch by batch. `deliver` may keep nothing of the batch once its promise is settled. */
export function resultDriver(
  query: Query,
  layout: BatchLayout,
  slots: ResultSlots,
  deliver: (batch: number, rows: number) => void | Promise<void>,
): SinkDriver & { readonly flush: () => Promise<void> } {
  const { memory } = query.executor;
  const batch = allocate(query, layout.bytes);
  let rows = 0;
  return {
    start: (ctx) => {
      memory.view().setUint32(ctx + slots.batch, batch, true);
      memory.view().setUint32(ctx + slots.count, rows, true);
    },
    full: async (ctx) => {
      await deliver(batch, BATCH_ROWS);
      memory.view().setUint32(ctx + slots.count, 0, true);
    },
    end: (ctx) => {
      rows = memory.view().getUint32(ctx + slots.count, true);
    },
    flush: async () => {
      if (rows > 0) await deliver(batch, rows);
      rows = 0;
    },
  };
}
