import { internalError } from '../../compiler/types/error.ts';
import type { AggregateState } from '../operators/aggregate.ts';
import { BUILD_ROW } from '../operators/build-rows.ts';
import type { HashTable } from '../operators/hash-table.ts';
import type { JoinState } from '../operators/join-state.ts';
import { type PackSpec, packSpec } from '../operators/pack.ts';
import { BATCH_ROWS, type BatchLayout, type ResultSlots } from '../operators/result.ts';
import type { RowBlocks } from '../operators/rows.ts';
import {
  directoryBytes,
  giveDirectory,
  grownBits,
  installDirectory,
  isCrowded,
  rehash,
  SMALLEST_DIRECTORY_BITS,
  takeDirectory,
} from './directory.ts';
import type { KernelInstance } from './modules.ts';
import { MOST_LEVELS, PARTITION_BITS, type PageWriter, pageWriter, type SpilledRows } from './spill/pages.ts';
import { bytesLeft, shouldSpill } from './spill/policy.ts';
import { allocate, allocateZeroed, clear, type Task } from './task.ts';

/**
 * What a sink needs of the host while one thread runs a pipeline: room at the start and whenever the kernel says FULL.
 * A driver works by a specification that is plain data, so that other threads can make theirs, and leaves a result
 * that is plain data too.
 */
export interface Driver<Result> {
  /** The arena of the sink's rows, where it is not the query's. */
  readonly rows?: number | undefined;
  readonly start: (ctx: number, kernel: KernelInstance) => void;
  readonly full: (ctx: number, kernel: KernelInstance) => void | Promise<void>;
  /** What the rows so far point to is about to go. */
  readonly passed?: ((ctx: number) => void | Promise<void>) | undefined;
  /** The input of one pipeline is complete; the context goes away. Who has gone to disk sends the rest there too. */
  readonly end: (ctx: number, kernel: KernelInstance) => void | Promise<void>;
  readonly result: () => Result | Promise<Result>;
}

/** A finished block of rows. */
export interface RowBlock {
  readonly address: number;
  readonly rows: number;
}

export function rowCount(blocks: readonly RowBlock[]): number {
  return blocks.reduce((sum, block) => sum + block.rows, 0);
}

export function required<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw internalError(`${what} is not there yet`);
  return value;
}

/* ------------------------------------------------------------------------------------------------- specifications */

export interface RowsSpec {
  readonly blocks: RowBlocks;
  readonly rowSize: number;
}

export function rowsSpec(state: {
  readonly blocks: RowBlocks | undefined;
  readonly layout: { readonly size: number } | undefined;
}): RowsSpec {
  return { blocks: required(state.blocks, 'the row blocks'), rowSize: required(state.layout, 'the row layout').size };
}

export interface TableSpec {
  readonly table: HashTable;
  readonly rowSize: number;
}

export interface AggregateDriverSpec {
  readonly main: TableSpec;
  readonly groups: number;
  /** How the groups go to disk; undefined: they cannot. */
  readonly pack: PackSpec | undefined;
  /** Into how many partitions, as a power of two. */
  readonly partitionBits: number;
  /** Bytes of the only row that begin as 1: states that are NULL at first. */
  readonly nullOffsets: readonly number[];
  readonly distinct: readonly TableSpec[];
}

export function aggregateDriverSpec(
  state: AggregateState,
  partitionBits: number = PARTITION_BITS,
): AggregateDriverSpec {
  const layout = required(state.layout, 'the row layout');
  return {
    main: { table: required(state.table, 'the hash table'), rowSize: layout.size },
    groups: state.groups,
    partitionBits,
    pack: state.groups > 0 && state.distinct.size === 0 ? packSpec(layout, 0) : undefined,
    nullOffsets: layout.fields.flatMap((field) => (field.nullOffset === undefined ? [] : [field.nullOffset])),
    distinct: [...state.distinct.values()].map(({ table, layout: { size } }) => ({ table, rowSize: size })),
  };
}

export interface JoinDriverSpec extends RowsSpec {
  readonly pack: PackSpec;
  readonly partitionBits: number;
  /** All rows go to disk. */
  readonly always: boolean;
  readonly bounds: NonNullable<JoinState['bounds']>;
}

export function joinDriverSpec(state: JoinState, partitionBits: number, always = false): JoinDriverSpec {
  const pack = packSpec(required(state.layout, 'the row layout'), BUILD_ROW.hash);
  return { ...rowsSpec(state), pack, partitionBits, always, bounds: required(state.bounds, 'the key bounds') };
}

/* ---------------------------------------------------------------------------------------------------------- blocks */

export interface BlockList {
  readonly give: (ctx: number, slots: RowBlocks) => void;
  readonly isFull: (ctx: number, slots: RowBlocks) => boolean;
  readonly take: (ctx: number, slots: RowBlocks) => void;
  readonly blocks: RowBlock[];
  /** Forgets all rows: their memory is gone. */
  readonly clear: () => void;
  /** Bytes that the next block takes. */
  readonly nextBytes: () => number;
}

/** Blocks of rows that grow as more rows come. */
export function blockList(task: Task, rowSize: () => number): BlockList {
  const { memory } = task;
  const rowTask = { ...task, arena: task.rows };
  const blocks: RowBlock[] = [];
  let current: number | undefined;
  let bytes = task.tuning.firstBlockBytes;
  const close = (next: number): void => {
    if (current === undefined) return;
    const rows = (next - current) / rowSize();
    if (rows > 0) blocks.push({ address: current, rows });
    current = undefined;
  };
  return {
    blocks,
    clear: () => {
      blocks.length = 0;
      current = undefined;
      bytes = task.tuning.firstBlockBytes;
    },
    nextBytes: () => bytes,
    isFull: (ctx, slots) =>
      memory.view().getUint32(ctx + slots.next, true) === memory.view().getUint32(ctx + slots.end, true),
    give: (ctx, slots) => {
      close(memory.view().getUint32(ctx + slots.next, true));
      const size = rowSize();
      // Small enough that what others still need is not taken for rows that may never come.
      bytes = Math.min(bytes, Math.max(task.tuning.firstBlockBytes, bytesLeft(task.budget) / 8));
      const capacity = Math.max(1, Math.floor(bytes / size)) * size;
      const address = allocate(rowTask, capacity);
      current = address;
      bytes = Math.min(bytes * 2, task.tuning.largestBlockBytes);
      memory.view().setUint32(ctx + slots.next, address, true);
      memory.view().setUint32(ctx + slots.end, address + capacity, true);
    },
    take: (ctx, slots) => close(memory.view().getUint32(ctx + slots.next, true)),
  };
}

interface RowsDriver extends Driver<readonly RowBlock[]> {
  readonly end: (ctx: number) => void;
  readonly result: () => readonly RowBlock[];
}

/** Rows by blocks: materialized inner sides, and the base of join builds and sorts. */
export function rowsDriver(task: Task, spec: () => RowsSpec): RowsDriver {
  const list = blockList(task, () => spec().rowSize);
  return {
    start: (ctx) => list.give(ctx, spec().blocks),
    full: (ctx) => list.give(ctx, spec().blocks),
    end: (ctx) => list.take(ctx, spec().blocks),
    result: () => list.blocks,
  };
}

/* ----------------------------------------------------------------------------------------------------- hash tables */

/** What an aggregation has collected: the groups in memory, and states of groups that went to disk before. */
export interface GroupsResult {
  readonly groups: readonly RowBlock[];
  readonly spilled: readonly SpilledRows[];
}

interface TableDriver extends Driver<GroupsResult> {
  /** Whether it has no rows, in memory or on disk. */
  readonly isEmpty: () => boolean;
  /** Sends all rows to disk. */
  readonly flush: () => Promise<void>;
}

/**
 * One hash table's directory and rows. With `pack` its rows go to disk, by parts of their hash for `level`, whenever they
 * would take too much memory, and the table begins anew: the same keys may come several times then.
 */
function tableDriver(
  task: Task,
  spec: () => TableSpec,
  pack: () => PackSpec | undefined = () => undefined,
  level = 0,
  partitionBits: () => number = () => 0,
): TableDriver {
  const { memory } = task;
  const list = blockList(task, () => spec().rowSize);
  let total = 0;
  let bits = SMALLEST_DIRECTORY_BITS;
  let directory = 0;
  let writer: PageWriter | undefined;
  const spilled: SpilledRows[] = [];

  const newDirectory = (): Promise<void> => {
    const bytes = directoryBytes(spec().table, bits);
    directory = takeDirectory(task, bytes);
    return clear(task, directory, bytes);
  };
  const flush = async (): Promise<void> => {
    const { spill } = task;
    const rows = pack();
    if (spill === undefined || rows === undefined) throw internalError('groups that cannot go to disk');
    writer ??= pageWriter(task, spill, rows, level, partitionBits());
    for (const block of list.blocks) await writer.write(block);
    list.clear();
    memory.resetArena(task.rows);
    directory = 0;
    total = 0;
  };
  /** Whether the table has been emptied instead of growing by `more` bytes. */
  const emptied = async (ctx: number, more: number): Promise<boolean> => {
    const { table } = spec();
    const rows = memory.view().getUint32(ctx + table.count, true);
    if (pack() === undefined || level >= MOST_LEVELS || !shouldSpill(task, rows, more)) return false;
    list.take(ctx, table.blocks);
    await flush();
    // What the others hold may have grown since the directory did.
    while (bits > SMALLEST_DIRECTORY_BITS && table.dense === undefined && 2 ** bits * 64 > bytesLeft(task.budget))
      bits--;
    await newDirectory();
    installDirectory(task, ctx, table, directory, bits);
    memory.view().setUint32(ctx + table.count, 0, true);
    list.give(ctx, table.blocks);
    return true;
  };

  return {
    rows: task.rows,
    isEmpty: () => list.blocks.length === 0 && writer === undefined,
    flush,
    result: async () => ({ groups: list.blocks, spilled: await written(writer, spilled) }),
    start: (ctx) => {
      const { table } = spec();
      // Several pipelines may feed one table: the directory is made once.
      if (directory === 0) {
        const bytes = directoryBytes(table, bits);
        directory = takeDirectory(task, bytes);
        memory.u8().fill(0, directory, directory + bytes);
      }
      installDirectory(task, ctx, table, directory, bits);
      memory.view().setUint32(ctx + table.count, total, true);
      list.give(ctx, table.blocks);
    },
    full: async (ctx, kernel) => {
      const { table, rowSize } = spec();
      if (list.isFull(ctx, table.blocks)) {
        if (await emptied(ctx, list.nextBytes())) return;
        list.give(ctx, table.blocks);
      }
      if (!isCrowded(task, ctx, table)) return;
      const grown = grownBits(bits);
      if (await emptied(ctx, 2 ** grown * 8)) return;
      const old = { address: directory, bytes: directoryBytes(table, bits) };
      bits = grown;
      await newDirectory();
      // The current block counts too: it is closed, and what is left of it goes unused.
      list.give(ctx, table.blocks);
      await rehash(task, kernel, list.blocks, rowSize, directory, bits);
      installDirectory(task, ctx, table, directory, bits);
      giveDirectory(task, old.address, old.bytes);
    },
    end: async (ctx) => {
      const { table } = spec();
      total = memory.view().getUint32(ctx + table.count, true);
      list.take(ctx, table.blocks);
      if (writer !== undefined) await flush();
    },
  };
}

/** All that went to disk so far: asking again gives the same, and what has been added. */
async function written(writer: PageWriter | undefined, before: SpilledRows[]): Promise<readonly SpilledRows[]> {
  const since = await writer?.finish();
  if (since !== undefined && since.bytes > 0) before.push(since);
  return [...before];
}

export interface AggregateDriver extends Driver<GroupsResult> {
  readonly isEmpty: () => boolean;
  /** Sends the groups in memory to disk. */
  readonly flush: () => Promise<void>;
}

/** `level`: which bits of the hash divide groups that go to disk. */
export function aggregateDriver(task: Task, spec: () => AggregateDriverSpec, level = 0): AggregateDriver {
  const main = tableDriver(
    task,
    () => spec().main,
    () => spec().pack,
    level,
    () => spec().partitionBits,
  );
  const distinct: Driver<GroupsResult>[] = [];
  let only: number | undefined;
  return {
    rows: task.rows,
    isEmpty: () => only === undefined && main.isEmpty(),
    flush: main.flush,
    result: () => (only === undefined ? main.result() : { groups: [{ address: only, rows: 1 }], spilled: [] }),
    start: (ctx, kernel) => {
      const { groups, nullOffsets, main: table } = spec();
      spec().distinct.forEach((_, i) => {
        distinct[i] ??= tableDriver(task, () => required(spec().distinct[i], 'a distinct table'));
        distinct[i].start(ctx, kernel);
      });
      if (groups > 0) return main.start(ctx, kernel);
      // Without groups there is one row, which the kernel finds where it otherwise takes new rows from.
      if (only === undefined) {
        only = allocateZeroed({ ...task, arena: task.rows }, table.rowSize);
        for (const offset of nullOffsets) task.memory.u8()[only + offset] = 1;
      }
      task.memory.view().setUint32(ctx + table.table.blocks.next, only, true);
    },
    full: async (ctx, kernel) => {
      for (const driver of distinct) await driver.full(ctx, kernel);
      if (spec().groups > 0) await main.full(ctx, kernel);
    },
    end: async (ctx, kernel) => {
      for (const driver of distinct) await driver.end(ctx, kernel);
      if (spec().groups > 0) await main.end(ctx, kernel);
    },
  };
}

/* ------------------------------------------------------------------------------------------------------ join builds */

export interface BuildResult {
  readonly blocks: readonly RowBlock[];
  /** Of the first key, if it is an integer; low > high if there was none. */
  readonly low: bigint;
  readonly high: bigint;
  readonly sawNull: boolean;
  readonly spilled: readonly SpilledRows[];
}

const I64_MIN = -(2n ** 63n);
const I64_MAX = 2n ** 63n - 1n;

export interface JoinDriver extends Driver<BuildResult> {
  /** Sends rows to disk: those that other threads have in memory. */
  readonly send: (blocks: readonly RowBlock[]) => Promise<void>;
}

/** Bytes a row that the directory takes beside it, for a few threads. */
const LINK_BYTES = 48;

/** Rows of a join's build side; or of its probe side, where that goes to disk as well. */
export function joinDriver(task: Task, spec: () => JoinDriverSpec): JoinDriver {
  const { memory } = task;
  const list = blockList(task, () => spec().rowSize);
  let low = I64_MAX;
  let high = I64_MIN;
  let sawNull = false;
  let writer: PageWriter | undefined;
  const spilled: SpilledRows[] = [];

  const send = async (blocks: readonly RowBlock[]): Promise<void> => {
    const { pack, partitionBits } = spec();
    writer ??= pageWriter(task, required(task.spill, 'the temporary file'), pack, 0, partitionBits);
    for (const block of blocks) await writer.write(block);
  };
  const flush = async (): Promise<void> => {
    await send(list.blocks);
    list.clear();
    memory.resetArena(task.rows);
  };

  return {
    rows: task.rows,
    send,
    result: async () => ({
      blocks: [...list.blocks],
      low,
      high,
      sawNull,
      spilled: await written(writer, spilled),
    }),
    start: (ctx) => {
      const { bounds, blocks } = spec();
      memory.view().setBigInt64(ctx + bounds.low, I64_MAX, true);
      memory.view().setBigInt64(ctx + bounds.high, I64_MIN, true);
      list.give(ctx, blocks);
    },
    full: async (ctx) => {
      const { blocks, always } = spec();
      list.take(ctx, blocks);
      const rows = rowCount(list.blocks);
      if (always || shouldSpill(task, rows, list.nextBytes() + rows * LINK_BYTES)) await flush();
      list.give(ctx, blocks);
    },
    end: async (ctx) => {
      const { bounds, blocks, always } = spec();
      const view = memory.view();
      const least = view.getBigInt64(ctx + bounds.low, true);
      const greatest = view.getBigInt64(ctx + bounds.high, true);
      if (least < low) low = least;
      if (greatest > high) high = greatest;
      sawNull ||= view.getUint32(ctx + bounds.sawNull, true) !== 0;
      list.take(ctx, blocks);
      if (always || writer !== undefined) await flush();
    },
  };
}

/* --------------------------------------------------------------------------------------------------------- results */

/** Rows of the result, batch by batch. `deliver` may keep nothing of the batch once its promise is settled. */
export function resultDriver(
  task: Task,
  layout: BatchLayout,
  slots: ResultSlots,
  deliver: (batch: number, rows: number) => void | Promise<void>,
): Driver<void> & { readonly flush: () => Promise<void> } {
  const { memory } = task;
  const batch = allocate(task, layout.bytes);
  let rows = 0;
  return {
    result: () => {},
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
    passed: async (ctx) => {
      const count = memory.view().getUint32(ctx + slots.count, true);
      if (count > 0) await deliver(batch, count);
      memory.view().setUint32(ctx + slots.count, 0, true);
    },
    flush: async () => {
      if (rows > 0) await deliver(batch, rows);
      rows = 0;
    },
  };
}
