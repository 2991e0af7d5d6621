// Questions in SQL to the whole engine and to another one: the answers must be the same. A file is paragraphs: first the
// tables, then questions, each asked of PostgreSQL, or of DuckDB where the paragraph begins with `-- duckdb`. An error
// counts by its SQLSTATE; `-- error 42803` is for what DuckDB's would not tell.
import { readdirSync, readFileSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';
import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Connection, type Database, open } from '../../engine/index.ts';

type Ask = (sql: string) => Promise<readonly string[]>;

const DUCK = '-- duckdb';

const folder = new URL('./', import.meta.url);

/** Rows as text; sorted where the question does not say their order. */
function lines(sql: string, rows: readonly (readonly (string | null)[])[]): readonly string[] {
  const texts = rows.map((row) => row.map((cell) => cell ?? 'NULL').join(' | '));
  return /\border by\b[^()]*$/i.test(sql) ? texts : texts.sort();
}

async function answer(sql: string, ask: () => Promise<readonly (readonly (string | null)[])[]>) {
  try {
    return lines(sql, await ask());
  } catch (error) {
    const state = error instanceof Object && ('sqlstate' in error ? error.sqlstate : 'code' in error && error.code);
    if (typeof state !== 'string' || state.startsWith('XX')) throw error;
    return [`error ${state}`];
  }
}

function askOrbit(connection: Connection): Ask {
  return (sql) => answer(sql, async () => (await connection.query(sql)).texts);
}

/** Values as PostgreSQL writes them: for the numbers of all types that there are. */
const RAW = Object.fromEntries(Array.from({ length: 5000 }, (_, oid) => [oid, (text: string) => text]));

function askPostgres(postgres: PGlite): Ask {
  return (sql) =>
    answer(sql, async () => {
      const result = await postgres.query<(string | null)[]>(sql, [], { rowMode: 'array', parsers: RAW });
      return result.rows;
    });
}

async function askDuck(schema: string): Promise<{ readonly ask: Ask; readonly close: () => void }> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(schema);
  return {
    ask: (sql) =>
      answer(sql, async () => {
        const reader = await connection.runAndReadAll(sql);
        return reader.getRows().map((row) => row.map((value) => (value === null ? null : String(value))));
      }),
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

for (const name of readdirSync(folder).filter((file) => file.endsWith('.sql'))) {
  const [schema = '', ...questions] = readFileSync(new URL(name, folder), 'utf8')
    .trim()
    .split(/\n{2,}/);
  describe(name, () => {
    let orbit: Database;
    let connection: Connection;
    let postgres: PGlite;
    let duck: Awaited<ReturnType<typeof askDuck>> | undefined;

    beforeAll(async () => {
      orbit = await open(':memory:', { threads: 1 });
      connection = await orbit.connect();
      for (const statement of schema.split(/;\n/)) await connection.query(statement);
      postgres = await PGlite.create();
      await postgres.exec(schema);
      if (questions.some((question) => question.startsWith(DUCK))) duck = await askDuck(schema);
    });

    afterAll(async () => {
      duck?.close();
      await postgres?.close();
      await orbit?.close();
    });

    test.each(questions)('%s', async (question) => {
      const ours = await askOrbit(connection)(question);
      const expectedError = /^-- error (\w{5})/.exec(question);
      if (expectedError !== null) expect(ours).toEqual([`error ${expectedError[1]}`]);
      else if (duck !== undefined && question.startsWith(DUCK)) expect(ours).toEqual(await duck.ask(question));
      else expect(ours).toEqual(await askPostgres(postgres)(question));
    });
  });
}
