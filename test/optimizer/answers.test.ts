import { readFileSync } from 'node:fs';
import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Catalog } from '../../compiler/catalog/catalog.ts';
import { optimize, PASSES } from '../../compiler/optimizer/index.ts';
import { lower } from '../../compiler/physical/lower.ts';
import { OrbitError } from '../../compiler/types/error.ts';
import { formatValue, parseText } from '../../compiler/types/text.ts';
import { interpret } from '../../runtime/reference/interpret.ts';
import { MemoryTables } from '../../runtime/reference/memory-tables.ts';
import { bindQueryPlan, catalogWithStatistics } from './support.ts';

/** Every query has PostgreSQL's answer, with all passes and with each of them turned off. */

const SCHEMA = `
  create table a (id integer primary key, x integer, y integer, z varchar(5), d date);
  create table b (id integer primary key, x integer, y integer, z varchar(5), d date);
  create table c (id integer primary key, x integer, y integer, z varchar(5), d date);`;

const queries = readFileSync(new URL('queries.sql', import.meta.url), 'utf8')
  .split(/\n\s*\n/)
  .map((text) => text.trim())
  .filter((text) => text !== '' && !text.startsWith('--'));

/** Statistics that are wrong in different ways lead to different plans, all of which must be right. */
const STATISTICS = [
  'a 10\nb 10\nc 10',
  'a 1000000\n  x 1000\n  y 10\nb 10\n  x 5\nc 1000\n  x 1000',
  'a 10\n  x 2\nb 1000000\n  x 100000\n  y 1000\nc 1000000\n  y 10',
];

/** Small numbers, with NULLs; the same for a seed. */
function randomRows(seed: number): readonly (readonly (string | null)[])[][] {
  let state = seed;
  const next = (below: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % below;
  };
  const cell = (): string | null => (next(5) === 0 ? null : `${next(4)}`);
  return ['a', 'b', 'c'].map(() =>
    Array.from({ length: next(3) + 5 }, (_, id) => [
      `${id + 1}`,
      cell(),
      cell(),
      next(6) === 0 ? null : (['p', 'pq', 'q', 'r'][next(4)] ?? 'p'),
      next(6) === 0 ? null : `2020-01-0${next(5) + 1}`,
    ]),
  );
}

type Answer = readonly string[];

/** Rows as lines; sorted where the query does not say their order. */
function lines(rows: readonly (readonly string[])[], query: string): Answer {
  const texts = rows.map((row) => row.join(' | '));
  return /\border by\b[^()]*$/.test(query) ? texts : texts.sort();
}

const asText = (value: string): string => value;
/** bool, int8, int4, date, numeric, text and lists of them, as the server writes them. */
const parsers = Object.fromEntries([16, 20, 23, 25, 1043, 1082, 1700, 1007, 1015, 1009].map((oid) => [oid, asText]));

describe.each([1, 2, 3])('answers over the tables of seed %i', (seed) => {
  let postgres: PGlite;
  const rows = randomRows(seed * 7919);
  const statistics = STATISTICS[(seed - 1) % STATISTICS.length] ?? '';
  const catalog = catalogWithStatistics(SCHEMA, statistics);
  const tables = loadTables(catalog, rows);

  beforeAll(async () => {
    postgres = await PGlite.create();
    await postgres.exec(SCHEMA);
    for (const [i, name] of ['a', 'b', 'c'].entries()) {
      const values = rows[i]?.map((row) => `(${row.map((cell) => (cell === null ? 'null' : `'${cell}'`)).join(', ')})`);
      await postgres.exec(`insert into ${name} values ${values?.join(', ')}`);
    }
  });
  afterAll(() => postgres.close());

  test.each(queries)('%s', async (query) => {
    const expected = await answerOf(postgres, query);
    const without = ['nothing', ...new Set(PASSES.map((pass) => pass.name))].filter((name) => name !== 'decorrelate');
    for (const off of without)
      expect({ off, answer: ownAnswer(query, catalog, tables, off) }).toEqual({ off, answer: expected });
  });
});

function loadTables(catalog: Catalog, rows: readonly (readonly (readonly (string | null)[])[])[]): MemoryTables {
  const tables = new MemoryTables();
  for (const [i, name] of ['a', 'b', 'c'].entries()) {
    const table = catalog.table(name);
    if (table === undefined) continue;
    tables.load(
      table,
      (rows[i] ?? []).map((row) =>
        row.map((cell, column) =>
          cell === null ? null : parseText(cell, table.columns[column]?.type ?? { kind: 'utf8' }),
        ),
      ),
    );
  }
  return tables;
}

async function answerOf(postgres: PGlite, query: string): Promise<Answer> {
  try {
    const result = await postgres.query<string[]>(query, [], { rowMode: 'array', parsers });
    return lines(
      result.rows.map((row) => row.map((value: unknown) => (value === null ? '-' : String(value)))),
      query,
    );
  } catch (error) {
    const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
    if (typeof code === 'string') return [`error ${code}`];
    throw error;
  }
}

function ownAnswer(query: string, catalog: Catalog, tables: MemoryTables, off: string): Answer {
  try {
    const { plan } = optimize(bindQueryPlan(query, catalog), { off: [off], verify: true });
    const physical = lower(plan);
    const rows = interpret(physical, { parameters: [], tables, outer: new Map() });
    return lines(
      rows.map((row) =>
        row.map((value, i) =>
          value === null ? '-' : formatValue(value, physical.columns[i]?.type ?? { kind: 'utf8' }),
        ),
      ),
      query,
    );
  } catch (error) {
    if (error instanceof OrbitError && error.code !== 'internal_error') return [`error ${error.sqlstate}`];
    throw error;
  }
}
