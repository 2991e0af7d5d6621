import { expect, test } from 'vitest';
import { open } from '../../engine/index.ts';

/** Aggregation before a join must not compute what fails for rows that the join drops. */
test.each([
  ['the names of groups', 'select sum(10 / v.y) s from t join v on v.x = t.id group by t.id, t.name'],
  ['what a left join finds', 'select sum(10 / v.y) s from t left join v on v.x = t.id group by t.id'],
  ['a filter', 'select sum(v.y) filter (where 10 / v.y > 1) s from t join v on v.x = t.id group by t.id, t.name'],
])('rows without a partner are not divided: %s', async (_, text) => {
  const db = await open(':memory:', { threads: 1 });
  await db.query('create table t (id int primary key, name text)');
  await db.query("insert into t select g, 'n' || g from generate_series(1, 1000) g");
  await db.query('create table v (x int, y int)');
  await db.query('insert into v select g % 1000 + 1, 1 from generate_series(1, 20000) g');
  await db.query('insert into v values (5000, 0)');
  const { values } = await db.query(`select count(*), min(s) from (${text}) q`);
  expect(values).toEqual([[1000n, text.includes('filter') ? 20n : 200n]]);
  await db.close();
});
