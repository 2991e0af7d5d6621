import { internalError } from '../../compiler/types/error.ts';
import type { PipelineCode } from '../operators/emitter.ts';
import type { Breaker, DriverSpec } from './breaker.ts';
import type { CompiledKernel } from './modules.ts';
import type { OpenSource, SourceMorsel } from './pipeline.ts';
import { cancelled, type Query } from './query.ts';
import { allocate, allocateZeroed, type Task } from './task.ts';

/** Morsels that are ready at a time: enough that threads rarely wait for each other at a window's end. */
const WINDOW = 64;
/** How often a waiting coordinator looks whether its query is cancelled. */
const POLL_MS = 10;

let lastJob = 0;

/**
 * Runs a pipeline on all workers. The coordinator loads a window of morsels into the buffer pool, workers take them by
 * a shared counter (morsel-driven parallelism after Leis et al., SIGMOD 2014), each into tables and rows of its own;
 * at the end their results are adopted. Gives the workers' contexts, and what
 * frees them with all that is not rows.
 */
export async function runWindows(
  query: Query,
  opened: OpenSource,
  run: {
    readonly code: PipelineCode;
    readonly kernel: CompiledKernel;
    readonly breaker: Breaker<unknown>;
    readonly remote: DriverSpec;
  },
  makeContext: (task: Task) => number,
): Promise<{ readonly contexts: readonly number[]; readonly release: () => void }> {
  const { executor, memory } = query;
  const pool = executor.workers;
  if (pool === undefined) throw internalError('there are no workers');
  const workers = await pool.workers();
  const job = ++lastJob;
  const list = allocate(query, WINDOW * 8);
  const { share } = run.breaker;
  // One for all threads, unless each goes over all morsels.
  const counters = workers.map(() => allocateZeroed(query, 8));
  const counterOf = (thread: number): number => counters[share === undefined ? 0 : thread] ?? 0;
  const cancel = allocateZeroed(query, 8);
  const contexts: number[] = [];
  const own: (() => void)[] = [];
  const spill = run.remote.kind === 'rows' ? undefined : await query.space?.share();
  for (const worker of workers) worker.reference(true);
  try {
    for (const [thread, worker] of workers.entries()) {
      const arena = memory.createArena(query.budget);
      own.push(once(() => memory.destroyArena(arena)));
      query.closers.push(...own.slice(-1));
      const rows = memory.createArena(query.budget);
      query.closers.push(() => memory.destroyArena(rows));
      const ctx = makeContext({ ...query, arena, rows });
      contexts.push(ctx);
      share?.(ctx, thread);
      worker.post({
        kind: 'begin',
        job,
        module: run.kernel.module,
        ctx,
        arena,
        rows,
        spill,
        budget: query.budget.address,
        driver: run.remote,
        errors: run.code.layout.errors,
        hostCalls: run.code.layout.hostCalls,
        parameters: query.parameters,
        tuning: query.tuning,
        cancel,
      });
    }
    for (;;) {
      const window = await nextWindow(query, opened);
      if (window.length === 0) break;
      try {
        const view = memory.view();
        window.forEach((morsel, i) => {
          view.setUint32(list + i * 8, morsel.address, true);
          view.setUint32(list + i * 8 + 4, morsel.rows, true);
        });
        for (const counter of counters) Atomics.store(memory.i32(), counter / 4, 0);
        await all(
          query,
          cancel,
          workers.map((worker, thread) => {
            const counter = counterOf(thread);
            worker.post({ kind: 'work', job, morsels: list, count: window.length, counter });
            return worker.answer(job);
          }),
        );
      } finally {
        for (const morsel of window) morsel.release?.();
      }
    }
    const results = await all(
      query,
      cancel,
      workers.map((worker) => {
        worker.post({ kind: 'end', job });
        return worker.answer(job);
      }),
    );
    for (const answer of results) {
      if (answer.kind !== 'result') throw internalError(`a worker answered ${answer.kind}`);
      run.breaker.adopt(answer.result);
    }
    const release = (): void => {
      for (const destroy of own) destroy();
    };
    return { contexts, release };
  } finally {
    // Only when every worker has let go may the query's memory be given back, however this ends.
    const farewell = ++lastJob;
    await Promise.allSettled(
      workers.map((worker) => {
        worker.post({ kind: 'forget', job, farewell });
        return worker.answer(farewell);
      }),
    );
    for (const worker of workers) {
      worker.drop(job);
      worker.reference(false);
    }
  }
}

function once(run: () => void): () => void {
  let done = false;
  return () => {
    if (!done) run();
    done = true;
  };
}

/** As many morsels as are at hand, but at least one if there is one; they must leave the buffer pool room for others. */
async function nextWindow(query: Query, opened: OpenSource): Promise<readonly SourceMorsel[]> {
  const { pool } = query.executor;
  const most = query.memory.poolBudget.limit / 2;
  const window: SourceMorsel[] = [];
  try {
    while (window.length < WINDOW && (window.length === 0 || pool.pinnedBytes() < most)) {
      const morsel = await opened.next();
      if (morsel === undefined) break;
      window.push(morsel);
      // Chunks that are not in the pool are copied into it: a window of them takes a while.
      const pause = query.breathe();
      if (pause !== undefined) await pause;
    }
    return window;
  } catch (error) {
    for (const morsel of window) morsel.release?.();
    throw error;
  }
}

/**
 * Waits for all answers, even if some fail: nobody may touch the query's memory when this is over. The first failure
 * and a cancelled query make the others stop early.
 */
async function all<T>(query: Query, cancel: number, answers: readonly Promise<T>[]): Promise<readonly T[]> {
  const stop = (): void => {
    Atomics.store(query.memory.i32(), cancel / 4, 1);
  };
  let failure: unknown;
  const watched = answers.map((answer) =>
    answer.catch((error: unknown) => {
      failure ??= error;
      stop();
      return undefined;
    }),
  );
  const timer = setInterval(() => {
    if (query.isCancelled()) stop();
  }, POLL_MS);
  const settled = await Promise.all(watched).finally(() => clearInterval(timer));
  if (query.isCancelled()) throw cancelled();
  if (failure !== undefined) throw failure;
  return settled.map((value) => {
    if (value === undefined) throw internalError('a worker gave no answer');
    return value;
  });
}
