import { hasIntegerKey, type JoinDirectory, type JoinState } from '../operators/join-state.ts';
import { type BuildResult, type RowBlock, required, rowCount } from './drivers.ts';
import type { KernelInstance } from './modules.ts';
import { allocate, allocateLarge, STEP_ROWS, type Task } from './task.ts';

/** An integer key indexes an array if that takes at most this many entries for each row. */
const DENSE_FACTOR = 6;
const DENSE_ALWAYS = 1 << 16;

/** The build side is complete: makes the directory. */
export async function linkRows(
  task: Task,
  state: JoinState,
  kernel: KernelInstance,
  ctx: number,
  built: BuildResult,
): Promise<JoinDirectory> {
  const { blocks, low, high, sawNull } = built;
  const layout = required(state.layout, 'the row layout');
  const rows = rowCount(blocks);
  const integer = hasIntegerKey(state);
  const span = low <= high ? high - low + 1n : 0n;
  let chained = 0;
  const link = async (step: (address: number, rows: number) => number): Promise<void> => {
    for (const block of blocks) {
      for (let from = 0; from < block.rows; from += STEP_ROWS) {
        chained += step(block.address + from * layout.size, Math.min(STEP_ROWS, block.rows - from));
        const pause = task.breathe();
        if (pause !== undefined) await pause;
      }
    }
  };
  if (integer && span <= BigInt(Math.max(DENSE_ALWAYS, rows * DENSE_FACTOR))) {
    const size = Number(span);
    const address = await allocateLarge(task, Math.max(size * 4, 8));
    await link((from, count) => kernel.call('link_dense', from, count, address, low));
    return {
      address,
      dense: { low: size === 0 ? 0n : low, size },
      mask: 0,
      shift: 0,
      unique: chained === 0,
      rows,
      sawNull,
    };
  }
  const bits = Math.max(4, Math.ceil(Math.log2(Math.max(rows, 1) * 2)));
  const address = await allocateLarge(task, 2 ** bits * 8);
  await link((from, count) => kernel.call('link_hashed', ctx, from, count, address, 2 ** bits - 1, 32 - bits));
  return { address, mask: 2 ** bits - 1, shift: 32 - bits, unique: chained === 0, rows, sawNull };
}

/** All rows in one piece, for random access by number. */
export function contiguous(
  task: Task,
  blocks: readonly RowBlock[],
  size: number,
): { readonly address: number; readonly count: number } {
  const [only] = blocks;
  if (only !== undefined && blocks.length === 1) return { address: only.address, count: only.rows };
  const count = rowCount(blocks);
  const address = allocate(task, Math.max(count * size, 8));
  let at = address;
  for (const block of blocks) {
    task.memory.u8().copyWithin(at, block.address, block.address + block.rows * size);
    at += block.rows * size;
  }
  return { address, count };
}
