import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, OrbitError, open } from '../../engine/index.ts';

/** Windows over one large partition: they can be given up, and take no more memory than they may. */

const ROWS = 200_000;
const QUERIES = [
  'select max(s) from (select sum(v) over (order by k, id) as s from big) q',
  'select max(s) from (select max(v) over (order by k rows between 5000 preceding and 5000 following) as s from big) q',
  'select max(s) from (select lag(v, 3 ignore nulls) over (partition by g order by k desc) as s from big) q',
  "select max(length(s)) from (select string_agg(v::text, ',') over (order by id rows 200 preceding) as s from big) q",
];

let db: Database;
beforeAll(async () => {
  db = await open(':memory:', { threads: 1 });
  await db.query('create table digits (d integer)');
  await db.query('insert into digits values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)');
  await db.query(`create table big as
    select a.d + 10 * b.d + 100 * c.d + 1000 * e.d + 10000 * f.d + 100000 * g.d as id,
      (a.d * 7919 + b.d * 104729 + c.d * 31 + f.d) % 1000 as k, a.d % 3 as g, b.d * 10 + e.d as v
    from digits a, digits b, digits c, digits e, digits f, digits g where g.d < ${ROWS / 100_000}`);
});
afterAll(() => db.close());

async function failure(work: Promise<unknown>): Promise<OrbitError | undefined> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error !== undefined && !(error instanceof OrbitError)) throw error;
  return error;
}

test.each(QUERIES)('is given up when asked to: %s', async (sql) => {
  const controller = new AbortController();
  const work = failure(db.query(sql, [], { signal: controller.signal }));
  setTimeout(() => controller.abort(), 5);
  expect((await work)?.sqlstate).toBe('57014');
});

// What the host computes takes the host's memory.
test.each(QUERIES.slice(0, 3))('fails within a small budget: %s', async (sql) => {
  const error = await failure(db.query(sql, [], { memoryLimit: 2 ** 21 }));
  expect(error?.sqlstate).toBe('53200');
  expect(error?.message).toMatch(/one partition of a window/);
});

test('goes over one partition within a small budget if it only looks back a little', async () => {
  const sql = `select count(*), sum(n * v), sum(r), sum(d), sum(s * k), sum(m), sum(l * k), min(t), sum(e) from (
    select k, v, row_number() over w as n, rank() over (order by k) as r, dense_rank() over (order by k) as d,
      sum(v) over (w rows unbounded preceding) as s, max(v) over (w rows between unbounded preceding and 7 preceding) as m,
      lag(v, 500) over w as l, lag('value number ' || id, 2) over w as t,
      count(*) over (partition by g order by id rows unbounded preceding) as e
    from big window w as (order by k, id)) q`;
  const within = await db.query(sql, [], { memoryLimit: 2 ** 21 });
  expect(within.rows).toEqual((await db.query(sql)).rows);
});

test('goes to disk within a small budget if no partition is large', async () => {
  const sql = `select k, count(*), sum(s), max(t), sum(l) from (
    select k, sum(v) over p as s, max('value number ' || v) over (p rows between 3 preceding and 2 following) as t,
      lead(v, 2) over p as l from big window p as (partition by k order by id)) q group by k order by k`;
  const within = await db.query(sql, [], { memoryLimit: 2 ** 21 });
  expect(within.rows).toEqual((await db.query(sql)).rows);
  expect(within.rows.length).toBeGreaterThan(100);
  const explained = await db.query(`explain analyze ${sql}`, [], { memoryLimit: 2 ** 21 });
  expect(explained.rows.map((row) => Object.values(row).join(' ')).join('\n')).toMatch(
    /window by k[\s\S]* MiB spilled\)\n +scan/,
  );
});
