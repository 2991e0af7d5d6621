// `npm run bench:spill`: do queries that need more memory than they may have finish, right, in bounds and in good time?
//
//   node bench/spill.mjs              TPC-H at scale factor 3 and three inputs of 4 GB, with 256 MB of engine memory
//   --sf 3   --memory 256   --threads 2   --queries 9,18,sort   --json FILE   --verify (against DuckDB)
//
// Each configuration runs in a process of its own; growth is the peak of resident memory during a query over what was
// resident with the tables loaded (Linux only). Spilled bytes are what the process wrote. Build first.
import { fork } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { parseArgs } from 'node:util';
import { difference, outermost } from './tpch/compare.mjs';
import { ALL, dataOf, queryName, queryText, requireKit } from './tpch/kit.mjs';

const { values: options } = parseArgs({
  options: {
    sf: { type: 'string', default: '3' },
    memory: { type: 'string', default: '256' },
    threads: { type: 'string', default: '2' },
    queries: { type: 'string', default: 'all' },
    json: { type: 'string' },
    verify: { type: 'boolean', default: false },
  },
});
const MOST_GROWTH_MB = 400;
const MOST_TIMES = 4;

const kit = requireKit();
const data = dataOf(kit, options.sf);

/** Lineitem twice: at scale factor 3, 36 million rows of 112 bytes and their comments. */
const DOUBLED = '(SELECT * FROM lineitem UNION ALL SELECT * FROM lineitem) l';
const rows = Math.round(12_000_000 * Number(options.sf));
const LARGE = {
  sort: `SELECT * FROM ${DOUBLED} ORDER BY l_partkey, l_orderkey, l_linenumber LIMIT 5 OFFSET ${rows - 1_000_000}`,
  join: `SELECT count(*), sum(l.l_quantity * o.l_tax), sum(l.l_extendedprice), sum(l.l_discount), min(l.l_shipdate),
    max(l.l_commitdate), min(l.l_receiptdate), max(l.l_comment), min(o.l_comment), max(o.l_shipmode), min(l.l_shipinstruct),
    sum(l.l_partkey - o.l_partkey), sum(o.l_suppkey - l.l_suppkey), max(o.l_returnflag), min(l.l_linestatus)
    FROM ${DOUBLED} JOIN lineitem o ON l.l_orderkey = o.l_orderkey AND l.l_linenumber = o.l_linenumber`,
  aggregate: `SELECT count(*), sum(quantity), sum(price), max(ship), min(comment), max(n) FROM (
    SELECT l_orderkey, l_linenumber, l_partkey, l_suppkey, l_comment AS comment, count(*) AS n, sum(l_quantity) AS quantity,
    sum(l_extendedprice) AS price, max(l_shipdate) AS ship, min(l_shipmode) AS mode, max(l_tax) AS tax
    FROM ${DOUBLED} GROUP BY l_orderkey, l_linenumber, l_partkey, l_suppkey, l_comment) g`,
};

const names = options.queries === 'all' ? [...ALL.map(String), ...Object.keys(LARGE)] : options.queries.split(',');
const queries = names.map((name) => ({
  name: name in LARGE ? name : queryName(Number(name)),
  sql: LARGE[name] ?? queryText(kit, Number(name), options.sf),
}));

/** Runs all queries in a fresh process. */
async function measure(memory) {
  const child = fork(new URL('./spill-process.mjs', import.meta.url), [kit, data, memory, options.threads], {
    execArgv: ['--expose-gc'],
  });
  const ended = new Promise((_, reject) => {
    child.once('exit', (code) => reject(new Error(`the process ended with ${code}`)));
  });
  // Nobody waits for it any more once all is measured.
  ended.catch(() => {});
  const answer = () => Promise.race([ended, new Promise((resolve) => child.once('message', resolve))]);
  const { residentMb, peakMb, loadSeconds } = await answer();
  console.log(
    `${memory === 'default' ? 'default memory' : `${memory} MB`}: loaded in ${loadSeconds.toFixed(0)} s, ${residentMb.toFixed(0)} MB resident, ${peakMb.toFixed(0)} MB at most`,
  );
  const results = new Map();
  for (const { name, sql } of queries) {
    child.send({ sql });
    const result = await answer();
    results.set(name, result);
    console.log(
      `  ${name.padEnd(10)} ${result.seconds.toFixed(2).padStart(8)} s ${result.cpuSeconds.toFixed(2).padStart(8)} s cpu ${result.growthMb.toFixed(0).padStart(6)} MB more ${result.spilledMb.toFixed(0).padStart(7)} MB written  ${result.error ?? `${result.rows} rows`}`,
    );
  }
  child.kill();
  return { residentMb, peakMb, results };
}

const budget = await measure(options.memory);
const free = await measure('default');

let duck;
if (options.verify) {
  const { openDuckMemory } = await import('./tpch/engines.mjs');
  duck = await openDuckMemory(kit, data);
}
let bad = 0;
const report = [];
console.log(`\nquery         ${options.memory} MB  default   times  cpu times   growth  written  files  answers`);
for (const { name, sql } of queries) {
  const [a, b] = [budget.results.get(name), free.results.get(name)];
  let answers = a.error === undefined && a.digest === b.digest ? 'equal' : 'DIFFERENT';
  if (answers !== 'equal' && a.error === undefined && b.error !== undefined) answers = 'only with the budget';
  if (duck !== undefined && a.texts !== undefined) {
    const { duckAnswer } = await import('./tpch/engines.mjs');
    const wrong = difference(sql, await duckAnswer(duck, outermost(sql).unlimited), a.texts);
    answers = wrong === undefined ? `${answers}, as DuckDB's` : `WRONG: ${wrong}`;
  }
  const times = a.seconds / b.seconds;
  const cpuTimes = a.cpuSeconds / b.cpuSeconds;
  const good =
    answers.startsWith('equal') && a.growthMb <= MOST_GROWTH_MB && cpuTimes <= MOST_TIMES && a.filesOpen === 0;
  if (!good) bad++;
  report.push({
    name,
    times,
    cpuTimes,
    answers,
    good,
    budget: { ...a, texts: undefined },
    free: { ...b, texts: undefined },
  });
  console.log(
    `${name.padEnd(10)} ${a.seconds.toFixed(2).padStart(7)} s ${b.seconds.toFixed(2).padStart(7)} s ${times.toFixed(2).padStart(6)} ${cpuTimes.toFixed(2).padStart(9)} ${a.growthMb.toFixed(0).padStart(7)} MB ${a.spilledMb.toFixed(0).padStart(5)} MB ${String(a.filesOpen).padStart(5)}  ${a.error ?? answers}${good ? '' : '  <-- '}`,
  );
}
const left = readdirSync(tmpdir()).filter((name) => name.startsWith('orbit-spill-'));
console.log(`${queries.length - bad} of ${queries.length} within the bar; ${left.length} files left behind`);
duck?.closeSync();
if (options.json !== undefined) {
  writeFileSync(
    options.json,
    JSON.stringify({ ...options, residentMb: budget.residentMb, queries: report, left }, null, 2),
  );
}
if (bad > 0 || left.length > 0) process.exitCode = 1;
