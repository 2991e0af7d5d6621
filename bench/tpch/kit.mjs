// TPC-H as the conformance kit has it: schema, queries, and data that its generator writes once into the system's folder
// of temporary files.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

export const TABLES = ['region', 'nation', 'supplier', 'part', 'partsupp', 'customer', 'orders', 'lineitem'];

/** The queries that the project's bars are about. */
export const SEVEN = [1, 3, 6, 9, 13, 18, 21];
export const ALL = Array.from({ length: 22 }, (_, i) => i + 1);

/**
 * The kit's folder, or undefined where the conformance kits are not.
 * @returns {string | undefined}
 */
export function findKit() {
  const folder = join(process.env.ORBIT_KITS || resolve(root, '../shared/conformance'), 'tpch');
  return statSync(folder, { throwIfNoEntry: false })?.isDirectory() ? folder : undefined;
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
 * The CREATE TABLE statements.
 * @param {string} kit
 */
export function schemaOf(kit) {
  return readFileSync(join(kit, 'schema.sql'), 'utf8')
    .split(/;\s*(?:\n|$)/)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}

/**
 * The folder with `<table>.csv` and `<table>.parquet`, generated if it is not there.
 * @param {string} kit
 * @param {string} sf
 * @param {number} [seed]
 * @returns {string}
 */
export function dataOf(kit, sf, seed = 7) {
  const base = join(tmpdir(), 'orbit-bench-data');
  const folder = join(base, `tpch-sf${sf}-seed${seed}`);
  if (existsSync(join(folder, 'complete')) && existsSync(join(folder, 'lineitem.parquet'))) return folder;
  // Into a folder aside: two runs at once must not see each other's halves.
  const scratch = mkdtempSync(join(tmpdir(), 'orbit-tpch-'));
  try {
    const { status } = spawnSync(
      process.execPath,
      [join(kit, 'bench.mjs'), '--sf', sf, '--seed', String(seed), '--dir', scratch],
      { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] },
    );
    if (status !== 0) throw new Error(`the generator of TPC-H data failed with status ${status}`);
    mkdirSync(base, { recursive: true });
    if (!existsSync(join(folder, 'complete'))) rmSync(folder, { recursive: true, force: true });
    if (!existsSync(folder)) renameSync(join(scratch, basename(folder)), folder);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return folder;
}
