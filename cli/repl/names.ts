import type { Connection } from '../../engine/index.ts';

/** The names of a database as statements write them. */
export interface KnownNames {
  readonly tables: readonly string[];
  /** Of all tables. */
  readonly columns: readonly string[];
  /** Those of the table, or all where that is none: it may be an alias. */
  readonly columnsOf: (table: string) => readonly string[];
}

/** A list that takes longer to make than to type a name helps nobody. */
const MOST_TABLES = 200;

export interface NameSource {
  readonly known: () => KnownNames;
  /** Reads them anew if something may have changed them. */
  readonly refresh: () => Promise<void>;
  /** Something ran that may have changed them. */
  readonly forget: () => void;
}

export function nameSource(connection: Connection): NameSource {
  let known: KnownNames = { tables: [], columns: [], columnsOf: () => [] };
  let stale = false;
  return {
    known: () => known,
    refresh: async () => {
      // A failed transaction answers nothing.
      if (!stale || connection.transactionState() === 'failed') return;
      known = await readNames(connection);
      stale = false;
    },
    forget: () => {
      stale = true;
    },
  };
}

async function readNames(connection: Connection): Promise<KnownNames> {
  const { rows } = await connection.query('SHOW TABLES');
  const columns = new Map<string, readonly string[]>();
  for (const { schema, name } of rows.slice(0, MOST_TABLES)) {
    const written = quoted(String(name));
    const near = schema === 'public' || schema === undefined;
    const qualified = near ? written : `${quoted(String(schema))}.${written}`;
    const described = await connection.query(`DESCRIBE ${qualified}`);
    columns.set(
      qualified,
      described.texts.map(([column]) => quoted(column ?? '')),
    );
  }
  const all = [...new Set([...columns.values()].flat())];
  return { tables: [...columns.keys()], columns: all, columnsOf: (table) => columns.get(table) ?? all };
}

export function quoted(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}
