import * as fc from 'fast-check';
import { describe, test } from 'vitest';
import { dateField } from '../../compiler/functions/date-fields.ts';
import * as T from '../../compiler/types/type.ts';
import { checkCall } from './agree.ts';

const FIELDS = [
  'microseconds',
  'milliseconds',
  'second',
  'minute',
  'hour',
  'day',
  'week',
  'month',
  'quarter',
  'year',
  'decade',
  'century',
  'millennium',
  'isoyear',
  'dow',
  'isodow',
  'doy',
  'epoch',
] as const;

const SOURCES = [T.DATE, T.TIMESTAMP, T.TIME, T.INTERVAL];

/** Fields with decimals are for extract_decimal only. */
const isWhole = (field: string, source: T.Type): boolean =>
  field !== 'second' && field !== 'milliseconds' && (field !== 'epoch' || source.kind === 'date');

describe.each(SOURCES.map((source) => [T.typeName(source), source] as const))('a field of a %s', (_, source) => {
  test.each(FIELDS)('%s', (field) => {
    const options = { values: { 0: fc.constant(field) }, constants: [0] };
    if (isWhole(field, source)) checkCall('extract', [T.UTF8, source], options);
    checkCall('extract_decimal', [T.UTF8, source], options);
    checkCall('date_part', [T.UTF8, source], options);
  });
});

describe.each([T.TIMESTAMP, T.INTERVAL].map((source) => [T.typeName(source), source] as const))(
  'date_trunc of a %s',
  (_, source) => {
    test.each(FIELDS.filter((field) => dateField(field) !== undefined))('%s', (field) => {
      checkCall('date_trunc', [T.UTF8, source], { values: { 0: fc.constant(field) }, constants: [0], batches: 30 });
    });
  },
);

test('a field that is not constant, or none', () => {
  const field = fc.constantFrom('year', 'YEAR', 'mons', 'nothing', 'hour', null);
  for (const constants of [[], [0]]) {
    checkCall('date_part', [T.UTF8, T.TIMESTAMP], { values: { 0: field }, constants, batches: 20 });
    checkCall('date_trunc', [T.UTF8, T.TIMESTAMP], { values: { 0: field }, constants, batches: 20 });
  }
});

const SUMS: readonly (readonly [T.Type, T.Type])[] = [
  [T.DATE, T.INT32],
  [T.INT32, T.DATE],
  [T.DATE, T.INTERVAL],
  [T.INTERVAL, T.DATE],
  [T.TIMESTAMP, T.INTERVAL],
  [T.INTERVAL, T.TIMESTAMP],
  [T.DATE, T.TIME],
  [T.TIME, T.DATE],
  [T.TIME, T.INTERVAL],
  [T.INTERVAL, T.TIME],
  [T.INTERVAL, T.INTERVAL],
];

const DIFFERENCES: readonly (readonly [T.Type, T.Type])[] = [
  [T.DATE, T.DATE],
  [T.DATE, T.INT32],
  [T.DATE, T.INTERVAL],
  [T.TIMESTAMP, T.TIMESTAMP],
  [T.TIMESTAMP, T.INTERVAL],
  [T.TIME, T.TIME],
  [T.TIME, T.INTERVAL],
  [T.INTERVAL, T.INTERVAL],
];

const named = (pairs: readonly (readonly [T.Type, T.Type])[]) =>
  pairs.map((pair) => [pair.map(T.typeName).join(' and '), pair] as const);

/** Intervals that people write, among which a result is hardly ever out of range. */
const ordinary = fc.option(
  fc.record(
    {
      months: fc.integer({ min: -40, max: 40 }),
      days: fc.integer({ min: -60, max: 60 }),
      micros: fc.bigInt({ min: -200_000_000_000n, max: 200_000_000_000n }),
    },
    { noNullPrototype: true },
  ),
);
const recent = fc.integer({ min: -30_000, max: 30_000 });

test.each(named(SUMS))('the sum of %s', (_, types) => {
  checkCall('add', types, { batches: 40 });
});

test.each(named(DIFFERENCES))('the difference of %s', (_, types) => {
  checkCall('subtract', types, { batches: 40 });
});

test('ordinary dates and intervals', () => {
  for (const constants of [[], [1]]) {
    const options = { values: { 0: recent, 1: ordinary }, constants, batches: 40 };
    checkCall('add', [T.DATE, T.INTERVAL], options);
    checkCall('subtract', [T.DATE, T.INTERVAL], options);
  }
});

test('intervals times numbers', () => {
  checkCall('multiply', [T.INTERVAL, T.FLOAT64]);
  checkCall('divide', [T.INTERVAL, T.FLOAT64]);
});

test('make_date', () => {
  const part = fc.integer({ min: -5, max: 40 });
  checkCall('make_date', [T.INT32, T.INT32, T.INT32], {
    values: { 0: fc.integer({ min: -5000, max: 3000 }), 1: part, 2: part },
  });
});
