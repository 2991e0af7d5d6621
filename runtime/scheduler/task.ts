import { CHUNK_ROWS } from '../columns/chunk.ts';
import type { Budget } from '../memory/budget-host.ts';
import type { EngineMemory } from '../memory/engine-memory.ts';
import type { SpillSpace } from './spill/space.ts';

/** Sizes that trade memory against calls; tests make them tiny to reach every path. */
export interface Tuning {
  /** Rounds of expanding loops in one kernel call, and what else takes as long: a few milliseconds; at least 1. */
  readonly loopBudget: number;
  readonly firstBlockBytes: number;
  readonly largestBlockBytes: number;
  /** Rows that a top-n keeps beyond those wanted, before it sorts them out. */
  readonly topSlack: number;
  /** Rows with which an operator that can goes to disk, however much memory is left. */
  readonly spillRows: number;
  readonly spillPageBytes: number;
  /** Rows that a filter by a join's keys tests before it is judged by how many it drops. */
  readonly filterTrialRows: number;
  /** Rows of a table that several threads scan, and ... */
  readonly parallelRows: number;
  /** ... groups that they merge; fewer are done before other threads have been told of them. */
  readonly parallelGroups: number;
  /** Fewer rows are sorted by comparing them: counting the digits of their keys would cost more than it saves. */
  readonly radixRows: number;
}

export const DEFAULT_TUNING: Tuning = {
  loopBudget: 1 << 18,
  firstBlockBytes: 4096,
  largestBlockBytes: 1 << 20,
  topSlack: 4096,
  spillRows: Number.POSITIVE_INFINITY,
  spillPageBytes: 1 << 16,
  filterTrialRows: 4096,
  parallelRows: 3 * CHUNK_ROWS,
  parallelGroups: 1 << 14,
  radixRows: 4096,
};

/** One thread's part in a query. */
export interface Task {
  readonly memory: EngineMemory;
  readonly budget: Budget;
  /** Rows, strings, tables and contexts of this thread's part: freed when the query ends. */
  readonly arena: number;
  /**
   * The arena of what a sink keeps, and of the strings that its kernel makes: one that is emptied when the sink's rows have
   * gone to disk. The same as `arena` where they never do.
   */
  readonly rows: number;
  /** Undefined: there is no disk. */
  readonly spill: SpillSpace | undefined;
  readonly tuning: Tuning;
  /** Throws when the query is cancelled; where the thread has an event loop to serve, gives it a turn now and then. */
  readonly breathe: () => Promise<void> | undefined;
}

/** Rows that a step of unbounded work handles between two chances to cancel. */
export const STEP_ROWS = 65_536;

export function allocate(task: Task, bytes: number): number {
  return task.memory.arenaAlloc(task.arena, task.budget, bytes);
}

/** A task like this one with arenas of its own, for rows and the rest; they go with the query, if not before. */
export function withOwnArenas<Own extends Task & { readonly closers: (() => void)[] }>(
  task: Own,
): { readonly task: Own; readonly free: () => void } {
  const { memory, budget } = task;
  const arenas = [memory.createArena(budget), memory.createArena(budget)] as const;
  let freed = false;
  const free = (): void => {
    if (!freed) for (const arena of arenas) memory.destroyArena(arena);
    freed = true;
  };
  task.closers.push(free);
  return { task: { ...task, arena: arenas[0], rows: arenas[1] }, free };
}

/** Bytes that are cleared between two chances to cancel: a few milliseconds. */
const CLEAR_BYTES = 1 << 24;

/** Zeroed in steps, for directories of any size. */
export async function allocateLarge(task: Task, bytes: number): Promise<number> {
  const address = allocate(task, bytes);
  await clear(task, address, bytes);
  return address;
}

export async function clear(task: Task, address: number, bytes: number): Promise<void> {
  for (let from = 0; from < bytes; from += CLEAR_BYTES) {
    task.memory.u8().fill(0, address + from, address + Math.min(bytes, from + CLEAR_BYTES));
    const pause = task.breathe();
    if (pause !== undefined) await pause;
  }
}

/** Zeroed, since arenas give out memory as it is. */
export function allocateZeroed(task: Task, bytes: number): number {
  const address = allocate(task, bytes);
  task.memory.u8().fill(0, address, address + bytes);
  return address;
}
