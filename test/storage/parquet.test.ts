import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OrbitError } from '../../compiler/types/error.ts';
import { formatValue } from '../../compiler/types/text.ts';
import { typeName } from '../../compiler/types/type.ts';
import { open } from '../../engine/index.ts';
import { createFileHost } from '../../storage/files/host.node.ts';
import { openFileTable } from '../../storage/files/open.ts';
import { readTable } from './support.ts';

// Files that DuckDB writes, read by us and by DuckDB.

let folder = '';
let duckdb: Awaited<ReturnType<DuckDBInstance['connect']>>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'orbit-parquet-'));
  duckdb = await (await DuckDBInstance.create(':memory:')).connect();
  await duckdb.run(`create table t as select
    i, case when i % 7 = 0 then null else i * 1000003 end as n,
    (i % 100)::tinyint as i8, (i - 500)::smallint as i16, i::integer as i32, (i * 9223372036)::bigint as i64,
    (i % 200)::utinyint as u8, (i * 60)::usmallint as u16, (i * 4000000)::uinteger as u32, (i * 18446744073709)::ubigint as u64,
    i % 3 = 0 as flag, case when i % 5 = 0 then null else i % 2 = 0 end as flag_or_null,
    (i / 7)::float as f32, case when i % 11 = 0 then null else i / 3.0 end::double as f64,
    (i * 1.25)::decimal(9, 2) as d9, (i * -3.5)::decimal(18, 4) as d18, (i * 12345678901234567890.5)::decimal(38, 3) as d38,
    date '2000-01-01' + i::integer as day, time '00:00:00' + to_seconds(i) as moment,
    timestamp '1969-12-25 12:00:00.123456' + to_hours(i) as stamp,
    (timestamp '2020-01-01 00:00:00.5' + to_seconds(i))::timestamp_ms as stamp_ms,
    (timestamp '2020-01-01 00:00:00.000001' + to_seconds(i))::timestamp_ns as stamp_ns,
    'text ' || (i % 10) as few, 'größer ' || i || repeat('x', (i % 50)::integer) as many,
    case when i % 4 = 0 then null else 'maybe ' || (i % 6) end as few_or_null,
    ('b' || i)::blob as bytes, uuid '11111111-2222-3333-4444-555555555555' as id, null::integer as nothing
    from range(1000) r(i)`);
});

afterAll(() => {
  duckdb.closeSync();
  rmSync(folder, { recursive: true, force: true });
});

const host = createFileHost();

function openFile(path: string) {
  return openFileTable(host, { key: path, format: undefined, paths: [path], options: new Map() });
}

async function ours(path: string): Promise<readonly string[]> {
  const table = await openFile(path);
  const rows = await readTable(table);
  return rows.map((row) =>
    row.map((value, i) => (value === null ? 'NULL' : formatValue(value, table.columns[i]!.type))).join(' | '),
  );
}

const FORMS: readonly (readonly [string, string])[] = [
  ['snappy', "compression 'snappy'"],
  ['zstd', "compression 'zstd'"],
  ['gzip', "compression 'gzip'"],
  ['uncompressed', "compression 'uncompressed'"],
  ['version 2', "parquet_version 'V2'"],
  ['small row groups', 'row_group_size 128'],
  ['small dictionaries', 'dictionary_size_limit 1'],
];

/** What our texts of values and theirs have in common. */
const DUCKDB_TEXT = `select columns(* exclude (bytes, stamp_ns, f32, f64, d38, flag, flag_or_null))::varchar, f32::double as f32, f64,
  d38::varchar as d38, bytes, flag, flag_or_null,
  stamp_ns::timestamp::varchar as stamp_ns`;

describe('files of DuckDB', () => {
  test.each(FORMS)('%s', async (name, options) => {
    const path = join(folder, `${name}.parquet`);
    await duckdb.run(`copy t to '${path}' (format parquet, ${options})`);
    const table = await openFile(path);
    const rows = await readTable(table);
    expect(rows.length).toBe(1000);
    const theirs = await (await duckdb.runAndReadAll(`${DUCKDB_TEXT} from '${path}'`)).getRowObjectsJson();
    const wrong: string[] = [];
    rows.forEach((row, r) => {
      row.forEach((value, i) => {
        const { name: column, type } = table.columns[i]!;
        const their = theirs[r]![column];
        const same =
          their === null || value === null
            ? value === their
            : typeof their === 'number' || typeof their === 'boolean'
              ? value === their
              : type.kind === 'binary'
                ? Buffer.from(value as Uint8Array).toString() === their
                : formatValue(value, type) === their;
        if (!same) wrong.push(`${column} ${typeName(type)}: ${String(value)} instead of ${String(their)}`);
      });
    });
    expect(wrong.slice(0, 20)).toEqual([]);
  });

  test('lists', async () => {
    const path = join(folder, 'lists.parquet');
    await duckdb.run(`copy (select case i % 4 when 0 then null when 1 then [] when 2 then [i, null, -i] else [i] end as l,
      case when i % 3 = 0 then ['a', 'b' || i] end as texts from range(300) r(i)) to '${path}' (row_group_size 100)`);
    const rows = await ours(path);
    expect(rows.slice(0, 5)).toMatchInlineSnapshot(`
      [
        "NULL | {a,b0}",
        "{} | NULL",
        "{2,NULL,-2} | NULL",
        "{3} | {a,b3}",
        "NULL | NULL",
      ]
    `);
    expect(rows.length).toBe(300);
    expect(rows[299]).toBe('{299} | NULL');
  });

  test.each([
    ['a struct', 'select {a: 1} as s'],
    ['a map', 'select map {1: 2} as s'],
    ['a list of nested values', 'select [[1]] as s'],
  ])('refuses %s', async (what, query) => {
    const path = join(folder, 'nested.parquet');
    await duckdb.run(`copy (${query}) to '${path}'`);
    await expect(openFile(path)).rejects.toThrow(`column "s" of "${path}" is ${what}, which cannot be read yet`);
  });
});

describe('statements', () => {
  test('leave out row groups that cannot have a row', async () => {
    const path = join(folder, 'pruned.parquet');
    await duckdb.run(
      `copy (select i, (i * 1.5)::decimal(9, 1) as d from range(10000) r(i)) to '${path}' (row_group_size 2048)`,
    );
    const db = await open(':memory:');
    try {
      const { rows } = await db.query(
        `select count(*) as c, min(d) as low from '${path}' where i between 3000 and 3999`,
      );
      expect(rows).toEqual([{ c: 1000n, low: '4500.0' }]);
      const plan = await db.explain(`select count(*) from '${path}' where d > 14000`, { analyze: true });
      expect(plan).toContain('4 pruned');
      const all = await db.query(`select count(*) as c from read_parquet('${path}')`);
      expect(all.rows).toEqual([{ c: 10000n }]);
      await expect(db.query(`from read_parquet('${path}', no_such_option = 1)`)).rejects.toThrow('no_such_option');
      await expect(db.query('from read_parquet()')).rejects.toThrow('read_parquet needs the path of a file');
    } finally {
      await db.close();
    }
  });

  test('load files whole', async () => {
    const path = join(folder, 'loaded.parquet');
    await duckdb.run(`copy (select i, 'text ' || (i % 10) as few, case when i % 3 = 0 then null else 'a ' || i end as many
      from range(200000) r(i)) to '${path}' (row_group_size 50000)`);
    const db = await open(':memory:');
    try {
      const made = await db.query(`create table t as select * from '${path}'`);
      expect(made.rowCount).toBe(200000);
      await db.query(`create table u (few text, extra int, i bigint)`);
      await db.query(`create table f as select few, i from '${path}'`);
      const sums = `count(*) as c, sum(i)::bigint as s, count(distinct few) as d`;
      const [t] = (await db.query(`select ${sums}, count(many) as m, max(many) as high from t`)).rows;
      expect(t).toEqual({ c: 200000n, s: 19999900000n, d: 10n, m: 133333n, high: 'a 99998' });
      expect((await db.query(`select ${sums} from f`)).rows).toEqual([{ c: 200000n, s: 19999900000n, d: 10n }]);
      await expect(db.query(`copy u from '${path}'`)).rejects.toThrow('is of type int64, not utf8');
      await expect(db.query(`copy f from '${path}'`)).rejects.toThrow('the file has 3 columns, 2 are to be loaded');
      await db.query(`copy t from '${path}'`);
      expect((await db.query('select count(*) as c from t')).rows).toEqual([{ c: 400000n }]);
    } finally {
      await db.close();
    }
  });

  test('say what is wrong with a file', async () => {
    const path = join(folder, 'no.parquet');
    await expect(openFile(path)).rejects.toThrow(OrbitError);
    await duckdb.run(`copy (select 1 as a) to '${path}' (format csv)`);
    await expect(openFile(path)).rejects.toThrow('too short');
  });
});
