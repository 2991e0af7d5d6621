import type { TableHandle } from '../compiler/catalog/catalog.ts';
import { internalError } from '../compiler/types/error.ts';
import type { Transaction } from '../runtime/columns/source.ts';
import type { Tables } from '../runtime/reference/tables.ts';
import type { Tables as ExecutorTables } from '../runtime/scheduler/query.ts';
import { isFileTable } from '../storage/files/file-table.ts';
import { isMemoryTable, type MemoryTable } from '../storage/tables/memory-table.ts';

/** A statement's tables as the executor sees them; `firstCommand` is where its command ids begin in the transaction. */
export function executorTables(transaction: Transaction | undefined, firstCommand: number): ExecutorTables {
  return { source, writer: rowTables(transaction, firstCommand) };
}

function source(handle: TableHandle): ReturnType<ExecutorTables['source']> {
  if (isMemoryTable(handle) || isFileTable(handle)) return handle;
  throw internalError(`table ${handle.name} cannot be read`);
}

/** For statements that only read. */
export const READ_TABLES: ExecutorTables = { source, writer: rowTables(undefined, 0) };

function rowTables(transaction: Transaction | undefined, firstCommand: number): Tables {
  const writable = (handle: TableHandle): { readonly table: MemoryTable; readonly transaction: Transaction } => {
    if (transaction === undefined || !isMemoryTable(handle))
      throw internalError(`table ${handle.name} cannot be written`);
    return { table: handle, transaction };
  };
  return {
    scan: (handle) => {
      throw internalError(`table ${handle.name} is scanned row by row`);
    },
    find: (handle, ordinals, values, command) => {
      const { table, transaction: own } = writable(handle);
      return table.find(own, firstCommand + command, ordinals, values);
    },
    newest: (handle, id) => {
      const { table, transaction: own } = writable(handle);
      const found = table.newest(own, id);
      return found === undefined ? undefined : { row: found.row, command: found.command - firstCommand };
    },
    insert: (handle, values, command) => {
      const { table, transaction: own } = writable(handle);
      return table.insert(own, firstCommand + command, values);
    },
    update: (handle, id, values, command) => {
      const { table, transaction: own } = writable(handle);
      table.update(
        own,
        firstCommand + command,
        id,
        table.columns.map((_, ordinal) => ordinal),
        values,
      );
    },
    delete: (handle, id, command) => {
      const { table, transaction: own } = writable(handle);
      table.delete(own, firstCommand + command, id);
    },
  };
}
