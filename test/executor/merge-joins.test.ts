import { afterAll, describe, expect, it } from 'vitest';
import { columnRef } from '../../compiler/ir/build.ts';
import { call } from '../../compiler/ir/call.ts';
import { asNullable, joinColumns } from '../../compiler/ir/derive.ts';
import type { Column } from '../../compiler/ir/expression.ts';
import type { HashJoin, PhysicalPlan, TableScan } from '../../compiler/physical/plan.ts';
import { printPhysical } from '../../compiler/physical/print.ts';
import * as T from '../../compiler/types/type.ts';
import type { Value } from '../../compiler/types/value.ts';
import { createExecutor } from '../../runtime/scheduler/executor.ts';
import { checkPlan } from './check-plan.ts';
import { difference } from './compare.ts';
import { executors, runExecutor, runReference } from './harness.ts';
import { Random } from './random.ts';
import { COMMAND, column, type TestTable, testTable } from './tables.ts';
import { SPILLING, TINY } from './tuning.ts';

// Joins of rows that come in the order of their keys, nearly so, or not at all.

const PLANS = 300;
const BATCH = 100;
const engines = executors();
const threads = createExecutor({ shared: true, memoryBytes: 256 << 20, threads: 3 });

const JOINS: readonly HashJoin['join'][] = [
  'inner',
  'left',
  'full',
  'semi',
  'anti',
  'mark',
  'single',
  'buildSemi',
  'buildAnti',
  'buildLeft',
];

const KEYS: readonly { readonly type: T.Type; readonly value: (n: number) => Value }[] = [
  { type: T.INT32, value: (n) => n },
  { type: T.INT64, value: (n) => BigInt(n) * 4_000_000_007n },
  // Both ends of the type.
  { type: T.INT64, value: (n) => (n === 0 ? -(2n ** 63n) : n >= 300 ? 2n ** 63n - 1n : BigInt(n)) },
  { type: T.DATE, value: (n) => n * 3 },
  { type: T.decimal(12, 2), value: (n) => BigInt(n * 25) },
  { type: T.decimal(30, 2), value: (n) => BigInt(n) * 10n ** 24n },
  { type: T.UTF8, value: (n) => `${n}` },
];

/** Numbers in the order of their pieces, which may touch or overlap, in any order; or in no order at all. */
function numbers(random: Random): readonly number[] {
  const count = random.chance(0.05) ? 0 : random.integer(1, 250);
  const most = random.pick([5, 40, 150, 400]);
  const all = Array.from({ length: count }, () => random.integer(0, most));
  if (random.chance(0.15)) return all;
  all.sort((a, b) => a - b);
  if (random.chance(0.3)) return [...new Set(all)];
  if (random.chance(0.5)) return all;
  const cuts = Array.from({ length: random.integer(1, 6) }, () => random.integer(0, count)).sort((a, b) => a - b);
  const pieces = [0, ...cuts].map((from, i) => all.slice(from, cuts[i] ?? count));
  return random.shuffled(pieces).flat();
}

const tables: TestTable[] = [];
let nextId = 0;

function side(random: Random, { type, value }: (typeof KEYS)[number]): TableScan {
  const nullable = random.chance(0.3);
  const columns = [column('key', type, nullable), column('n', T.INT32, false)];
  const rows = numbers(random).map((n, i): readonly Value[] => [
    nullable && random.chance(0.1) ? null : value(n),
    i % 9,
  ]);
  const table = testTable(`t${tables.length}`, columns, rows, { batch: random.pick([20, 60, 1000]) });
  tables.push(table);
  return {
    kind: 'tableScan',
    table: table.handle,
    columns: columns.map(
      ({ name, type: own, nullable: mayBeNull }): Column => ({ id: nextId++, name, type: own, nullable: mayBeNull }),
    ),
    ordinals: [0, 1],
    predicates: [],
    command: COMMAND,
  };
}

function ofJoin(
  join: HashJoin['join'],
  probe: TableScan,
  build: TableScan,
  mark: Column | undefined,
): readonly Column[] {
  if (join === 'buildSemi' || join === 'buildAnti') return build.columns;
  if (join === 'buildLeft') return [...probe.columns.map(asNullable), ...build.columns];
  return joinColumns(join, probe.columns, build.columns, mark);
}

function plan(random: Random): PhysicalPlan {
  const join = random.pick(JOINS);
  const type = random.pick(KEYS);
  const [probe, build] = [side(random, type), side(random, type)];
  const [[a, n], [b, m]] = [probe.columns, build.columns];
  if (a === undefined || b === undefined || n === undefined || m === undefined)
    throw new Error('a side has two columns');
  const nullAware = (join === 'anti' || join === 'mark') && random.chance(0.4);
  const mark: Column | undefined =
    join === 'mark' ? { id: nextId++, name: 'mark', type: T.BOOL, nullable: nullAware } : undefined;
  return {
    kind: 'hashJoin',
    join,
    columns: ofJoin(join, probe, build, mark),
    probe,
    build,
    keys: [{ probe: columnRef(a), build: columnRef(b), nullsEqual: random.chance(0.1) }],
    residual: random.chance(0.3) && !nullAware ? call('lt', [columnRef(n), columnRef(m)]) : undefined,
    nullAware,
    mark,
    ordered: true,
  };
}

const merged = new Map<string, number>();

async function check(seed: number): Promise<void> {
  const random = new Random(seed);
  tables.length = 0;
  const made = plan(random);
  checkPlan(made);
  const statement = { plan: made, tables: [...tables], parameters: [] };
  const expected = runReference(statement);
  const executor = [engines.shared, engines.unshared, threads][seed % 3] ?? threads;
  const tuning = random.pick([{}, TINY, TINY, SPILLING]);
  const actual = await runExecutor(executor, statement, {
    tuning: executor === threads ? { ...tuning, parallelRows: 1 } : tuning,
  });
  if ('error' in expected || 'error' in actual) {
    if ('error' in expected && 'error' in actual) return expect(actual.error).toEqual(expected.error);
    return expect.fail(`seed ${seed}: ${JSON.stringify(expected)} ${JSON.stringify(actual)}\n${printPhysical(made)}`);
  }
  const found = difference(made.columns, expected.rows, actual.rows, {
    ordered: false,
    exact: false,
    approximate: new Set(),
  });
  if (found !== undefined) expect.fail(`seed ${seed}: ${found}\n${printPhysical(made)}`);
  for (const { operators } of actual.report?.kernels ?? []) {
    const [join] = /\w+ merge join/.exec(operators) ?? [];
    if (join !== undefined) merged.set(join, (merged.get(join) ?? 0) + 1);
  }
}

describe('joins along the order of keys', () => {
  for (let from = 0; from < PLANS; from += BATCH) {
    it(`agree with the reference, plans ${from} to ${from + BATCH - 1}`, async () => {
      for (let seed = from; seed < from + BATCH; seed++) await check(seed);
    });
  }

  it('are of all kinds', () => {
    for (const join of JOINS) expect(merged.get(`${join} merge join`) ?? 0, join).toBeGreaterThan(3);
  });

  afterAll(async () => {
    for (const { memory, pool } of [engines.shared, engines.unshared, threads]) {
      expect(memory.queriesBudget.used).toBe(0);
      expect(pool.statistics().pinnedBytes).toBe(0);
    }
    await threads.workers?.close();
  });
});
