import type { Random } from '../executor/random.ts';

/** A column's values as literals without their quotes; `null` is NULL. */
export type Cell = string | null;

/**
 * What the generator must know of a column's values so that its arithmetic stays in range, and rounds nowhere: digits
 * before and after the point at most.
 */
export type ColumnKind = 'int' | 'bigint' | 'decimal' | 'double' | 'text' | 'bool' | 'date' | 'timestamp';

export interface SchemaColumn {
  readonly name: string;
  readonly type: string;
  readonly kind: ColumnKind;
  readonly nullable: boolean;
  readonly digits: number;
  readonly scale: number;
  readonly make: (random: Random, row: number, size: Size) => Cell;
}

export interface SchemaTable {
  readonly name: string;
  readonly columns: readonly SchemaColumn[];
  /** Names of the columns of its primary key. */
  readonly key: readonly string[];
  readonly rows: Readonly<Record<Size, readonly [low: number, high: number]>>;
}

/** Of a data set: a handful of rows where every corner counts, some dozens, or many chunks' worth. */
export type Size = 'tiny' | 'small' | 'large';

type Make = SchemaColumn['make'];

interface Options {
  readonly nullable?: boolean;
  readonly digits?: number;
  readonly scale?: number;
}

function column(name: string, type: string, kind: ColumnKind, make: Make, options: Options = {}): SchemaColumn {
  const { nullable = true, digits = 0, scale = 0 } = options;
  const nulls: Make = (random, row, size) => (random.chance(0.17) ? null : make(random, row, size));
  return { name, type, kind, nullable, digits, scale, make: nullable ? nulls : make };
}

/** Few values, so that rows meet in joins and groups. */
const few: Make = (random, _row, size) => String(random.integer(-1, size === 'tiny' ? 4 : size === 'small' ? 12 : 300));

const id: Make = (_random, row) => String(row + 1);

/** Of the table that ids point into, and some that point nowhere. */
const reference: Make = (random, _row, size) =>
  String(random.integer(1, size === 'tiny' ? 9 : size === 'small' ? 50 : 1500));

/** Many equal and round ones among them, the largest now and then. */
function decimals(digits: number, scale: number): Make {
  const largest = 10 ** Math.min(digits, 4);
  return (random) => {
    if (random.chance(0.03)) return `${random.chance(0.5) ? '-' : ''}${'9'.repeat(digits)}.${'9'.repeat(scale)}`;
    const fraction = random.chance(0.4) ? 0 : random.integer(0, 10 ** Math.min(scale, 2) - 1);
    const whole = random.integer(0, random.chance(0.6) ? 6 : largest - 1);
    const sign = random.chance(0.3) ? '-' : '';
    return `${sign}${whole}.${String(fraction).padStart(Math.min(scale, 2), '0').padEnd(scale, '0')}`;
  };
}

/** Quarters, so that sums and products of a few of them are exact whatever their order. */
const quarters: Make = (random) => String(random.integer(-40, random.chance(0.2) ? 40_000 : 40) / 4);

const big: Make = (random, row, size) => {
  if (random.chance(0.05)) return random.pick(['9223372036854775807', '-9223372036854775808', '4294967296']);
  return random.chance(0.4) ? few(random, row, size) : String(random.integer(-3_000_000_000, 3_000_000_000));
};

const PLAIN = [
  '',
  'a',
  'b',
  'A',
  'ab',
  'aB',
  'abc',
  'b c',
  'ca',
  'xyz',
  'Zebra',
  'a,b',
  'lorem ipsum dolor',
  '10',
  '007',
];
const ODD = [
  "it's",
  '"q"',
  'a%b',
  'a_b',
  '%',
  '\\',
  ' ',
  'a ',
  '\ttab',
  'two\nlines',
  'ä',
  'Äpfel',
  'straße',
  '日本語',
  '😀x',
  'e\u0301',
];

const plainText: Make = (random, _row, size) =>
  size === 'large' && random.chance(0.5) ? `n${random.integer(0, 200)}` : random.pick(PLAIN);
const oddText: Make = (random, row, size) => (random.chance(0.5) ? random.pick(ODD) : plainText(random, row, size));

function isoDate(random: Random, size: Size): string {
  const days = random.chance(0.7) ? random.integer(0, size === 'large' ? 700 : 40) : random.integer(-20_000, 20_000);
  return new Date(Date.UTC(2020, 0, 20) + days * 86_400_000).toISOString().slice(0, 10);
}

const date: Make = (random, _row, size) =>
  random.chance(0.1)
    ? random.pick(['2020-02-29', '1999-12-31', '2000-01-01', '1969-12-31', '2021-01-01'])
    : isoDate(random, size);

const timestamp: Make = (random, _row, size) => {
  if (random.chance(0.3)) return `${isoDate(random, size)} 00:00:00`;
  const two = (high: number): string => String(random.integer(0, high)).padStart(2, '0');
  const fraction = random.chance(0.4) ? `.${String(random.integer(0, 999_999)).padStart(6, '0')}` : '';
  return `${isoDate(random, size)} ${two(23)}:${two(59)}:${two(59)}${fraction}`;
};

const truth: Make = (random) => (random.chance(0.5) ? 'true' : 'false');

/**
 * The tables that random queries ask: with keys of one and two columns and without, nullable and not, a wide one, one
 * that is often empty, and one whose rows come several times.
 */
export const TABLES: readonly SchemaTable[] = [
  {
    name: 'a',
    key: ['id'],
    rows: { tiny: [4, 9], small: [20, 60], large: [1400, 1800] },
    columns: [
      column('id', 'integer', 'int', id, { nullable: false, digits: 4 }),
      column('x', 'integer', 'int', few, { digits: 3 }),
      column('y', 'integer', 'int', few, { nullable: false, digits: 3 }),
      column('s', 'smallint', 'int', few, { digits: 3 }),
      column('b', 'bigint', 'bigint', big, { digits: 19 }),
      column('p', 'numeric(8,2)', 'decimal', decimals(6, 2), { digits: 6, scale: 2 }),
      column('r', 'numeric(14,5)', 'decimal', decimals(9, 5), { digits: 9, scale: 5 }),
      column('f', 'double precision', 'double', quarters, { digits: 4, scale: 2 }),
      column('t', 'varchar', 'text', plainText),
      column('u', 'text', 'text', oddText, { nullable: false }),
      column('d', 'date', 'date', date),
      column('ts', 'timestamp', 'timestamp', timestamp),
      column('ok', 'boolean', 'bool', truth),
    ],
  },
  {
    name: 'b',
    key: ['id'],
    rows: { tiny: [4, 9], small: [20, 50], large: [900, 1500] },
    columns: [
      column('id', 'integer', 'int', id, { nullable: false, digits: 4 }),
      column('a_id', 'integer', 'int', reference, { digits: 4 }),
      column('x', 'integer', 'int', few, { digits: 3 }),
      column('y', 'bigint', 'bigint', few, { digits: 3 }),
      column('p', 'numeric(12,3)', 'decimal', decimals(9, 3), { digits: 9, scale: 3 }),
      column('t', 'text', 'text', oddText),
      column('d', 'date', 'date', date, { nullable: false }),
      column('ok', 'boolean', 'bool', truth, { nullable: false }),
    ],
  },
  {
    name: 'c',
    key: ['k', 'l'],
    rows: { tiny: [3, 7], small: [10, 40], large: [250, 400] },
    columns: [
      column('k', 'integer', 'int', (_random, row) => String(row >> 1), { nullable: false, digits: 3 }),
      column('l', 'varchar', 'text', (_random, row) => (row % 2 === 0 ? 'a' : 'ab'), { nullable: false }),
      column('x', 'integer', 'int', few, { digits: 3 }),
      column('v', 'numeric(18,4)', 'decimal', decimals(14, 4), { digits: 14, scale: 4 }),
      column('w', 'numeric(30,6)', 'decimal', decimals(24, 6), { digits: 24, scale: 6 }),
      column('f', 'double precision', 'double', quarters, { nullable: false, digits: 4, scale: 2 }),
      column('ts', 'timestamp', 'timestamp', timestamp, { nullable: false }),
    ],
  },
  {
    name: 'e',
    key: ['id'],
    rows: { tiny: [0, 2], small: [0, 3], large: [0, 12] },
    columns: [
      column('id', 'integer', 'int', id, { nullable: false, digits: 3 }),
      column('x', 'integer', 'int', few, { digits: 3 }),
      column('p', 'numeric(8,2)', 'decimal', decimals(6, 2), { digits: 6, scale: 2 }),
      column('t', 'varchar', 'text', plainText),
      column('d', 'date', 'date', date),
      column('ok', 'boolean', 'bool', truth),
    ],
  },
  {
    name: 'g',
    key: [],
    rows: { tiny: [4, 10], small: [20, 70], large: [500, 900] },
    columns: [
      column('x', 'integer', 'int', few, { digits: 3 }),
      column('n', 'bigint', 'bigint', few, { digits: 3 }),
      column('t', 'text', 'text', (random) => random.pick(['a', 'b', 'ab']), {}),
      column('d', 'date', 'date', (random) => random.pick(['2020-01-20', '2020-02-01', '2020-02-29'])),
    ],
  },
];

/** The rows of a table in a data set. */
export function makeRows(table: SchemaTable, random: Random, size: Size): readonly (readonly Cell[])[] {
  const [low, high] = table.rows[size];
  const count = size !== 'large' && random.chance(0.06) ? 0 : random.integer(low, high);
  return Array.from({ length: count }, (_, row) => table.columns.map(({ make }) => make(random, row, size)));
}

/** CREATE TABLE, as all engines take it. */
export function definition(table: SchemaTable): string {
  const columns = table.columns.map(({ name, type, nullable }) => `${name} ${type}${nullable ? '' : ' not null'}`);
  const key = table.key.length === 0 ? [] : [`primary key (${table.key.join(', ')})`];
  return `create table ${table.name} (${[...columns, ...key].join(', ')})`;
}

/** INSERTs of the rows, some hundreds at a time. */
export function insertions(table: SchemaTable, rows: readonly (readonly Cell[])[]): readonly string[] {
  const literal = (cell: Cell): string => (cell === null ? 'null' : `'${cell.replaceAll("'", "''")}'`);
  const texts = rows.map((row) => `(${row.map(literal).join(', ')})`);
  const result: string[] = [];
  for (let from = 0; from < texts.length; from += 500) {
    result.push(`insert into ${table.name} values ${texts.slice(from, from + 500).join(', ')}`);
  }
  return result;
}
