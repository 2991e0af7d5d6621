import { expect, test } from 'vitest';
import { open } from '../../engine/index.ts';

/** Columns that are read by row id after a top-n: the values must be those of the row versions that the statement sees. */

const TOP = 'select * from t order by n desc, id limit 3';

test('late materialization sees the rows of the statement, wherever they lie', async () => {
  const db = await open(':memory:', { threads: 1 });
  try {
    await db.query(
      'create table t (id integer primary key, n integer, a varchar(20), b varchar(20), c decimal(30, 2))',
    );
    const plan = await db.explain(TOP);
    const insert = (from: number, to: number) => {
      const rows = Array.from({ length: to - from }, (_, i) => from + i);
      return db.query(
        `insert into t values ${rows.map((i) => `(${i}, ${i % 97}, 'a${i}', ${i % 5 === 0 ? 'null' : `'b${i}'`}, ${i}.25)`).join(', ')}`,
      );
    };
    await insert(0, 400);
    expect(await db.explain(TOP)).toContain('fetch a, b, c of t');
    expect(plan).not.toContain('fetch');
    expect((await db.query(TOP)).rows).toEqual([
      { id: 96, n: 96, a: 'a96', b: 'b96', c: '96.25' },
      { id: 193, n: 96, a: 'a193', b: 'b193', c: '193.25' },
      { id: 290, n: 96, a: 'a290', b: null, c: '290.25' },
    ]);
    const session = db.connect();
    await session.query('begin');
    await session.query("update t set a = 'changed', n = 1000 where id = 7");
    await session.query('delete from t where id = 96');
    expect((await session.query(TOP)).rows[0]).toEqual({ id: 7, n: 1000, a: 'changed', b: 'b7', c: '7.25' });
    expect((await session.query(TOP)).rows[1]).toMatchObject({ id: 193 });
    expect((await db.query(TOP)).rows[0]).toMatchObject({ id: 96, a: 'a96' });
    await session.query('commit');
    expect((await db.query(TOP)).rows[0]).toMatchObject({ id: 7, a: 'changed' });
  } finally {
    await db.close();
  }
});
