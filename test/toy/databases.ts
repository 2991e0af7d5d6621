import type { ColumnDefinition, TableHandle } from '../../compiler/catalog/catalog.ts';
import type { PhysicalPlan } from '../../compiler/physical/plan.ts';
import type { Value } from '../../compiler/types/value.ts';
import { executorTables } from '../../engine/row-tables.ts';
import { MemoryTables } from '../../runtime/reference/memory-tables.ts';
import type { Tables as RowTables } from '../../runtime/reference/tables.ts';
import { createMemoryTable, type MemoryTable } from '../../storage/tables/memory-table.ts';
import { createTransactionManager } from '../../storage/transactions/manager.ts';
import { type Rows, runExecutor, runReference } from './execute.ts';

export interface TableRows {
  readonly name: string;
  readonly columns: readonly ColumnDefinition[];
  readonly rows: Rows;
}

/** Some tables, and what runs plans over them; every plan is a transaction. */
export interface Database {
  readonly table: (name: string) => TableHandle | undefined;
  readonly run: (plan: PhysicalPlan) => Promise<Rows>;
}

/** The tables of the storage, plans in WebAssembly. */
export function storedDatabase(contents: readonly TableRows[]): Database {
  const transactions = createTransactionManager();
  const tables = new Map<string, MemoryTable>();
  const loading = transactions.begin();
  for (const { name, columns, rows } of contents) {
    const table = createMemoryTable({ name, columns, transactions });
    for (const row of rows) table.insert(loading, 0, row);
    tables.set(name, table);
  }
  transactions.commit(loading);
  return {
    table: (name) => tables.get(name),
    run: async (plan) => {
      const transaction = transactions.begin();
      try {
        const rows = await runExecutor(plan, executorTables(transaction, 0), transaction);
        transactions.commit(transaction);
        return rows;
      } catch (error) {
        transactions.rollback(transaction);
        throw error;
      }
    },
  };
}

/** More commands than a statement has. */
const COMMANDS = 1000;

/** Plain rows, plans interpreted. What a statement that fails has written stays, so it must be the last one. */
export function plainDatabase(contents: readonly TableRows[]): Database {
  const tables = new Map<string, TableHandle>();
  const rows = new MemoryTables();
  for (const { name, columns, rows: loaded } of contents) {
    const table: TableHandle = {
      name,
      columns,
      version: 1,
      statistics: () => ({ rowCount: loaded.length, columns: columns.map(() => ({})) }),
      keys: [],
    };
    rows.load(table, loaded);
    tables.set(name, table);
  }
  let statements = 0;
  return {
    table: (name) => tables.get(name),
    run: async (plan) => runReference(plan, fromCommand(rows, COMMANDS * statements++)),
  };
}

/** The tables as a later statement sees them, whose commands count from 0 again. */
function fromCommand(tables: MemoryTables, first: number): RowTables {
  return {
    scan: (table, command) => tables.scan(table, first + command),
    find: (table, ordinals, values, command) => tables.find(table, ordinals, values, first + command),
    newest: (table, id) => {
      const found = tables.newest(table, id);
      return found === undefined ? undefined : { ...found, command: found.command - first };
    },
    insert: (table, values: readonly Value[], command) => tables.insert(table, values, first + command),
    update: (table, id, values, command) => tables.update(table, id, values, first + command),
    delete: (table, id, command) => tables.delete(table, id, first + command),
  };
}
