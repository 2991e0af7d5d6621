// `npm run bench:tpch`: TPC-H queries beside DuckDB; tpch/turns.mjs has the rules. Every run has other literals, the same
// for all engines. Build first.
//
//   node bench/tpch.mjs                     all 22 queries, scale factor 1, one thread
//   --queries 1,6   --sf 0.1   --json FILE
//   --threads 2           wall time, minimum of 9, instead of CPU time, median of 7
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ALL, chosenQueries, dataOf, queryName, queryText, requireKit, TPCH } from './tpch/kit.mjs';
import { takeTurns } from './tpch/turns.mjs';
import { variant } from './tpch/variants.mjs';

/** Of the geometric mean over all queries, and of each query. */
const BAR_OF_MEAN = 1.2;
const BAR_OF_EACH = 3;

const { values: options } = parseArgs({
  options: {
    queries: { type: 'string' },
    sf: { type: 'string', default: '1' },
    threads: { type: 'string', default: '1' },
    json: { type: 'string' },
  },
});
const kit = requireKit();
const queries = chosenQueries(options.queries);
const threads = Number(options.threads);
const { mean, results } = await takeTurns({
  title: `TPC-H-like data, scale factor ${options.sf}`,
  kit,
  data: dataOf(kit, options.sf),
  threads,
  suite: TPCH,
  queries: queries.map((number) => {
    const text = queryText(kit, number, options.sf);
    return { name: queryName(number), text: (k) => variant(number, text, k) };
  }),
});

let met = results.every(({ problems }) => problems.length === 0);
const judge = (what, value, bar) => {
  const ok = value <= bar;
  met &&= ok;
  console.log(`${ok ? 'met' : 'MISSED'}: ${what} ${value.toFixed(2)}, at most ${bar.toFixed(1)}`);
};
if (queries.length === ALL.length) judge('geometric mean of all:', mean, BAR_OF_MEAN);
const worst = results.reduce((a, b) => (a.ratio >= b.ratio ? a : b));
judge(`the slowest, ${worst.query}:`, worst.ratio, BAR_OF_EACH);
if (options.json !== undefined) {
  writeFileSync(options.json, `${JSON.stringify({ sf: options.sf, threads, mean, results }, null, 1)}\n`);
}
if (!met) process.exitCode = 1;
