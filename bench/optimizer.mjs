// `npm run bench:optimizer`: how long the optimizer takes (passes and lowering), for TPC-H and for joins of many tables.
//
//   node bench/optimizer.mjs     --sf 0.1   --queries 8,21   --json FILE   --passes (the passes of each query)
//
// `first` is the first time in the process, with nothing compiled by V8 and no column sampled; `warm` the least of 25
// later times. Build first.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { open } from '../dist/engine/index.js';
import { loadOrbit } from './tpch/engines.mjs';
import { chosenQueries, dataOf, findKit, queryName, queryText } from './tpch/kit.mjs';

const REPETITIONS = 25;

const { values: options } = parseArgs({
  options: {
    sf: { type: 'string', default: '0.1' },
    queries: { type: 'string', default: 'all' },
    json: { type: 'string' },
    passes: { type: 'boolean', default: false },
  },
});

const results = [];

/** Optimizes the query again and again. */
async function measure(database, name, sql) {
  const times = [];
  for (let k = 0; k <= REPETITIONS; k++) {
    // Another text each time, or there would be a plan of it already.
    const [explained] = JSON.parse(await database.explain(`/* ${k} */ ${sql}`, { format: 'json' }));
    times.push(explained['Optimize Time'] + explained['Lower Time']);
  }
  const [first, ...later] = times;
  const warm = Math.min(...later);
  results.push({ name, first, warm });
  console.log(`${name.padEnd(24)} ${first.toFixed(1).padStart(8)} ${warm.toFixed(2).padStart(8)}`);
  if (!options.passes) return;
  const text = await database.explain(sql, { stages: true });
  for (const [, pass, ms] of text.matchAll(/^-- after (.*) \((.*) ms\)$/gm)) console.log(`    ${pass}: ${ms}`);
}

console.log('ms                          first     warm');
const kit = findKit();
if (kit === undefined) console.log('TPC-H skipped: the conformance kits were not found: set ORBIT_KITS');
else {
  const database = await open(':memory:', { threads: 1 });
  await loadOrbit(database, kit, dataOf(kit, options.sf));
  const queries = chosenQueries(options.queries);
  for (const number of queries) await measure(database, queryName(number), queryText(kit, number, options.sf));
  await database.close();
}

const range = (n) => Array.from({ length: n }, (_, i) => i);
const database = await open(':memory:', { threads: 1 });
for (const i of range(100)) {
  await database.query(`create table t${i} (id integer primary key, a integer, b integer, c integer)`);
  const rows = range(((i * 37) % 60) + 3).map((k) => `(${k}, ${k % 7}, ${k % 5}, ${k % 3})`);
  await database.query(`insert into t${i} values ${rows.join(', ')}`);
}
const from = (n) => range(n).map((i) => `t${i}`);
const join = (n, terms) => `select count(*) from ${from(n).join(', ')} where ${terms.join(' and ')}`;
const pairs = (n) => range(n).flatMap((i) => range(i).map((j) => [j, i]));
// No two conditions share a column's class: every pair of tables is linked by itself.
const clique = (n) =>
  join(
    n,
    pairs(n).map(([i, j]) => `t${i}.a + t${i}.b * ${j} = t${j}.a + t${j}.c * ${i}`),
  );
await measure(database, 'clique of 8', clique(8));
await measure(database, 'clique of 12', clique(12));
await measure(
  database,
  'one class of 12',
  join(
    12,
    range(11).map((i) => `t${i}.a = t${i + 1}.a`),
  ),
);
await measure(
  database,
  'star of 12',
  join(
    12,
    range(11).map((i) => `t0.${'abc'[i % 3]} + ${i} = t${i + 1}.id`),
  ),
);
await measure(
  database,
  'star of 30',
  join(
    30,
    range(29).map((i) => `t0.${'abc'[i % 3]} + ${i} = t${i + 1}.id`),
  ),
);
await measure(
  database,
  'chain of 30',
  join(
    30,
    range(29).map((i) => `t${i}.a = t${i + 1}.id`),
  ),
);
await measure(
  database,
  'chain of 100',
  join(
    100,
    range(99).map((i) => `t${i}.a = t${i + 1}.id`),
  ),
);
await measure(
  database,
  'cycle of 12',
  join(
    12,
    range(12).map((i) => `t${i}.a = t${(i + 1) % 12}.id`),
  ),
);
await database.close();
if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(results, null, 1)}\n`);
