import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { columnRef, constant } from '../../compiler/ir/build.ts';
import { aggregateCall, call } from '../../compiler/ir/call.ts';
import { columnIds } from '../../compiler/ir/columns.ts';
import type { AggregateCall, Column, Expression, SortKey } from '../../compiler/ir/expression.ts';
import type { HashAggregate, HashJoin, PhysicalPlan, PhysicalValues } from '../../compiler/physical/plan.ts';
import * as T from '../../compiler/types/type.ts';
import type { Value } from '../../compiler/types/value.ts';
import { similarOrNull } from '../kernels/similar.ts';
import { type Rows, runExecutor, runReference } from './execute.ts';

/** Lists and dynamic values as keys, and the aggregates that have no kernel: executor against interpreter. */

const KEYS: readonly T.Type[] = [
  T.ANY,
  T.list(T.ANY),
  T.list(T.FLOAT64),
  T.list(T.INTERVAL),
  T.list(T.UTF8),
  T.list(T.list(T.FLOAT32)),
];

const ids = columnIds();
const column = (type: T.Type): Column => ({ id: ids.next(), name: 'c', type, nullable: true });

function valuesOf(types: readonly T.Type[], rows: Rows): PhysicalValues {
  const columns = types.map(column);
  return {
    kind: 'values',
    columns,
    rows: rows.map((row) => types.map((type, i) => constant(row[i] ?? null, type))),
  };
}

const rowsOf = (types: readonly T.Type[], maxLength = 60): fc.Arbitrary<Value[][]> =>
  fc.array(fc.tuple(...types.map(similarOrNull)), { maxLength, size: 'max' });

function reference(plan: PhysicalPlan, position: number): Expression {
  const found = plan.columns[position];
  if (found === undefined) throw new Error(`no column ${position}`);
  return columnRef(found);
}

function aggregate(input: PhysicalPlan, groups: readonly Expression[], calls: readonly AggregateCall[]): HashAggregate {
  const columns = [...groups, ...calls].map(({ type }) => column(type));
  return { kind: 'hashAggregate', columns, input, groups, aggregates: calls };
}

async function expectAgreement(plan: PhysicalPlan): Promise<void> {
  expect(await runExecutor(plan)).toStrictEqual(runReference(plan));
}

describe.each(KEYS.map((type) => [T.typeName(type), type] as const))('%s', (_, type) => {
  test('as group, and with a least and a greatest value', async () => {
    await fc.assert(
      fc.asyncProperty(rowsOf([type, type]), async (rows) => {
        const input = valuesOf([type, type], rows);
        const second = reference(input, 1);
        await expectAgreement(
          aggregate(
            input,
            [reference(input, 0)],
            [
              aggregateCall('count', [second], { distinct: true }),
              aggregateCall('min', [second]),
              aggregateCall('max', [second]),
            ],
          ),
        );
      }),
      { numRuns: 15 },
    );
  });

  test('as join key', async () => {
    await fc.assert(
      fc.asyncProperty(rowsOf([type]), rowsOf([type]), async (left, right) => {
        const [probe, build] = [valuesOf([type], left), valuesOf([type], right)];
        for (const nullsEqual of [false, true]) {
          const keys: HashJoin['keys'] = [{ probe: reference(probe, 0), build: reference(build, 0), nullsEqual }];
          const { columns } = probe;
          await expectAgreement({ kind: 'hashJoin', join: 'semi', columns, probe, build, keys, nullAware: false });
        }
      }),
      { numRuns: 10 },
    );
  });

  test('as sort key', async () => {
    await fc.assert(
      fc.asyncProperty(rowsOf([type]), async (rows) => {
        const input = valuesOf([type], rows);
        const keys: readonly SortKey[] = [{ expression: reference(input, 0), descending: true, nullsFirst: true }];
        await expectAgreement({ kind: 'sort', columns: input.columns, input, keys });
        const limit = constant(5n, T.INT64);
        await expectAgreement({ kind: 'sort', columns: input.columns, input, keys, limit });
      }),
      { numRuns: 10 },
    );
  });
});

test('aggregates that the host computes', async () => {
  const types = [T.INT32, T.UTF8, T.ANY, T.FLOAT64, T.INTERVAL];
  await fc.assert(
    fc.asyncProperty(
      rowsOf(types),
      fc.boolean(),
      fc.boolean(),
      fc.boolean(),
      async (rows, grouped, distinct, filtered) => {
        const input = valuesOf(types, rows);
        const [number, text, dynamic, float, interval] = types.map((_, i) => reference(input, i));
        if (!number || !text || !dynamic || !float || !interval) throw new Error('a column is missing');
        const orderBy: readonly SortKey[] = [
          { expression: dynamic, descending: true, nullsFirst: false },
          { expression: number, descending: false, nullsFirst: true },
        ];
        const filter = filtered ? call('ge', [number, constant(0, T.INT32)]) : undefined;
        const options = { distinct, filter };
        const calls = [
          aggregateCall('array_agg', [dynamic], options),
          aggregateCall('array_agg', [float], { ...options, orderBy }),
          aggregateCall('string_agg', [text, constant(', ', T.UTF8)], options),
          aggregateCall('string_agg', [text, text], { ...options, orderBy }),
          aggregateCall('any_value', [number], { filter, orderBy }),
          aggregateCall('sum', [interval], options),
          aggregateCall('avg', [interval], options),
          aggregateCall('count', []),
          aggregateCall('max', [dynamic], options),
        ];
        await expectAgreement(aggregate(input, grouped ? [text, number] : [], calls));
      },
    ),
    { numRuns: 40 },
  );
});

test('an argument is not evaluated for rows that the filter keeps out', async () => {
  const input = valuesOf([T.INT32], [[0], [2]]);
  const divisor = reference(input, 0);
  const filter = call('ne', [divisor, constant(0, T.INT32)]);
  const quotient = call('divide', [constant(10, T.INT32), divisor]);
  await expectAgreement(aggregate(input, [], [aggregateCall('array_agg', [quotient], { filter })]));
});
