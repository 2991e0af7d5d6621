// `npm run bench:clickbench`: the ClickBench-like list beside DuckDB; tpch/turns.mjs has the rules. Build first.
//
//   node bench/clickbench.mjs               all queries over a million rows, one thread
//   --queries h05,h12   --rows 100000   --json FILE
//   --threads 2         wall time, minimum of 9, instead of CPU time, median of 7
//   --verify            compares the answers instead: 10,000, 100,000 and 1,000,000 rows, two seeds of the data
//   --seed 11           (with --verify) this seed only; --rows may be given several times
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { difference, outermost } from './tpch/compare.mjs';
import { duckAnswer, loadOrbit, openDuckMemory } from './tpch/engines.mjs';
import { dataOf, HITS, hitsQueries, requireKit } from './tpch/kit.mjs';
import { takeTurns } from './tpch/turns.mjs';

const { values: options } = parseArgs({
  options: {
    queries: { type: 'string' },
    rows: { type: 'string', multiple: true },
    seed: { type: 'string', multiple: true },
    threads: { type: 'string' },
    verify: { type: 'boolean', default: false },
    json: { type: 'string' },
  },
});
const kit = requireKit();
const wanted = options.queries?.split(',');
const queries = hitsQueries(kit).filter(({ name }) => wanted === undefined || wanted.includes(name));
if (queries.length === 0) throw new Error(`there is no such query: ${options.queries}`);

if (options.verify) await verify();
else await measure();

async function measure() {
  const [rows = '1000000'] = options.rows ?? [];
  const threads = Number(options.threads ?? '1');
  const { mean, results } = await takeTurns({
    title: `a table of ${rows} hits`,
    kit,
    data: dataOf(kit, rows, Number(options.seed?.[0] ?? '7'), HITS),
    threads,
    suite: HITS,
    queries: queries.map(({ name, sql }) => ({ name, text: () => sql })),
  });
  const slower = results.filter(({ ratio }) => !(ratio <= 1));
  console.log(`${results.length - slower.length} of ${results.length} take at most DuckDB's time`);
  if (slower.length > 0) {
    const list = slower.sort((a, b) => b.ratio - a.ratio);
    console.log(`slower: ${list.map(({ query, ratio }) => `${query} ${ratio.toFixed(2)}`).join(', ')}`);
  }
  if (options.json !== undefined) {
    writeFileSync(options.json, `${JSON.stringify({ rows, threads, mean, results }, null, 1)}\n`);
  }
  if (results.some(({ problems }) => problems.length > 0)) process.exitCode = 1;
}

async function verify() {
  const { open } = await import('../dist/engine/index.js');
  const counts = { passed: 0, failed: 0 };
  for (const rows of options.rows ?? ['10000', '100000', '1000000']) {
    for (const seed of options.seed ?? ['7', '11']) {
      const data = dataOf(kit, rows, Number(seed), HITS);
      const duck = await openDuckMemory(kit, data, HITS);
      const orbit = await open(':memory:', options.threads === undefined ? {} : { threads: Number(options.threads) });
      await loadOrbit(orbit, kit, data, HITS);
      const failures = [];
      for (const { name, sql } of queries) {
        const full = await duckAnswer(duck, outermost(sql).unlimited);
        let wrong;
        try {
          wrong = difference(sql, full, (await orbit.query(sql)).texts);
        } catch (error) {
          wrong = String(error?.stack ?? error);
        }
        if (wrong !== undefined) failures.push(`${name}  ${wrong}`);
      }
      counts.passed += queries.length - failures.length;
      counts.failed += failures.length;
      console.log(
        `${rows} rows, seed ${seed}: ${queries.length - failures.length} of ${queries.length} answers are DuckDB's`,
      );
      for (const failure of failures) console.log(`FAIL  ${failure}`);
      await orbit.close();
      duck.closeSync();
    }
  }
  console.log(`${counts.passed} passed, ${counts.failed} failed`);
  if (counts.failed > 0) process.exitCode = 1;
}
