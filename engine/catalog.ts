import type { Catalog, TableHandle } from '../compiler/catalog/catalog.ts';
import { OrbitError, type SourceRange } from '../compiler/types/error.ts';
import { createMemoryTable, type MemoryTable, type MemoryTableOptions } from '../storage/tables/memory-table.ts';
import type { TransactionManager } from '../storage/transactions/manager.ts';

/** The schema that unqualified names mean. */
export const DEFAULT_SCHEMA = 'main';
/** Other names of the default schema, by which people coming from elsewhere know it. */
const DEFAULT_ALIASES: ReadonlySet<string> = new Set(['main', 'public']);

/** The tables of a database, by folded name. */
export interface DatabaseCatalog {
  readonly table: (name: string, schema?: string) => MemoryTable | undefined;
  readonly hasSchema: (schema: string) => boolean;
  readonly createSchema: (schema: string) => void;
  readonly dropSchema: (schema: string) => void;
  readonly tablesOf: (schema: string) => readonly MemoryTable[];
  /** A table of this database's transactions, which nobody sees until it is put into a schema. */
  readonly make: (options: Omit<MemoryTableOptions, 'transactions'>) => MemoryTable;
  readonly put: (schema: string | undefined, table: MemoryTable) => void;
  readonly drop: (name: string, schema: string | undefined) => boolean;
  readonly tables: () => readonly { readonly schema: string; readonly table: MemoryTable }[];
  /** Rises whenever a name comes to mean something else, or a table another version. */
  readonly version: () => number;
  /** A table has another version. */
  readonly changed: () => void;
  /** What binding a statement sees: the tables, and the files that it names. */
  readonly view: (files: ReadonlyMap<string, TableHandle>) => Catalog;
}

export function createCatalog(transactions: TransactionManager): DatabaseCatalog {
  const schemas = new Map<string, Map<string, MemoryTable>>([[DEFAULT_SCHEMA, new Map()]]);
  let version = 1;
  const schemaOf = (schema: string | undefined): Map<string, MemoryTable> | undefined =>
    schemas.get(schema === undefined || DEFAULT_ALIASES.has(schema) ? DEFAULT_SCHEMA : schema);
  const table = (name: string, schema?: string): MemoryTable | undefined => schemaOf(schema)?.get(name);

  return {
    table,
    hasSchema: (schema) => schemaOf(schema) !== undefined,
    createSchema: (schema) => {
      schemas.set(schema, new Map());
      version++;
    },
    dropSchema: (schema) => {
      schemas.delete(schema);
      version++;
    },
    tablesOf: (schema) => [...(schemaOf(schema)?.values() ?? [])],
    make: (options) => createMemoryTable({ ...options, transactions }),
    put: (schema, made) => {
      const tables = schemaOf(schema);
      if (tables === undefined) throw undefinedSchema(schema ?? DEFAULT_SCHEMA);
      tables.set(made.name, made);
      version++;
    },
    drop: (name, schema) => {
      version++;
      return schemaOf(schema)?.delete(name) ?? false;
    },
    tables: () => [...schemas].flatMap(([schema, tables]) => [...tables.values()].map((t) => ({ schema, table: t }))),
    version: () => version,
    changed: () => {
      version++;
    },
    view: (files) => ({
      table,
      file: (path) => files.get(path),
      tableNames: () => [...schemas.values()].flatMap((tables) => [...tables.keys()]),
    }),
  };
}

export function undefinedSchema(schema: string, range?: SourceRange): OrbitError {
  return new OrbitError('undefined_table', `schema "${schema}" does not exist`, { range });
}
