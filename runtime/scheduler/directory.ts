import { EXTENT_BYTES } from '../memory/layout.ts';
import type { HashTable } from '../operators/hash-table.ts';
import type { KernelInstance } from './modules.ts';
import { allocate, STEP_ROWS, type Task } from './task.ts';

/** The directory of a hash table: 2^bits entries of which half may be taken, or as many as a dense table says. */

export const SMALLEST_DIRECTORY_BITS = 8;

export function directoryBytes({ dense }: HashTable, bits: number): number {
  return dense === undefined ? 2 ** bits * 8 : Math.max(dense * 4, 8);
}

/** Large steps while that is cheap: every step enters all rows again. */
export function grownBits(bits: number): number {
  return bits + (bits < 16 ? 3 : bits < 22 ? 2 : 1);
}

/** Whether the kernel can add no row before the directory grows. */
export function isCrowded({ memory }: Task, ctx: number, table: HashTable): boolean {
  if (table.dense !== undefined) return false;
  const view = memory.view();
  return view.getUint32(ctx + table.count, true) >= view.getUint32(ctx + table.limit, true);
}

export function installDirectory({ memory }: Task, ctx: number, table: HashTable, address: number, bits: number): void {
  const view = memory.view();
  view.setUint32(ctx + table.directory, address, true);
  view.setUint32(ctx + table.mask, 2 ** bits - 1, true);
  view.setUint32(ctx + table.shift, 32 - bits, true);
  view.setUint32(ctx + table.limit, 2 ** (bits - 1), true);
}

/** Enters the rows of all blocks into an empty directory, in steps. */
export async function rehash(
  task: Task,
  kernel: KernelInstance,
  blocks: readonly { readonly address: number; readonly rows: number }[],
  rowSize: number,
  directory: number,
  bits: number,
): Promise<void> {
  for (const { address, rows } of blocks) {
    for (let from = 0; from < rows; from += STEP_ROWS) {
      const to = Math.min(rows, from + STEP_ROWS);
      kernel.call('rehash', from, to, address, rowSize, directory, 2 ** bits - 1, 32 - bits);
      const pause = task.breathe();
      if (pause !== undefined) await pause;
    }
  }
}

/** A large directory is replaced by larger ones: it has extents of its own, which can be given back. */
export function takeDirectory(task: Task, bytes: number): number {
  const { memory, rows, budget } = task;
  if (bytes < EXTENT_BYTES) return allocate({ ...task, arena: rows }, bytes);
  const address = memory.library.memory.arena_extents(rows, Math.ceil(bytes / EXTENT_BYTES)) >>> 0;
  if (address === 0) throw memory.outOfMemory(budget, bytes);
  return address;
}

export function giveDirectory({ memory, rows }: Task, address: number, bytes: number): void {
  if (bytes >= EXTENT_BYTES) memory.library.memory.arena_extents_free(rows, address);
}
