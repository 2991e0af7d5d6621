import { readFileSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';
import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Database, OrbitError, open } from '../../engine/index.ts';

/**
 * Joins, recursive queries and table functions give what PostgreSQL gives, and for what it does not have, what DuckDB
 * gives. A file is a schema and queries with an empty line between them; an error is compared by its SQLSTATE.
 */

interface Queries {
  readonly schema: readonly string[];
  readonly queries: readonly string[];
}

function read(file: string): Queries {
  const blocks = readFileSync(new URL(file, import.meta.url), 'utf8')
    .split(/\n\s*\n/)
    .map((text) => text.replace(/^--.*\n?/gm, '').trim())
    .filter((text) => text !== '');
  const [schema = '', ...queries] = blocks;
  return { schema: schema.split(/;\s*/).filter((statement) => statement !== ''), queries };
}

type Answer = readonly string[];

function lines(rows: readonly (readonly unknown[])[], query: string): Answer {
  const texts = rows.map((row) => row.map((value) => (value === null ? '-' : String(value))).join(' | '));
  return /\border by\b[^()]*$/.test(query) ? texts : texts.sort();
}

async function ownAnswer(db: Database, query: string): Promise<Answer> {
  try {
    return lines((await db.query(query)).texts, query);
  } catch (error) {
    if (error instanceof OrbitError && error.code !== 'internal_error') return [`error ${error.sqlstate}`];
    throw error;
  }
}

async function filled({ schema }: Queries): Promise<Database> {
  const db = await open(':memory:', { threads: 1 });
  for (const statement of schema) await db.query(statement);
  return db;
}

describe('answers of PostgreSQL', () => {
  const file = read('postgres.sql');
  const asText = (value: string): string => value;
  const parsers = Object.fromEntries(
    [16, 20, 21, 23, 25, 700, 701, 1043, 1082, 1114, 1186, 1700, 1005, 1007, 1009, 1015, 1016].map((oid) => [
      oid,
      asText,
    ]),
  );
  let postgres: PGlite;
  let db: Database;
  beforeAll(async () => {
    postgres = new PGlite();
    for (const statement of file.schema) await postgres.exec(statement);
    db = await filled(file);
  });
  afterAll(async () => {
    await postgres.close();
    await db.close();
  });

  test.each(file.queries)('%s', async (query) => {
    const expected = await postgres.query<unknown[]>(query, [], { rowMode: 'array', parsers }).then(
      ({ rows }) => lines(rows, query),
      (error: unknown) => {
        if (typeof error === 'object' && error !== null && 'code' in error) return [`error ${String(error.code)}`];
        throw error;
      },
    );
    expect(await ownAnswer(db, query)).toEqual(expected);
  });
});

describe('answers of DuckDB', () => {
  const file = read('duckdb.sql');
  let instance: DuckDBInstance;
  let db: Database;
  beforeAll(async () => {
    instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    for (const statement of file.schema) await connection.run(statement);
    connection.closeSync();
    db = await filled(file);
  });
  afterAll(async () => {
    instance.closeSync();
    await db.close();
  });

  test.each(file.queries)('%s', async (query) => {
    const connection = await instance.connect();
    const expected = lines((await connection.runAndReadAll(query)).getRows(), query);
    connection.closeSync();
    expect(await ownAnswer(db, query)).toEqual(expected);
  });
});
