// `npm run bench:growth`: how much longer all of TPC-H takes at scale factor 3 than at 1, beside DuckDB. Each engine has a
// process of its own for each scale factor, tables in memory and one thread; the processes take turns query by query. CPU
// time, median of 5, summed over the queries. Build first.
//
//   --queries 1,6   --from 1 --to 3   --json FILE
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { chosenQueries, dataOf, queryName, queryText, requireKit, TPCH } from './tpch/kit.mjs';
import { median, startEngine } from './tpch/turns.mjs';
import { variant } from './tpch/variants.mjs';

const BAR = 1.15;
const WARM_UPS = 1;
const REPETITIONS = 5;
const ENGINES = ['orbit', 'duckdb-memory'];

const { values: options } = parseArgs({
  options: {
    queries: { type: 'string' },
    from: { type: 'string', default: '1' },
    to: { type: 'string', default: '3' },
    json: { type: 'string' },
  },
});
const kit = requireKit();
const queries = chosenQueries(options.queries);
const scales = [options.from, options.to];
const runs = ENGINES.flatMap((engine) => scales.map((sf) => ({ engine, sf, data: dataOf(kit, sf), cpuMs: [] })));
const processes = runs.map(({ engine, data }) => startEngine(engine, { kit, data, threads: 1, suite: TPCH }));
try {
  for (const process of processes) await process.next();
  console.log(`query  ${runs.map(({ engine, sf }) => `${engine} ${sf}`.padStart(19)).join('')}  growth`);
  for (const number of queries) {
    const samples = runs.map(() => []);
    for (let k = 0; k < WARM_UPS + REPETITIONS; k++) {
      for (let turn = 0; turn < runs.length; turn++) {
        const which = (turn + k) % runs.length;
        const sql = variant(number, queryText(kit, number, runs[which].sf), k);
        const { cpuMs, error } = await processes[which].run(sql);
        if (error !== undefined) throw new Error(`${runs[which].engine}, ${queryName(number)}: ${error}`);
        if (k >= WARM_UPS) samples[which].push(cpuMs);
      }
    }
    samples.forEach((list, i) => {
      runs[i].cpuMs.push(median(list));
    });
    const [from, to, duckFrom, duckTo] = runs.map(({ cpuMs }) => cpuMs.at(-1));
    const growth = to / from / (duckTo / duckFrom);
    console.log(
      `${queryName(number)}    ${runs.map(({ cpuMs }) => cpuMs.at(-1).toFixed(1).padStart(19)).join('')}  ${growth.toFixed(2).padStart(6)}`,
    );
  }
} finally {
  for (const process of processes) process.stop();
}
const totals = runs.map(({ cpuMs }) => cpuMs.reduce((a, b) => a + b, 0));
const [ours, theirs] = [totals[1] / totals[0], totals[3] / totals[2]];
const relative = ours / theirs;
console.log(`total  ${totals.map((total) => total.toFixed(1).padStart(19)).join('')}`);
console.log(`\ngrowth: ${ours.toFixed(2)} here, ${theirs.toFixed(2)} in DuckDB`);
console.log(`${relative <= BAR ? 'met' : 'MISSED'}: growth over DuckDB's: ${relative.toFixed(2)}, at most ${BAR}`);
if (options.json !== undefined) {
  writeFileSync(
    options.json,
    `${JSON.stringify({ scales, relative, runs: runs.map(({ engine, sf, cpuMs }) => ({ engine, sf, cpuMs })) }, null, 1)}\n`,
  );
}
if (relative > BAR) process.exitCode = 1;
