import { describe, expect, it } from 'vitest';
import type { PhysicalPlan } from '../../compiler/physical/plan.ts';
import * as T from '../../compiler/types/type.ts';
import { createExecutor } from '../../runtime/scheduler/executor.ts';
import type { Executor } from '../../runtime/scheduler/query.ts';
import { executors, runExecutor, type Statement } from './harness.ts';
import { grouped, groupJoin, join, LARGE_ROWS, largeScan, scanFrom, sorted } from './large-plans.ts';
import { COMMAND, column, type TestTable, testTable } from './tables.ts';

const engines = executors();

/** Operators that keep many rows. */
const GREEDY: Readonly<Record<string, PhysicalPlan>> = {
  'hash join': join('inner', scanFrom(0), scanFrom(10), 'id'),
  'semi join': join('semi', scanFrom(0), scanFrom(10), 't'),
  'group join': groupJoin('inner', scanFrom(0), scanFrom(10), 'id', 20),
  groups: grouped(scanFrom(0), ['t'], 20),
  sort: sorted(scanFrom(0), ['t']),
};

const statementOf = (plan: PhysicalPlan, table: TestTable = largeScan.table): Statement => ({
  plan,
  tables: [table],
  parameters: [],
});

async function rowCount(executor: Executor, statement: Statement, memoryLimit?: number): Promise<number | string> {
  let count = 0;
  const outcome = await runExecutor(executor, statement, {
    memoryLimit,
    deliver: (_, rows) => {
      count += rows;
    },
  });
  return 'error' in outcome ? outcome.error : count;
}

describe('a query with too little memory', () => {
  it.each(Object.entries(GREEDY))('%s', async (_, plan) => {
    for (const executor of Object.values(engines)) {
      const enough = await rowCount(executor, statementOf(plan));
      expect(enough).toBeTypeOf('number');
      for (const limit of [0, 64 << 10, 512 << 10, 2 << 20]) {
        expect(await rowCount(executor, statementOf(plan), limit), `${limit} bytes`).toBe('out_of_memory');
        expect(executor.memory.queriesBudget.used).toBe(0);
        expect(executor.pool.statistics().pinnedBytes).toBe(0);
      }
      expect(await rowCount(executor, statementOf(plan))).toBe(enough);
    }
  });
});

/** More values than the buffer pool of the engine below has room for. */
const WIDE_ROWS = 1_000_000;

describe('a table larger than the buffer pool', () => {
  const scanOf = ({ handle }: TestTable): PhysicalPlan => ({
    kind: 'tableScan',
    table: handle,
    columns: handle.columns.map(({ name, type, nullable }, id) => ({ id, name, type, nullable })),
    ordinals: handle.columns.map((_, i) => i),
    predicates: [],
    command: COMMAND,
  });

  it('is scanned with few of its chunks at a time', async () => {
    const table = testTable(
      'wide',
      [column('a', T.INT64, false), column('b', T.FLOAT64, false)],
      Array.from({ length: WIDE_ROWS }, (_, i) => [BigInt(i) * 1_000_003n, i / 8]),
    );
    const executor = createExecutor({ shared: false, memoryBytes: 16 << 20 });
    expect(executor.memory.poolBudget.limit).toBeLessThan(WIDE_ROWS * 12);
    expect(await rowCount(executor, statementOf(scanOf(table), table))).toBe(WIDE_ROWS);
    expect(executor.pool.statistics().pinnedBytes).toBe(0);
  });

  it('may have texts', async () => {
    const executor = createExecutor({ shared: true, memoryBytes: 16 << 20 });
    expect(await rowCount(executor, statementOf(scanOf(largeScan.table)))).toBe(LARGE_ROWS);
    expect(executor.pool.statistics().pinnedBytes).toBe(0);
  });
});
