import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ANY } from '../../compiler/types/type.ts';
import type { AnyValue } from '../../compiler/types/value.ts';
import { ANY_TAG } from '../../runtime/columns/any-tag.ts';
import type { ChunkColumn } from '../../runtime/columns/chunk.ts';
import { fieldNames, fieldPath } from '../../runtime/columns/field-path.ts';
import { readValue } from '../../storage/tables/decode.ts';
import { AnyBuilder } from '../../storage/tables/dynamic.ts';
import { reconstruct, shredVariant } from '../../storage/tables/shredded-variant.ts';
import { shredFields } from '../../storage/tables/shredding.ts';
import { isValid } from '../../storage/tables/validity.ts';
import { anyValue, any as dynamic, scalar } from './variant-values.ts';

type Row = AnyValue | null;

function columnOf(rows: readonly Row[], narrow = false): ChunkColumn {
  const builder = new AnyBuilder(ANY, 1);
  for (const row of rows) builder.appendValue(row);
  return builder.seal(0, rows.length, narrow);
}

/** As text, with the order of fields. */
const inOrder = (rows: readonly Row[]): readonly string[] =>
  rows.map((row) =>
    JSON.stringify(row, (_, v: unknown) => {
      if (v instanceof Map) return [...v];
      if (typeof v === 'bigint') return `${v}n`;
      return typeof v === 'number' ? (Object.is(v, -0) ? '-0' : String(v)) : v;
    }),
  );

function roundTrip(rows: readonly Row[]): void {
  const column = columnOf(rows);
  const shredded = shredVariant(column, rows.length);
  expect(inOrder(reconstruct(shredded))).toEqual(inOrder(rows));
}

describe('choosing', () => {
  test('fields that nine of ten rows have, of one kind, to a depth of two', () => {
    const rows = Array.from({ length: 400 }, (_, i): Row => {
      if (i % 40 === 0) return null;
      if (i % 41 === 0) return dynamic('no object');
      return dynamic({
        id: BigInt(i) ** 4n,
        ...(i % 20 === 0 ? {} : { name: `n${i}` }),
        ratio: i % 30 === 0 ? null : i / 8,
        even: i % 2 === 0,
        either: i % 2 === 0 ? 1n : 'odd',
        ...(i % 5 === 0 ? { rare: 1n } : {}),
        of: { 'a/b': BigInt(-i), deeper: { still: 1n } },
        list: [1n],
      });
    });
    const fields = shredFields(columnOf(rows), rows.length) ?? new Map();
    expect([...fields].map(([path, { tag, whole }]) => [path, tag, whole])).toEqual([
      ['/id', ANY_TAG.int64, true],
      ['/name', ANY_TAG.utf8, true],
      ['/ratio', ANY_TAG.float64, false],
      ['/even', ANY_TAG.bool, true],
      ['/of/a~1b', ANY_TAG.int64, true],
    ]);
    const id = fields.get('/id')?.column;
    rows.forEach((row, i) => {
      const isObject = row?.tag === 'object';
      expect(isValid(id?.validity, i)).toBe(isObject);
      if (id !== undefined && isObject) expect(readValue(id, { kind: 'int64' }, i)).toBe(BigInt(i) ** 4n);
    });
  });

  test('nothing of other values, of small chunks and of chunks that are not sealed for long', () => {
    expect(shredFields(columnOf([]), 0)).toBeUndefined();
    expect(shredFields(columnOf([dynamic(1n), null]), 2)).toBeUndefined();
    const objects = Array.from({ length: 1023 }, (_, i) => dynamic({ x: BigInt(i) }));
    expect(columnOf(objects, true).shredded).toBeUndefined();
    const more = [...objects, dynamic({ x: 1n })];
    expect(columnOf(more, false).shredded).toBeUndefined();
    expect([...(columnOf(more, true).shredded?.keys() ?? [])]).toEqual(['/x']);
  });

  test('not what only the sample has', () => {
    const rows = Array.from({ length: 1024 }, (_, i) => dynamic(i % 8 === 0 ? { y: 1n } : { x: 1n }));
    expect(shredFields(columnOf(rows), rows.length)).toBeUndefined();
  });

  test('paths are JSON pointers', () => {
    expect(fieldPath(['a/b', '~1', ''])).toBe('/a~1b/~01/');
    expect(fieldNames('/a~1b/~01/')).toEqual(['a/b', '~1', '']);
  });
});

describe('reconstruction', () => {
  const hot = (kind: fc.Arbitrary<AnyValue>): fc.Arbitrary<AnyValue | undefined> =>
    fc.oneof(
      { weight: 30, arbitrary: kind },
      { weight: 1, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: scalar },
    );
  const integer = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => dynamic(value));
  const textValue = fc.string({ maxLength: 6 }).map((value) => dynamic(value));
  const object = (
    fields: Record<string, fc.Arbitrary<AnyValue | undefined>>,
    more: fc.Arbitrary<[string, AnyValue][]>,
  ): fc.Arbitrary<AnyValue> =>
    fc.tuple(fc.record(fields), more, fc.infiniteStream(fc.nat())).map(([known, others, ranks]) => {
      const all = [...Object.entries(known), ...others].flatMap(([name, value]): [string, AnyValue][] =>
        value === undefined ? [] : [[name, value]],
      );
      const ranked = all.map((field): [number, [string, AnyValue]] => [ranks.next().value ?? 0, field]);
      return { tag: 'object', value: new Map(ranked.sort((a, b) => a[0] - b[0]).map(([, field]) => field)) };
    });
  const none = fc.constant<[string, AnyValue][]>([]);
  const inner = object({ y: hot(textValue), a: hot(integer), id: hot(fc.boolean().map((b) => dynamic(b))) }, none);
  const more = fc.array(fc.tuple(fc.constantFrom('y', 'a', 'z', '/', 'é'), anyValue), { maxLength: 3 });
  const document = object(
    { id: hot(integer), name: hot(textValue), at: hot(fc.double().map((d) => dynamic(d))), of: hot(inner) },
    more,
  );
  const row = fc.oneof(
    { weight: 40, arbitrary: document },
    { weight: 1, arbitrary: fc.constant<Row>(null) },
    { weight: 1, arbitrary: anyValue },
  );

  test('gives back documents with hot fields', () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 10, maxLength: 30 }), (rows) => roundTrip(rows)),
      { numRuns: 60 },
    );
  });

  test('gives back any values', () => {
    fc.assert(
      fc.property(fc.array(fc.option(anyValue), { maxLength: 12 }), (rows) => roundTrip(rows)),
      { numRuns: 40 },
    );
  });

  test('tells NULL, JSON null, no field and an empty object apart', () => {
    const plain = Array.from({ length: 30 }, (_, i) => dynamic({ a: BigInt(i), o: { b: 'x', c: 1.5 } }));
    const special: readonly Row[] = [
      null,
      dynamic(null),
      dynamic({}),
      dynamic({ a: null }),
      dynamic({ o: {} }),
      dynamic({ o: null, a: 1n }),
      dynamic({ o: { c: 1n, b: null } }),
      dynamic({ o: { c: -0, b: '' }, a: 1n }),
    ];
    const rows = [...plain, ...plain, ...plain, ...special];
    const shredded = shredVariant(columnOf(rows), rows.length);
    expect([...(shredded.root.fields?.groups.keys() ?? [])]).toEqual(['a', 'o']);
    expect(inOrder(reconstruct(shredded))).toEqual(inOrder(rows));
    // The specification: fields that are shredded are never in the residual value as well.
    plain.forEach((_, i) => expect(isValid(shredded.root.value.validity, i)).toBe(false));
  });
});
