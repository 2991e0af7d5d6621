// TPC-H and the ClickBench-like list as the conformance kit has them: schemas, queries, and data that its generators
// write once into the system's folder of temporary files.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/**
 * A list of queries with its tables. `size` is TPC-H's scale factor, or the number of rows.
 * @typedef {object} Suite
 * @property {'tpch' | 'hits'} name
 * @property {readonly string[]} tables
 * @property {string} schema the file with the CREATE TABLE statements
 * @property {(size: string, seed: number) => string} folder
 * @property {(size: string) => readonly string[]} generate what the generator is told
 */

/** @type {Suite} */
export const TPCH = {
  name: 'tpch',
  tables: ['region', 'nation', 'supplier', 'part', 'partsupp', 'customer', 'orders', 'lineitem'],
  schema: 'schema.sql',
  folder: (sf, seed) => `tpch-sf${sf}-seed${seed}`,
  generate: (sf) => ['--sf', sf],
};

/** One wide table of a web site's hits. @type {Suite} */
export const HITS = {
  name: 'hits',
  tables: ['hits'],
  schema: 'schema-hits.sql',
  folder: (rows, seed) => `hits-${rows}-seed${seed}`,
  generate: (rows) => ['--suite', 'hits', '--rows', rows],
};

export const ALL = Array.from({ length: 22 }, (_, i) => i + 1);

/**
 * The kit's folder, or undefined where the conformance kits are not.
 * @returns {string | undefined}
 */
export function findKit() {
  const folder = join(process.env.ORBIT_KITS || resolve(root, '../shared/conformance'), 'tpch');
  return statSync(folder, { throwIfNoEntry: false })?.isDirectory() ? folder : undefined;
}

/**
 * The kit's folder; without the kits, says so and ends the process.
 * @returns {string}
 */
export function requireKit() {
  const kit = findKit();
  if (kit !== undefined) return kit;
  console.error('skipped: the conformance kits were not found: put them at ../shared/conformance, or set ORBIT_KITS');
  process.exit(0);
}

/**
 * The queries that an option names, such as `1,6`.
 * @param {string | undefined} option undefined and `all`: all of them
 * @returns {readonly number[]}
 */
export function chosenQueries(option) {
  if (option === undefined || option === 'all') return ALL;
  const queries = option.split(',').map(Number);
  if (!queries.every((number) => ALL.includes(number))) throw new Error(`there is no such query: ${option}`);
  return queries;
}

/** @param {number} number */
export function queryName(number) {
  return `q${String(number).padStart(2, '0')}`;
}

/**
 * A query's text with the validation parameters.
 * @param {string} kit
 * @param {number} number
 * @param {string} sf the scale factor, which the threshold of Q11 depends on
 */
export function queryText(kit, number, sf) {
  const lines = readFileSync(join(kit, 'queries', `${queryName(number)}.sql`), 'utf8').split('\n');
  return lines
    .filter((line) => !line.startsWith('--'))
    .join('\n')
    .trim()
    .replace(/;$/, '')
    .replaceAll(':fraction', (0.0001 / Number(sf)).toFixed(10));
}

/**
 * The queries over the hits, in their order.
 * @param {string} kit
 * @returns {readonly { readonly name: string, readonly sql: string }[]}
 */
export function hitsQueries(kit) {
  const text = readFileSync(join(kit, 'clickbench-like.sql'), 'utf8').replace(/^--.*\n/gm, '');
  return text
    .split(/;\s*(?:\n|$)/)
    .filter((sql) => sql.trim() !== '')
    .map((sql, i) => ({ name: `h${String(i + 1).padStart(2, '0')}`, sql: sql.trim() }));
}

/**
 * The CREATE TABLE statements.
 * @param {string} kit
 * @param {Suite} [suite]
 */
export function schemaOf(kit, suite = TPCH) {
  return readFileSync(join(kit, suite.schema), 'utf8')
    .split(/;\s*(?:\n|$)/)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}

/**
 * The folder with `<table>.csv` and `<table>.parquet`, generated if it is not there.
 * @param {string} kit
 * @param {string} size
 * @param {number} [seed]
 * @param {Suite} [suite]
 * @returns {string}
 */
export function dataOf(kit, size, seed = 7, suite = TPCH) {
  const base = join(tmpdir(), 'orbit-bench-data');
  const folder = join(base, suite.folder(size, seed));
  const last = suite.tables.at(-1);
  if (existsSync(join(folder, 'complete')) && existsSync(join(folder, `${last}.parquet`))) return folder;
  // Into a folder aside: two runs at once must not see each other's halves.
  const scratch = mkdtempSync(join(tmpdir(), 'orbit-tpch-'));
  try {
    const { status } = spawnSync(
      process.execPath,
      [join(kit, 'bench.mjs'), ...suite.generate(size), '--seed', String(seed), '--dir', scratch],
      { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] },
    );
    if (status !== 0) throw new Error(`the generator of the data failed with status ${status}`);
    mkdirSync(base, { recursive: true });
    if (!existsSync(join(folder, 'complete'))) rmSync(folder, { recursive: true, force: true });
    if (!existsSync(folder)) renameSync(join(scratch, basename(folder)), folder);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return folder;
}
