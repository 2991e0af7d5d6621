import { Random } from '../executor/random.ts';
import { type Cell, makeRows, type SchemaTable, type Size, TABLES } from './schema.ts';

/** The tables of random-sql with rows. */
export interface DataSet {
  readonly seed: number;
  readonly size: Size;
  readonly tables: readonly { readonly table: SchemaTable; readonly rows: readonly (readonly Cell[])[] }[];
}

export function makeData(seed: number, size: Size): DataSet {
  const random = new Random(seed);
  return { seed, size, tables: TABLES.map((table) => ({ table, rows: makeRows(table, random, size) })) };
}
