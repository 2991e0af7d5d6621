// How fast lineitem is loaded from files: rows a second of one thread, beside DuckDB with one thread.
//
//   npm run bench:load [-- --sf 1] [-- --runs 3]
//
// A table is made of the whole file, several times in one process (the best counts; the first is the cold one) and once in
// a process of its own, whose start counts too. CPU time is compared as well: it is what a busy machine tells the truth about.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { dataOf, requireKit } from './tpch/kit.mjs';

const self = fileURLToPath(import.meta.url);
const dist = fileURLToPath(new URL('../dist/engine/index.js', import.meta.url));
const option = (name, otherwise) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : process.argv[at + 1];
};

const statement = (file) => `create or replace table l as select * from '${file}'`;
const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** Loads a file so often; prints [wall, CPU] of each in milliseconds, and the rows. */
async function work(engine, file, runs) {
  let run;
  if (engine === 'orbit') {
    const { open } = await import(dist);
    const db = await open(':memory:', { threads: 1 });
    run = async (sql) => Number(Object.values((await db.query(sql)).rows[0] ?? {})[0] ?? 0);
  } else {
    const { DuckDBInstance } = await import('@duckdb/node-api');
    const db = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
    run = async (sql) => Number((await db.runAndReadAll(sql)).getRows()[0]?.[0] ?? 0);
  }
  const times = [];
  for (let i = 0; i < runs; i++) {
    const cpu = cpuMs();
    const started = performance.now();
    await run(statement(file));
    times.push([performance.now() - started, cpuMs() - cpu]);
  }
  console.log(JSON.stringify({ times, rows: await run('select count(*) from l') }));
  process.exit(0);
}

function measure(engine, file, runs) {
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, [self, '--work', engine, file, String(runs)], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${engine} failed: ${stderr}`);
  return { ...JSON.parse(stdout), processMs: performance.now() - started };
}

if (process.argv[2] === '--work') await work(process.argv[3], process.argv[4], Number(process.argv[5]));
else {
  const folder = dataOf(requireKit(), option('sf', '1'));
  const runs = Number(option('runs', '3'));
  let missed = false;
  for (const format of ['csv', 'parquet']) {
    const file = `${folder}/lineitem.${format}`;
    if (!existsSync(file)) {
      console.log(`skipped: there is no ${file}; npm run bench:tpch makes it`);
      continue;
    }
    const [orbit, duckdb] = ['orbit', 'duckdb'].map((engine) => measure(engine, file, runs));
    const [coldOrbit, coldDuckdb] = ['orbit', 'duckdb'].map((engine) => measure(engine, file, 1));
    if (orbit.rows !== duckdb.rows) throw new Error(`${orbit.rows} rows instead of ${duckdb.rows}`);
    const best = ({ times }, i) => Math.min(...times.map((time) => time[i]));
    const rate = (result, i) => `${(result.rows / best(result, i) / 1000).toFixed(2)} M rows/s`;
    const ratio = best(duckdb, 0) / best(orbit, 0);
    const cpuRatio = best(duckdb, 1) / best(orbit, 1);
    const cold = coldOrbit.processMs / coldDuckdb.processMs;
    console.log(`${format}: ${orbit.rows} rows`);
    console.log(
      `  warm  orbit ${rate(orbit, 0)} (CPU ${rate(orbit, 1)}), duckdb ${rate(duckdb, 0)} (CPU ${rate(duckdb, 1)})`,
    );
    console.log(`        ${ratio.toFixed(2)} of DuckDB's rate, by CPU time ${cpuRatio.toFixed(2)}; bar 0.5`);
    console.log(
      `  cold  orbit ${coldOrbit.processMs.toFixed(0)} ms, duckdb ${coldDuckdb.processMs.toFixed(0)} ms: ${cold.toFixed(2)} times`,
    );
    missed ||= Math.max(ratio, cpuRatio) < 0.5 || (format === 'parquet' && cold > 2);
  }
  console.log(
    `load ${loadavg()[0].toFixed(1)}; bars 0.5 of the rate, cold process from Parquet 2 times: ${missed ? 'MISSED' : 'met'}`,
  );
  process.exitCode = missed ? 1 : 0;
}
