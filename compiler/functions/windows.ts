import { isImplicitCast } from '../types/cast.ts';
import { OrbitError } from '../types/error.ts';
import { toInteger } from '../types/narrow.ts';
import { FLOAT64, INT32, INT64, type Type, UTF8 } from '../types/type.ts';
import { unify } from '../types/unify.ts';
import type { Value } from '../types/value.ts';
import type { Overload, WindowFunction, WindowPlace } from './declaration.ts';
import { fixed, unary } from './overload.ts';

const known = (type: Type): Type => (type.kind === 'null' ? UTF8 : type);
const ofAny = unary((arg) => ({ parameter: known(arg), result: known(arg) }));

/** A value of any type, and a number. */
const withNumber: Overload = (args) => {
  const [value, number] = args;
  if (value === undefined || number === undefined || args.length !== 2) return undefined;
  if (!isImplicitCast(number, INT64)) return undefined;
  return { parameters: [known(value), INT64], result: known(value) };
};

/** A value of any type, a number, and what stands for a value that is not there. */
const withDefault: Overload = (args) => {
  const [value, number, otherwise] = args;
  if (value === undefined || number === undefined || otherwise === undefined || args.length !== 3) return undefined;
  if (!isImplicitCast(number, INT64)) return undefined;
  const common = unify([value, otherwise]);
  return common && { parameters: [known(common), INT64, known(common)], result: known(common) };
};

/** The first argument for a row; NULL for none. */
function valueAt(at: WindowPlace, position: number | undefined): Value {
  return position === undefined ? null : (at.args(position)[0] ?? null);
}

/** The frame's rows that count. */
function picked(at: WindowPlace): readonly number[] {
  const frame = at.frame();
  return at.ignoreNulls ? frame.filter((position) => valueAt(at, position) !== null) : frame;
}

function shifted(at: WindowPlace, direction: 1 | -1): Value {
  const [, by = 1n, otherwise = null] = at.args(at.position);
  if (by === null) return null;
  const distance = toInteger(by) * BigInt(direction);
  const found = rowAt(at, distance);
  return found === undefined ? otherwise : valueAt(at, found);
}

/** The row at that distance from the current one, which is distance 0 even if it would not count. */
function rowAt(at: WindowPlace, distance: bigint): number | undefined {
  if (!at.ignoreNulls || distance === 0n) {
    const target = BigInt(at.position) + distance;
    return target >= 0n && target < BigInt(at.size) ? Number(target) : undefined;
  }
  const step = distance < 0n ? -1 : 1;
  let left = distance < 0n ? -distance : distance;
  for (let position = at.position + step; position >= 0 && position < at.size; position += step) {
    if (valueAt(at, position) === null) continue;
    left -= 1n;
    if (left === 0n) return position;
  }
  return undefined;
}

function bucket(at: WindowPlace): Value {
  const [count = null] = at.args(0);
  if (count === null) return null;
  const buckets = Number(toInteger(count));
  if (buckets <= 0) {
    throw new OrbitError('invalid_argument_for_ntile', 'argument of ntile must be greater than zero');
  }
  // The first `larger` buckets have a row more than the others.
  const least = Math.floor(at.size / buckets);
  const larger = at.size % buckets;
  const inLarger = larger * (least + 1);
  if (at.position < inLarger) return Math.floor(at.position / (least + 1)) + 1;
  return larger + Math.floor((at.position - inLarger) / least) + 1;
}

function nth(at: WindowPlace): Value {
  const [, n = null] = at.args(at.position);
  if (n === null) return null;
  const number = toInteger(n);
  if (number <= 0n) {
    throw new OrbitError('invalid_argument_for_nth_value', 'argument of nth_value must be greater than zero');
  }
  return valueAt(at, picked(at)[Number(number) - 1]);
}

const TWENTIES = '(VALUES (10), (20), (20), (40)) t(x)';

/** The example's column as one text. */
const all = (call: string, from = TWENTIES): string =>
  `SELECT string_agg(w::text, ',' ORDER BY x, w) FROM (SELECT x, ${call} AS w FROM ${from}) s`;

export const WINDOW_FUNCTIONS: readonly WindowFunction[] = [
  {
    name: 'row_number',
    names: { sql: ['row_number'] },
    overloads: [fixed([], INT64)],
    nullable: false,
    framed: false,
    picks: false,
    row: ({ position }) => BigInt(position + 1),
    documentation: 'The number of the row in its partition, counting from 1.',
    example: { sql: all('row_number() OVER (ORDER BY x)'), result: '1,2,3,4' },
  },
  {
    name: 'rank',
    names: { sql: ['rank'] },
    overloads: [fixed([], INT64)],
    nullable: false,
    framed: false,
    picks: false,
    row: ({ peers }) => BigInt(peers[0] + 1),
    documentation: 'The number of the first row that the order does not tell from this one: equal rows leave gaps.',
    example: { sql: all('rank() OVER (ORDER BY x)'), result: '1,2,2,4' },
  },
  {
    name: 'dense_rank',
    names: { sql: ['dense_rank'] },
    overloads: [fixed([], INT64)],
    nullable: false,
    framed: false,
    picks: false,
    row: ({ groupsBefore }) => BigInt(groupsBefore + 1),
    documentation: 'The number of different places up to this row: equal rows leave no gaps.',
    example: { sql: all('dense_rank() OVER (ORDER BY x)'), result: '1,2,2,3' },
  },
  {
    name: 'percent_rank',
    names: { sql: ['percent_rank'] },
    overloads: [fixed([], FLOAT64)],
    nullable: false,
    framed: false,
    picks: false,
    row: ({ peers, size }) => (size <= 1 ? 0 : peers[0] / (size - 1)),
    documentation: 'The share of the other rows that come before this one and its equals, from 0 to 1.',
    example: { sql: all('percent_rank() OVER (ORDER BY x)', '(VALUES (1), (2), (3)) t(x)'), result: '0,0.5,1' },
  },
  {
    name: 'cume_dist',
    names: { sql: ['cume_dist'] },
    overloads: [fixed([], FLOAT64)],
    nullable: false,
    framed: false,
    picks: false,
    row: ({ peers, size }) => peers[1] / size,
    documentation: 'The share of the rows that come before this one or are equal to it, from more than 0 to 1.',
    example: { sql: all('cume_dist() OVER (ORDER BY x)'), result: '0.25,0.75,0.75,1' },
  },
  {
    name: 'ntile',
    names: { sql: ['ntile'] },
    overloads: [fixed([INT32], INT32)],
    nullable: true,
    framed: false,
    picks: false,
    row: bucket,
    documentation:
      'The number of the part that the row falls into when the partition is cut into so many parts, as equal as can be.',
    example: { sql: all('ntile(3) OVER (ORDER BY x)'), result: '1,1,2,3' },
  },
  {
    name: 'lag',
    names: { sql: ['lag'] },
    overloads: [ofAny, withNumber, withDefault],
    nullable: true,
    framed: false,
    picks: true,
    row: (at) => shifted(at, -1),
    documentation: 'The value for the row so many rows before this one (1 by default); NULL or a default for none.',
    example: { sql: all('lag(x, 1, 0) OVER (ORDER BY x)'), result: '0,10,20,20' },
  },
  {
    name: 'lead',
    names: { sql: ['lead'] },
    overloads: [ofAny, withNumber, withDefault],
    nullable: true,
    framed: false,
    picks: true,
    row: (at) => shifted(at, 1),
    documentation: 'The value for the row so many rows behind this one (1 by default); NULL or a default for none.',
    example: { sql: all('lead(x, 2, 0) OVER (ORDER BY x)'), result: '20,0,40,0' },
  },
  {
    name: 'first_value',
    names: { sql: ['first_value'] },
    overloads: [ofAny],
    nullable: true,
    framed: true,
    picks: true,
    row: (at) => valueAt(at, picked(at)[0]),
    documentation: "The value for the frame's first row.",
    example: { sql: all('first_value(x) OVER (ORDER BY x)'), result: '10,10,10,10' },
  },
  {
    name: 'last_value',
    names: { sql: ['last_value'] },
    overloads: [ofAny],
    nullable: true,
    framed: true,
    picks: true,
    row: (at) => valueAt(at, picked(at).at(-1)),
    documentation: "The value for the frame's last row, which is the current row's last equal unless a frame is given.",
    example: {
      sql: all('last_value(x) OVER (ORDER BY x ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING)'),
      result: '20,20,40,40',
    },
  },
  {
    name: 'nth_value',
    names: { sql: ['nth_value'] },
    overloads: [withNumber],
    nullable: true,
    framed: true,
    picks: true,
    row: nth,
    documentation: "The value for the frame's row of that number, counting from 1; NULL if there is none.",
    example: { sql: "SELECT nth_value(x, 2) OVER () FROM (VALUES ('a'), ('b')) t(x) LIMIT 1", result: 'b' },
  },
];
