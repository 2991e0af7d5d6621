// Queries beside DuckDB, one process for each engine. The rules: the engines take turns, so that both meet the same
// noise; DuckDB counts with the better of its tables in memory and its tables in a warm file, a query at a time; types are
// those of the schema; all result rows are delivered as JavaScript values. On one thread CPU time counts, the median of
// 7 runs, on several wall time, the minimum of 9.
import { fork } from 'node:child_process';
import { cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { version as duckVersion } from '@duckdb/node-api';
import { openDuckFile } from './engines.mjs';

const ENGINES = ['orbit', 'duckdb-memory', 'duckdb-file'];
const WARM_UPS = 2;

/**
 * An engine in a process of its own, which loads the tables first; `next` tells when.
 * @param {'orbit' | 'duckdb-memory' | 'duckdb-file'} name
 * @param {{ kit: string, data: string, threads: number, suite: import('./kit.mjs').Suite }} job
 */
export function startEngine(name, { kit, data, threads, suite }) {
  const script = fileURLToPath(new URL('./engine-process.mjs', import.meta.url));
  const child = fork(script, [name, kit, data, String(threads), suite.name]);
  const answers = [];
  let wanted;
  const failed = (reason) => wanted?.reject(new Error(`${name} ${reason}`));
  child.on('message', (message) => (wanted === undefined ? answers.push(message) : wanted.resolve(message)));
  child.on('error', failed);
  child.on('exit', (code, signal) => failed(`ended with ${signal ?? code}`));
  const next = () =>
    new Promise((resolve, reject) => {
      wanted = { resolve, reject };
      if (answers.length > 0) resolve(answers.shift());
    }).finally(() => {
      wanted = undefined;
    });
  return {
    next,
    run: (sql) => {
      child.send({ sql });
      return next();
    },
    stop: () => child.kill(),
  };
}

/** @param {readonly number[]} list */
export const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

/** @param {readonly number[]} list */
export const geometricMean = (list) => Math.exp(list.reduce((sum, value) => sum + Math.log(value), 0) / list.length);
const load = () => loadavg()[0].toFixed(1);

/**
 * @typedef {object} Timing
 * @property {string} query
 * @property {number} orbit
 * @property {number} memory
 * @property {number} file
 * @property {number} ratio
 * @property {number | undefined} rows
 * @property {readonly string[]} problems
 */

/**
 * Runs the queries and prints a table.
 * @param {object} job
 * @param {string} job.title
 * @param {string} job.kit
 * @param {string} job.data
 * @param {number} job.threads
 * @param {import('./kit.mjs').Suite} job.suite
 * @param {readonly { readonly name: string, readonly text: (run: number) => string }[]} job.queries
 * @returns {Promise<{ readonly mean: number, readonly results: readonly Timing[] }>}
 */
export async function takeTurns(job) {
  const { kit, data, threads, suite, queries, title } = job;
  const oneThread = threads === 1;
  const repetitions = oneThread ? 7 : 9;
  const summary = (samples) =>
    oneThread ? median(samples.map(({ cpuMs }) => cpuMs)) : Math.min(...samples.map(({ wallMs }) => wallMs));
  // Made once, before anything is measured.
  (await openDuckFile(kit, data, suite)).closeSync();

  const loadBefore = load();
  const engines = ENGINES.map((name) => startEngine(name, job));
  const results = [];
  try {
    const ready = await Promise.all(engines.map((engine) => engine.next()));
    console.log(
      `${title}; ${threads} thread${oneThread ? '' : 's'} each; ` +
        `${oneThread ? 'CPU time, median of 7' : 'wall time, minimum of 9'}, in ms`,
    );
    console.log(`${cpus()[0]?.model} × ${cpus().length}; Node ${process.version}; DuckDB ${duckVersion()}`);
    console.log(
      `loaded in ${ready.map(({ loadMs }, i) => `${(loadMs / 1000).toFixed(1)} s (${ENGINES[i]})`).join(', ')}`,
    );
    console.log('\nquery    orbit  duckdb memory  duckdb file  ratio   rows');
    for (const { name, text } of queries) {
      const samples = ENGINES.map(() => []);
      const problems = new Set();
      for (let k = 0; k < WARM_UPS + repetitions; k++) {
        const sql = text(k);
        const rows = [];
        for (let turn = 0; turn < engines.length; turn++) {
          const which = (turn + k) % engines.length;
          const sample = await engines[which].run(sql);
          if (sample.error !== undefined) problems.add(`${ENGINES[which]}: ${sample.error}`);
          else if (k >= WARM_UPS) samples[which].push(sample);
          rows[which] = sample.rows;
        }
        if (rows[0] !== rows[1] || rows[1] !== rows[2]) problems.add(`rows differ: ${rows.join(', ')} for ${sql}`);
      }
      const [orbit, memory, file] = samples.map(summary);
      const ratio = orbit / Math.min(memory, file);
      const rows = samples[0].at(-1)?.rows;
      results.push({ query: name, orbit, memory, file, ratio, rows, problems: [...problems], samples });
      const column = (value, width, digits = 1) =>
        (Number.isFinite(value) ? value.toFixed(digits) : '-').padStart(width);
      console.log(
        `${name}   ${column(orbit, 8)} ${column(memory, 14)} ${column(file, 12)} ${column(ratio, 6, 2)} ${String(rows ?? '-').padStart(6)}`,
      );
      for (const problem of problems) console.log(`    FAIL ${problem}`);
    }
  } finally {
    for (const engine of engines) engine.stop();
  }
  const mean = geometricMean(results.map(({ ratio }) => ratio));
  console.log(`\ngeometric mean of the ratios: ${mean.toFixed(2)}; load average ${loadBefore} before, ${load()} after`);
  return { mean, results };
}
