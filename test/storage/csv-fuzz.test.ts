import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ColumnDefinition } from '../../compiler/catalog/catalog.ts';
import { OrbitError } from '../../compiler/types/error.ts';
import { formatValue } from '../../compiler/types/text.ts';
import {
  BOOL,
  DATE,
  decimal,
  FLOAT64,
  INT16,
  INT32,
  INT64,
  TIME,
  TIMESTAMP,
  type Type,
  UTF8,
} from '../../compiler/types/type.ts';
import type { Value } from '../../compiler/types/value.ts';
import { type CsvLoadOptions, createCsvLoader } from '../../storage/files/csv/load-csv.ts';
import { createMemoryTable } from '../../storage/tables/memory-table.ts';
import { readTable } from './support.ts';

const whole = (bits: number) => fc.bigInt({ min: -(2n ** BigInt(bits - 1)), max: 2n ** BigInt(bits - 1) - 1n });
const anyWidth = fc.oneof(whole(9), whole(31), whole(34), whole(51), whole(60), whole(64));
const digits = (count: number) => fc.bigInt({ min: 1n - 10n ** BigInt(count), max: 10n ** BigInt(count) - 1n });

const kinds: readonly (readonly [Type, fc.Arbitrary<Value>])[] = [
  [BOOL, fc.boolean()],
  [INT16, whole(16).map(Number)],
  [INT32, whole(32).map(Number)],
  [INT64, anyWidth],
  [
    FLOAT64,
    fc.oneof(
      fc.double(),
      fc.float(),
      fc.integer({ min: -1e6, max: 1e6 }).map((value) => value / 100),
    ),
  ],
  [decimal(9, 2), digits(9)],
  [decimal(18, 6), fc.oneof(digits(8), digits(18))],
  [decimal(38, 10), fc.oneof(digits(12), digits(38))],
  [DATE, fc.oneof(fc.integer({ min: -200_000, max: 200_000 }), fc.integer({ min: -2_000_000, max: 2_000_000_000 }))],
  [TIME, fc.bigInt({ min: 0n, max: 86_399_999_999n })],
  [TIMESTAMP, fc.bigInt({ min: -(10n ** 16n), max: 10n ** 16n })],
  [
    UTF8,
    fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: fc.constantFrom('a', ',', ';', '"', "'", '\n', '\r', '\\', 'é') }),
    ),
  ],
];

const table = fc.array(fc.constantFrom(...kinds), { minLength: 1, maxLength: 6 }).chain((columns) =>
  fc.record({
    types: fc.constant(columns.map(([type]) => type)),
    rows: fc.array(fc.tuple(...columns.map(([, value]) => fc.option(value, { freq: 6 }))), { maxLength: 30 }),
  }),
);

const style = fc.record({
  delimiter: fc.constantFrom(',', ';', '\t', '|'),
  quote: fc.constantFrom('"', "'"),
  escape: fc.constantFrom(undefined, '\\'),
  lineEnd: fc.constantFrom('\n', '\r\n', '\r'),
  header: fc.boolean(),
  nullText: fc.constantFrom('', 'NULL', '-1', '0'),
  quoteAll: fc.boolean(),
  lastLineEnd: fc.boolean(),
});
type Style = typeof style extends fc.Arbitrary<infer T> ? T : never;

function write(types: readonly Type[], rows: readonly (readonly Value[])[], how: Style): Uint8Array {
  const { delimiter, quote, nullText, lineEnd } = how;
  const escapeCharacter = how.escape ?? quote;
  const field = (value: Value, i: number): string => {
    if (value === null) return nullText;
    const text = formatValue(value, types[i]!);
    const special = [delimiter, quote, '\n', '\r'].some((character) => text.includes(character));
    if (!how.quoteAll && !special && text !== nullText && text !== '') return text;
    const escaped = Array.from(text, (character) =>
      character === quote || character === escapeCharacter ? escapeCharacter + character : character,
    );
    return quote + escaped.join('') + quote;
  };
  const lines = rows.map((row) => row.map(field).join(delimiter));
  if (how.header) lines.unshift(types.map((_, i) => `c${i}`).join(delimiter));
  return new TextEncoder().encode(lines.join(lineEnd) + (how.lastLineEnd && lines.length > 0 ? lineEnd : ''));
}

/** Loads the bytes in pieces of the given sizes, over and over. The rows, or the error's text. */
async function load(
  columns: readonly ColumnDefinition[],
  bytes: Uint8Array,
  options: CsvLoadOptions,
  pieces: readonly number[],
): Promise<unknown> {
  const target = createMemoryTable({ name: 't', columns });
  try {
    const loader = createCsvLoader('f.csv', options, target);
    for (let at = 0, i = 0; at < bytes.length; i++) {
      const size = pieces[i % pieces.length]!;
      loader.write(bytes.slice(at, at + size));
      at += size;
    }
    loader.finish();
  } catch (error) {
    if (!(error instanceof OrbitError)) throw error;
    return `${error.code} ${error.message} ${error.place}`;
  }
  return readTable(target);
}

const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });
const columnsOf = (types: readonly Type[]) => types.map((type, i) => ({ name: `c${i}`, type, nullable: true }));

test('what is written is read', async () => {
  await fc.assert(
    fc.asyncProperty(table, style, sizes, async ({ types, rows, ...rest }, how, pieces) => {
      expect(rest).toEqual({});
      // One column without text on a line is no row at the end of a file that does not end its last line.
      const lastLineEnd = how.lastLineEnd || types.length === 1;
      const bytes = write(types, rows, { ...how, lastLineEnd });
      expect(await load(columnsOf(types), bytes, how, pieces)).toEqual(rows);
    }),
    { numRuns: 400 },
  );
});

test('the same comes of any pieces', async () => {
  const character = fc.constantFrom(...'1230,,,""\n\n\r\\ a;é'.split(''), '1,2,3\n', '"x",1,\n', '\xff');
  await fc.assert(
    fc.asyncProperty(fc.array(character, { maxLength: 60 }), sizes, fc.boolean(), async (parts, pieces, escaped) => {
      const bytes = Uint8Array.from(
        parts.flatMap((part) => (part === '\xff' ? [0xff] : [...new TextEncoder().encode(part)])),
      );
      const columns = columnsOf([UTF8, INT64, UTF8]).map((column, i) => ({ ...column, nullable: i !== 2 }));
      const options = { escape: escaped ? '\\' : undefined };
      const whole = await load(columns, bytes, options, [1000]);
      expect(await load(columns, bytes, options, pieces)).toEqual(whole);
      expect(await load(columns, bytes, options, [1])).toEqual(whole);
    }),
    { numRuns: 1500 },
  );
});
