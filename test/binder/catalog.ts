import type { Catalog, TableHandle } from '../../compiler/catalog/catalog.ts';
import { bindSql } from '../../compiler/frontends/sql/bind.ts';
import { OrbitError } from '../../compiler/types/error.ts';
import { parseSql } from '../../grammars/sql/parser.ts';

/** A catalog of the tables that CREATE TABLE statements describe; names with a dot are files. */
export function catalogOf(schema: string): Catalog {
  const tables = new Map<string, TableHandle>();
  const catalog: Catalog = {
    table: (name, inSchema) => {
      const qualified = inSchema === undefined ? name : `${inSchema}.${name}`;
      return isFile(qualified) ? undefined : tables.get(qualified);
    },
    file: (path) => tables.get(path),
    tableNames: () => [...tables.keys()].filter((name) => !isFile(name)),
  };
  for (const statement of parseSql(schema).statements) {
    const bound = bindSql(statement, { catalog });
    if (bound.kind !== 'createTable') throw new OrbitError('syntax_error', 'a schema is made of CREATE TABLE');
    const { table, columns, keys } = bound;
    const name = table.schema === undefined ? table.name : `${table.schema}.${table.name}`;
    tables.set(name, {
      name,
      columns: columns.map((column) => ({ name: column.name, type: column.type, nullable: column.nullable })),
      version: 1,
      statistics: () => ({ rowCount: 0, columns: [] }),
      keys: keys.map((key) => key.columns),
      lastingRowIds: !isFile(name),
    });
  }
  return catalog;
}

function isFile(name: string): boolean {
  return /\.(csv|parquet)$/i.test(name);
}
