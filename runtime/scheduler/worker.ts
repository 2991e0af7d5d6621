import { internalError, OrbitError } from '../../compiler/types/error.ts';
import { attachEngineMemory, type EngineMemory } from '../memory/engine-memory.ts';
import { type DriverResult, driverOf } from './breaker.ts';
import { type Driver, required } from './drivers.ts';
import { hostEvaluate } from './host-calls.ts';
import { instantiateKernel, type KernelInstance } from './modules.ts';
import { runMorsel } from './morsel.ts';
import { attachSpill } from './spill/space.ts';
import type { Task } from './task.ts';
import { type FromWorker, postError, type ToWorker } from './worker-protocol.ts';

interface Job {
  readonly task: Task;
  readonly kernel: KernelInstance;
  readonly ctx: number;
  readonly driver: Driver<DriverResult>;
  readonly errors: Extract<ToWorker, { kind: 'begin' }>['errors'];
}

/** A worker thread: runs kernels over morsels and knows nothing of plans, tables or transactions. */
export function serveWorker(post: (message: FromWorker) => void): (message: ToWorker) => Promise<void> {
  let memory: EngineMemory | undefined;
  const jobs = new Map<number, Job>();
  // A job that is over or failed may still be writing.
  const writing = new Map<number, () => Promise<void>>();
  const calls = hostEvaluate(() => required(memory, 'the memory'));

  const begin = (message: Extract<ToWorker, { kind: 'begin' }>): void => {
    const attached = required(memory, 'the memory');
    const cancel = message.cancel / 4;
    const spill = message.spill === undefined ? undefined : attachSpill(attached, message.spill);
    const task: Task = {
      memory: attached,
      budget: attached.budgetAt(message.budget),
      arena: message.arena,
      rows: message.rows,
      spill,
      tuning: message.tuning,
      breathe: () => {
        if (Atomics.load(attached.i32(), cancel) !== 0)
          throw new OrbitError('query_canceled', 'the statement was cancelled');
        return undefined;
      },
    };
    calls.register(message.ctx, { calls: message.hostCalls, parameters: message.parameters, task });
    const kernel = instantiateKernel(attached, message.module, calls.evaluate);
    const driver = driverOf(task, message.driver);
    driver.start(message.ctx, kernel);
    jobs.set(message.job, { task, kernel, ctx: message.ctx, driver, errors: message.errors });
    if (spill !== undefined) writing.set(message.job, spill.settled);
  };

  const work = async (job: Job, message: Extract<ToWorker, { kind: 'work' }>): Promise<void> => {
    const { memory: own } = job.task;
    for (;;) {
      const next = Atomics.add(own.i32(), message.counter / 4, 1);
      if (next >= message.count) return;
      job.task.breathe();
      const view = own.view();
      const at = message.morsels + next * 8;
      const morsel = { address: view.getUint32(at, true), rows: view.getUint32(at + 4, true) };
      if (!(await runMorsel(job.task, job.kernel, job.ctx, morsel, job.driver, job.errors))) {
        throw internalError('a limit in a pipeline of several threads');
      }
    }
  };

  return async (message) => {
    if (message.kind === 'attach') {
      memory = attachEngineMemory(message.handle);
      return post({ kind: 'ready' });
    }
    try {
      if (message.kind === 'begin') return begin(message);
      const job = jobs.get(message.job);
      if (message.kind === 'forget') {
        jobs.delete(message.job);
        if (job !== undefined) calls.forget(job.ctx);
        await writing.get(message.job)?.();
        writing.delete(message.job);
        return post({ kind: 'worked', job: message.farewell });
      }
      // A job that failed is gone: the coordinator has been told.
      if (job === undefined) return;
      if (message.kind === 'work') {
        await work(job, message);
        return post({ kind: 'worked', job: message.job });
      }
      jobs.delete(message.job);
      calls.forget(job.ctx);
      await job.driver.end(job.ctx, job.kernel);
      post({ kind: 'result', job: message.job, result: await job.driver.result() });
    } catch (error) {
      jobs.delete(message.job);
      post({ kind: 'failed', job: message.job, error: postError(error) });
    }
  };
}
