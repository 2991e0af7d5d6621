// `npm run bench:verify`: are the answers to TPC-H queries those of DuckDB?
//
//   node bench/tpch-verify.mjs              all 22 queries at scale factors 0.01, 0.1 and 1
//   --sf 0.1   --queries 1,6   --seed 11   --threads 2   --variants 3
//
// Prints `pass` or `FAIL` for each query. Build first.
import { parseArgs } from 'node:util';
import { difference, outermost } from './tpch/compare.mjs';
import { duckAnswer, loadOrbit, openDuckMemory } from './tpch/engines.mjs';
import { chosenQueries, dataOf, queryName, queryText, requireKit } from './tpch/kit.mjs';
import { variant } from './tpch/variants.mjs';

const { values: options } = parseArgs({
  options: {
    sf: { type: 'string', multiple: true, default: ['0.01', '0.1', '1'] },
    queries: { type: 'string' },
    threads: { type: 'string' },
    seed: { type: 'string', default: '7' },
    // How many other choices of literals to check beside the validation parameters.
    variants: { type: 'string', default: '0' },
  },
});
const kit = requireKit();
const queries = chosenQueries(options.queries);
const { open } = await import('../dist/engine/index.js');

const counts = { passed: 0, failed: 0 };
for (const sf of options.sf) {
  const data = dataOf(kit, sf, Number(options.seed));
  const duck = await openDuckMemory(kit, data);
  const orbit = await open(':memory:', options.threads === undefined ? {} : { threads: Number(options.threads) });
  await loadOrbit(orbit, kit, data);
  for (const number of queries) {
    const text = queryText(kit, number, sf);
    const texts = [text, ...Array.from({ length: Number(options.variants) }, (_, k) => variant(number, text, k))];
    for (const [i, sql] of texts.entries()) {
      const full = await duckAnswer(duck, outermost(sql).unlimited);
      let wrong;
      let rows = 0;
      try {
        const result = await orbit.query(sql);
        rows = result.rowCount;
        wrong = difference(sql, full, result.texts);
      } catch (error) {
        wrong = String(error?.stack ?? error);
      }
      counts[wrong === undefined ? 'passed' : 'failed']++;
      const name = `${queryName(number)}${i === 0 ? '' : ` variant ${i}`}`;
      console.log(`${wrong === undefined ? 'pass' : 'FAIL'}  sf ${sf}  ${name}  ${wrong ?? `${rows} rows`}`);
    }
  }
  await orbit.close();
  duck.closeSync();
}
console.log(`${counts.passed} passed, ${counts.failed} failed`);
if (counts.failed > 0) process.exitCode = 1;
