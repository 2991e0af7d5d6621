import * as T from '../../compiler/types/type.ts';
import type { AnyValue, Value } from '../../compiler/types/value.ts';
import type { Random } from './random.ts';

/** The types that generated columns have. */
export const TYPES: readonly T.Type[] = [
  T.BOOL,
  T.INT8,
  T.INT16,
  T.INT32,
  T.INT64,
  T.decimal(9, 2),
  T.decimal(18, 3),
  T.decimal(30, 4),
  T.decimal(38, 0),
  T.FLOAT32,
  T.FLOAT64,
  T.UTF8,
  T.BINARY,
  T.DATE,
  T.TIME,
  T.TIMESTAMP,
  T.TIMESTAMPTZ,
  T.UUID,
  T.INTERVAL,
  T.ANY,
  T.list(T.INT32),
  T.list(T.UTF8),
];
/** Those that few expressions make. */
export const NESTED_TYPES: readonly T.Type[] = [T.ANY, T.list(T.INT32), T.list(T.UTF8)];

const DAY = 86_400_000_000n;

const TEXTS = [
  '',
  'a',
  'A',
  'b',
  'ab',
  'abc',
  'é',
  'ß',
  '日本',
  '🦆',
  'exactly 12 b',
  'exactly 13 by',
  'a text that is longer than twelve bytes',
  'a text that is longer than twelve byteS',
  'a text that is longer, and other',
  'Straße und Übermut, länger als zwölf',
  ' ',
  '%',
  'a_b',
  '12',
  '-7',
  'x\u0000y',
  '\uffff',
  '😀😀😀😀 beyond the basic plane',
];

const text = (value: string): AnyValue => ({ tag: 'utf8', value });
const int = (value: bigint): AnyValue => ({ tag: 'int64', value });
const float = (value: number): AnyValue => ({ tag: 'float64', value });

const ANYS: readonly AnyValue[] = [
  int(1n),
  float(1),
  text('a'),
  { tag: 'bool', value: true },
  { tag: 'null' },
  int(0n),
  float(-0),
  float(0.5),
  float(Number.NaN),
  int(2n ** 53n + 1n),
  float(2 ** 53),
  { tag: 'bool', value: false },
  text(''),
  text('a text that is longer than twelve bytes'),
  { tag: 'list', value: [int(1n), text('b')] },
  { tag: 'list', value: [] },
  {
    tag: 'object',
    value: new Map([
      ['a', int(1n)],
      ['b', text('x')],
    ]),
  },
  { tag: 'object', value: new Map() },
];

/** Common values first: a column of few values takes them from the front, so that columns of one type meet. */
function poolOf(type: T.Type): readonly Value[] {
  switch (type.kind) {
    case 'null':
      return [null];
    case 'bool':
      return [true, false];
    case 'int8':
      return [1, 2, 3, 0, -1, 5, 7, 10, 100, 127, -128, 42, -42, 11, 12, 13];
    case 'int16':
      return [1, 2, 3, 0, -1, 5, 7, 10, 1000, 32767, -32768, 42, -300, 300, 11, 12];
    case 'int32':
      return [1, 2, 3, 0, -1, 5, 7, 10, 100_000, 2 ** 31 - 1, -(2 ** 31), 42, -70_000, 70_000, 11, 12];
    case 'int64':
      return [1n, 2n, 3n, 0n, -1n, 5n, 7n, 10n, 2n ** 31n, 2n ** 63n - 1n, -(2n ** 63n), 42n, -(2n ** 40n), 11n];
    case 'decimal': {
      const one = 10n ** BigInt(type.scale);
      const most = 10n ** BigInt(type.precision) - 1n;
      return [one, 2n * one, 3n * one, 0n, -one, one / 2n, 7n * one, 10n * one, 1n, -1n, most, -most, most / 3n, 42n];
    }
    case 'float32':
    case 'float64':
      return [
        1,
        2,
        0.5,
        0,
        -1,
        -0,
        3.25,
        Number.NaN,
        10,
        Number.POSITIVE_INFINITY,
        Number.NEGATIVE_INFINITY,
        -2.125,
        100,
        -1024,
        0.015625,
      ];
    case 'utf8':
      return TEXTS;
    case 'binary':
      return TEXTS.map((value) => new TextEncoder().encode(value)).concat([new Uint8Array([0, 255, 128])]);
    case 'date':
      return [0, 1, 2, -1, 10_957, 19_782, 11_016, -719_468, 20_000, 20_001, 20_031];
    case 'time':
      return [0n, 1n, DAY / 2n, DAY - 1n, 3_600_000_000n, 61_000_001n];
    case 'timestamp':
    case 'timestamptz':
      return [0n, 1n, -1n, DAY, -DAY, 19_782n * DAY + 12_345_678n, 20_000n * DAY, 10_957n * DAY + DAY / 2n];
    case 'uuid':
      return [0n, 1n, -1n, 2n ** 127n - 1n, -(2n ** 127n), 2n ** 64n, 2n ** 64n + 1n, -(2n ** 64n), 2n ** 100n];
    case 'interval':
      return [
        { months: 0, days: 1, micros: 0n },
        { months: 1, days: 0, micros: 0n },
        { months: 0, days: 30, micros: 0n },
        { months: 0, days: 0, micros: 0n },
        { months: 0, days: 0, micros: DAY },
        { months: -14, days: 3, micros: -1n },
        { months: 12, days: -5, micros: 3_600_000_000n },
        { months: 0, days: 360, micros: 0n },
      ];
    case 'any':
      return ANYS;
    case 'list':
      return lists(type.element);
  }
}

function lists(element: T.Type): readonly Value[] {
  const [a = null, b = null, c = null] = poolOf(element);
  return [[a], [a, b], [], [b, a], [a, null, c], [null], [c, c, c, b]];
}

const pools = new Map<string, readonly Value[]>();

function pool(type: T.Type): readonly Value[] {
  const name = T.typeName(type);
  const known = pools.get(name) ?? poolOf(type);
  pools.set(name, known);
  return known;
}

/** How a column's values are spread. */
export interface Spread {
  /** few: a handful of values that other columns have too; pool: also the odd ones; unique: (nearly) all different. */
  readonly values: 'few' | 'pool' | 'unique';
  /** One value takes most rows. */
  readonly skewed: boolean;
  readonly nulls: number;
}

/** The value of row `row`. */
export function randomValue(random: Random, type: T.Type, spread: Spread, row: number): Value {
  if (random.chance(spread.nulls)) return null;
  const values = pool(type);
  if (spread.skewed && random.chance(0.8)) return values[0] ?? null;
  switch (spread.values) {
    case 'few':
      return values[random.integer(0, Math.min(4, values.length - 1))] ?? null;
    case 'pool':
      return random.pick(values);
    case 'unique':
      return uniqueValue(type, row) ?? random.pick(values);
  }
}

/** A value that no other row number gives; undefined for types with too few of them. */
function uniqueValue(type: T.Type, row: number): Value | undefined {
  switch (type.kind) {
    case 'int32':
    case 'date':
      return row + 1;
    case 'int64':
      return BigInt(row) * 1_000_003n;
    case 'time':
      return BigInt(row);
    case 'timestamp':
    case 'timestamptz':
      return BigInt(row) * 3_600_000_000n;
    case 'decimal':
      return BigInt(row % 999_999_999) - 5n;
    case 'uuid':
      return (BigInt(row) << 90n) - 2n ** 126n;
    case 'float64':
      return row / 8;
    case 'utf8':
      return row % 3 === 0 ? `k${row}` : `a longer key with the number ${row}`;
    case 'interval':
      return { months: row % 7, days: row, micros: BigInt(row) };
    default:
      return undefined;
  }
}

/** Any value of the type that is not NULL, for constants. */
export function someValue(random: Random, type: T.Type): Value {
  const values = pool(type);
  return random.chance(0.6) ? (values[random.integer(0, Math.min(4, values.length - 1))] ?? null) : random.pick(values);
}
