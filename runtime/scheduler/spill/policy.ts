import type { Budget } from '../../memory/budget-host.ts';
import type { Task } from '../task.ts';

/** Going to disk with less than this would not help: whoever takes the memory is somebody else. */
const LEAST_BYTES = 1 << 18;
const RESERVE_BYTES = 1 << 19;

/**
 * Whether an operator that holds so many rows should write them to disk before it takes `more` bytes: when it would hold
 * more than is left for everybody else. So of n threads that fill tables none gets more than an (n + 1)th, of operators
 * that keep their rows each takes at most half of what those before it left, and there is always room to go to disk.
 */
export function shouldSpill(task: Task, rows: number, more: number): boolean {
  if (task.spill === undefined || rows === 0) return false;
  if (rows >= task.tuning.spillRows) return true;
  const held = task.memory.arenaBytes(task.rows);
  const left = bytesLeft(task.budget) - more;
  // Half a mebibyte stays for what goes to disk.
  return left < RESERVE_BYTES || (held >= LEAST_BYTES && held + more > left);
}

/** What the budget and those above it have left. */
export function bytesLeft(budget: Budget): number {
  let left = Number.POSITIVE_INFINITY;
  for (let at: Budget | undefined = budget; at !== undefined; at = at.parent) {
    left = Math.min(left, at.limit - at.used);
  }
  return left;
}
