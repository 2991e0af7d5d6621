import { DuckDBInstance } from '@duckdb/node-api';
import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, open } from '../../engine/index.ts';
import { seededRandom } from '../optimizer/answers.ts';
import { randomDuckQuery, randomFirstQuery, randomQuery, randomRows, SCHEMA } from './queries.ts';

/**
 * Random windows, executed here, by PostgreSQL, and by DuckDB what only it has.
 * SEEDS=7,8 QUERIES=1000 ROWS=5000 looks elsewhere, longer and at more rows.
 */
const seeds = (process.env.SEEDS ?? '1').split(',').map(Number);
const count = Number(process.env.QUERIES ?? 60);
const rowCount = Number(process.env.ROWS ?? 400);

type Texts = readonly (readonly (string | null)[])[];

let db: Database;
let postgres: PGlite;
let duck: Awaited<ReturnType<DuckDBInstance['connect']>>;

beforeAll(async () => {
  db = await open(':memory:', { threads: 1 });
  postgres = await PGlite.create();
  duck = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
});

afterAll(async () => {
  await db.close();
  await postgres.close();
  duck.closeSync();
});

async function fill(seed: number): Promise<void> {
  const rows = randomRows(seededRandom(seed), rowCount);
  for (const run of [
    (sql: string) => db.query(sql),
    (sql: string) => postgres.exec(sql),
    (sql: string) => duck.run(sql),
  ]) {
    await run('drop table if exists w');
    await run(SCHEMA);
    await run(`insert into w values ${rows.join(', ')}`);
  }
}

const asText = (value: string): string => value;
const OIDS = [16, 20, 23, 25, 701, 1082, 1114, 1700];

async function fromPostgres(sql: string): Promise<Texts> {
  const parsers = Object.fromEntries(OIDS.map((oid) => [oid, asText]));
  const { rows } = await postgres.query<(string | null)[]>(sql, [], { rowMode: 'array', parsers });
  return rows;
}

async function fromDuck(sql: string): Promise<Texts> {
  const reader = await duck.runAndReadAll(sql);
  return reader.getRows().map((row) => row.map((value) => (value === null ? null : String(value))));
}

/** Numbers that differ in the last digits only, or in how they are written, are the same. */
function same(a: string | null, b: string | null): boolean {
  if (a === b) return true;
  if (a === null || b === null || a === '' || b === '') return false;
  const [x, y] = [Number(a), Number(b)];
  return Math.abs(x - y) <= 1e-9 * Math.max(1, Math.abs(x), Math.abs(y));
}

function check(sql: string, own: Texts, expected: Texts): void {
  const wrong = expected.findIndex((row, i) => !row.every((value, j) => same(own[i]?.[j] ?? null, value)));
  if (wrong < 0 && own.length === expected.length) return;
  expect({ sql, rows: own.length, row: own[wrong] }).toEqual({ sql, rows: expected.length, row: expected[wrong] });
}

test.each(seeds)('windows of seed %i, as in PostgreSQL', { timeout: 3_600_000 }, async (seed) => {
  await fill(seed);
  const random = seededRandom(seed);
  for (let i = 0; i < count; i++) {
    const sql = randomQuery(random, { exclusions: true });
    check(sql, (await db.query(sql)).texts, await fromPostgres(sql));
  }
});

test.each(seeds)('first rows of partitions, of seed %i, as in PostgreSQL', { timeout: 3_600_000 }, async (seed) => {
  await fill(seed);
  const random = seededRandom(seed);
  for (let i = 0; i < count; i++) {
    const sql = randomFirstQuery(random);
    check(sql, (await db.query(sql)).texts, await fromPostgres(sql));
  }
});

test.each(seeds)('windows of seed %i that pass over NULLs, as in DuckDB', { timeout: 3_600_000 }, async (seed) => {
  await fill(seed);
  const random = seededRandom(seed);
  for (let i = 0; i < count; i++) {
    const sql = randomDuckQuery(random);
    check(sql, (await db.query(sql)).texts, await fromDuck(sql));
  }
});
