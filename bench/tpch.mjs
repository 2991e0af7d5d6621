// `npm run bench:tpch`: TPC-H queries beside DuckDB, one process for each engine.
//
//   node bench/tpch.mjs                     the seven queries that the bars are about, scale factor 1, one thread
//   --queries 1,6 | all   --sf 0.1   --json FILE
//   --threads 2           wall time, minimum of 9, instead of CPU time, median of 7
//
// The rules: the engines take turns, so that both meet the same noise; DuckDB counts with the better of its tables in
// memory and its tables in a warm file, a query at a time; types are those of the schema (DECIMAL, VARCHAR); every run
// has other literals, the same for all engines; all result rows are delivered as JavaScript values. Build first.
import { fork } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { version as duckVersion } from '@duckdb/node-api';
import { openDuckFile } from './tpch/engines.mjs';
import { ALL, dataOf, findKit, queryName, queryText, SEVEN } from './tpch/kit.mjs';
import { variant } from './tpch/variants.mjs';

const ENGINES = ['orbit', 'duckdb-memory', 'duckdb-file'];
const WARM_UPS = 2;
const BAR_OF_ALL = 2;
const BAR_OF_SCANS = 1;
const SCANS = [1, 6];

const { values: options } = parseArgs({
  options: {
    queries: { type: 'string' },
    sf: { type: 'string', default: '1' },
    threads: { type: 'string', default: '1' },
    json: { type: 'string' },
  },
});
const kit = findKit();
if (kit === undefined) {
  console.error('skipped: the conformance kits were not found: put them at ../shared/conformance, or set ORBIT_KITS');
  process.exit(0);
}
const queries =
  options.queries === undefined ? SEVEN : options.queries === 'all' ? ALL : options.queries.split(',').map(Number);
if (!queries.every((number) => ALL.includes(number))) throw new Error(`there is no such query: ${options.queries}`);
const threads = Number(options.threads);
const oneThread = threads === 1;
const repetitions = oneThread ? 7 : 9;
const data = dataOf(kit, options.sf);
// Made once, before anything is measured.
(await openDuckFile(kit, data)).closeSync();

function startEngine(name) {
  const child = fork(fileURLToPath(new URL('./tpch/engine-process.mjs', import.meta.url)), [
    name,
    kit,
    data,
    String(threads),
  ]);
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
    name,
    next,
    run: (sql) => {
      child.send({ sql });
      return next();
    },
    stop: () => child.kill(),
  };
}

const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
const summary = (samples) =>
  oneThread ? median(samples.map(({ cpuMs }) => cpuMs)) : Math.min(...samples.map(({ wallMs }) => wallMs));
const geometricMean = (list) => Math.exp(list.reduce((sum, value) => sum + Math.log(value), 0) / list.length);
const load = () => loadavg()[0].toFixed(1);

const loadBefore = load();
const engines = ENGINES.map(startEngine);
const results = [];
try {
  const ready = await Promise.all(engines.map((engine) => engine.next()));
  console.log(
    `TPC-H-like data, scale factor ${options.sf}; ${threads} thread${oneThread ? '' : 's'} each; ` +
      `${oneThread ? 'CPU time, median of 7' : 'wall time, minimum of 9'}, in ms`,
  );
  console.log(`${cpus()[0]?.model} × ${cpus().length}; Node ${process.version}; DuckDB ${duckVersion()}`);
  console.log(
    `loaded in ${ready.map(({ loadMs }, i) => `${(loadMs / 1000).toFixed(1)} s (${ENGINES[i]})`).join(', ')}`,
  );
  console.log('\nquery    orbit  duckdb memory  duckdb file  ratio   rows');
  for (const number of queries) {
    const text = queryText(kit, number, options.sf);
    const samples = ENGINES.map(() => []);
    const problems = new Set();
    for (let k = 0; k < WARM_UPS + repetitions; k++) {
      const sql = variant(number, text, k);
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
    results.push({ query: number, orbit, memory, file, ratio, rows, problems: [...problems], samples });
    const column = (value, width, digits = 1) => (Number.isFinite(value) ? value.toFixed(digits) : '-').padStart(width);
    console.log(
      `${queryName(number)}   ${column(orbit, 8)} ${column(memory, 14)} ${column(file, 12)} ${column(ratio, 6, 2)} ${String(rows ?? '-').padStart(6)}`,
    );
    for (const problem of problems) console.log(`    FAIL ${problem}`);
  }
} finally {
  for (const engine of engines) engine.stop();
}

const mean = geometricMean(results.map(({ ratio }) => ratio));
console.log(`\ngeometric mean of the ratios: ${mean.toFixed(2)}; load average ${loadBefore} before, ${load()} after`);
let met = results.every(({ problems }) => problems.length === 0);
const judge = (what, value, bar) => {
  const ok = value <= bar;
  met &&= ok;
  console.log(`${ok ? 'met' : 'MISSED'}: ${what} ${value.toFixed(2)}, at most ${bar.toFixed(1)}`);
};
if (oneThread) {
  if (SEVEN.every((number) => queries.includes(number))) {
    const seven = results.filter(({ query }) => SEVEN.includes(query)).map(({ ratio }) => ratio);
    judge(`geometric mean of ${SEVEN.map((number) => `Q${number}`).join(', ')}:`, geometricMean(seven), BAR_OF_ALL);
  }
  for (const { query, ratio } of results) if (SCANS.includes(query)) judge(`Q${query}:`, ratio, BAR_OF_SCANS);
}
if (options.json !== undefined) {
  writeFileSync(options.json, `${JSON.stringify({ sf: options.sf, threads, mean, results }, null, 1)}\n`);
}
if (!met) process.exitCode = 1;
