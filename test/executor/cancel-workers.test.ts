import { afterAll, expect, it } from 'vitest';
import type { PhysicalPlan } from '../../compiler/physical/plan.ts';
import { printPhysical } from '../../compiler/physical/print.ts';
import { createExecutor } from '../../runtime/scheduler/executor.ts';
import type { Executor } from '../../runtime/scheduler/query.ts';
import { runExecutor, type Statement } from './harness.ts';
import { grouped, join, largeScan, scanFrom } from './large-plans.ts';
import { Random } from './random.ts';
import { TINY } from './tuning.ts';

/** Two threads over several chunks, of which the buffer pool never holds all: they are loaded while workers run. */
const executor = createExecutor({ shared: true, memoryBytes: 64 << 20, threads: 2 });
const QUERIES = 120;
const START = process.env.EXECUTOR_SEED === undefined ? Date.now() % 1_000_000_000 : Number(process.env.EXECUTOR_SEED);

afterAll(() => executor.workers?.close());

function inUse({ memory, pool }: Executor): Record<string, number> {
  pool.evict(Number.POSITIVE_INFINITY);
  const { usedBytes, blocks } = memory.usage();
  const { bytes, pinnedBytes, residents } = pool.statistics();
  return { queries: memory.queriesBudget.used, usedBytes, blocks, bytes, pinnedBytes, residents };
}

const other = scanFrom(50);
const PLANS: readonly PhysicalPlan[] = [
  grouped(largeScan.plan, ['t'], 100),
  grouped(largeScan.plan, ['k'], 100),
  grouped(largeScan.plan, [], 100),
  grouped(join('semi', largeScan.plan, other, 'id'), ['k'], 100),
  grouped(join('inner', largeScan.plan, grouped(other, ['k'], 200), 'k'), ['t'], 100),
];

it(`${QUERIES} queries on two workers, cancelled at any moment, leave nothing behind`, {
  timeout: 300_000,
}, async () => {
  const random = new Random(START);
  const statements = PLANS.map((plan): Statement => ({ plan, tables: [largeScan.table], parameters: [] }));
  // The workers start, and what they keep for ever is there.
  const answers = [];
  for (const statement of statements) answers.push(await runExecutor(executor, statement));
  const times = [];
  for (const statement of statements) {
    const start = performance.now();
    await runExecutor(executor, statement);
    times.push(performance.now() - start);
  }
  const before = inUse(executor);
  const ends = new Map<string, number>();
  for (let i = 0; i < QUERIES; i++) {
    const which = random.integer(0, statements.length - 1);
    const statement = statements[which];
    if (statement === undefined) throw new Error('no plan');
    const begin = performance.now();
    const wished = begin + random.next() * (times[which] ?? 0);
    // Cold: chunks are loaded anew for each query.
    executor.pool.evict(Number.POSITIVE_INFINITY);
    const outcome = await runExecutor(executor, statement, {
      isCancelled: () => performance.now() >= wished,
      tuning: random.chance(0.3) ? { ...TINY, loopBudget: 4096 } : {},
    });
    const end = 'error' in outcome ? outcome.error : 'rows';
    ends.set(end, (ends.get(end) ?? 0) + 1);
    expect(['query_canceled', 'rows'], `seed ${START}`).toContain(end);
    expect(inUse(executor), `seed ${START}, query ${i}\n${printPhysical(statement.plan)}`).toEqual(before);
  }
  console.log(`ends of ${QUERIES} queries on two workers: ${[...ends].map(([end, n]) => `${end} ${n}`).join(', ')}`);
  expect(ends.get('query_canceled') ?? 0).toBeGreaterThan(QUERIES / 4);
  // And those that come after them have right answers.
  for (const [i, statement] of statements.entries()) {
    const outcome = await runExecutor(executor, statement);
    expect(summary(outcome), printPhysical(statement.plan)).toEqual(summary(answers[i] ?? outcome));
  }
});

function summary(outcome: Awaited<ReturnType<typeof runExecutor>>): unknown {
  if ('error' in outcome) return outcome.error;
  return outcome.rows.map((row) => row.map(String).join('|')).sort();
}
