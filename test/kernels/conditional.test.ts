import { describe, expect, test } from 'vitest';
import { caseOf, columnRef, constant } from '../../compiler/ir/build.ts';
import { call } from '../../compiler/ir/call.ts';
import * as T from '../../compiler/types/type.ts';
import { check, checkCall, columnsOf } from './agree.ts';
import { runKernel, runReference } from './harness.ts';

const TYPES: readonly T.Type[] = [
  T.BOOL,
  T.INT16,
  T.INT64,
  T.FLOAT32,
  T.FLOAT64,
  T.decimal(9, 2),
  T.decimal(38, 4),
  T.UTF8,
  T.BINARY,
  T.DATE,
  T.TIMESTAMP,
  T.INTERVAL,
  T.ANY,
  T.list(T.UTF8),
];
const named = TYPES.map((type) => [T.typeName(type), type] as const);

describe.each(['coalesce', 'greatest', 'least'])('%s', (fn) => {
  test.each(named)('%s', (_, type) => {
    checkCall(fn, [type]);
    checkCall(fn, [type, type]);
    checkCall(fn, [type, type, type]);
  });
});

describe('nullif', () => {
  test.each(named)('%s', (_, type) => {
    checkCall('nullif', [type, type]);
  });
});

describe('case', () => {
  test.each(named)('%s', (_, type) => {
    check([T.BOOL, T.BOOL, type, type, type], ([a, b, x, y, z]) =>
      a === undefined || b === undefined || x === undefined || y === undefined || z === undefined
        ? []
        : [
            caseOf(
              [
                { when: a, then: x },
                { when: b, then: y },
              ],
              z,
            ),
          ],
    );
  });
});

test('what is not chosen is not evaluated', () => {
  const columns = columnsOf([T.INT32, T.INT32]);
  const [a, b] = columns.map((column) => columnRef(column));
  if (a === undefined || b === undefined) throw new Error('no columns');
  const quotient = call('divide', [a, b]);
  const batch = {
    columns,
    rows: [
      [6, 3],
      [6, 0],
      [null, 0],
    ],
    expressions: [
      caseOf([{ when: call('eq', [b, constant(0, T.INT32)]), then: constant(-1, T.INT32) }], quotient),
      call('coalesce', [a, quotient]),
    ],
  };
  const expected = [
    [2, 6],
    [-1, 6],
    [-1, null],
  ];
  expect(runReference(batch)).toEqual(expected);
  expect(runKernel(batch, { shared: true, statistics: false }).outcomes).toEqual(expected);
});
