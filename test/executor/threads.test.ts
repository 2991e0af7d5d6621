import { afterAll, describe, expect, it } from 'vitest';
import { placeKeyFilters } from '../../compiler/physical/key-filters.ts';
import { printPhysical } from '../../compiler/physical/print.ts';
import { createExecutor } from '../../runtime/scheduler/executor.ts';
import type { Tuning } from '../../runtime/scheduler/task.ts';
import { disagreement } from './agreement.ts';
import { generate, OPERATORS } from './generate.ts';
import { runReference } from './harness.ts';
import { tablePool } from './table-pool.ts';
import { ReferenceTables } from './tables.ts';
import { TINY } from './tuning.ts';

// Generated plans on several threads, however few rows they have.

const PLANS = 300;
const BATCH = 50;
const THREADS = 3;
const SOON: Partial<Tuning> = { parallelRows: 1, parallelGroups: 1 };

const pool = tablePool(5);
const database = new ReferenceTables([...pool.values()].flat());
const executor = createExecutor({ shared: true, memoryBytes: 256 << 20, threads: THREADS });
let parallel = 0;
let merged = 0;

async function check(seed: number): Promise<void> {
  const operator = seed % 3 === 0 ? 'hashAggregate' : OPERATORS[seed % OPERATORS.length];
  const statement = generate(seed, operator ?? 'values', pool, database);
  const expected = runReference(statement);
  // Filters may drop rows at which the reference fails.
  const plan = 'error' in expected ? statement.plan : placeKeyFilters(statement.plan, { all: true });
  const options = { tuning: seed % 2 === 0 ? SOON : { ...TINY, ...SOON } };
  const problem = await disagreement(executor, { ...statement, plan }, expected, options, ({ kernels }) => {
    const shared = kernels.filter(({ threads }) => threads > 1);
    parallel += shared.length;
    merged += shared.filter(({ operators }) => operators === 'merge groups').length;
  }).catch((error: unknown) => `${error instanceof Error ? error.stack : String(error)}`);
  if (problem !== undefined) expect.fail(`seed ${seed}: ${problem}\n${printPhysical(plan)}`);
}

describe('several threads agree with the reference', () => {
  for (let from = 0; from < PLANS; from += BATCH) {
    it(`seeds ${from} to ${from + BATCH - 1}`, async () => {
      for (let seed = from; seed < from + BATCH; seed++) await check(seed);
    });
  }

  it('run pipelines of all kinds', () => {
    expect(parallel, 'pipelines on several threads').toBeGreaterThan(100);
    // How often depends on who gets the morsels.
    expect(merged, 'merged groups').toBeGreaterThan(0);
  });

  afterAll(async () => {
    expect(executor.memory.queriesBudget.used).toBe(0);
    expect(executor.pool.statistics().pinnedBytes).toBe(0);
    await executor.workers?.close();
  });
});
