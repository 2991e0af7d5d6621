import {
  type DuckDBConnection,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBInstance,
  type DuckDBResultReader,
  DuckDBTimestampValue,
  DuckDBTypeId,
  type DuckDBValue,
} from '@duckdb/node-api';
import { PGlite } from '@electric-sql/pglite';
import { formatDecimal } from '../../compiler/types/decimals.ts';
import { type Answer, type AnswerCell, type AnswerRow, exactNumber } from './answers.ts';
import type { DataSet } from './data.ts';
import { definition, insertions } from './schema.ts';

/** Another engine with the same tables. */
export interface PeerEngine {
  readonly name: 'DuckDB' | 'PostgreSQL';
  readonly answer: (query: string) => Promise<Answer>;
  /** Replaces its tables. */
  readonly load: (data: DataSet) => Promise<void>;
  readonly close: () => Promise<void>;
}

function statements({ tables }: DataSet): readonly string[] {
  return tables.flatMap(({ table, rows }) => [
    `drop table if exists ${table.name}`,
    definition(table),
    ...insertions(table, rows),
  ]);
}

/** DuckDB, told to divide integers and to sort NULLs as PostgreSQL does: docs/differences.md. */
export async function openDuck(): Promise<PeerEngine> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  await connection.run('set integer_division = true');
  await connection.run("set default_null_order = 'nulls_last_on_asc_first_on_desc'");
  return {
    name: 'DuckDB',
    answer: (query) => duckAnswer(connection, query),
    load: async (data) => {
      for (const statement of statements(data)) await connection.run(statement);
    },
    close: () => {
      connection.closeSync();
      instance.closeSync();
      return Promise.resolve();
    },
  };
}

async function duckAnswer(connection: DuckDBConnection, query: string): Promise<Answer> {
  try {
    const reader = await connection.runAndReadAll(query);
    return { kind: 'rows', rows: duckRows(reader) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const code = /^[\w ]+?(?= Error)/.exec(message)?.[0] ?? 'unknown';
    const refused = ['Binder', 'Parser', 'Catalog', 'Not implemented', 'INTERNAL'].includes(code);
    return { kind: refused ? 'refused' : 'failed', code, message };
  }
}

function duckRows(reader: DuckDBResultReader): readonly AnswerRow[] {
  const floats = reader
    .columnTypes()
    .map(({ typeId }) => typeId === DuckDBTypeId.DOUBLE || typeId === DuckDBTypeId.FLOAT);
  return reader.getRows().map((row) => row.map((value, i) => duckCell(value, floats[i] === true)));
}

function duckCell(value: DuckDBValue, float: boolean): AnswerCell {
  if (value === null) return null;
  if (typeof value === 'bigint') return `#${value}`;
  if (typeof value === 'number') return float ? value + 0 : `#${value}`;
  if (typeof value === 'boolean') return `b:${value}`;
  if (typeof value === 'string') return `u:${value}`;
  if (value instanceof DuckDBDecimalValue) return exactNumber(formatDecimal(value.value, value.scale));
  if (value instanceof DuckDBDateValue) return `d:${value}`;
  if (value instanceof DuckDBTimestampValue) return `T:${value}`;
  return `?:${value}`;
}

const asText = (text: string): string => text;
/** bool, bigint, smallint, integer, text, real, double, varchar, date, timestamp, timestamptz, numeric, unknown. */
const TYPES = [16, 20, 21, 23, 25, 700, 701, 1043, 1082, 1114, 1184, 1700, 705];
const parsers = Object.fromEntries(TYPES.map((oid) => [oid, asText]));

export async function openPostgres(): Promise<PeerEngine> {
  const database = await PGlite.create();
  return {
    name: 'PostgreSQL',
    answer: (query) => postgresAnswer(database, query),
    load: async (data) => {
      for (const statement of statements(data)) await database.exec(statement);
      await database.exec('analyze');
    },
    close: () => database.close(),
  };
}

/** Errors of syntax and of what PostgreSQL does not have. */
const REFUSALS = /^(42|0A)/;

async function postgresAnswer(database: PGlite, query: string): Promise<Answer> {
  try {
    const { rows, fields } = await database.query<(string | null)[]>(query, [], { rowMode: 'array', parsers });
    const types = fields.map(({ dataTypeID }) => dataTypeID);
    return { kind: 'rows', rows: rows.map((row) => row.map((cell, i) => postgresCell(cell, types[i] ?? 25))) };
  } catch (error) {
    const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown';
    const message = error instanceof Error ? error.message : String(error);
    return { kind: REFUSALS.test(code) ? 'refused' : 'failed', code, message };
  }
}

function postgresCell(cell: string | null, type: number): AnswerCell {
  if (cell === null) return null;
  switch (type) {
    case 16:
      return `b:${cell === 't'}`;
    case 20:
    case 21:
    case 23:
    case 1700:
      return exactNumber(cell);
    case 700:
    case 701:
      return Number(cell) + 0;
    case 1082:
      return `d:${cell}`;
    case 1114:
      return `T:${cell}`;
    case 1184:
      return `T:${cell.replace(/\+00$/, '')}`;
    default:
      return `u:${cell}`;
  }
}
