// Scripts that define and change things, statement by statement against PostgreSQL: rows, numbers of rows written and
// SQLSTATEs must be the same. A statement ends with a semicolon at the end of a line. `-- only here: …` before one says
// why PostgreSQL is not asked; it must then succeed, or fail as `-- only here, error 42P01: …` says.
import { readdirSync, readFileSync } from 'node:fs';
import { PGlite } from '@electric-sql/pglite';
import { expect, test } from 'vitest';
import { type Database, open } from '../../engine/index.ts';

const folder = new URL('./', import.meta.url);

function sorted(sql: string, rows: readonly string[]): readonly string[] {
  return /\border by\b[^()]*$/i.test(sql) ? rows : [...rows].sort();
}

function failure(error: unknown): readonly string[] {
  const state = error instanceof Object && ('sqlstate' in error ? error.sqlstate : 'code' in error && error.code);
  if (typeof state !== 'string' || state.startsWith('XX')) throw error;
  return [`error ${state}`];
}

const WRITES = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE']);

async function askOrbit(database: Database, sql: string): Promise<readonly string[]> {
  try {
    const { command, columns, texts, rowCount } = await database.query(sql);
    if (columns.length > 0)
      return sorted(
        sql,
        texts.map((row) => row.map((cell) => cell ?? 'NULL').join(' | ')),
      );
    return WRITES.has(command) ? [`${rowCount} rows`] : [];
  } catch (error) {
    return failure(error);
  }
}

/** Values as PostgreSQL writes them: for the numbers of all types that there are. */
const RAW = Object.fromEntries(Array.from({ length: 5000 }, (_, oid) => [oid, (text: string) => text]));

async function askPostgres(postgres: PGlite, sql: string): Promise<readonly string[]> {
  try {
    const result = await postgres.query<(string | null)[]>(sql, [], { rowMode: 'array', parsers: RAW });
    if (result.fields.length > 0)
      return sorted(
        sql,
        result.rows.map((row) => row.map((cell) => cell ?? 'NULL').join(' | ')),
      );
    const writes = /^\s*(with|insert|update|delete|merge)\b/i.test(sql);
    return writes ? [`${result.affectedRows ?? 0} rows`] : [];
  } catch (error) {
    return failure(error);
  }
}

for (const name of readdirSync(folder).filter((file) => file.endsWith('.sql'))) {
  test(name, async () => {
    const orbit = await open(':memory:', { threads: 1 });
    const postgres = await PGlite.create();
    const texts = readFileSync(new URL(name, folder), 'utf8').split(/;\s*\n/);
    const differences: string[] = [];
    for (const text of texts) {
      const sql = text.replace(/^\s*--.*$/gm, '').trim();
      if (sql === '') continue;
      const own = /^\s*-- only here(?:, error (\w{5}))?: \S/m.exec(text);
      const got = await askOrbit(orbit, sql);
      const wanted = own === null ? await askPostgres(postgres, sql) : undefined;
      const state = own?.[1];
      const same =
        wanted === undefined
          ? got[0]?.startsWith('error') === true
            ? got[0] === `error ${state}`
            : state === undefined
          : got.join('\n') === wanted.join('\n');
      if (!same) differences.push(`${sql}\n  PostgreSQL: ${(wanted ?? []).join('; ')}\n  here: ${got.join('; ')}`);
    }
    await orbit.close();
    await postgres.close();
    expect(differences.join('\n\n')).toBe('');
  }, 120_000);
}
