import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  BINARY,
  BOOL,
  DATE,
  decimal,
  FLOAT32,
  FLOAT64,
  INT8,
  INT16,
  INT32,
  INT64,
  INTERVAL,
  TIME,
  TIMESTAMP,
  type Type,
  typeName,
  UTF8,
} from '../../compiler/types/type.ts';
import type { Value } from '../../compiler/types/value.ts';
import type { ChunkColumn } from '../../runtime/columns/chunk.ts';
import { loadRows } from '../../storage/tables/bulk-loader.ts';
import { readValue } from '../../storage/tables/decode.ts';
import { createBuilder } from '../../storage/tables/encode.ts';
import { createMemoryTable } from '../../storage/tables/memory-table.ts';
import { readTable } from './support.ts';

const whole = (bits: number) => fc.bigInt({ min: -(2n ** BigInt(bits - 1)), max: 2n ** BigInt(bits - 1) - 1n });
const mixed = fc.oneof(whole(64), whole(33), whole(16), whole(9), fc.constantFrom(2n ** 53n, -(2n ** 53n) - 1n));

const cases: readonly (readonly [Type, fc.Arbitrary<Value>])[] = [
  [BOOL, fc.boolean()],
  [INT8, whole(8).map(Number)],
  [INT16, whole(16).map(Number)],
  [INT32, whole(32).map(Number)],
  [INT64, mixed],
  [DATE, whole(24).map(Number)],
  [TIME, fc.bigInt({ min: 0n, max: 86_400_000_000n })],
  [TIMESTAMP, mixed],
  [decimal(18, 2), mixed],
  [decimal(38, 4), whole(127)],
  [FLOAT32, fc.float({ noNaN: true })],
  [FLOAT64, fc.double()],
  [UTF8, fc.string({ unit: 'grapheme', maxLength: 60 })],
  [BINARY, fc.uint8Array({ maxLength: 60 })],
  [INTERVAL, fc.record({ months: whole(32).map(Number), days: whole(32).map(Number), micros: whole(64) })],
];

describe('builders', () => {
  test.each(cases.map(([type, value]) => ({ name: typeName(type), type, value })))('$name', ({ type, value }) => {
    fc.assert(
      fc.property(
        fc.array(fc.option(value, { freq: 8 }), { maxLength: 40 }),
        fc.boolean(),
        fc.nat(),
        (rows, narrow, cut) => {
          const builder = createBuilder(type, undefined, 1);
          for (const row of rows) builder.appendValue(row);
          const from = rows.length === 0 ? 0 : cut % rows.length;
          const column = builder.seal(from, rows.length, narrow);
          const kept = rows.slice(from);
          expect(kept.map((_, row) => readValue(column, type, row))).toEqual(kept);
          expect(column.nullCount).toBe(kept.filter((row) => row === null).length);
          expect(column.validity === undefined).toBe(column.nullCount === 0);
        },
      ),
    );
  });
});

describe('integers', () => {
  const sealed = (...values: (bigint | null)[]): ChunkColumn => {
    const builder = createBuilder(INT64);
    for (const value of values) builder.appendValue(value);
    return builder.seal(0, values.length, true);
  };

  test.each([
    [[1n, 255n], 1, 0n],
    [[1n, 256n], 1, 1n],
    [[0n, 256n], 2, 0n],
    [[-1n, 254n], 1, -1n],
    [[100_000n, 100_255n], 1, 100_000n],
    [[0n, 65_536n], 4, 0n],
    [[2n ** 40n, 2n ** 40n + 5n], 1, 2n ** 40n],
    [[0n, 2n ** 32n], 8, 0n],
    [[2n ** 62n, 2n ** 62n + 9n], 1, 2n ** 62n],
    [[-(2n ** 63n), 2n ** 63n - 1n], 8, 0n],
  ])('%s', (values, width, base) => {
    expect(sealed(...values)).toMatchObject({ width, base, range: values });
  });

  test('values below nulls lie within the range', () => {
    const column = sealed(null, 500n, 510n, null);
    expect(column).toMatchObject({ width: 1, base: 500n, range: [500n, 510n] });
    expect([...column.values.subarray(0, 4)]).toEqual([0, 0, 10, 0]);
  });

  test('only nulls', () => {
    expect(sealed(null, null)).toMatchObject({ width: 1, nullCount: 2, range: undefined });
  });
});

describe('text columns of a table', () => {
  const load = (values: readonly (string | null)[]) => {
    const table = createMemoryTable({ name: 't', columns: [{ name: 'a', type: UTF8, nullable: true }] });
    loadRows(
      table.bulkLoader(),
      values.map((value) => [value]),
    );
    const [format] = table.scan({ ordinals: [0], prune: [], command: 0, transaction: undefined }).formats;
    return { table, format };
  };

  test('few values become codes', async () => {
    const values = Array.from({ length: 70_000 }, (_, i) => (i % 7 === 6 ? null : `value ${i % 300}`));
    const { table, format } = load(values);
    expect(format).toMatchObject({ encoding: 'dictionary', width: 2, nullable: true });
    expect(table.statistics().columns[0]).toMatchObject({ nullCount: 10_000, distinctCount: 300 });
    expect((await readTable(table)).map(([value]) => value)).toEqual(values);
  });

  test('many values become strings, in chunks encoded before too', async () => {
    const values = Array.from({ length: 150_000 }, (_, i) => (i < 66_000 ? `${i % 20}` : `text ${i}`));
    const { table, format } = load(values);
    expect(format).toMatchObject({ encoding: 'strings', width: 4, nullable: false });
    const { distinctCount } = table.statistics().columns[0]!;
    expect(distinctCount).toBeGreaterThan(80_000);
    expect(distinctCount).toBeLessThan(88_000);
    expect((await readTable(table)).map(([value]) => value)).toEqual(values);
  });
});
