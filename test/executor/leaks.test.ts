import { expect, it } from 'vitest';
import type { Executor } from '../../runtime/scheduler/query.ts';
import { type Generated, generate, OPERATORS } from './generate.ts';
import { executors, pause, runExecutor } from './harness.ts';
import { Random } from './random.ts';
import { tablePool } from './table-pool.ts';
import { ReferenceTables } from './tables.ts';

const QUERIES = 10_000;
const MOST_ROWS = 60;

/** One small plan of each operator; each is run many times. */
function smallPlans(): readonly Generated[] {
  const pool = tablePool(4);
  const database = new ReferenceTables([...pool.values()].flat());
  return OPERATORS.flatMap((operator, i) => {
    for (let seed = 0; seed < 20; seed++) {
      const statement = generate(9_000 + i * 20 + seed, operator, pool, database);
      if (statement.tables.every(({ rows }) => rows.length <= MOST_ROWS)) return [statement];
    }
    return [];
  });
}

function inUse({ memory, pool }: Executor): Record<string, number> {
  pool.evict(Number.POSITIVE_INFINITY);
  const { usedBytes, blocks } = memory.usage();
  const { bytes, pinnedBytes, residents } = pool.statistics();
  return { queries: memory.queriesBudget.used, usedBytes, blocks, bytes, pinnedBytes, residents };
}

/** Of eight queries four are cancelled soon and two may take next to no memory, on either memory; some are done before. */
const CANCELLED: ReadonlySet<number> = new Set([0, 3, 4, 7]);
const STARVED: ReadonlySet<number> = new Set([1, 6]);

it('10,000 queries, half of them cancelled or failing, leave nothing behind', { timeout: 180_000 }, async () => {
  const engines = Object.values(executors());
  const plans = smallPlans();
  expect(plans.length).toBeGreaterThan(30);
  const before = engines.map(inUse);
  const random = new Random(1);
  const ends = new Map<string, number>();
  for (let i = 0; i < QUERIES; i++) {
    const executor = engines[i % 2];
    const statement = plans[i % plans.length];
    if (executor === undefined || statement === undefined) throw new Error('no engine, or no plan');
    let left = CANCELLED.has(i % 8) ? random.integer(0, 6) : Number.POSITIVE_INFINITY;
    const memoryLimit = STARVED.has(i % 8) ? random.integer(0, 2) * 65_536 : undefined;
    const outcome = await runExecutor(executor, statement, { isCancelled: () => left-- <= 0, memoryLimit });
    const end = 'error' in outcome ? outcome.error : 'rows';
    ends.set(end, (ends.get(end) ?? 0) + 1);
    // What is left over must not be found only once the last query is done.
    if (i % 1_000 === 999) {
      expect(engines.map(inUse), `after ${i + 1} queries`).toEqual(before);
      await pause();
    }
  }
  console.log(`ends of ${QUERIES} queries: ${[...ends].map(([end, count]) => `${end} ${count}`).join(', ')}`);
  expect([...ends.keys()].sort()).toEqual(['out_of_memory', 'query_canceled', 'rows']);
  expect(ends.get('rows')).toBeLessThanOrEqual(QUERIES / 2);
});
