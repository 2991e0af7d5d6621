// A filtered sum over a column of type `any` whose values are all integers, beside the same over an int64 column: what
// dynamic typing costs where the data is not dynamic. CPU time of one thread, alternating, medians.
//
//   npm run bench:any [-- ROWS]
import { loadavg } from 'node:os';
import { cast, columnRef, constant } from '../compiler/ir/build.ts';
import { aggregateCall, call } from '../compiler/ir/call.ts';
import type { Column, Expression } from '../compiler/ir/expression.ts';
import type { PhysicalPlan } from '../compiler/physical/plan.ts';
import { ANY, INT64, type Type } from '../compiler/types/type.ts';
import type { Value } from '../compiler/types/value.ts';
import { batchRows } from '../runtime/scheduler/collect.ts';
import { createExecutor, runPlan } from '../runtime/scheduler/executor.ts';
import { createMemoryTable, type MemoryTable } from '../storage/tables/memory-table.ts';

const ROWS = Number(process.argv[2] ?? 3_000_000);
const REPETITIONS = 15;
const BAR = 1.3;

const executor = createExecutor({ memoryBytes: 2 ** 31 });

/** One table for each case, so that every scan reads one column. */
function tableOf(type: Type, value: (i: number) => Value): MemoryTable {
  const table = createMemoryTable({ name: type.kind, columns: [{ name: 'x', type, nullable: false }] });
  const loader = table.bulkLoader();
  for (let from = 0; from < ROWS; ) {
    const count = loader.room(ROWS - from);
    for (let i = from; i < from + count; i++) loader.builders[0]?.appendValue(value(i));
    loader.flush();
    from += count;
  }
  loader.finish();
  return table;
}

const integer = (i: number): bigint => BigInt((i * 7919) % 1_000_003) * 3_000_000_000n;

/** `SELECT sum(x + 1), count(*) FROM t WHERE x * 2 < 3e15` */
function planOf(table: MemoryTable, type: Type): PhysicalPlan {
  const dynamic = type.kind === 'any';
  const x: Column = { id: 1, name: 'x', type, nullable: false };
  const number = (n: bigint): Expression => (dynamic ? constant({ tag: 'int64', value: n }, ANY) : constant(n, INT64));
  const more = call('add', [columnRef(x), number(1n)]);
  const sum = aggregateCall('sum', [dynamic ? cast(more, INT64) : more]);
  const count = aggregateCall('count', []);
  const predicate = call('lt', [call('multiply', [columnRef(x), number(2n)]), number(3_000_000_000_000_000n)]);
  return {
    kind: 'hashAggregate',
    input: { kind: 'tableScan', table, columns: [x], ordinals: [0], predicates: [predicate], command: 0 },
    groups: [],
    aggregates: [sum, count],
    columns: [
      { id: 2, name: 'sum', type: sum.type, nullable: true },
      { id: 3, name: 'count', type: count.type, nullable: false },
    ],
  };
}

async function run(plan: PhysicalPlan, table: MemoryTable): Promise<{ readonly ms: number; readonly answer: string }> {
  const rows: Value[][] = [];
  const none = (): never => {
    throw new Error('nothing is written');
  };
  const start = process.cpuUsage();
  await runPlan(executor, plan, {
    parameters: [],
    tables: {
      source: () => table,
      writer: { scan: none, find: none, newest: none, insert: none, update: none, delete: none },
    },
    analyze: false,
    isCancelled: () => false,
    pause: () => new Promise((resolve) => setImmediate(resolve)),
    deliver: (batch, count, layout) => {
      rows.push(...batchRows(executor.memory, layout, batch, count));
    },
  });
  const { user, system } = process.cpuUsage(start);
  return { ms: (user + system) / 1000, answer: rows.map((row) => row.map(String).join()).join(';') };
}

const median = (times: readonly number[]): number => [...times].sort((a, b) => a - b)[times.length >> 1] ?? Number.NaN;

const typed = tableOf(INT64, integer);
const uniform = tableOf(ANY, (i) => ({ tag: 'int64', value: integer(i) }));
const mixed = tableOf(ANY, (i) =>
  i % 10 === 0 ? { tag: 'float64', value: Number(integer(i)) } : { tag: 'int64', value: integer(i) },
);
const cases = [
  { name: 'int64', table: typed, plan: planOf(typed, INT64) },
  { name: 'any, one kind', table: uniform, plan: planOf(uniform, ANY) },
  { name: 'any, mixed', table: mixed, plan: planOf(mixed, ANY) },
];
const times = new Map(cases.map(({ name }) => [name, [] as number[]]));
const answers = new Map<string, string>();
for (let i = -2; i < REPETITIONS; i++) {
  for (const { name, table, plan } of cases) {
    const { ms, answer } = await run(plan, table);
    if (i >= 0) times.get(name)?.push(ms);
    answers.set(name, answer);
  }
}
const base = median(times.get('int64') ?? []);
for (const { name } of cases) {
  const ms = median(times.get(name) ?? []);
  console.log(`${name.padEnd(14)} ${ms.toFixed(1).padStart(7)} ms  ${(ms / base).toFixed(2)} times int64`);
}
if (answers.get('int64') !== answers.get('any, one kind')) throw new Error('the answers differ');
const ratio = median(times.get('any, one kind') ?? []) / base;
console.log(`${ROWS} rows, load ${loadavg()[0]?.toFixed(1)}; bar ${BAR}: ${ratio <= BAR ? 'met' : 'MISSED'}`);
process.exitCode = ratio <= BAR ? 0 : 1;
