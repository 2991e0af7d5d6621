import { PACK_TABLE, type PackSpec } from '../../operators/pack.ts';
import type { RowBlock } from '../drivers.ts';
import { allocate, type Task } from '../task.ts';
import { packKernel } from './pages.ts';

/** Copies rows, with what they point to, into blocks of a task's arena. */
export interface RowCopier {
  /** Of an array of row addresses, those from one position to before another; bounded by the caller. */
  readonly copy: (array: number, from: number, to: number) => void;
  /** In the order of the copies. */
  readonly blocks: readonly RowBlock[];
  /** The address of the last row. */
  readonly last: () => number;
}

/** A block is a page that stays: its rows get addresses at once. Blocks have `most` bytes if a row needs no more. */
export function rowCopier(task: Task, spec: PackSpec, most: number): RowCopier {
  const { memory, tuning } = task;
  const kernel = packKernel(memory, spec);
  const table = allocate(task, PACK_TABLE.entries + PACK_TABLE.entryBytes);
  const entry = table + PACK_TABLE.entries;
  const blocks: { readonly address: number; rows: number }[] = [];
  const largest = Math.max(tuning.firstBlockBytes, Math.min(tuning.largestBlockBytes, most) & ~7);
  let capacity = tuning.firstBlockBytes;
  let end = 8;
  let last = 0;

  const lay = (address: number, bytes: number): void => {
    const view = memory.view();
    end = address + bytes;
    view.setUint32(entry + PACK_TABLE.front, address, true);
    view.setUint32(entry + PACK_TABLE.back, end, true);
    view.setUint32(entry + PACK_TABLE.end, end, true);
    view.setUint32(entry + PACK_TABLE.rows, 0, true);
  };
  // No room stands for no block.
  lay(8, 0);

  return {
    blocks,
    last: () => last,
    copy: (array, first, to) => {
      for (let from = first; from < to; ) {
        const front = memory.view().getUint32(entry + PACK_TABLE.front, true);
        const reached = kernel.pack(array, from, to, 1, table, 0, 32) >>> 0;
        const rows = reached - from;
        const block = blocks.at(-1);
        if (rows > 0 && block !== undefined) {
          if (spec.variable.length > 0) kernel.unpack(front, rows, end);
          block.rows += rows;
          last = front + (rows - 1) * spec.size;
        }
        from = reached;
        if (from >= to) return;
        const wanted = memory.view().getUint32(table + PACK_TABLE.wanted, true);
        const bytes = Math.max(capacity, (wanted + 7) & ~7);
        capacity = Math.min(capacity * 2, largest);
        const address = allocate(task, bytes);
        blocks.push({ address, rows: 0 });
        lay(address, bytes);
      }
    },
  };
}
