import type { ColumnDefinition, TableHandle } from '../../compiler/catalog/catalog.ts';
import type { Type } from '../../compiler/types/type.ts';
import type { Value } from '../../compiler/types/value.ts';
import { MemoryTables } from '../../runtime/reference/memory-tables.ts';
import type { StoredRow, Tables } from '../../runtime/reference/tables.ts';
import { loadRows } from '../../storage/tables/bulk-loader.ts';
import { createMemoryTable, type MemoryTable } from '../../storage/tables/memory-table.ts';
import { createTransactionManager } from '../../storage/transactions/manager.ts';

/** A table as the executor reads it, and its rows as the reference does. */
export interface TestTable {
  readonly handle: MemoryTable;
  readonly rows: readonly (readonly Value[])[];
  /** Every so many-th row has been deleted, so that chunks have rows that nobody sees. 0: none. */
  readonly holes: number;
}

export interface Making {
  readonly holes?: number;
  /** Rows of a chunk. */
  readonly batch?: number;
  /** Rows at the end that are inserted one by one, as statements do it. */
  readonly single?: number;
  readonly keys?: readonly (readonly number[])[];
}

/** Writes of plans are rolled back, so that all plans see the same rows. */
export const transactions: ReturnType<typeof createTransactionManager> = createTransactionManager();

const LOADING = -1;
const CLEANUP = 0;
/** The command of the plans' scans and writes. */
export const COMMAND = 1;

export function column(name: string, type: Type, nullable: boolean): ColumnDefinition {
  return { name, type, nullable };
}

export function testTable(
  name: string,
  columns: readonly ColumnDefinition[],
  rows: readonly (readonly Value[])[],
  { holes = 0, batch = Math.max(rows.length, 1), single = 0, keys = [] }: Making = {},
): TestTable {
  const handle = createMemoryTable({ name, columns, keys, transactions });
  const loaded = Math.max(rows.length - single, 0);
  for (let from = 0; from < loaded; from += batch) {
    loadRows(handle.bulkLoader(), rows.slice(from, Math.min(loaded, from + batch)));
  }
  const transaction = transactions.begin();
  for (const row of rows.slice(loaded)) handle.insert(transaction, LOADING + 1, row);
  rows.forEach((_, id) => {
    if (isHole(id, holes)) handle.delete(transaction, CLEANUP + 1, BigInt(id));
  });
  transactions.commit(transaction);
  return { handle, rows, holes };
}

function isHole(id: number, holes: number): boolean {
  return holes > 0 && id % holes === holes - 1;
}

/** The tables for the reference: a copy of their own, so that writes leave the others alone. */
export class ReferenceTables implements Tables {
  readonly #tables = new Map<TableHandle, MemoryTables>();

  constructor(tables: readonly TestTable[]) {
    for (const { handle, rows, holes } of tables) {
      const copy = new MemoryTables();
      copy.load(handle, rows);
      rows.forEach((_, id) => {
        if (isHole(id, holes)) copy.delete(handle, inner(BigInt(id)), CLEANUP);
      });
      this.#tables.set(handle, copy);
    }
  }

  scan(table: TableHandle, command: number): readonly StoredRow[] {
    return this.#of(table).scan(table, command).map(outer);
  }

  find(
    table: TableHandle,
    ordinals: readonly number[],
    values: readonly Value[],
    command: number,
  ): readonly StoredRow[] {
    return this.#of(table).find(table, ordinals, values, command).map(outer);
  }

  newest(table: TableHandle, id: bigint): { readonly row: StoredRow; readonly command: number } | undefined {
    const found = this.#of(table).newest(table, inner(id));
    return found === undefined ? undefined : { ...found, row: outer(found.row) };
  }

  insert(table: TableHandle, values: readonly Value[], command: number): bigint {
    return this.#of(table).insert(table, values, command) - 1n;
  }

  update(table: TableHandle, id: bigint, values: readonly Value[], command: number): void {
    this.#of(table).update(table, inner(id), values, command);
  }

  delete(table: TableHandle, id: bigint, command: number): void {
    this.#of(table).delete(table, inner(id), command);
  }

  #of(table: TableHandle): MemoryTables {
    const found = this.#tables.get(table);
    if (found === undefined) throw new Error(`no table ${table.name}`);
    return found;
  }
}

// Row ids count from 0 in storage, and from 1 in the reference's tables.

function outer({ id, values }: StoredRow): StoredRow {
  return { id: id - 1n, values };
}

function inner(id: bigint): bigint {
  return id + 1n;
}
