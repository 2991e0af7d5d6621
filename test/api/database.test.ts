import { describe, expect, test } from 'vitest';
import { OrbitError, open } from '../../engine/index.ts';

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof OrbitError) return error.code;
    throw error;
  }
  return 'no error';
}

describe('open', () => {
  test('refuses what it cannot do', async () => {
    expect(await codeOf(open('/some/where'))).toBe('feature_not_supported');
    expect(await codeOf(open(':memory:', { memory: 1000 }))).toBe('invalid_parameter_value');
    expect(await codeOf(open(':memory:', { threads: 0 }))).toBe('invalid_parameter_value');
    expect(await codeOf(open(':memory:', { threads: 1.5 }))).toBe('invalid_parameter_value');
  });

  test('databases share nothing', async () => {
    const [one, other] = await Promise.all([open(':memory:', { threads: 1 }), open(':memory:', { threads: 1 })]);
    await one.query('create table t (a int)');
    expect(await codeOf(other.query('select * from t'))).toBe('undefined_table');
    await Promise.all([one.close(), other.close()]);
  });
});

describe('connections', () => {
  test('see the same tables, and only what is committed', async () => {
    const db = await open(':memory:', { threads: 1 });
    const writer = db.connect();
    const reader = db.connect();
    await writer.query('create table t (a int)');
    await writer.query('begin');
    await writer.query('insert into t values (1)');
    expect((await writer.query('select count(*) from t')).values).toEqual([[1n]]);
    expect((await reader.query('select count(*) from t')).values).toEqual([[0n]]);
    await writer.query('commit');
    expect((await reader.query('select count(*) from t')).values).toEqual([[1n]]);
    await db.close();
  });

  test('roll back what is open when they close', async () => {
    const db = await open(':memory:', { threads: 1 });
    await db.query('create table t (a int)');
    const session = db.connect();
    await session.query('begin');
    await session.query('insert into t values (1)');
    await session.close();
    expect((await db.query('select count(*) from t')).values).toEqual([[0n]]);
    expect(await codeOf(session.query('select 1'))).toBe('connection_does_not_exist');
    await db.close();
  });

  test('take nothing more when the database is closed', async () => {
    const db = await open(':memory:', { threads: 1 });
    const session = db.connect();
    await db.close();
    await db.close();
    expect(await codeOf(db.query('select 1'))).toBe('connection_does_not_exist');
    expect(await codeOf(session.query('select 1'))).toBe('connection_does_not_exist');
    expect(await codeOf(db.explain('select 1'))).toBe('connection_does_not_exist');
  });
});

describe('explain', () => {
  test('shows the plan, and with analyze what happened', async () => {
    const db = await open(':memory:', { threads: 1 });
    await db.query('create table t (a int, b text)');
    await db.query("insert into t values (1, 'x'), (2, 'y')");
    const plan = await db.explain('select a from t where a > 1');
    expect(plan).toMatch(/scan t/);
    expect(plan).not.toMatch(/actual/);
    expect(await db.explain('select a from t where a > 1', { analyze: true })).toMatch(/1 actual/);
    expect(await db.explain('select a from t', { stages: true })).toMatch(/syntax tree[\s\S]*physical/);
    expect(JSON.parse(await db.explain('select a from t', { format: 'json' }))).toBeTypeOf('object');
    expect(await codeOf(db.explain('select c from t'))).toBe('undefined_column');
    await db.close();
  });

  test('without analyze runs nothing', async () => {
    const db = await open(':memory:', { threads: 1 });
    await db.query('create table t (a int)');
    await db.explain('insert into t values (1)');
    expect((await db.query('select count(*) from t')).values).toEqual([[0n]]);
    await db.explain('insert into t values (1)', { analyze: true });
    expect((await db.query('select count(*) from t')).values).toEqual([[1n]]);
    await db.close();
  });
});

describe('memory', () => {
  test('is given back after a query, also after one that failed for want of it', async () => {
    const db = await open(':memory:', { threads: 1, memory: 16 * 2 ** 20, temporaryFolder: false });
    await db.query('create table d as select * from (values (0),(1),(2),(3),(4),(5),(6),(7),(8),(9)) as v (i)');
    await db.query('create table n as select a.i + 10 * b.i + 100 * c.i + 1000 * d.i as i from d a, d b, d c, d');
    expect(await codeOf(db.query('select a.i, b.i from n a, n b order by a.i * b.i'))).toBe('out_of_memory');
    expect((await db.query('select count(*) from n')).values).toEqual([[10_000n]]);
    await db.close();
  });
});
