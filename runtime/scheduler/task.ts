import type { Budget } from '../memory/budget-host.ts';
import type { EngineMemory } from '../memory/engine-memory.ts';

/** Sizes that trade memory against calls; tests make them tiny to reach every path. */
export interface Tuning {
  /** Rounds of expanding loops in one kernel call, and what else takes as long: a few milliseconds; at least 1. */
  readonly loopBudget: number;
  readonly firstBlockBytes: number;
  readonly largestBlockBytes: number;
  /** Rows that a top-n keeps beyond those wanted, before it sorts them out. */
  readonly topSlack: number;
}

export const DEFAULT_TUNING: Tuning = {
  loopBudget: 1 << 18,
  firstBlockBytes: 4096,
  largestBlockBytes: 1 << 20,
  topSlack: 65_536,
};

/** One thread's part in a query. */
export interface Task {
  readonly memory: EngineMemory;
  readonly budget: Budget;
  /** Rows, strings, tables and contexts of this thread's part: freed when the query ends. */
  readonly arena: number;
  readonly tuning: Tuning;
  /** Throws when the query is cancelled; where the thread has an event loop to serve, gives it a turn now and then. */
  readonly breathe: () => Promise<void> | undefined;
}

export function allocate(task: Task, bytes: number): number {
  return task.memory.arenaAlloc(task.arena, task.budget, bytes);
}

/** Bytes that are cleared between two chances to cancel: a few milliseconds. */
const CLEAR_BYTES = 1 << 24;

/** Zeroed in steps, for directories of any size. */
export async function allocateLarge(task: Task, bytes: number): Promise<number> {
  const address = allocate(task, bytes);
  for (let from = 0; from < bytes; from += CLEAR_BYTES) {
    task.memory.u8().fill(0, address + from, address + Math.min(bytes, from + CLEAR_BYTES));
    const pause = task.breathe();
    if (pause !== undefined) await pause;
  }
  return address;
}

/** Zeroed, since arenas give out memory as it is. */
export function allocateZeroed(task: Task, bytes: number): number {
  const address = allocate(task, bytes);
  task.memory.u8().fill(0, address, address + bytes);
  return address;
}
