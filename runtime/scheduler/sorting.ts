import { RUN_LENGTH } from '../operators/sort.ts';
import type { KernelInstance } from './modules.ts';
import { allocate, type Task } from './task.ts';

/** Comparisons between two chances to cancel. */
const STEP_COMPARISONS = 1 << 18;

/** Sorts row addresses by the kernel's order, stably; gives the address of the sorted array of u32. */
export async function sortAddresses(
  task: Task,
  ctx: number,
  kernel: KernelInstance,
  addresses: Uint32Array,
): Promise<number> {
  const { memory } = task;
  const n = addresses.length;
  let source = allocate(task, Math.max(n * 4, 8));
  let target = allocate(task, Math.max(n * 4, 8));
  memory.u32().set(addresses, source / 4);
  for (let from = 0, runs = 0; from < n; from += RUN_LENGTH) {
    kernel.call('insertion', ctx, source, from, Math.min(n, from + RUN_LENGTH));
    const pause = ++runs % 256 === 0 ? task.breathe() : undefined;
    if (pause !== undefined) await pause;
  }
  const progress = allocate(task, 24);
  for (let width = RUN_LENGTH; width < n; width *= 2) {
    for (let from = 0; from < n; from += width * 2) {
      const middle = Math.min(n, from + width);
      const end = Math.min(n, from + width * 2);
      memory
        .u32()
        .set(
          [source + from * 4, source + middle * 4, source + middle * 4, source + end * 4, target + from * 4],
          progress / 4,
        );
      let done = false;
      while (!done) {
        done = kernel.call('merge', ctx, progress, STEP_COMPARISONS) !== 0;
        const pause = task.breathe();
        if (pause !== undefined) await pause;
      }
    }
    [source, target] = [target, source];
  }
  return source;
}
