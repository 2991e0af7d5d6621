import { pick, type Random } from '../optimizer/answers.ts';

/**
 * Random windows over the table `w` whose answers every database must agree on: where rows that the order does not tell
 * apart could come either way, the order has the key `id` at its end.
 */

export const SCHEMA = `create table w (id integer primary key, p integer, q text, o integer, v bigint, n numeric(10,2),
  f double precision, s text, d date, t timestamp, b boolean)`;

/** Rows as SQL literals: many ties, NULLs, and one partition that is larger than the others together. */
export function randomRows(random: Random, count: number): readonly string[] {
  const or = (value: string): string => (random(6) === 0 ? 'null' : value);
  return Array.from({ length: count }, (_, id) => {
    const partition = random(3) === 0 ? `${random(6)}` : '7';
    const day = `${1 + random(28)}`.padStart(2, '0');
    const values = [
      `${id}`,
      or(partition),
      or(`'${pick(random, ['x', 'y', 'a longer text than fits'])}'`),
      or(`${random(count / 3)}`),
      or(`${random(2) === 0 ? random(100) : -random(1_000_000)}`),
      or(`${random(2000) - 1000}.${random(10)}5`),
      or(`${random(64) - 32}::double precision / 8`),
      or(`'${pick(random, ['', 'a', 'ab', 'b', 'a text that is longer than twelve bytes', 'zz'])}'`),
      or(`date '2024-0${1 + random(4)}-${day}'`),
      or(`timestamp '2024-01-${day} ${10 + random(10)}:0${random(10)}:00'`),
      or(random(2) === 0 ? 'true' : 'false'),
    ];
    return `(${values.join(', ')})`;
  });
}

const PARTITIONS = ['', '', 'partition by p', 'partition by q', 'partition by p, q', 'partition by p % 2'] as const;

interface Order {
  readonly text: string;
  /** Whether no two rows are peers. */
  readonly total: boolean;
  /** Offsets of a RANGE over it; empty where there is no such range. */
  readonly offsets: readonly string[];
}

const INTERVALS = ["interval '3 days'", "interval '1 month'", "'36 hours'", "interval '0'"];

function randomOrder(random: Random): Order {
  const [key, offsets] = pick<readonly [string, readonly string[]]>(random, [
    ['id', ['0', '1', '7', '1000']],
    ['o', ['0', '2', '5', '300']],
    ['v', ['0', '10', '100000']],
    ['n', ['0', '10.5', '300']],
    ['f', ['0', '0.25', '2.5']],
    ['d', INTERVALS],
    ['t', INTERVALS],
    ['s', []],
    ['o / 10', ['1', '3']],
  ]);
  const direction = pick(random, ['', '', ' desc', ' nulls first', ' desc nulls last']);
  if (random(3) === 0) return { text: `order by ${key}${direction}, id`, total: true, offsets: [] };
  return { text: `order by ${key}${direction}`, total: key === 'id', offsets };
}

type Unit = 'rows' | 'range' | 'groups';

function randomFrame(random: Random, order: Order | undefined, exclusions: boolean): string {
  const units: Unit[] =
    order === undefined ? ['range'] : order.total ? ['rows', 'rows', 'range', 'groups'] : ['range', 'groups'];
  const unit = units[random(units.length)] ?? 'range';
  const places = ['unbounded preceding', 'preceding', 'current row', 'following', 'unbounded following'];
  const counts = ['0', '1', '2', '5', '40', '1000'];
  const offsets = unit === 'range' ? (order?.offsets ?? []) : counts;
  const allowed = places.map((_, i) => i).filter((i) => offsets.length > 0 || (i !== 1 && i !== 3));
  const bound = (place: number): string => {
    const text = places[place] ?? '';
    return place === 1 || place === 3 ? `${offsets[random(offsets.length)]} ${text}` : text;
  };
  const starts = allowed.filter((place) => place < 4);
  const start = starts[random(starts.length)] ?? 0;
  const ends = allowed.filter((place) => place >= Math.max(1, start));
  const end = ends[random(ends.length)] ?? 4;
  // Which rows are left out must not depend on the order of peers either.
  const ties =
    order?.total === true ? ['', ' exclude current row', ' exclude group', ' exclude ties'] : ['', ' exclude group'];
  const exclude = exclusions && random(3) === 0 ? pick(random, [ties[0] ?? '', ...ties.slice(1)]) : '';
  return ` ${unit} between ${bound(start)} and ${bound(end)}${exclude}`;
}

const AGGREGATES = [
  'count(*)',
  'count(s)',
  'sum(o)',
  'sum(v)',
  'sum(n)',
  'sum(f)',
  'avg(o)',
  'avg(n)',
  'avg(f)',
  'min(v)',
  'max(n)',
  'min(s)',
  'max(s)',
  'max(d)',
  'min(t)',
  'max(f)',
  'bool_and(b)',
  'bool_or(b)',
  'sum(v * 2 + o)',
  'count(*) filter (where o > 5)',
  'sum(n) filter (where b)',
  'min(o) filter (where s is not null)',
  'stddev_pop(f)',
  'var_samp(f)',
  'sum(1)',
  'max(7)',
] as const;

/** For rows in an order without ties. */
const ORDERED = [
  'row_number()',
  'ntile(4)',
  'ntile(100)',
  'lag(v)',
  'lag(s, 2)',
  "lead(s, 1, 'none')",
  'lead(n, 3, 0)',
  'lag(o, p)',
  'lead(v, -2)',
  'lag(n, 0)',
] as const;

const PICKS = [
  'first_value(v)',
  'last_value(s)',
  'nth_value(n, 2)',
  'nth_value(s, 1 + id % 4)',
  'first_value(d)',
] as const;

const RANKS = ['rank()', 'dense_rank()', 'percent_rank()', 'cume_dist()'] as const;

export function randomCall(random: Random, options: { readonly exclusions: boolean }): string {
  const partition = pick(random, PARTITIONS);
  const order = random(6) === 0 ? undefined : randomOrder(random);
  const over = (frame: string): string =>
    `over (${[partition, order?.text ?? ''].filter((part) => part !== '').join(' ')}${frame})`;
  const frame = (): string => (random(4) === 0 ? '' : randomFrame(random, order, options.exclusions));
  if (order?.total === true && random(2) === 0) {
    if (random(2) === 0) return `${pick(random, ORDERED)} ${over('')}`;
    return `${pick(random, PICKS)} ${over(frame())}`;
  }
  if (order !== undefined && random(4) === 0) return `${pick(random, RANKS)} ${over('')}`;
  return `${pick(random, AGGREGATES)} ${over(frame())}`;
}

export function randomQuery(random: Random, options: { readonly exclusions: boolean }): string {
  const calls = Array.from({ length: 1 + random(3) }, (_, i) => `${randomCall(random, options)} as c${i}`);
  const where =
    random(4) === 0 ? pick(random, [' where o > 10', ' where false', ' where p is null', ' where id % 3 = 0']) : '';
  return `select id, ${calls.join(', ')} from w${where} order by id`;
}

const IGNORING = [
  'lag(v ignore nulls)',
  'lead(v ignore nulls)',
  'lag(s, 2 ignore nulls)',
  "lead(s, 3, 'none' ignore nulls)",
] as const;
const IGNORING_PICKS = [
  'first_value(v ignore nulls)',
  'last_value(s ignore nulls)',
  'nth_value(n, 2 ignore nulls)',
] as const;

/** Queries in DuckDB's SQL: functions that pass over NULLs, and QUALIFY. */
export function randomDuckQuery(random: Random): string {
  const partition = pick(random, PARTITIONS);
  const order = {
    text: `order by ${pick(random, ['o', 'n desc nulls first', 's nulls first'])}, id`,
    total: true,
    offsets: [],
  };
  const call =
    random(2) === 0
      ? `${pick(random, IGNORING)} over (${partition} ${order.text})`
      : `${pick(random, IGNORING_PICKS)} over (${partition} ${order.text}${randomFrame(random, order, false)})`;
  if (random(2) === 0) return `select id, ${call} as c from w order by id`;
  const rank = pick(random, ['row_number()', 'rank()', 'dense_rank()']);
  const test = pick(random, ['<= 2', '= 1', '< 5', '> 3', 'between 2 and 4']);
  return `select id, ${call} as c, ${rank} over (${partition} ${order.text}) as r from w qualify r ${test} order by id`;
}

/** The first rows of each partition, some with calls that look back only, and some with calls that do not. */
export function randomFirstQuery(random: Random): string {
  const partition = pick(random, [...PARTITIONS, 'partition by n', 'partition by f, b', 'partition by id % 50']);
  const { text, total } = randomOrder(random);
  const over = `over (${partition} ${text})`;
  const rank = pick(random, ['rank()', 'dense_rank()', total ? 'row_number()' : 'rank()']);
  const other = total ? pick(random, ['lag(v)', 'lead(v)', 'first_value(d)', 'last_value(p)']) : 'count(*)';
  const more = pick(random, ['dense_rank()', 'count(*)', 'sum(v)', 'max(n)', 'cume_dist()', other, other]);
  const calls = [rank, ...(random(2) === 0 ? [] : [more])].map((call, i) => `${call} ${over} as c${i}`);
  const bounds = ['c0 <= 3', 'c0 = 1', '4 > c0', 'c0 between 1 and 2', 'c0 in (1, 3)', 'c0 <= 3 and o > 5', 'c0 <= 40'];
  const bound = bounds[random(bounds.length)];
  return `select * from (select id, o, ${calls.join(', ')} from w) s where ${bound} order by id`;
}
