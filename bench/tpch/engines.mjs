// The two engines behind one small interface, with the tables of a suite loaded.
import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance, DuckDBTypeId, version as duckVersion } from '@duckdb/node-api';
import { schemaOf, TPCH } from './kit.mjs';

/** @param {string} text */
const literal = (text) => `'${text.replaceAll("'", "''")}'`;

/**
 * Creates the tables with their keys and loads them from CSV.
 * @param {{ query: (sql: string) => Promise<unknown> }} database
 * @param {string} kit
 * @param {string} data
 * @param {import('./kit.mjs').Suite} [suite]
 */
export async function loadOrbit(database, kit, data, suite = TPCH) {
  for (const statement of schemaOf(kit, suite)) await database.query(statement);
  for (const table of suite.tables) {
    await database.query(`COPY ${table} FROM ${literal(join(data, `${table}.csv`))} (FORMAT csv, HEADER)`);
  }
}

/** @param {import('@duckdb/node-api').DuckDBConnection} connection */
async function loadDuck(connection, kit, data, suite) {
  for (const statement of schemaOf(kit, suite)) {
    // Without the keys: DuckDB answers none of these queries by an index, and would only load more slowly.
    await connection.run(statement.replace(/,? PRIMARY KEY \([^)]*\)| PRIMARY KEY/g, ''));
  }
  for (const table of suite.tables) {
    await connection.run(`COPY ${table} FROM ${literal(join(data, `${table}.parquet`))} (FORMAT parquet)`);
  }
}

/**
 * DuckDB with the tables in memory.
 * @param {string} kit
 * @param {string} data
 * @param {import('./kit.mjs').Suite} [suite]
 */
export async function openDuckMemory(kit, data, suite = TPCH) {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await loadDuck(connection, kit, data, suite);
  return connection;
}

/**
 * DuckDB on a database file beside the data, which is made if it is not there.
 * @param {string} kit
 * @param {string} data
 * @param {import('./kit.mjs').Suite} [suite]
 */
export async function openDuckFile(kit, data, suite = TPCH) {
  const file = join(data, `duckdb-${duckVersion()}.db`);
  if (!existsSync(file)) {
    const scratch = mkdtempSync(join(data, 'making-'));
    try {
      const instance = await DuckDBInstance.create(join(scratch, 'made.db'));
      const connection = await instance.connect();
      await loadDuck(connection, kit, data, suite);
      await connection.run('CHECKPOINT');
      connection.closeSync();
      instance.closeSync();
      renameSync(join(scratch, 'made.db'), file);
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  }
  const instance = await DuckDBInstance.create(file, { access_mode: 'READ_ONLY' });
  return instance.connect();
}

/**
 * @typedef {object} Answer
 * @property {readonly string[]} names
 * @property {readonly ('integer' | 'decimal' | 'double' | 'text')[]} kinds
 * @property {readonly (readonly (string | null)[])[]} rows
 */

/** @param {import('@duckdb/node-api').DuckDBType} type */
function kindOf(type) {
  const name = DuckDBTypeId[type.typeId];
  if (name === 'DECIMAL') return 'decimal';
  if (name === 'DOUBLE' || name === 'FLOAT') return 'double';
  return name.endsWith('INT') ? 'integer' : 'text';
}

/**
 * An answer of DuckDB as text.
 * @param {import('@duckdb/node-api').DuckDBConnection} connection
 * @param {string} sql
 * @returns {Promise<Answer>}
 */
export async function duckAnswer(connection, sql) {
  const reader = await connection.runAndReadAll(sql);
  return {
    names: reader.columnNames(),
    kinds: reader.columnTypes().map(kindOf),
    rows: reader.getRows().map((row) => row.map((value) => (value === null ? null : String(value)))),
  };
}
