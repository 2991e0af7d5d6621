import * as fc from 'fast-check';
import { describe, test } from 'vitest';
import { columnRef, inList } from '../../compiler/ir/build.ts';
import * as T from '../../compiler/types/type.ts';
import type { Value } from '../../compiler/types/value.ts';
import { columnsOf, EFFORT, expectAgreement } from './agree.ts';
import { nullable, text, valuesOf } from './arbitraries.ts';

/** Lists of many sizes, with NULL or without; half of the rows hold a value of the list. */
function checkIn(type: T.Type, value: fc.Arbitrary<Value> = valuesOf(type), rows = nullable(type)): void {
  const [column] = columnsOf([type]);
  if (column === undefined) throw new Error('no column');
  const lists = fc.tuple(
    fc.oneof(
      fc.array(value, { maxLength: 6, size: 'max' }),
      fc.array(value, { minLength: 10, maxLength: 60, size: 'max' }),
    ),
    fc.boolean(),
  );
  fc.assert(
    fc.property(
      lists,
      fc.array(fc.tuple(rows, fc.nat(), fc.boolean()), { minLength: 20 }),
      ([list, withNull], cells) => {
        const members = withNull ? [...list, null] : list;
        const data = cells.map(([cell, index, inside]) => [
          inside && list.length > 0 ? (list[index % list.length] ?? null) : cell,
        ]);
        expectAgreement({ columns: [column], rows: data, expressions: [inList(columnRef(column), members)] });
      },
    ),
    { numRuns: 40 * EFFORT },
  );
}

const TYPES: readonly T.Type[] = [
  T.BOOL,
  T.INT8,
  T.INT16,
  T.INT32,
  T.INT64,
  T.FLOAT32,
  T.FLOAT64,
  T.decimal(9, 2),
  T.decimal(38, 4),
  T.UTF8,
  T.BINARY,
  T.DATE,
  T.TIME,
  T.TIMESTAMP,
  T.INTERVAL,
  T.ANY,
  T.list(T.INT32),
];

test.each(TYPES.map((type) => [T.typeName(type), type] as const))('a value of type %s in a list', (_, type) => {
  checkIn(type);
});

describe('integers', () => {
  test('that lie close together', () => {
    checkIn(T.INT32, fc.integer({ min: -20, max: 40 }), fc.option(fc.integer({ min: -40, max: 60 })));
  });

  test('that fill a page', () => {
    checkIn(T.INT64, fc.bigInt({ min: -9000n, max: 9000n }), fc.option(fc.bigInt({ min: -10_000n, max: 10_000n })));
  });

  test('at the ends of their type', () => {
    const least = -(2n ** 63n);
    checkIn(T.INT64, fc.bigInt({ min: least, max: least + 40n }));
    checkIn(T.INT64, fc.bigInt({ min: 2n ** 63n - 41n, max: 2n ** 63n - 1n }));
  });
});

test('texts that begin alike', () => {
  const alike = fc.tuple(fc.constantFrom('a long beginning, ', 'short'), text).map(([a, b]) => a + b);
  checkIn(T.UTF8, alike, fc.option(alike));
});
