import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OrbitError } from '../../compiler/types/error.ts';
import { type Database, open } from '../../engine/index.ts';
import { matches } from '../../storage/files/paths.ts';

let folder = '';
let db: Database;
let duckdb: Awaited<ReturnType<DuckDBInstance['connect']>>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'orbit-files-'));
  db = await open(':memory:', { threads: 1 });
  duckdb = await (await DuckDBInstance.create(':memory:')).connect();
});

afterAll(async () => {
  await db.close();
  duckdb.closeSync();
  rmSync(folder, { recursive: true, force: true });
});

function put(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

/** Columns with their types, then rows as JSON; or the error. */
async function ask(sql: string): Promise<readonly string[]> {
  try {
    const { columns, rows } = await db.query(sql);
    const text = (_: string, value: unknown): unknown =>
      typeof value === 'bigint' ? Number(value) : value instanceof Map ? Object.fromEntries(value) : value;
    return [
      columns.map(({ name, type }) => `${name} ${type}`).join(', '),
      ...rows.map((row) => JSON.stringify(row, text)),
    ];
  } catch (error) {
    if (!(error instanceof OrbitError)) throw error;
    const place = error.place?.replaceAll(`${folder}/`, '');
    return [`${error.sqlstate} ${error.message.replaceAll(`${folder}/`, '')}`, ...(place === undefined ? [] : [place])];
  }
}

describe('JSON', () => {
  test('lines', async () => {
    const path = put(
      'a.ndjson',
      '{"a": 1, "b": "x", "d": "2024-01-02"}\n\n{"b": null, "a": 9007199254740993, "c": [1, 2]}\n',
    );
    expect(await ask(`from '${path}'`)).toMatchInlineSnapshot(`
      [
        "a int64, b utf8, d date, c int64[]",
        "{"a":1,"b":"x","d":"2024-01-02","c":null}",
        "{"a":9007199254740992,"b":null,"d":null,"c":[1,2]}",
      ]
    `);
  });
  test('an array over several lines, with nested values', async () => {
    const path = put(
      'a.json',
      '[\n {"a": {"x": [1, {"y": null}]}, "t": "2024-01-02T03:04:05"},\n {"a": 1.5, "l": ["p", null]}\n, {"f": 2, "a": true}, {"f": 2.5}]',
    );
    expect(await ask(`from '${path}'`)).toMatchInlineSnapshot(`
      [
        "a any, t timestamp, l utf8[], f float64",
        "{"a":{"x":[1,{"y":null}]},"t":"2024-01-02 03:04:05","l":null,"f":null}",
        "{"a":1.5,"t":null,"l":["p",null],"f":null}",
        "{"a":true,"t":null,"l":null,"f":2}",
        "{"a":null,"t":null,"l":null,"f":2.5}",
      ]
    `);
  });
  test('values one after the other, and values that are no objects', async () => {
    expect(await ask(`from '${put('b.json', '{\n"a": 1\n}\n{\n"a":\n2}')}'`)).toMatchInlineSnapshot(`
      [
        "a int64",
        "{"a":1}",
        "{"a":2}",
      ]
    `);
    expect(await ask(`from '${put('c.json', '[1, "two", [3]]')}'`)).toMatchInlineSnapshot(`
      [
        "json any",
        "{"json":1}",
        "{"json":"two"}",
        "{"json":[3]}",
      ]
    `);
    expect(await ask(`from '${put('d.json', '')}'`)).toMatchInlineSnapshot(`
      [
        "json any",
      ]
    `);
  });
  test.each([
    ['{"a": 1}\n{"a": }\n'],
    ['{"a": 1}\n{"a": 2'],
    ['[{"a": 1},\n {"a": 2}'],
    ['[{"a": 1} {"a": 2}]'],
    ['[{"a": 1}] x'],
    ['{"a": 1}\n{"a": "\u00e9" x}\n'],
  ])('wrong: %j', async (text) => {
    expect(await ask(`from '${put('wrong.json', text)}'`)).toMatchSnapshot();
  });
  test('records that are wrong may be left out', async () => {
    const path = put('ignored.ndjson', '{"a": 1}\n{"a": \n[1]\n{"a": 3}\n');
    expect(await ask(`select * from read_json('${path}', ignore_errors = true)`)).toMatchInlineSnapshot(`
      [
        "json any",
        "{"json":{"a":1}}",
        "{"json":[1]}",
        "{"json":{"a":3}}",
      ]
    `);
  });
  test('types and fields that come later', async () => {
    const path = put('late.ndjson', '{"a": 1}\n{"a": "x"}\n{"b": 1}\n');
    expect(await ask(`select * from read_ndjson('${path}', sample_size = 1)`)).toMatchInlineSnapshot(`
      [
        "42804 a value of type utf8 is not of type int64",
        "late.ndjson: line 2, column 1",
      ]
    `);
    expect(await ask(`select * from read_ndjson('${path}', sample_size = 2)`)).toMatchInlineSnapshot(`
      [
        "22P04 there is no column for the field "b"",
        "late.ndjson: line 3, column 1",
      ]
    `);
  });
});

describe('several files', () => {
  test('lists and patterns', async () => {
    put('many/a.csv', 'i,t\n1,x\n');
    put('many/b.csv', 'i,t\n2.5,y\n');
    put('many/deep/er/c.csv', 'i,t\n3,z\n');
    expect(await ask(`select * from '${folder}/many/*.csv'`)).toMatchInlineSnapshot(`
      [
        "i float64, t utf8",
        "{"i":1,"t":"x"}",
        "{"i":2.5,"t":"y"}",
      ]
    `);
    expect(await ask(`select sum(i) as s, count(*) as c from '${folder}/many/**/*.csv'`)).toMatchInlineSnapshot(`
      [
        "s float64, c int64",
        "{"s":6.5,"c":3}",
      ]
    `);
    const listed = `['${folder}/many/b.csv', '${folder}/many/deep/*/?.csv']`;
    expect(
      (await ask(`select t, filename from read_csv(${listed}, filename = true)`)).map((row) =>
        row.replaceAll(folder, ''),
      ),
    ).toMatchInlineSnapshot(`
      [
        "t utf8, filename utf8",
        "{"t":"y","filename":"/many/b.csv"}",
        "{"t":"z","filename":"/many/deep/er/c.csv"}",
      ]
    `);
    expect(await ask(`from '${folder}/many/*.parquet'`)).toMatchInlineSnapshot(`
      [
        "58P01 no file matches "many/*.parquet"",
      ]
    `);
  });
  test('columns that differ', async () => {
    put('union/a.csv', 'i,t\n1,x\n');
    put('union/b.csv', 'u,i\n2024-01-01,2\n');
    expect(await ask(`select * from '${folder}/union/*.csv'`)).toMatchInlineSnapshot(`
      [
        "22P04 the file has a column "u" that "union/a.csv" has not",
        "union/b.csv",
      ]
    `);
    expect(await ask(`select * from read_csv('${folder}/union/*.csv', union_by_name = true)`)).toMatchInlineSnapshot(`
      [
        "i int64, t utf8, u date",
        "{"i":1,"t":"x","u":null}",
        "{"i":2,"t":null,"u":"2024-01-01"}",
      ]
    `);
  });
  test('folders as columns', async () => {
    await duckdb.run(`copy (select i, i % 3 as k, 'v' || (i % 2) as t from range(9) r(i))
      to '${folder}/hive' (format parquet, partition_by (k, t))`);
    expect(await ask(`select * from '${folder}/hive/**/*.parquet' order by i`)).toMatchInlineSnapshot(`
      [
        "i int64, k int64, t utf8",
        "{"i":0,"k":0,"t":"v0"}",
        "{"i":1,"k":1,"t":"v1"}",
        "{"i":2,"k":2,"t":"v0"}",
        "{"i":3,"k":0,"t":"v1"}",
        "{"i":4,"k":1,"t":"v0"}",
        "{"i":5,"k":2,"t":"v1"}",
        "{"i":6,"k":0,"t":"v0"}",
        "{"i":7,"k":1,"t":"v1"}",
        "{"i":8,"k":2,"t":"v0"}",
      ]
    `);
    const plan = await db.explain(`select i from '${folder}/hive/**/*.parquet' where k = 1`, { analyze: true });
    expect(plan).toContain('4 pruned');
    expect(
      await ask(`select * from read_parquet('${folder}/hive/k=1/t=v0/*.parquet', hive_partitioning = false)`),
    ).toMatchInlineSnapshot(`
      [
        "i int64",
        "{"i":4}",
      ]
    `);
  });
  test('patterns', () => {
    expect(['a', 'ab', 'abc', '.a'].filter((name) => matches(name, 'a*'))).toEqual(['a', 'ab', 'abc']);
    expect(matches('x.csv', '[a-c].csv')).toBe(false);
    expect(matches('b.csv', '[!x].csv')).toBe(true);
    expect(matches('a'.repeat(200), `${'*a'.repeat(50)}b`)).toBe(false);
  });
});

describe('CSV', () => {
  test('records that are wrong may be left out', async () => {
    const rows = Array.from({ length: 3000 }, (_, i) => (i % 1000 === 7 ? `${i},bad,"x" y` : `${i},${i % 10},t${i}`));
    rows[5] = '5,1';
    rows[6] = '6,1,2,3';
    rows[2500] = '2500,x,y';
    const path = put('bad.csv', `a,b,c\n${rows.join('\n')}\n`);
    const read = (options: string): string => `select count(*) as c, sum(a) as s from read_csv('${path}', ${options})`;
    expect(await ask(read('header = true'))).toMatchInlineSnapshot(`
      [
        "22P04 expected 3 values, but this line has 2: "5,1"",
        "bad.csv: line 7",
      ]
    `);
    expect(await ask(read(`header = true, ignore_errors = true, types = {'b': 'bigint'}`))).toMatchInlineSnapshot(`
      [
        "c int64, s decimal(38,0)",
        "{"c":2994,"s":"4492968"}",
      ]
    `);
    // Whatever the pieces are that the file is read in: a record may begin in one and end in another.
    expect(
      await ask(
        `select count(*) as c from read_csv('${put('open.csv', 'a,b\n1,2\n"3,4\n5,6\n')}', ignore_errors = true)`,
      ),
    ).toMatchInlineSnapshot(`
      [
        "c int64",
        "{"c":2}",
      ]
    `);
  });
  test('types and names of options', async () => {
    const path = put('typed.csv', 'a|b\n1|007\n');
    expect(
      await ask(`from read_csv('${path}', sep = '|', types = {'b': 'varchar', 'A': 'decimal(9,2)'})`),
    ).toMatchInlineSnapshot(`
      [
        "a decimal(9,2), b utf8",
        "{"a":"1.00","b":"007"}",
      ]
    `);
    expect(await ask(`from read_csv('${path}', all_varchar = true)`)).toMatchInlineSnapshot(`
      [
        "a utf8, b utf8",
        "{"a":"1","b":"007"}",
      ]
    `);
    expect(await ask(`from read_csv('${path}', types = {'c': 'int'})`)).toMatchInlineSnapshot(`
      [
        "42703 the file has no column "c"",
        "typed.csv",
      ]
    `);
    expect(await ask(`from read_csv('${path}', store_rejects = true)`)).toMatchInlineSnapshot(`
      [
        "0A000 read_csv does not know the option "store_rejects"",
      ]
    `);
  });
});

describe('SUMMARIZE and DESCRIBE', () => {
  test('tables, queries and files', async () => {
    await db.query(`create table summed as select i, i * 1.5 as d, 'x' || i as s, date '2024-01-01' + i as day, i % 2 = 0 as b,
      case when i % 3 = 0 then null else i end as n, [i] as l from generate_series(0, 9) s(i)`);
    expect(await ask('summarize summed')).toMatchInlineSnapshot(`
      [
        "column_name utf8, column_type utf8, min utf8, max utf8, approx_unique int64, avg float64, std float64, q25 utf8, q50 utf8, q75 utf8, count int64, null_percentage decimal(9,2)",
        "{"column_name":"i","column_type":"int32","min":"0","max":"9","approx_unique":10,"avg":4.5,"std":3.0276503540974917,"q25":"2","q50":"4","q75":"7","count":10,"null_percentage":"0.00"}",
        "{"column_name":"d","column_type":"decimal(12,1)","min":"0.0","max":"13.5","approx_unique":10,"avg":6.75,"std":4.541475531146237,"q25":"3.0","q50":"6.0","q75":"10.5","count":10,"null_percentage":"0.00"}",
        "{"column_name":"s","column_type":"utf8","min":"x0","max":"x9","approx_unique":10,"avg":null,"std":null,"q25":null,"q50":null,"q75":null,"count":10,"null_percentage":"0.00"}",
        "{"column_name":"day","column_type":"date","min":"2024-01-01","max":"2024-01-10","approx_unique":10,"avg":null,"std":null,"q25":"2024-01-03","q50":"2024-01-05","q75":"2024-01-08","count":10,"null_percentage":"0.00"}",
        "{"column_name":"b","column_type":"bool","min":"false","max":"true","approx_unique":2,"avg":null,"std":null,"q25":null,"q50":null,"q75":null,"count":10,"null_percentage":"0.00"}",
        "{"column_name":"n","column_type":"int32","min":"1","max":"8","approx_unique":6,"avg":4.5,"std":2.7386127875258306,"q25":"2","q50":"4","q75":"7","count":10,"null_percentage":"40.00"}",
        "{"column_name":"l","column_type":"int32[]","min":null,"max":null,"approx_unique":10,"avg":null,"std":null,"q25":null,"q50":null,"q75":null,"count":10,"null_percentage":"0.00"}",
      ]
    `);
    expect(await ask('summarize select 1 as a, null as a where false')).toMatchInlineSnapshot(`
      [
        "column_name utf8, column_type utf8, min utf8, max utf8, approx_unique int64, avg float64, std float64, q25 utf8, q50 utf8, q75 utf8, count int64, null_percentage decimal(9,2)",
        "{"column_name":"a","column_type":"int32","min":null,"max":null,"approx_unique":0,"avg":null,"std":null,"q25":null,"q50":null,"q75":null,"count":0,"null_percentage":null}",
        "{"column_name":"a","column_type":"utf8","min":null,"max":null,"approx_unique":0,"avg":null,"std":null,"q25":null,"q50":null,"q75":null,"count":0,"null_percentage":null}",
      ]
    `);
    expect((await ask(`summarize from '${put('s.csv', 'a,b\n1,x\n3,y\n')}'`)).length).toBe(3);
    expect(await ask(`describe from '${put('s.csv', 'a,b\n1,x\n3,y\n')}'`)).toMatchInlineSnapshot(`
      [
        "column_name utf8, column_type utf8, null utf8",
        "{"column_name":"a","column_type":"int64","null":"YES"}",
        "{"column_name":"b","column_type":"utf8","null":"YES"}",
      ]
    `);
    expect(await ask('summarize no_such')).toMatchInlineSnapshot(`
      [
        "42P01 relation "no_such" does not exist",
      ]
    `);
  });
});

describe('compressed files', () => {
  test('gzip', async () => {
    const text = `i,t\n${Array.from({ length: 50_000 }, (_, i) => `${i},text ${i % 7}\n`).join('')}`;
    const path = put('z.csv.gz', gzipSync(text));
    expect(await ask(`select count(*) as c, sum(i) as s, max(t) as t from '${path}'`)).toMatchInlineSnapshot(`
      [
        "c int64, s decimal(38,0), t utf8",
        "{"c":50000,"s":"1249975000","t":"text 6"}",
      ]
    `);
    const twice = put('twice.csv.gz', Buffer.concat([gzipSync('i\n1\n'), gzipSync('2\n')]));
    expect(await ask(`from '${twice}'`)).toMatchInlineSnapshot(`
      [
        "i int64",
        "{"i":1}",
        "{"i":2}",
      ]
    `);
    const cut = put('cut.csv.gz', gzipSync(text).subarray(0, 5000));
    const [error = ''] = await ask(`select count(*) from '${cut}'`);
    expect(error).toContain('22P04 the file cannot be decompressed');
    const named = put('plainname', gzipSync('{"a": 1}'));
    expect(await ask(`from read_json('${named}', compression = 'gzip')`)).toMatchInlineSnapshot(`
      [
        "a int64",
        "{"a":1}",
      ]
    `);
  });
  test('zstd, as DuckDB writes it', async () => {
    const path = join(folder, 'z.json.zst');
    await duckdb.run(
      `copy (select i, 'text ' || i as t from range(30000) r(i)) to '${path}' (format json, compression zstd)`,
    );
    expect(await ask(`select count(*) as c, sum(i) as s, max(t) as t from '${path}'`)).toMatchInlineSnapshot(`
      [
        "c int64, s decimal(38,0), t utf8",
        "{"c":30000,"s":"449985000","t":"text 9999"}",
      ]
    `);
  });
});

describe('COPY … TO', () => {
  const query = `select i, case when i = 1 then null else 'a,"' || i || '"' end as t, i * 1.5 as d,
    date '2024-02-28' + i as day, i = 2 as b, [i, null] as l, 0.1::float8 as f from generate_series(0, 2) s(i)`;

  test.each(['csv', 'json', 'ndjson', 'csv.gz', 'json.gz'])('%s', async (ending) => {
    const path = join(folder, `written.${ending}`);
    expect(
      (await db.query(`copy (${query}) to '${path}' ${ending.startsWith('csv') ? '(header)' : ''}`)).rowCount,
    ).toBe(3);
    if (!ending.endsWith('gz')) expect(readFileSync(path, 'utf8')).toMatchSnapshot();
    expect(await ask(`from '${path}'`)).toMatchSnapshot();
  });

  test('Parquet, which DuckDB reads', async () => {
    await db.query(`create table all_types as select i, (i * 3)::int8 as big, i::int2 as small, i = 5 as flag, i / 7.0 as ratio,
      case when i % 3 = 0 then null else 'text ' || i end as t, (i * 1.25)::decimal(9, 2) as d9, (i * 1.25)::decimal(18, 3) as d18,
      (i * 12345678901234567.5)::decimal(38, 4) as d38, date '1999-12-31' + i as day, timestamp '2024-01-01 00:00:00.25' as stamp,
      time '12:34:56.789' as clock, (i / 3.0)::float8 as f8, (i / 3.0)::float4 as f4
      from generate_series(0, 999) s(i)`);
    const path = join(folder, 'written.parquet');
    expect((await db.query(`copy all_types to '${path}'`)).rowCount).toBe(1000);
    const sums = `count(*) as c, sum(big) as big, sum(small) as small, count(t) as t, max(t) as high, sum(d9) as d9, sum(d18) as d18,
      sum(d38) as d38, max(day) as day, max(stamp) as stamp, max(clock) as clock, sum(f8) as f8`;
    const theirs = await (
      await duckdb.runAndReadAll(`select columns(*)::varchar from (select ${sums} from '${path}')`)
    ).getRowObjectsJson();
    const file = (await db.query(`select ${sums} from '${path}'`)).rows[0]!;
    const table = (await db.query(`select ${sums} from all_types`)).rows[0]!;
    expect(file).toEqual(table);
    for (const [name, value] of Object.entries(theirs[0]!)) {
      if (name === 'f8') expect(Number(value)).toBeCloseTo(Number(file[name]), 6);
      else expect([name, String(file[name])]).toEqual([name, value]);
    }
  });

  test('leaves what was there if it fails', async () => {
    const path = put('kept.csv', 'as it was\n');
    expect(await ask(`copy (select 1 / (3 - i) from generate_series(1, 5) s(i)) to '${path}'`)).toMatchInlineSnapshot(`
      [
        "22012 division by zero",
      ]
    `);
    expect(readFileSync(path, 'utf8')).toBe('as it was\n');
    expect(await ask(`copy (select 1) to '${folder}/no/such.csv'`)).toMatchInlineSnapshot(`
      [
        "58030 cannot write "no/such.csv": there is no such folder",
      ]
    `);
    expect(await ask(`copy (select 1) to '${folder}/x.csv' (format xml)`)).toMatchInlineSnapshot(`
      [
        "0A000 COPY in the format xml is not supported yet",
      ]
    `);
    expect(await ask(`copy (select 1) to '${folder}/x.csv' (no_such 1)`)).toMatchInlineSnapshot(`
      [
        "0A000 COPY does not know the option NO_SUCH",
      ]
    `);
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  });
});
