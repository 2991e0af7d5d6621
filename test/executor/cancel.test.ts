import { afterAll, describe, expect, it } from 'vitest';
import { constant } from '../../compiler/ir/build.ts';
import { call } from '../../compiler/ir/call.ts';
import type { PhysicalPlan } from '../../compiler/physical/plan.ts';
import { printPhysical } from '../../compiler/physical/print.ts';
import type { RunOptions } from '../../runtime/scheduler/executor.ts';
import type { Executor } from '../../runtime/scheduler/query.ts';
import { generate, OPERATORS } from './generate.ts';
import { executors, runExecutor, type Statement } from './harness.ts';
import { largeScan, slowPlans } from './large-plans.ts';
import { Random } from './random.ts';
import { tablePool } from './table-pool.ts';
import { ReferenceTables } from './tables.ts';
import { TINY } from './tuning.ts';

const PLANS_OF_OPERATOR = 5;
const engines = executors();
const pool = tablePool(3);
const database = new ReferenceTables([...pool.values()].flat());

/** What is in use when no query runs, once the pool has dropped what it may. */
function inUse({ memory, pool: buffers }: Executor): Record<string, number> {
  buffers.evict(Number.POSITIVE_INFINITY);
  const { usedBytes, blocks } = memory.usage();
  return { queries: memory.queriesBudget.used, pool: buffers.statistics().bytes, usedBytes, blocks };
}

async function checkCancel(
  executor: Executor,
  statement: Statement,
  random: Random,
  options: Partial<RunOptions>,
): Promise<void> {
  let asked = 0;
  const complete = await runExecutor(executor, statement, {
    ...options,
    isCancelled: () => {
      asked++;
      return false;
    },
  });
  expect('rows' in complete, printPhysical(statement.plan)).toBe(true);
  const before = inUse(executor);
  for (const at of [0, random.integer(0, asked - 1), asked - 1]) {
    let times = 0;
    const outcome = await runExecutor(executor, statement, { ...options, isCancelled: () => times++ >= at });
    // How often a query asks depends on how long it takes.
    const ended = 'error' in outcome ? outcome.error : times <= at ? 'never asked' : 'went on';
    expect(['query_canceled', 'never asked'], `${at} of ${asked}\n${printPhysical(statement.plan)}`).toContain(ended);
    expect(inUse(executor), printPhysical(statement.plan)).toEqual(before);
  }
}

describe('a query that is cancelled gives everything back', () => {
  it.each(OPERATORS)('%s', async (operator) => {
    for (let i = 0; i < PLANS_OF_OPERATOR; i++) {
      const seed = 7_000 + OPERATORS.indexOf(operator) * 100 + i;
      const statement = generate(seed, operator, pool, database);
      const executor = i % 2 === 0 ? engines.shared : engines.unshared;
      await checkCancel(executor, statement, new Random(seed), i === 0 ? {} : { tuning: TINY });
    }
  });
});

/** How long somebody who cancels has to wait, and how long the event loop: for work that no chunk bounds. */
describe('a long query ends soon after it is cancelled', () => {
  const latencies: string[] = [];
  it.each(Object.entries(slowPlans()))('%s', async (name, plan) => {
    const executor = engines.shared;
    const before = inUse(executor);
    let last = performance.now();
    let blocked = 0;
    const timer = setInterval(() => {
      blocked = Math.max(blocked, performance.now() - last);
      last = performance.now();
    }, 1);
    const wished = performance.now() + 200;
    const statement: Statement = { plan, tables: [largeScan.table], parameters: [] };
    const outcome = await runExecutor(executor, statement, { isCancelled: () => performance.now() >= wished });
    const latency = performance.now() - wished;
    clearInterval(timer);
    const ended = 'rows' in outcome ? 'was done before' : `${latency.toFixed(1)} ms`;
    latencies.push(`${name}: ${ended}, event loop blocked for ${blocked.toFixed(0)} ms at most`);
    if ('error' in outcome) expect(outcome.error).toBe('query_canceled');
    expect(inUse(executor)).toEqual(before);
  });

  afterAll(() => console.log(`cancelled after\n${latencies.join('\n')}`));
});

it('a query that is cancelled before it begins takes nothing', async () => {
  const plan: PhysicalPlan = {
    kind: 'filter',
    columns: largeScan.plan.columns,
    input: largeScan.plan,
    predicate: call('eq', [constant(1, { kind: 'int32' }), constant(1, { kind: 'int32' })]),
  };
  for (const executor of Object.values(engines)) {
    const before = inUse(executor);
    const outcome = await runExecutor(
      executor,
      { plan, tables: [largeScan.table], parameters: [] },
      { isCancelled: () => true },
    );
    expect(outcome).toMatchObject({ error: 'query_canceled' });
    expect(inUse(executor)).toEqual(before);
  }
});
