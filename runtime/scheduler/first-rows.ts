import { FIRST_ROWS_TABLE, type FirstRowsSlots } from '../operators/first-rows.ts';
import { bytesLeft } from './spill/policy.ts';
import { allocateZeroed, type Task } from './task.ts';

/** What a sort that needs only the first rows of each partition is told of the table of these rows. */
export interface FirstRowsSpec {
  readonly slots: FirstRowsSlots;
  readonly entryBytes: number;
  /** Rows of a partition that are wanted. */
  readonly count: number;
  readonly partitions: number | undefined;
}

export interface FirstRowsTable {
  /** A kernel is about to run in this context. */
  readonly start: (ctx: number) => void;
  /** The context goes away. */
  readonly end: (ctx: number) => void;
  /** So many rows have been kept so far: gives the table up if it drops few of them. */
  readonly judge: (ctx: number, kept: number) => void;
  /** The rows that the table has are gone. */
  readonly clear: () => void;
}

/** Beyond it the table would no longer be in the processor's cache, and cost more than sorting the rows. */
const MOST_BYTES = 1 << 22;
/** The share of the memory that is left which a table may take. */
const MEMORY_SHARE = 16;
/** A table is judged after so many times the rows of which a filter is, if there are few partitions. */
const TRIALS = 16;
/** A table is of use if it drops one of so many rows. */
const DROPS_ONE_OF = 4;

/** One thread's table. */
export function firstRowsTable(task: Task, spec: () => FirstRowsSpec | undefined): FirstRowsTable {
  const { memory } = task;
  let table: { readonly address: number; readonly bytes: number; readonly bits: number } | undefined;
  let isOff = false;
  let droppedBefore = 0;
  let judged = { seen: 0, dropped: 0 };

  const make = ({ entryBytes, partitions }: FirstRowsSpec): typeof table => {
    const room = Math.min(MOST_BYTES, bytesLeft(task.budget) / MEMORY_SHARE);
    const wanted = Math.ceil(Math.log2(Math.max(2, 2 * (partitions ?? Number.POSITIVE_INFINITY))));
    const bits = Math.min(Math.floor(Math.log2(room / entryBytes)), wanted);
    if (!(bits >= 1)) return undefined;
    const entries = 2 ** bits;
    const bytes = FIRST_ROWS_TABLE.bytes + entries * entryBytes;
    const address = allocateZeroed(task, bytes);
    memory.view().setUint32(address + FIRST_ROWS_TABLE.mask, entries - 1, true);
    // One entry stays free, so that every search ends.
    memory.view().setUint32(address + FIRST_ROWS_TABLE.limit, Math.ceil(entries * 0.75) - (bits === 1 ? 1 : 0), true);
    return { address, bytes, bits };
  };
  const dropped = (ctx: number, { slots }: FirstRowsSpec): number =>
    droppedBefore + Number(memory.view().getBigUint64(ctx + slots.dropped, true));

  return {
    start: (ctx) => {
      const own = spec();
      if (own === undefined) return;
      if (table === undefined && !isOff) table = make(own);
      if (table === undefined) isOff = true;
      const view = memory.view();
      view.setUint32(ctx + own.slots.table, isOff ? 0 : (table?.address ?? 0), true);
      view.setUint32(ctx + own.slots.shift, 32 - (table?.bits ?? 0), true);
    },
    end: (ctx) => {
      const own = spec();
      if (own !== undefined) droppedBefore = dropped(ctx, own);
    },
    judge: (ctx, kept) => {
      const own = spec();
      if (own === undefined || table === undefined || isOff) return;
      const now = dropped(ctx, own);
      const seen = kept + now - judged.seen;
      const taken = memory.view().getUint32(table.address + FIRST_ROWS_TABLE.taken, true);
      // Rows fill the table before any can be dropped.
      if (seen < Math.max(TRIALS * task.tuning.filterTrialRows, 2 * own.count * taken)) return;
      isOff = (now - judged.dropped) * DROPS_ONE_OF < seen;
      if (isOff) memory.view().setUint32(ctx + own.slots.table, 0, true);
      judged = { seen: kept + now, dropped: now };
    },
    clear: () => {
      if (table === undefined) return;
      const from = table.address + FIRST_ROWS_TABLE.bytes;
      memory.u8().fill(0, from, table.address + table.bytes);
      memory.view().setUint32(table.address + FIRST_ROWS_TABLE.taken, 0, true);
    },
  };
}
