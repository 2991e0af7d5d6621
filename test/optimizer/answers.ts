import { PGlite } from '@electric-sql/pglite';
import type { Catalog } from '../../compiler/catalog/catalog.ts';
import { type OptimizeOptions, optimize } from '../../compiler/optimizer/index.ts';
import { lower } from '../../compiler/physical/lower.ts';
import { OrbitError } from '../../compiler/types/error.ts';
import { formatValue, parseText } from '../../compiler/types/text.ts';
import { interpret } from '../../runtime/reference/interpret.ts';
import { MemoryTables } from '../../runtime/reference/memory-tables.ts';
import { bindQueryPlan, catalogWithStatistics } from './support.ts';

/** Small tables in PostgreSQL and here, for questions whose answers must be the same. */
export interface Databases {
  readonly postgres: PGlite;
  readonly catalog: Catalog;
  readonly tables: MemoryTables;
}

/** Rows as lines of cells, `-` being NULL; or one line with an error's SQLSTATE. */
export type Answer = readonly string[];

export const SCHEMA = `
  create table a (id integer primary key, x integer, y integer, z varchar(5), d date);
  create table b (id integer primary key, x integer, y integer, z varchar(5), d date);
  create table c (id integer primary key, x integer, y integer not null, z varchar(5), d date);`;
export const TABLES = ['a', 'b', 'c'];

/** Statistics that are wrong in different ways lead to different plans, all of which must be right. */
const STATISTICS = [
  'a 10\nb 10\nc 10',
  'a 1000000\n  x 1000\n  y 10\nb 10\n  x 5\nc 1000\n  x 1000',
  'a 10\n  x 2\nb 1000000\n  x 100000\n  y 1000\nc 1000000\n  y 10',
];

/** A source of numbers below a bound, the same for a seed. */
export type Random = (below: number) => number;

export function seededRandom(seed: number): Random {
  let state = Math.imul(seed, 0x9e3779b1) >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 9) % below;
  };
}

export function pick<T>(random: Random, list: readonly [T, ...T[]]): T {
  return list[random(list.length)] ?? list[0];
}

/** The tables a, b and c with a few rows of small numbers, among them NULLs. */
export async function openDatabases(seed: number): Promise<Databases> {
  const random = seededRandom(seed);
  const catalog = catalogWithStatistics(SCHEMA, STATISTICS[seed % STATISTICS.length] ?? '');
  const postgres = await PGlite.create();
  await postgres.exec(SCHEMA);
  const tables = new MemoryTables();
  for (const name of TABLES) {
    const table = catalog.table(name);
    if (table === undefined) continue;
    const rows = Array.from({ length: 4 + random(4) }, (_, i): readonly (string | null)[] => [
      `${i + 1}`,
      random(5) === 0 ? null : `${random(4)}`,
      name !== 'c' && random(5) === 0 ? null : `${random(4)}`,
      random(6) === 0 ? null : pick(random, ['p', 'pq', 'q', 'r']),
      random(6) === 0 ? null : `2020-01-0${1 + random(5)}`,
    ]);
    const literals = rows.map((row) => `(${row.map((cell) => (cell === null ? 'null' : `'${cell}'`)).join(', ')})`);
    await postgres.exec(`insert into ${name} values ${literals.join(', ')}`);
    tables.load(
      table,
      rows.map((row) => row.map((cell, i) => (cell === null ? null : parseText(cell, table.columns[i]!.type)))),
    );
  }
  return { postgres, catalog, tables };
}

/** Sorted where the query does not say the order of its rows. */
export function lines(rows: readonly (readonly string[])[], query: string): Answer {
  const texts = rows.map((row) => row.join(' | '));
  return /\border by\b[^()]*$/.test(query) ? texts : texts.sort();
}

const asText = (value: string): string => value;
/** bool, int8, int4, text, varchar, date, numeric, and lists of int4, text and varchar, as the server writes them. */
const parsers = Object.fromEntries([16, 20, 23, 25, 1043, 1082, 1700, 1007, 1009, 1015].map((oid) => [oid, asText]));

export async function expectedAnswer({ postgres }: Databases, query: string): Promise<Answer> {
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

export function ownAnswer({ catalog, tables }: Databases, query: string, options: OptimizeOptions): Answer {
  try {
    const { plan } = optimize(bindQueryPlan(query, catalog), { ...options, verify: true });
    const { columns } = plan;
    const rows = interpret(lower(plan), { parameters: [], tables, outer: new Map() });
    return lines(
      rows.map((row) => row.map((value, i) => (value === null ? '-' : formatValue(value, columns[i]!.type)))),
      query,
    );
  } catch (error) {
    if (error instanceof OrbitError && error.code !== 'internal_error') return [`error ${error.sqlstate}`];
    throw error;
  }
}
