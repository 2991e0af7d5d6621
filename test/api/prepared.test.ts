import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Connection, type Database, open } from '../../engine/index.ts';
import { failure } from './failure.ts';

let db: Database;
let connection: Connection;
beforeAll(async () => {
  db = await open(':memory:', { threads: 1 });
});
beforeEach(async () => {
  connection = db.connect();
  await connection.query('create or replace table t (id integer primary key, name text, price decimal(10,2))');
  await connection.query("insert into t values (1, 'one', 1.5), (2, 'two', 2.5), (3, null, 3)");
});
afterAll(() => db.close());

describe('prepare', () => {
  test('describes parameters and columns', async () => {
    const statement = await connection.prepare('select id, price from t where id = $1 and price < $2');
    expect(statement.describe()).toEqual({
      parameters: [
        { name: undefined, type: 'int32' },
        { name: undefined, type: 'decimal(38,10)' },
      ],
      columns: [
        { name: 'id', type: 'int32', nullable: false },
        { name: 'price', type: 'decimal(10,2)', nullable: true },
      ],
    });
    expect((await statement.query([2, 10])).values).toEqual([[2, '2.50']]);
    expect((await statement.query([2, '2.4'])).values).toEqual([]);
  });

  test('takes named parameters, and types by name', async () => {
    const statement = await connection.prepare('select :x as x, :y as y', { x: 'bigint', y: 'numeric(4, 1)' });
    expect(statement.describe().parameters).toEqual([
      { name: 'x', type: 'int64' },
      { name: 'y', type: 'decimal(4,1)' },
    ]);
    expect((await statement.query({ x: 1, y: 2.5 })).values).toEqual([[1n, '2.5']]);
  });

  test('runs changes and streams', async () => {
    const insert = await connection.prepare('insert into t values ($1, $2, $3)');
    expect(insert.describe().columns).toEqual([]);
    for (let id = 10; id < 20; id++) expect((await insert.query([id, `n${id}`, null])).rowCount).toBe(1);
    const select = await connection.prepare('select name from t where id >= $1 order by id');
    const names: unknown[] = [];
    for await (const { values } of await select.stream([17])) names.push(...values);
    expect(names).toEqual([['n17'], ['n18'], ['n19']]);
    const update = await connection.prepare('update t set name = $2 where id = $1 returning name');
    expect((await update.query([17, 'x'])).values).toEqual([['x']]);
    expect((await update.query([99, 'x'])).rowCount).toBe(0);
    const remove = await connection.prepare('delete from t where id = $1');
    expect((await remove.query([17])).rowCount).toBe(1);
    expect((await select.query([17])).values).toEqual([['n18'], ['n19']]);
  });

  test('follows its table when that is made anew', async () => {
    const statement = await connection.prepare('select name from t where id = $1');
    await connection.query('create or replace table t (name text, more integer, id integer)');
    await connection.query("insert into t values ('new', 5, 1)");
    expect((await statement.query([1])).values).toEqual([['new']]);
    await connection.query('create or replace table t (name integer, id integer)');
    expect((await failure(statement.query([1]))).code).toBe('feature_not_supported');
    await connection.query('drop table t');
    expect((await failure(statement.query([1]))).code).toBe('undefined_table');
  });

  test('refuses what is wrong by name', async () => {
    expect((await failure(connection.prepare('select * from nowhere'))).code).toBe('undefined_table');
    expect((await failure(connection.prepare('create table u (a integer)'))).code).toBe('feature_not_supported');
    expect((await failure(connection.prepare('select 1; select 2'))).code).toBe('syntax_error');
    expect((await failure(connection.prepare('select $1', ['no such type']))).code).toBe('syntax_error');
    const statement = await connection.prepare('select $1 + 1');
    expect((await failure(statement.query([]))).code).toBe('undefined_parameter');
    expect((await failure(statement.query([1, 2]))).code).toBe('undefined_parameter');
    await statement.close();
    expect((await failure(statement.query([1]))).sqlstate).toBe('26000');
  });

  test('explains with its parameters', async () => {
    const statement = await connection.prepare('select name from t where id > $1');
    expect(await statement.explain({ parameters: [1], analyze: true })).toContain('actual');
  });
});

describe('PREPARE and EXECUTE', () => {
  const values = async (sql: string) => (await connection.query(sql)).values;

  test('run with arguments', async () => {
    await connection.query('prepare p (integer) as select name from t where id = $1');
    expect(await values('execute p(1)')).toEqual([['one']]);
    expect(await values('execute p(1 + 1)')).toEqual([['two']]);
    expect(await values("execute p('2')")).toEqual([['two']]);
    expect((await connection.query('execute p($1)', [2])).values).toEqual([['two']]);
    await connection.query('deallocate p');
    expect((await failure(connection.query('execute p(1)'))).sqlstate).toBe('26000');
  });

  test('find types by themselves, and keep them', async () => {
    await connection.query('prepare q as update t set price = $1 where id = $2');
    expect((await connection.query('execute q(7.25, 1)')).rowCount).toBe(1);
    expect(await values('select price from t where id = 1')).toEqual([['7.25']]);
    expect(await connection.explain('execute q(1, 2)')).toContain('update');
  });

  test('refuse what is wrong by name', async () => {
    await connection.query('prepare p (date) as select $1');
    expect((await failure(connection.query('prepare p as select 1'))).sqlstate).toBe('42P05');
    expect((await failure(connection.query('execute p'))).code).toBe('syntax_error');
    expect((await failure(connection.query('execute p(true)'))).code).toBe('datatype_mismatch');
    expect((await failure(connection.query('execute p((select 1))'))).code).toBe('feature_not_supported');
    expect((await failure(connection.query('prepare r as select * from nowhere'))).code).toBe('undefined_table');
    expect((await failure(connection.query('deallocate r'))).sqlstate).toBe('26000');
  });
});

describe('plans that are kept', () => {
  test('see new tables and columns', async () => {
    const query = () => connection.query('select * from t order by 1');
    expect((await query()).columns.length).toBe(3);
    expect((await query()).columns.length).toBe(3);
    await connection.query('create or replace table t (a integer)');
    await connection.query('insert into t values (5)');
    expect((await query()).values).toEqual([[5]]);
    await connection.query('drop table t');
    expect((await failure(query())).code).toBe('undefined_table');
    await connection.query('create table t as select 6 as a');
    expect((await query()).values).toEqual([[6]]);
  });

  test('are other plans for values of other types', async () => {
    const typed = async (value: number | bigint | boolean | string | null) => {
      const { columns, values: rows } = await connection.query('select $1 as x', [value]);
      return [columns[0]?.type, rows[0]?.[0]];
    };
    for (let round = 0; round < 2; round++) {
      expect(await typed('a')).toEqual(['utf8', 'a']);
      expect(await typed(2.5)).toEqual(['float64', 2.5]);
      expect(await typed(true)).toEqual(['bool', true]);
      expect(await typed(5n)).toEqual(['int64', 5n]);
    }
  });

  test('give the same answer for the same text in several transactions', async () => {
    const other = db.connect();
    const count = 'select count(*) from t';
    await connection.query('begin isolation level repeatable read');
    expect((await connection.query(count)).values).toEqual([[3n]]);
    await other.query("insert into t values (4, 'four', 4)");
    expect((await connection.query(count)).values).toEqual([[3n]]);
    expect((await other.query(count)).values).toEqual([[4n]]);
    await connection.query('commit');
    expect((await connection.query(count)).values).toEqual([[4n]]);
    await other.close();
  });
});

describe('scripts', () => {
  test('take parameters, each statement those that it names', async () => {
    const results: unknown[] = [];
    const script = 'select $1 + 1; select $2 || $2; select 3';
    for await (const { values } of connection.run(script, { parameters: [1n, 'ab'] })) results.push(values);
    expect(results).toEqual([[[2n]], [['abab']], [[3]]]);
  });

  test('stream statement by statement', async () => {
    const seen: unknown[] = [];
    const script =
      "insert into t values (4, 'four', 4); select id from t order by id; select name from t where id = :id";
    for await (const stream of connection.streams(script, { parameters: { id: 4 } })) {
      let rows = 0;
      if (seen.length !== 1) for await (const { values } of stream) rows += values.length;
      seen.push([stream.columns.length, rows, await stream.finish()]);
    }
    expect(seen).toEqual([
      [0, 0, { command: 'INSERT', rowCount: 1 }],
      [1, 0, { command: 'SELECT', rowCount: 4 }],
      [1, 1, { command: 'SELECT', rowCount: 1 }],
    ]);
  });
});

describe('transactions', () => {
  test('say by SQLSTATE what is wrong with their state', async () => {
    expect((await failure(connection.query('commit'))).sqlstate).toBe('25P01');
    await connection.query('begin');
    expect((await failure(connection.query('begin'))).sqlstate).toBe('25001');
    await connection.query('rollback');
    await connection.query('begin');
    await failure(connection.query('select 1 / 0'));
    expect((await failure(connection.query('select 1'))).sqlstate).toBe('25P02');
    await connection.query('rollback');
    await connection.close();
    expect((await failure(connection.query('select 1'))).sqlstate).toBe('08003');
  });
});
