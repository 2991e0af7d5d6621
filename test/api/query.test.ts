import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Database, formatError, open } from '../../engine/index.ts';
import { failure } from './failure.ts';

const folder = mkdtempSync(join(tmpdir(), 'orbit-api-'));
const file = join(folder, 'people.csv');
writeFileSync(file, 'name,age,joined\nAda,36,2020-01-02\nGrace,,2021-05-06\n');

let db: Database;
beforeAll(async () => {
  db = await open(':memory:', { threads: 1 });
});
afterAll(async () => {
  await db.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('query', () => {
  test('gives columns, and rows as objects, as arrays and as text', async () => {
    const result = await db.query(`select name, age, joined from '${file}' order by name`);
    expect(result.command).toBe('SELECT');
    expect(result.columns).toEqual([
      { name: 'name', type: 'utf8', nullable: true },
      { name: 'age', type: 'int64', nullable: true },
      { name: 'joined', type: 'date', nullable: true },
    ]);
    expect(result.rowCount).toBe(2);
    expect(result.rows).toEqual([
      { name: 'Ada', age: 36n, joined: '2020-01-02' },
      { name: 'Grace', age: null, joined: '2021-05-06' },
    ]);
    expect(result.values).toEqual([
      ['Ada', 36n, '2020-01-02'],
      ['Grace', null, '2021-05-06'],
    ]);
    expect(result.texts).toEqual([
      ['Ada', '36', '2020-01-02'],
      ['Grace', null, '2021-05-06'],
    ]);
  });

  test.each([
    ['true', true],
    ['1::smallint', 1],
    ['2147483647', 2147483647],
    ['9007199254740993', 9007199254740993n],
    ['1.50', '1.50'],
    ['0.1::float8', 0.1],
    ["'text'", 'text'],
    ["'\\x00ff'::bytea", new Uint8Array([0, 255])],
    ["date '2024-02-29'", '2024-02-29'],
    ["timestamp '2024-02-29 12:00:00.5'", '2024-02-29 12:00:00.5'],
    ["interval '1 day 2 hours'", '1 day 02:00:00'],
    ['array[1, null, 3]', [1, null, 3]],
    ['null', null],
  ])('%s as a JavaScript value', async (sql, value) => {
    const { values } = await db.query(`select ${sql} as v`);
    expect(values).toEqual([[value]]);
  });

  test('takes one statement', async () => {
    const error = await failure(db.query('select 1; select 2'));
    expect(error.code).toBe('syntax_error');
    expect((await failure(db.query(' -- nothing'))).code).toBe('syntax_error');
  });

  test('tells how many rows were written', async () => {
    await db.query('create table counted (a int)');
    expect(await db.query('insert into counted values (1), (2), (3)')).toMatchObject({
      command: 'INSERT',
      rowCount: 3,
    });
    expect(await db.query('update counted set a = a + 1 where a > 1')).toMatchObject({
      command: 'UPDATE',
      rowCount: 2,
    });
    expect(await db.query('delete from counted where a > 10')).toMatchObject({ command: 'DELETE', rowCount: 0 });
    expect((await db.query('select sum(a) from counted')).values).toEqual([[8n]]);
    const { columns, values } = await db.query('delete from counted returning a');
    expect(columns).toHaveLength(1);
    expect(values).toHaveLength(3);
    await db.query('drop table counted');
  });
});

describe('parameters', () => {
  test('by number and by name', async () => {
    expect((await db.query('select $1::int + $2::int', [1, 2])).values).toEqual([[3]]);
    expect((await db.query('select :a::int + :b::int', { a: 1, b: 2 })).values).toEqual([[3]]);
    expect((await db.query('select ?::text || ?', ['a', 'b'])).values).toEqual([['ab']]);
  });

  test('take their type from where they stand', async () => {
    const { values } = await db.query(`select name from '${file}' where joined > $1 and name like $2`, [
      '2021-01-01',
      'G%',
    ]);
    expect(values).toEqual([['Grace']]);
    expect((await db.query('select $1::decimal(38, 2)', ['12345678901234567890.12'])).values).toEqual([
      ['12345678901234567890.12'],
    ]);
    expect((await db.query('select $1::date is null', [null])).values).toEqual([[true]]);
  });

  test('that are missing, too many or of another type', async () => {
    expect((await failure(db.query('select $1::int', []))).code).toBe('undefined_parameter');
    expect((await failure(db.query('select :a::int', { b: 1 }))).code).toBe('undefined_parameter');
    expect((await failure(db.query('select 1', [1]))).code).toBe('undefined_parameter');
    expect((await failure(db.query('select $1::int', ['x']))).code).toBe('invalid_text_representation');
  });

  test('integers beyond 64 bits do not wrap', async () => {
    const error = await failure(db.query('select $1::bigint', [2n ** 64n]));
    expect(error.code).toBe('numeric_value_out_of_range');
  });
});

describe('errors', () => {
  test('say where in the text, and what could be meant', async () => {
    const error = await failure(db.query(`select nam from '${file}'`));
    expect(error).toMatchObject({ code: 'undefined_column', sqlstate: '42703', range: { start: 7, end: 10 } });
    expect(error.hint).toBe('Did you mean name?');
  });

  test('are printed with the line and a caret', async () => {
    const text = 'select 1,\n  2 / zero\nfrom (values (1)) as v (a)';
    const error = await failure(db.query(text));
    expect(formatError(error, text)).toBe(
      'error 42703: column "zero" does not exist\n  line 2:   2 / zero\n                ^^^^',
    );
    expect(formatError(error)).toBe('error 42703: column "zero" does not exist');
    expect(formatError(new Error('other'))).toBe('error: other');
  });

  test('of files name the file, the line and the column', async () => {
    const broken = join(folder, 'broken.csv');
    writeFileSync(broken, 'a,b\n1,2\n3,4,5\n');
    const error = await failure(db.query(`select * from '${broken}'`));
    expect(error.code).toBe('bad_file_format');
    expect(error.place).toMatch(/broken\.csv: line 3/);
    expect((await failure(db.query(`select * from '${join(folder, 'none.csv')}'`))).code).toBe('undefined_file');
  });

  test('leave the database as it was', async () => {
    await db.query('create table kept (a int)');
    await failure(db.query('insert into kept select 1 / (a - 1) from (values (5), (1)) as v (a)'));
    expect((await db.query('select count(*) from kept')).values).toEqual([[0n]]);
    await db.query('drop table kept');
  });
});
