import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Connection, type JsValue, OrbitError, open } from '../../engine/index.ts';

/** What is found by key must be what a scan finds, also while others write. */

const key = fc.nat({ max: 9 });
const session = fc.nat({ max: 1 });
const action = fc.oneof(
  fc.record({ kind: fc.constantFrom('begin', 'commit', 'rollback'), session, key }),
  fc.record({ kind: fc.constantFrom('insert', 'update', 'move', 'delete', 'upsert'), session, key }),
);

const STATEMENTS: Readonly<Record<string, string>> = {
  insert: "insert into t values ($1, 'new', 1)",
  update: 'update t set n = n + 1 where id = $1',
  move: 'update t set id = $1 + 5 where id = $1',
  delete: 'delete from t where id = $1 returning id, n',
  upsert: 'update t set n = 0 where id in ($1, $1 + 1, $1) returning id',
};

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'ok',
    (error: unknown) => {
      if (error instanceof OrbitError && error.code !== 'internal_error') return error.code;
      throw error;
    },
  );
}

describe('rows by key', () => {
  test('are planned as lookups', async () => {
    const db = await open(':memory:', { threads: 1 });
    await db.query('create table t (id integer primary key, name text unique, a integer, b bigint, unique (a, b))');
    const explained = async (where: string, parameters: JsValue[] = []) =>
      (await db.explain(`select name from t where ${where}`, { parameters })).replace(/.*\n/, '').trim();
    for (const [where, parameters] of [
      ['id = 5', []],
      ['id = $1', [5]],
      ['$1 = id', [5n]],
      ['id in (1, 2, 3)', []],
      ['id = $1 or id = $2', [1, 2]],
      ["name = 'x' and a > 5", []],
      ['a = 1 and b in (1, 2)', []],
      ['id = 1 + 2 and name like $1', ['x%']],
    ] as const) {
      expect(await explained(where, [...parameters]), where).toMatch(/^lookup/);
    }
    for (const where of ['id > 5', 'a = 1', 'id = a', 'id = random() * 5', 'id + 1 = 5']) {
      const plan = await explained(where).catch((error: unknown) => String(error));
      expect(plan, where).not.toMatch(/lookup/);
    }
    await db.close();
  });

  test('are those of a scan, whoever writes meanwhile', async () => {
    const db = await open(':memory:', { threads: 1 });
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 25, size: 'max' }), async (actions) => {
        await db.query('create or replace table t (id bigint primary key, name text, n integer)');
        await db.query("insert into t values (1, 'one', 1), (3, 'three', 3), (5, 'five', null), (7, 'seven', 7)");
        const sessions: readonly Connection[] = [db.connect(), db.connect()];
        for (const { kind, session: at, key: id } of actions) {
          const text = STATEMENTS[kind];
          const one = sessions[at];
          if (one === undefined) throw new Error('no session');
          const code = await codeOf(text === undefined ? one.query(kind) : one.query(text, [id]));
          if (code !== 'ok') await codeOf(one.query('rollback'));
          for (const each of sessions) {
            for (let k = 0; k < 16; k += 2) {
              const found = await each.query('select * from t where id = $1', [k]);
              const scanned = await each.query('select * from t where id + 0 = $1', [k]);
              expect(found.values).toEqual(scanned.values);
            }
            const found = await each.query(
              'select * from t where id in (1, 5, 6, 5, null) and n is not null order by id',
            );
            const scanned = await each.query('select * from t where id + 0 in (1, 5, 6) and n is not null order by id');
            expect(found.values).toEqual(scanned.values);
          }
        }
        for (const each of sessions) await each.close();
      }),
      { numRuns: 8 },
    );
    await db.close();
  });

  test('match in joins, in subqueries and as NULL', async () => {
    const db = await open(':memory:', { threads: 1 });
    const values = async (text: string, parameters: JsValue[] = []) => (await db.query(text, parameters)).values;
    await db.query('create table c (id integer primary key, name text)');
    await db.query('create table o (id integer primary key, c integer)');
    await db.query("insert into c values (1, 'a'), (2, 'b')");
    await db.query('insert into o values (10, 1), (11, 2), (12, null)');
    const join = 'select o.id, c.name from o left join c on c.id = o.c where o.id = $1';
    expect(await values(join, [10])).toEqual([[10, 'a']]);
    expect(await values(join, [12])).toEqual([[12, null]]);
    expect(await values(join, [13])).toEqual([]);
    expect(await values('select (select name from c where id = $1) as n, count(*) from o', [2])).toEqual([['b', 3n]]);
    expect(await values('select name from c where id = $1', [null])).toEqual([]);
    expect(await values('select name from c where id = $1', [2n ** 40n])).toEqual([]);
    expect(await values('select x.id, (select max(name) from c where c.id = x.c) from o x order by 1')).toEqual([
      [10, 'a'],
      [11, 'b'],
      [12, null],
    ]);
    await db.close();
  });

  test('join a handful of rows', async () => {
    const db = await open(':memory:', { threads: 1 });
    await db.query('create table c (id integer primary key, name text, region integer)');
    await db.query('create table r (id integer primary key, name text)');
    await db.query('create table o (id integer primary key, c integer, n integer)');
    await db.query("insert into r values (1, 'north'), (2, 'south')");
    await db.query("insert into c values (1, 'a', 1), (2, 'b', 2), (3, 'c', null)");
    await db.query('insert into o values (10, 1, 5), (11, 2, 6), (12, null, 7), (13, 3, 8), (14, 9, 9)');
    // The same without keys, so that nothing can be looked up.
    for (const name of ['c', 'r', 'o']) await db.query(`create table ${name}0 as select * from ${name}`);
    const from = 'from o left join c on c.id = o.c left join r on r.id = c.region';
    for (const text of [
      `select o.id, c.name, r.name ${from} where o.id in (10, 11, 12, 13, 14) order by 1`,
      `select o.id, c.name, r.name ${from.replaceAll('left join', 'join')} where o.id in (10, 11, 12, 13, 14) order by 1`,
      'select o.id, c.name from o left join c on c.id = o.c and c.name > $1 where o.id in (10, 11, 13) order by 1',
      'select o.id from o where o.id in (10, 11, 12, 14) and exists (select 1 from c where c.id = o.c and c.name <> $1) order by 1',
      'select o.id from o where o.id in (10, 11, 12, 14) and not exists (select 1 from c where c.id = o.c) order by 1',
      'select o.id from o where o.id in (10, 11, 12, 14) and o.c not in (select id from c where name <> $1) order by 1',
      'select o.id, (select name from c where c.id = o.c) as n from o where o.id in (10, 12, 14) order by 1',
      'select v.x, c.name from (values (1), (2), (7), (null)) as v (x) join c on c.id = v.x order by 1',
      'select o.id, o.n, c.name from o join c on o.c = c.id where c.id = 2 and o.id = 11',
      'select count(*), sum(o.n), min(c.name) from o join c on o.c = c.id where o.id in (10, 11, 13)',
    ]) {
      const parameters = text.includes('$1') ? ['a'] : [];
      const plain = text.replace(/\b(from|join) ([cro])\b/g, '$1 $20 as $2');
      const expected = (await db.query(plain, parameters)).values;
      expect((await db.query(text, parameters)).values, text).toEqual(expected);
      expect(await db.explain(text, { parameters }), text).toMatch(/lookup/);
      expect(await db.explain(plain, { parameters }), plain).not.toMatch(/lookup/);
    }
    const point = `select o.id, c.name, r.name ${from} where o.id = $1`;
    expect(await db.explain(point, { parameters: [10], analyze: true })).toContain('no pipelines');
    await db.close();
  });

  test('fail with the place of what fails', async () => {
    const db = await open(':memory:', { threads: 1 });
    await db.query('create table t (id integer primary key)');
    const error: unknown = await db.query('select * from t where id = 1 / $1', [0]).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(OrbitError);
    expect(error).toMatchObject({ code: 'division_by_zero', range: { start: 27, end: 33 } });
    await db.close();
  });
});
