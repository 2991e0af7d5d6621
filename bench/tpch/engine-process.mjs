// One engine in a process of its own, which runs the queries that its parent sends and measures them.
//
//   fork('engine-process.mjs', ['orbit' | 'duckdb-memory' | 'duckdb-file', kit, data, threads, 'tpch' | 'hits'])
import { loadOrbit, openDuckFile, openDuckMemory } from './engines.mjs';
import { HITS, TPCH } from './kit.mjs';

const [engine, kit, data, threads, suiteName] = process.argv.slice(2);
const suite = suiteName === HITS.name ? HITS : TPCH;

/** @returns {Promise<(sql: string) => Promise<number>>} runs a query, takes all of its rows and counts them */
async function start() {
  if (engine === 'orbit') {
    const { open } = await import('../../dist/engine/index.js');
    const database = await open(':memory:', { threads: Number(threads) });
    await loadOrbit(database, kit, data, suite);
    return async (sql) => (await database.query(sql)).values.length;
  }
  const connection =
    engine === 'duckdb-file' ? await openDuckFile(kit, data, suite) : await openDuckMemory(kit, data, suite);
  await connection.run(`SET threads = ${Number(threads)}`);
  return async (sql) => (await connection.runAndReadAll(sql)).getRows().length;
}

const started = performance.now();
const run = await start();
process.on('message', async ({ sql }) => {
  try {
    const cpu = process.cpuUsage();
    const wall = performance.now();
    const rows = await run(sql);
    const wallMs = performance.now() - wall;
    const { user, system } = process.cpuUsage(cpu);
    process.send({ rows, cpuMs: (user + system) / 1000, wallMs });
  } catch (error) {
    process.send({ error: String(error?.message ?? error) });
  }
});
process.send({ ready: true, loadMs: performance.now() - started });
