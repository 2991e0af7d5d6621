import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { createEngineMemory } from '../../runtime/memory/engine-memory.ts';
import { EXTENT_BYTES } from '../../runtime/memory/layout.ts';
import { expectReturned, MiB } from './support.ts';

interface Counts {
  readonly alloc: number;
  readonly extents: number;
  readonly arena: number;
  readonly refused: number;
  readonly reserved: number;
}

test.each([2, 4])('%i threads share the allocator, arenas and budgets', async (threads) => {
  const memory = createEngineMemory({ shared: true, maximumBytes: 256 * MiB });
  const before = memory.usage();
  // Less than the threads want together, so that budgets refuse some of it.
  const queries = memory.createBudget('all hammers', threads * 3 * MiB);
  const budgets = Array.from({ length: threads }, (_, i) => memory.createBudget(`hammer ${i}`, 4 * MiB, queries));
  const { module } = memory.library;
  const workers = budgets.map(
    (budget, i) =>
      new Worker(new URL('./hammer.mjs', import.meta.url), {
        workerData: {
          memory: memory.memory,
          module,
          budget: budget.address,
          queries: queries.address,
          seed: i + 1,
          milliseconds: 600,
        },
      }),
  );
  const results = await Promise.all(
    workers.map(async (worker): Promise<Counts> => {
      // The exit may follow the message at once.
      const [[counts]] = await Promise.all([once(worker, 'message'), once(worker, 'exit')]);
      return counts;
    }),
  );
  for (const counts of results) {
    expect(counts.alloc).toBeGreaterThan(100);
    expect(counts.extents).toBeGreaterThan(100);
    expect(counts.arena).toBeGreaterThan(100);
    expect(counts.reserved).toBeGreaterThan(100);
  }
  for (const budget of [...budgets, queries]) {
    expect(budget.used).toBe(0);
    expect(budget.peak).toBeGreaterThan(0);
    expect(budget.peak).toBeLessThanOrEqual(budget.limit);
    memory.destroyBudget(budget);
  }
  expectReturned(memory, before);
  // Nothing is lost: all but the tables, the budgets' slab and the padding can be taken at once.
  const { extent_alloc, extent_free } = memory.library.memory;
  const all = 256 * 16 - 4;
  const run = extent_alloc(all);
  expect(run).not.toBe(0);
  extent_free(run, all);
});

test('growth in another thread is seen without a turn of the event loop', async () => {
  const memory = createEngineMemory({ shared: true, maximumBytes: 256 * MiB });
  const flag = memory.alloc(64);
  memory.u32()[flag / 4] = 0;
  const count = 1600;
  expect(memory.u8().length).toBeLessThan(count * EXTENT_BYTES);
  const worker = new Worker(new URL('./grow.mjs', import.meta.url), {
    workerData: { memory: memory.memory, module: memory.library.module, flag, count },
  });
  const exit = once(worker, 'exit');
  await once(worker, 'online');
  const deadline = performance.now() + 20_000;
  let address = 0;
  while (address === 0 && performance.now() < deadline) address = Atomics.load(memory.u32(), flag / 4);
  expect(memory.u8()[address + count * EXTENT_BYTES - 1]).toBe(99);
  await exit;
});

test('a thread that receives the memory while it grows knows its size when it has allocated', async () => {
  const memory = createEngineMemory({ shared: true, maximumBytes: 1024 * MiB });
  const { extent_alloc, extent_free } = memory.library.memory;
  const start = memory.alloc(64);
  memory.i32()[start / 4] = 0;
  const worker = new Worker(new URL('./late.mjs', import.meta.url));
  await once(worker, 'online');
  const answer = Promise.all([once(worker, 'message'), once(worker, 'exit')]);
  // Takes tens of milliseconds to receive, the memory being last.
  const bulk = Array.from({ length: 1_000_000 }, (_, i) => i + 0.5);
  worker.postMessage({ bulk, memory: memory.memory, module: memory.library.module, start });
  const end = performance.now() + 5;
  while (performance.now() < end);
  // Freed again, so that the worker need not grow the memory itself.
  extent_free(extent_alloc(1000), 1000);
  Atomics.store(memory.i32(), start / 4, 1);
  Atomics.notify(memory.i32(), start / 4);
  const [[{ after }]] = await answer;
  expect(after).toBe(memory.usage().bytes);
});
