import { describe, expect, test } from 'vitest';
import { cast, columnRef, constant, parameter } from '../../compiler/ir/build.ts';
import { aggregateCall, call } from '../../compiler/ir/call.ts';
import type { Column, Expression } from '../../compiler/ir/expression.ts';
import type { PhysicalPlan, TableScan } from '../../compiler/physical/plan.ts';
import { ANY, FLOAT64, INT64, UTF8 } from '../../compiler/types/type.ts';
import type { Value } from '../../compiler/types/value.ts';
import { createExecutor } from '../../runtime/scheduler/executor.ts';
import type { Executor } from '../../runtime/scheduler/query.ts';
import { executors, runExecutor, runReference } from '../executor/harness.ts';
import { column, type TestTable, testTable } from '../executor/tables.ts';
import { any as dynamic } from './variant-values.ts';

// Scans that read shredded fields, against the reference interpreter.

const BATCH = 1200;

/** Documents as most rows have them. */
function plain(i: number): Value {
  return dynamic({
    id: BigInt(i) * 1_000_003n,
    name: i % 3 === 0 ? `n${i % 7}` : `a name of more than twelve letters ${i % 11}`,
    ratio: i / 16,
    even: i % 2 === 0,
    of: { 'a/b': BigInt(-i), c: 'x' },
    more: [BigInt(i)],
  });
}

const field = (source: Expression, ...names: readonly string[]): Expression =>
  names.reduce((inner, name) => call('any_get', [inner, constant(name, UTF8)]), source);

let nextId = 1000;

function scan(table: TestTable, predicates: (doc: Expression) => readonly Expression[] = () => []): TableScan {
  const columns = table.handle.columns.map(({ name, type, nullable }): Column => {
    nextId += 1;
    return { id: nextId, name, type, nullable };
  });
  const [doc] = columns;
  return {
    kind: 'tableScan',
    table: table.handle,
    columns,
    ordinals: columns.map((_, i) => i),
    predicates: predicates(columnRef(doc!)),
    command: 2,
  };
}

const docOf = (input: TableScan): Expression => columnRef(input.columns[0]!);

function project(input: PhysicalPlan, expressions: readonly Expression[]): PhysicalPlan {
  const columns = expressions.map(({ type }, i): Column => {
    nextId += 1;
    return { id: nextId, name: `c${i}`, type, nullable: true };
  });
  return { kind: 'project', input, expressions, columns };
}

const plans: Readonly<Record<string, (table: TestTable) => PhysicalPlan>> = {
  'fields as they are': (table) => {
    const input = scan(table);
    const doc = docOf(input);
    return project(
      input,
      [['id'], ['name'], ['ratio'], ['even'], ['of', 'a/b'], ['of', 'c'], ['of'], ['more'], ['none']].map((names) =>
        field(doc, ...names),
      ),
    );
  },
  'filtered and computed with': (table) => {
    const small = constant(dynamic(600_000_000n), ANY);
    const input = scan(table, (doc) => [call('lt', [field(doc, 'id'), small])]);
    const doc = docOf(input);
    return project(input, [
      call('add', [field(doc, 'of', 'a/b'), constant(dynamic(1n), ANY)]),
      cast(field(doc, 'ratio'), FLOAT64, 'null'),
      cast(field(doc, 'name'), UTF8),
      call('any_truth', [field(doc, 'even')]),
    ]);
  },
  'in branches': (table) => {
    const input = scan(table);
    const doc = docOf(input);
    const id = field(doc, 'id');
    const then = cast(field(doc, 'name'), UTF8);
    return project(input, [
      {
        kind: 'case',
        branches: [{ when: call('eq', [field(doc, 'even'), constant(dynamic(true), ANY)]), then }],
        otherwise: cast(id, UTF8),
        type: UTF8,
        nullable: true,
      },
      then,
      id,
    ]);
  },
  'beside the whole document': (table) => {
    const input = scan(table);
    return project(input, [field(docOf(input), 'id'), docOf(input)]);
  },
  'by a parameter': (table) => {
    const input = scan(table);
    return project(input, [call('any_get', [docOf(input), parameter(0, UTF8)])]);
  },
  grouped: (table) => {
    const input = scan(table);
    const doc = docOf(input);
    const sum = aggregateCall('sum', [cast(field(doc, 'of', 'a/b'), INT64, 'null')]);
    const columns = [
      { id: nextId + 1, name: 'name', type: ANY, nullable: true },
      { id: nextId + 2, name: 'sum', type: sum.type, nullable: true },
    ];
    nextId += 2;
    return { kind: 'hashAggregate', input, groups: [field(doc, 'name')], aggregates: [sum], columns };
  },
};

const documents = column('doc', ANY, true);

function tableOf(rows: readonly Value[], making: Parameters<typeof testTable>[3] = { batch: BATCH }): TestTable {
  return testTable(
    'docs',
    [documents, column('n', INT64, false)],
    rows.map((row, i) => [row, BigInt(i)]),
    making,
  );
}

const from = (chunk: number, change: (i: number) => Value = plain): Value[] =>
  Array.from({ length: BATCH }, (_, i) => change(chunk * BATCH + i));

const tables: Readonly<Record<string, TestTable>> = {
  'all chunks alike': tableOf([...from(0), ...from(1)]),
  'a chunk with a field of two kinds': tableOf([
    ...from(0),
    ...from(1, (i) => (i % 100 === 0 ? dynamic({ id: 'x', name: null, of: 1n }) : plain(i))),
    ...from(2),
  ]),
  'fields that some rows lack': tableOf([
    ...from(0, (i) => (i % 50 === 0 ? dynamic({ id: BigInt(i) }) : i % 51 === 0 ? null : plain(i))),
    ...from(1),
    ...from(2, (i) => (i % 50 === 0 ? null : i % 51 === 0 ? dynamic('text') : plain(i))),
  ]),
  'nulls in the second chunk only': tableOf([...from(0), ...from(1, (i) => (i % 50 === 0 ? null : plain(i)))]),
  'another kind everywhere in the second chunk': tableOf([
    ...from(0),
    ...from(1, (i) => dynamic({ id: i / 2, name: BigInt(i), of: { 'a/b': 'b' } })),
  ]),
  'integers without room in the second chunk': tableOf([
    ...from(0),
    ...from(1, () => dynamic({ id: 1n, of: { 'a/b': 2n ** 63n - 1n } })),
  ]),
  'nothing alike in any chunk': tableOf([...from(0, (i) => (i % 2 === 0 ? plain(i) : dynamic(BigInt(i)))), null]),
  'no objects in the second chunk': tableOf([...from(0), ...from(1, (i) => dynamic(BigInt(i)))]),
  'nothing shredded in the first chunk': tableOf([...from(0, (i) => dynamic({ [`f${i}`]: 1n })), ...from(1)]),
  'deleted and single rows': tableOf([...from(0), ...from(1), plain(1), null, dynamic({ id: 'x' })], {
    batch: BATCH,
    holes: 7,
    single: 3,
  }),
};

const engines = executors();

const show = (rows: readonly (readonly Value[])[]): readonly string[] =>
  rows
    .map((row) =>
      JSON.stringify(row, (_, v: unknown) => (v instanceof Map ? [...v] : typeof v === 'bigint' ? `${v}n` : v)),
    )
    .sort();

describe.each(Object.entries(tables))('%s', (_, table) => {
  test.each(Object.entries(plans))('%s', async (_name, planOf) => {
    const statement = { plan: planOf(table), tables: [table], parameters: ['name'] };
    const expected = runReference(statement);
    for (const executor of [engines.shared, engines.unshared]) {
      const outcome = await runExecutor(executor, statement);
      if ('rows' in expected && 'rows' in outcome) expect(show(outcome.rows)).toEqual(show(expected.rows));
      else expect(outcome).toEqual(expected);
    }
  });
});

describe('what is loaded', () => {
  const bytesFor = async (executor: Executor, plan: PhysicalPlan, table: TestTable): Promise<number> => {
    const before = executor.pool.statistics().bytes;
    const outcome = await runExecutor(executor, { plan, tables: [table], parameters: [] });
    if (!('rows' in outcome)) throw new Error(outcome.message);
    return executor.pool.statistics().bytes - before;
  };

  test('documents are not, where fields suffice', async () => {
    const executor = createExecutor({ memoryBytes: 64 << 20 });
    const table = tableOf([...from(0), ...from(1)]);
    const input = scan(table);
    const fields = await bytesFor(executor, project(input, [field(docOf(input), 'id')]), table);
    // Two chunks of 1,200 integers of 8 bytes, and the numbers beside them.
    expect(fields).toBeLessThan(2 * BATCH * 8 * 2.5);
    const whole = scan(table);
    const all = await bytesFor(executor, project(whole, [docOf(whole)]), table);
    expect(all).toBeGreaterThan(2 * BATCH * 100);
  });
});
