import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, OrbitError, open } from '../../engine/index.ts';

/** Whatever a user may send: a clear error, nothing changed, and the database goes on. */

let folder: string;
let db: Database;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'orbit-bad-'));
  const files: Record<string, string> = {
    'open-quote.csv': 'a,b\n1,x\n2,"open\n3,y\n',
    'ragged.csv': 'a,b\n1,x\n2\n',
    'cut.csv': 'a,b\n1,x\n2,y\n3,"z',
    'types.csv': `a,b\n${Array.from({ length: 9000 }, (_, i) => `${i},row ${i}`).join('\n')}\nnine,x\n`,
    'many.csv': `a,b\n${Array.from({ length: 100_000 }, (_, i) => `${i},value number ${i}`).join('\n')}\n`,
    'bytes.csv': 'a,b\n1,x\n2,\u0000\n',
    'empty.csv': '',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  writeFileSync(join(folder, 'latin1.csv'), Buffer.from([0x61, 0x0a, 0xe9, 0xe8, 0x0a]));
  db = await open(':memory:', { threads: 1 });
  await db.query('create table t (a integer not null, b varchar(10), primary key (a))');
  await db.query('create table short (a integer, b varchar(10))');
  await db.query("insert into t values (1, 'one'), (2, 'two')");
});

afterAll(async () => {
  await db.close();
  rmSync(folder, { recursive: true });
});

const many = (n: number, text: string, between = ''): string => Array<string>(n).fill(text).join(between);

/** The statement (@ is the folder of files), its SQLSTATE, and what message and hint say together. */
const cases: readonly (readonly [name: string, sql: string, sqlstate: string, says: RegExp, place?: RegExp])[] = [
  ['an open quote', "select count(b) from '@/open-quote.csv'", '22P04', /quoted value is not closed/, /line 3/],
  ['a ragged line', "select count(b) from '@/ragged.csv'", '22P04', /expected 2 values/, /line 3/],
  ['a file cut off', "select count(b) from '@/cut.csv'", '22P04', /not closed before the end/, /line 4/],
  ['a value of another type', "select sum(a) from '@/types.csv'", '22P02', /nine/, /line 9002, column 1/],
  ['bytes that are no UTF-8', "select * from '@/latin1.csv'", '22P04', /UTF-8/, /line 2|latin1/],
  ['an empty file', "select * from '@/empty.csv'", '22P04', /empty/],
  ['no file', "select * from '@/none.csv'", '58P01', /no file/],
  ['another format', "select * from '@/x.arrow'", '0A000', /not supported/],
  ['an unknown column', 'select bb from t', '42703', /"bb" does not exist/],
  ['an unknown table', 'select * from tt', '42P01', /tt/],
  ['an unknown function', 'select lenght(b) from t', '42883', /length/],
  ['an ambiguous column', 'select a from t x, t y', '42702', /ambiguous/],
  ['wrong types', 'select a + b from t', '42883', /operator/],
  ['a wrong cast', "select cast('x1' as integer)", '22P02', /x1/],
  ['a wrong date', "select date '2024-02-30'", '22008', /2024-02-30/],
  ['division by zero', 'select 1 / (a - a) from t', '22012', /NULLIF/],
  ['overflow of integer', 'select 2147483647 + a from t', '22003', /integer out of range/],
  ['overflow of bigint', 'select 9223372036854775807 + a from t', '22003', /bigint out of range/],
  ['overflow of decimal', `select ${many(38, '9')} * 10.0 + a from t`, '22003', /38 digits|overflow|out of range/],
  ['10,000 parentheses', `select ${many(10_000, '(')}1${many(10_000, ')')}`, '54001', /nested too deeply/],
  ['10,000 negations', `select ${many(10_000, 'not ')}true`, '54001', /nested too deeply/],
  ['a sum of 10,000 terms', `select ${many(10_000, '1', '+')}`, '54001', /nested too deeply/],
  [
    '3,000 nested CASE',
    `select ${many(3000, 'case when true then ')}1${many(3000, ' end')}`,
    '54001',
    /nested too deeply/,
  ],
  [
    '2,000 subqueries',
    `select * from ${many(2000, '(select * from ')}t${many(2000, ') t')}`,
    '54001',
    /nested too deeply/,
  ],
  ['a key twice', "insert into t values (3, 'x'), (1, 'again')", '23505', /a/],
  ['a missing value', "insert into t values (null, 'x')", '23502', /null/i],
  ['a text that is too long', "insert into t values (3, 'longer than it may be')", '22001', /at most 10 characters/],
  ['a file with a text that is too long', "copy short from '@/many.csv' (header)", '22001', /at most 10 characters/],
  ['two rows for one', 'select (select a from t)', '21000', /more than one row/],
  ['a negative limit', 'select * from t limit -1', '2201W', /negative/],
  ['an aggregate in WHERE', 'select a from t where count(*) > 1', '42803', /aggregate/],
  ['an open string', "select 'abc", '42601', /unterminated/],
  ['a misspelt keyword', 'selec 1', '42601', /SELECT/],
  ['nothing', '', '42601', /no statement/],
];

for (const [name, sql, sqlstate, says, place] of cases) {
  test(name, async () => {
    const error: unknown = await db.query(sql.replaceAll('@', folder)).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (!(error instanceof OrbitError)) throw new Error(`no OrbitError but ${String(error)}`);
    // The message is there to be seen when the code is another.
    expect({ sqlstate: error.sqlstate, message: error.message }).toEqual({ sqlstate, message: error.message });
    expect(`${error.message} ${error.hint ?? ''}`).toMatch(says);
    if (place !== undefined) expect(error.place).toMatch(place);
    // Nothing was changed, and the database answers.
    expect((await db.query('select count(*), min(b) from t')).texts).toEqual([['2', 'one']]);
  });
}

test('memory that runs out', async () => {
  const before = db.memory().usedBytes;
  const sql = `select b, count(*) from '${folder}/many.csv' group by b order by 2`;
  const error: unknown = await db.query(sql, [], { memoryLimit: 2 ** 20 }).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ sqlstate: '53200' });
  expect(db.memory().usedBytes).toBe(before);
  expect((await db.query(sql)).rowCount).toBe(100_000);
});

test('wide and long statements that are fine', async () => {
  const columns = Array.from({ length: 2000 }, (_, i) => `${i} as c${i}`).join();
  expect((await db.query(`select ${columns}`)).columns).toHaveLength(2000);
  expect((await db.query(`select count(*) from t where ${many(10_000, '(a > 0)', ' and ')}`)).texts).toEqual([['2']]);
  expect((await db.query(`select a in (${Array.from({ length: 10_000 }, (_, i) => i).join()}) from t`)).texts).toEqual([
    ['t'],
    ['t'],
  ]);
});
