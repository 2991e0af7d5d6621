import { afterAll, describe, expect, it } from 'vitest';
import { placeKeyFilters } from '../../compiler/physical/key-filters.ts';
import { printPhysical } from '../../compiler/physical/print.ts';
import type { RunOptions } from '../../runtime/scheduler/executor.ts';
import type { Executor } from '../../runtime/scheduler/query.ts';
import type { RunReport } from '../../runtime/scheduler/report.ts';
import { createSpillHost } from '../../runtime/scheduler/spill/host.node.ts';
import { differs, disagreement } from './agreement.ts';
import { showRow } from './compare.ts';
import { type Generated, generate, nodesOf, OPERATORS, operatorOf } from './generate.ts';
import { executors, type Outcome, runReference, runSmall, writtenTables } from './harness.ts';
import { shrink } from './shrink.ts';
import { tablePool } from './table-pool.ts';
import { ReferenceTables } from './tables.ts';
import { SPILLING, TINY } from './tuning.ts';

const BATCH = 100;
/** Plans that each operator has at least; fewer make a quick look while working. */
const PER_OPERATOR = Number(process.env.EXECUTOR_PLANS ?? 50);
/** Seeds that every run has, enough for each operator to have its plans, and some that only this run has. */
const FIXED = Math.ceil((PER_OPERATOR * OPERATORS.length) / BATCH) * BATCH;
const FRESH = 100;
const START = process.env.EXECUTOR_SEED === undefined ? Date.now() % 1_000_000_000 : Number(process.env.EXECUTOR_SEED);

const pool = tablePool(1);
const database = new ReferenceTables([...pool.values()].flat());
const engines = executors(undefined, createSpillHost());

/** How a plan is run: small plans with counters now and then, all of them on both memories, one of the two in tiny steps. */
function forms(statement: Generated): readonly (readonly [Executor, Partial<RunOptions>])[] {
  const { seed, tables } = statement;
  const { shared, unshared } = engines;
  const small = tables.every((table) => table.rows.length < 1_000);
  const analyze = seed % 3 === 0 && small && writtenTables(statement).length === 0;
  const [first, second] = seed % 2 === 0 ? [shared, unshared] : [unshared, shared];
  return [
    [first, { analyze }],
    [second, { analyze, tuning: TINY }],
    // Half of each operator's plans: one stream for each few rows takes its time.
    ...(Math.floor(seed / OPERATORS.length) % 2 === 0
      ? [[seed % 4 < 2 ? shared : unshared, { analyze, tuning: SPILLING }] as const]
      : []),
  ];
}

const plans = new Map<string, number>();
const withRows = new Map<string, number>();
/** Plans in which some operator of the kind went to disk. */
const spilled = new Map<string, number>();
let total = 0;
/** Plans that also ran as closures. */
let smallPlans = 0;

function countSpilled({ counters }: RunReport): void {
  const operators = [...counters].flatMap(([node, { spilledBytes }]) => (spilledBytes > 0 ? [operatorOf(node)] : []));
  for (const operator of new Set(operators)) spilled.set(operator, (spilled.get(operator) ?? 0) + 1);
}

async function problemOf(statement: Generated): Promise<string | undefined> {
  const expected = runReference(statement);
  const small = await runSmall(statement);
  if (small !== undefined) {
    smallPlans++;
    const problem = differs(statement, expected, small);
    if (problem !== undefined) return `as closures: ${problem}`;
  }
  for (const [executor, options] of forms(statement)) {
    const problem = await disagreement(executor, statement, expected, options, countSpilled).catch(
      (error: unknown) => `${error instanceof Error ? error.stack : String(error)}`,
    );
    if (problem === undefined) continue;
    const memory = executor.memory.shared ? 'shared' : 'unshared';
    const steps = options.tuning === undefined ? '' : options.tuning === TINY ? ', in tiny steps' : ', spilling';
    return `${memory}${steps}: ${problem}`;
  }
  return filteredProblem(statement, expected);
}

let filtered = 0;

/** The plan with all filters by join keys that it can have. They may drop rows at which the reference fails. */
async function filteredProblem(statement: Generated, expected: Outcome): Promise<string | undefined> {
  const plan = placeKeyFilters(statement.plan, { all: true });
  if (plan === statement.plan || 'error' in expected) return undefined;
  filtered++;
  const executor = statement.seed % 2 === 0 ? engines.shared : engines.unshared;
  const options = statement.seed % 4 < 2 ? { tuning: TINY } : {};
  const problem = await disagreement(executor, { ...statement, plan }, expected, options).catch(
    (error: unknown) => `${error instanceof Error ? error.stack : String(error)}`,
  );
  return problem === undefined ? undefined : `filtered by keys: ${problem}`;
}

async function check(seed: number): Promise<void> {
  const statement = generate(seed, OPERATORS[seed % OPERATORS.length] ?? 'values', pool, database);
  const problem = await problemOf(statement);
  if (problem !== undefined) await report(statement, problem);
  const outcome = runReference(statement);
  total += 1;
  for (const operator of new Set(nodesOf(statement.plan).map(operatorOf))) {
    plans.set(operator, (plans.get(operator) ?? 0) + 1);
    if ('rows' in outcome && outcome.rows.length > 0) withRows.set(operator, (withRows.get(operator) ?? 0) + 1);
  }
}

async function report(statement: Generated, problem: string): Promise<void> {
  const kind = kindOf(problem);
  const smaller = await shrink(statement, async (candidate) => kindOf((await problemOf(candidate)) ?? '') === kind);
  const parameters = showRow(statement.parameters);
  expect.fail(
    `seed ${statement.seed}: ${problem}\n\nshrunk:\n${printPhysical(smaller.plan)}\nparameters ${parameters}\n${await problemOf(smaller)}`,
  );
}

/** The problem without its figures: what a smaller plan has to show too. */
function kindOf(problem: string): string {
  return (problem.split('\n')[0] ?? '').replaceAll(/\d+|\(.*/g, '#');
}

const SPILLABLE = [
  'hashAggregate',
  'sort',
  'sort with limit',
  'window',
  'hashJoin inner',
  'hashJoin left',
  'hashJoin full',
  'hashJoin semi',
  'hashJoin anti',
  'hashJoin mark',
  'hashJoin single',
  'hashJoin buildSemi',
  'hashJoin buildAnti',
  'hashJoin buildLeft',
  'group join',
];

describe('the executor agrees with the reference', () => {
  for (let from = 0; from < FIXED; from += BATCH) {
    it(`seeds ${from} to ${from + BATCH - 1}`, async () => {
      for (let seed = from; seed < from + BATCH; seed++) await check(seed);
    });
  }
  for (let from = START; from < START + FRESH; from += BATCH) {
    it(`fresh seeds from ${from}`, async () => {
      for (let seed = from; seed < from + BATCH; seed++) await check(seed);
    });
  }

  it(`has every operator in ${PER_OPERATOR} plans, 90 % of them with rows`, () => {
    const lines = OPERATORS.map((operator) => {
      const count = plans.get(operator) ?? 0;
      const share = (100 * (withRows.get(operator) ?? 0)) / Math.max(count, 1);
      return { operator, count, share };
    });
    console.log(
      `${total} plans, ${smallPlans} of them small\n${lines.map(({ operator, count, share }) => `${operator.padEnd(30)} ${String(count).padStart(5)} ${share.toFixed(1).padStart(6)} %`).join('\n')}`,
    );
    expect(smallPlans).toBeGreaterThanOrEqual(PER_OPERATOR);
    for (const { operator, count, share } of lines) {
      expect(count, operator).toBeGreaterThanOrEqual(PER_OPERATOR);
      // Of fewer plans the share says little.
      if (count >= 50) expect(share, operator).toBeGreaterThanOrEqual(90);
    }
  });

  it('has every operator that can spill do so in a fair number of plans', () => {
    console.log([...spilled].map(([operator, count]) => `${operator.padEnd(30)} ${count}`).join('\n'));
    for (const operator of SPILLABLE) expect(spilled.get(operator), operator).toBeGreaterThanOrEqual(PER_OPERATOR / 6);
  });

  it('has filters by join keys in 25 plans', () => {
    expect(filtered).toBeGreaterThanOrEqual(25);
  });

  afterAll(() => {
    for (const { memory, pool: buffers } of Object.values(engines)) {
      expect(memory.queriesBudget.used).toBe(0);
      expect(buffers.statistics().pinnedBytes).toBe(0);
    }
  });
});
