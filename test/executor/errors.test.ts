import { describe, expect, it } from 'vitest';
import { cast, columnRef, constant } from '../../compiler/ir/build.ts';
import { aggregateCall, call } from '../../compiler/ir/call.ts';
import type { Column, Expression } from '../../compiler/ir/expression.ts';
import type { PhysicalPlan } from '../../compiler/physical/plan.ts';
import { printPhysical } from '../../compiler/physical/print.ts';
import type { ErrorCode } from '../../compiler/types/error.ts';
import * as T from '../../compiler/types/type.ts';
import { generate, OPERATORS } from './generate.ts';
import { executors, runExecutor, runReference, type Statement, writtenTables } from './harness.ts';
import { Random } from './random.ts';
import { tablePool } from './table-pool.ts';
import { ReferenceTables, type TestTable, testTable } from './tables.ts';
import { TINY } from './tuning.ts';

const engines = executors();

/** Expressions that fail whatever the row, each in its own way. `number` is never NULL and not known beforehand. */
const FAILING: readonly (readonly [ErrorCode, (number: Expression) => Expression])[] = [
  ['division_by_zero', (n) => call('divide', [constant(1, T.INT32), call('subtract', [n, n])])],
  ['division_by_zero', (n) => call('modulo', [constant(1n, T.INT64), cast(call('subtract', [n, n]), T.INT64)])],
  [
    'numeric_value_out_of_range',
    (n) => call('add', [constant(2 ** 31 - 1, T.INT32), call('add', [call('abs', [n]), constant(1, T.INT32)])]),
  ],
  ['numeric_value_out_of_range', (n) => cast(call('add', [n, constant(1000, T.INT32)]), T.INT8)],
  ['invalid_text_representation', (n) => cast(call('concat', [constant('x', T.UTF8), n]), T.INT32)],
  ['invalid_datetime_format', (n) => cast(call('concat', [constant('day ', T.UTF8), n]), T.DATE)],
  ['numeric_value_out_of_range', (n) => cast(call('add', [n, constant(100_000, T.INT32)]), T.decimal(4, 1))],
];

/** Nodes that evaluate the expression for all rows of an input that has some. */
type Place = (input: PhysicalPlan, failing: Expression, id: number) => PhysicalPlan;

const named = (id: number, { type, nullable }: Pick<Expression, 'type' | 'nullable'>): Column => ({
  id,
  name: 'failing',
  type,
  nullable,
});
const isTrue = (failing: Expression): Expression => call('is_not_null', [failing]);

const PLACES: Readonly<Record<string, Place>> = {
  project: (input, failing, id) => ({ kind: 'project', columns: [named(id, failing)], input, expressions: [failing] }),
  filter: (input, failing) => ({ kind: 'filter', columns: input.columns, input, predicate: isTrue(failing) }),
  group: (input, failing, id) => ({
    kind: 'hashAggregate',
    columns: [named(id, failing)],
    input,
    groups: [failing],
    aggregates: [],
  }),
  argument: (input, failing, id) => {
    const max = aggregateCall('max', [failing]);
    return { kind: 'hashAggregate', columns: [named(id, max)], input, groups: [], aggregates: [max] };
  },
  'filtered argument': (input, failing, id) => {
    const count = aggregateCall('count', [], { filter: isTrue(failing) });
    return { kind: 'hashAggregate', columns: [named(id, count)], input, groups: [], aggregates: [count] };
  },
  sort: (input, failing) => ({
    kind: 'sort',
    columns: input.columns,
    input,
    keys: [{ expression: failing, descending: false, nullsFirst: false }],
  }),
  'build key': (input, failing, id) => ({
    kind: 'hashJoin',
    join: 'semi',
    columns: [named(id, failing)],
    probe: oneRow(id, failing),
    build: input,
    keys: [{ probe: columnRef(named(id, failing)), build: failing, nullsEqual: false }],
    nullAware: false,
  }),
  'probe key': (input, failing, id) => ({
    kind: 'hashJoin',
    join: 'anti',
    columns: input.columns,
    probe: input,
    build: oneRow(id, failing),
    keys: [{ probe: failing, build: columnRef(named(id, failing)), nullsEqual: false }],
    nullAware: false,
  }),
  residual: (input, failing, id) => ({
    kind: 'hashJoin',
    join: 'inner',
    columns: [...input.columns, named(id, { type: T.INT32, nullable: false })],
    probe: input,
    build: oneRow(id, { type: T.INT32 }),
    keys: [{ probe: constant(1, T.INT32), build: constant(1, T.INT32), nullsEqual: false }],
    residual: isTrue(failing),
    nullAware: false,
  }),
  'loop predicate': (input, failing, id) => ({
    kind: 'nestedLoopJoin',
    join: 'semi',
    columns: input.columns,
    outer: input,
    inner: oneRow(id, { type: T.INT32 }),
    predicate: isTrue(failing),
    nullAware: false,
  }),
  apply: (input, failing, id) => ({
    kind: 'apply',
    join: 'inner',
    columns: [...input.columns, named(id, failing)],
    outer: input,
    inner: { kind: 'values', columns: [named(id, failing)], rows: [[failing]] },
  }),
  unnest: (input, failing, id) => {
    const list = cast(failing, T.ANY);
    const element = named(id, { type: T.ANY, nullable: true });
    return { kind: 'unnest', columns: [...input.columns, element], input, expression: list, element, outer: false };
  },
  unionAll: (input, failing, id) => {
    const columns = [named(id, failing)];
    const inputs = [oneRow(id + 1, failing), PLACES.project?.(input, failing, id + 2) ?? input];
    return { kind: 'unionAll', columns: columns.map((column) => ({ ...column, nullable: true })), inputs };
  },
};

function oneRow(id: number, { type }: Pick<Expression, 'type'>): PhysicalPlan {
  const value = constant(T.isInteger(type) ? (type.kind === 'int64' ? 1n : 1) : null, type);
  return { kind: 'values', columns: [named(id, value)], rows: [[value]] };
}

const pool = tablePool(2);
const database = new ReferenceTables([...pool.values()].flat());

/** A generated plan with rows, and a column of small numbers that are not known beforehand. */
function input(seed: number): Statement {
  const random = new Random(seed);
  for (let attempt = 0; ; attempt++) {
    const statement = generate(seed * 100 + attempt, random.pick(OPERATORS), pool, database);
    const outcome = runReference(statement);
    if (writtenTables(statement).length > 0 || 'error' in outcome || outcome.rows.length === 0) continue;
    if (statement.free || outcome.rows.length > 200) continue;
    const count = aggregateCall('count', []);
    const id = 1_000_000;
    const counted: PhysicalPlan = {
      kind: 'hashAggregate',
      columns: [named(id, count)],
      input: statement.plan,
      groups: [],
      aggregates: [count],
    };
    const number = cast(call('modulo', [columnRef(named(id, count)), constant(7n, T.INT64)]), T.INT32);
    const plan: PhysicalPlan = {
      kind: 'project',
      columns: [named(id + 1, number)],
      input: counted,
      expressions: [number],
    };
    return { ...statement, plan };
  }
}

async function bothFail(statement: Statement, code: ErrorCode): Promise<void> {
  expect(runReference(statement), printPhysical(statement.plan)).toMatchObject({ error: code });
  for (const executor of Object.values(engines)) {
    for (const tuning of [{}, TINY]) {
      const outcome = await runExecutor(executor, statement, { tuning });
      expect(outcome, printPhysical(statement.plan)).toMatchObject({ error: code });
    }
    expect(executor.memory.queriesBudget.used).toBe(0);
    expect(executor.pool.statistics().pinnedBytes).toBe(0);
  }
}

describe('an expression that fails', () => {
  it.each(Object.entries(PLACES))('%s', async (name, place) => {
    for (const [i, [code, failing]] of FAILING.entries()) {
      const statement = input(Object.keys(PLACES).indexOf(name) * FAILING.length + i);
      const [number] = statement.plan.columns;
      if (number === undefined) throw new Error('no number');
      await bothFail({ ...statement, plan: place(statement.plan, failing(columnRef(number)), 2_000_000) }, code);
    }
  });
});

const table: TestTable = testTable(
  'numbers',
  [
    { name: 'a', type: T.INT32, nullable: false },
    { name: 'b', type: T.decimal(38, 0), nullable: false },
  ],
  Array.from({ length: 300 }, (_, i) => [i % 10, 10n ** 37n * BigInt(i % 10)]),
);
const [a, b] = table.handle.columns.map(({ name, type }, id): Column => ({ id, name, type, nullable: false }));
if (a === undefined || b === undefined) throw new Error('two columns are needed');
const scan: PhysicalPlan = {
  kind: 'tableScan',
  table: table.handle,
  columns: [a, b],
  ordinals: [0, 1],
  predicates: [],
  command: 1,
};
const other: PhysicalPlan = { ...scan, columns: [a, b].map((column) => ({ ...column, id: column.id + 10 })) };
const otherA: Column = { ...a, id: 10 };

describe('an operator that fails', () => {
  const check = (name: string, code: ErrorCode, plan: PhysicalPlan): void => {
    it(name, () => bothFail({ plan, tables: [table], parameters: [] }, code));
  };

  check('single hash join', 'cardinality_violation', {
    kind: 'hashJoin',
    join: 'single',
    columns: [...scan.columns, ...other.columns].map((column) => ({ ...column, nullable: true })),
    probe: scan,
    build: other,
    keys: [{ probe: columnRef(a), build: columnRef(otherA), nullsEqual: false }],
    nullAware: false,
  });
  check('single loop join', 'cardinality_violation', {
    kind: 'nestedLoopJoin',
    join: 'single',
    columns: [...scan.columns, ...other.columns].map((column) => ({ ...column, nullable: true })),
    outer: scan,
    inner: other,
    predicate: call('lt', [columnRef(a), columnRef(otherA)]),
    nullAware: false,
  });
  check('single apply', 'cardinality_violation', {
    kind: 'apply',
    join: 'single',
    columns: [...scan.columns, ...other.columns].map((column) => ({ ...column, nullable: true })),
    outer: scan,
    inner: other,
  });

  const sum = aggregateCall('sum', [columnRef(b)]);
  check('sum without groups', 'numeric_value_out_of_range', {
    kind: 'hashAggregate',
    columns: [named(20, sum)],
    input: scan,
    groups: [],
    aggregates: [sum],
  });
  check('sum of groups', 'numeric_value_out_of_range', {
    kind: 'hashAggregate',
    columns: [a, named(20, sum)],
    input: scan,
    groups: [columnRef(a)],
    aggregates: [sum],
  });
  check('negative limit', 'invalid_row_count_in_limit', {
    kind: 'limit',
    columns: scan.columns,
    input: scan,
    count: constant(-1n, T.INT64),
  });
  check('negative offset of a sort', 'invalid_row_count_in_limit', {
    kind: 'sort',
    columns: scan.columns,
    input: scan,
    keys: [{ expression: columnRef(a), descending: false, nullsFirst: false }],
    offset: constant(-1n, T.INT64),
  });
  const written = table.handle.columns.map((column, i): Column => ({ ...column, id: 30 + i }));
  check('insert of NULL', 'not_null_violation', {
    kind: 'insert',
    columns: [...scan.columns, ...written],
    table: table.handle,
    input: scan,
    values: [call('nullif', [columnRef(a), constant(9, T.INT32)]), columnRef(b)],
    written,
    command: 1,
  });
});
