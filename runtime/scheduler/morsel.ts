import { internalError, OrbitError } from '../../compiler/types/error.ts';
import { CONTEXT, type KernelError, STATUS } from '../kernels/context.ts';
import type { Driver } from './drivers.ts';
import type { KernelInstance } from './modules.ts';
import type { Task } from './task.ts';

/** A piece of a source's rows: the kernel gets `address` as its morsel and goes over `rows` rows. */
export interface Morsel {
  readonly address: number;
  readonly rows: number;
}

/** Runs a kernel over a morsel, in as many calls as it takes. Gives false when no more rows are wanted. */
export async function runMorsel(
  task: Task,
  kernel: KernelInstance,
  ctx: number,
  morsel: Morsel,
  driver: Driver<unknown>,
  errors: readonly KernelError[],
): Promise<boolean> {
  const { memory } = task;
  const view = memory.view();
  view.setUint32(ctx + CONTEXT.morsel, morsel.address, true);
  view.setUint32(ctx + CONTEXT.cursor, 0, true);
  view.setUint32(ctx + CONTEXT.end, morsel.rows, true);
  view.setUint32(ctx + CONTEXT.resume, 0, true);
  for (;;) {
    const status = kernel.run(ctx);
    switch (status) {
      case STATUS.DONE:
        return true;
      case STATUS.ENOUGH:
        return false;
      case STATUS.FULL: {
        const room = driver.full(ctx, kernel);
        if (room instanceof Promise) await room;
        break;
      }
      case STATUS.AGAIN:
        break;
      case STATUS.ERROR: {
        const error = errors[memory.view().getUint32(ctx + CONTEXT.error, true)];
        if (error === undefined) throw internalError('a kernel reported an unknown error');
        throw new OrbitError(error.code, error.message, { range: error.range, hint: error.hint });
      }
      case STATUS.MEMORY:
        throw memory.outOfMemory(task.budget, undefined);
      default:
        throw internalError(`a kernel ended with status ${status}`);
    }
    const pause = task.breathe();
    if (pause !== undefined) await pause;
  }
}
