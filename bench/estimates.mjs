// `npm run bench:estimates`: how far the optimizer's row estimates are from what TPC-H's operators put out.
//
//   node bench/estimates.mjs                scale factor 1, all 22 queries
//   --queries 1,6 | all   --sf 0.1   --json FILE   --csv (over the CSV files themselves)   --worst 3 (operators shown)
//
// The q-error of an estimate is by how many times it is too high or too low, rows counting as one at least (Moerkotte,
// Neumann and Steidl, VLDB 2009). Operators that only pass rows on are left out: their errors are those below them; so
// are limits, and scans that a join's keys filter while they run. Build first.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { open } from '../dist/engine/index.js';
import { loadOrbit } from './tpch/engines.mjs';
import { chosenQueries, dataOf, queryName, queryText, requireKit, TPCH } from './tpch/kit.mjs';

const { values: options } = parseArgs({
  options: {
    queries: { type: 'string', default: 'all' },
    sf: { type: 'string', default: '1' },
    json: { type: 'string' },
    csv: { type: 'boolean', default: false },
    worst: { type: 'string', default: '1' },
  },
});
const kit = requireKit();
const queries = chosenQueries(options.queries);
const data = dataOf(kit, options.sf);
const database = await open(':memory:', { threads: 1 });
if (!options.csv) await loadOrbit(database, kit, data);

/** Each table's name in FROM replaced by its file. */
function overFiles(sql) {
  return TPCH.tables.reduce((text, table) => {
    const file = `'${join(data, `${table}.csv`)}'`;
    return text.replace(
      new RegExp(
        `((?:\\bfrom|,|\\bjoin)\\s+)${table}\\b(?!\\s*\\.)(\\s+(?!where\\b|group\\b|order\\b|left\\b|join\\b|on\\b)[a-z]\\w*)?`,
        'gi',
      ),
      (_, before, alias) => `${before}${file}${alias ?? ` ${table}`}`,
    );
  }, sql);
}

/** They put out the rows that they are given, some renamed or computed. */
const PASSING = new Set(['project', 'sort', 'fetch']);

const qError = (estimate, actual) => {
  const [e, a] = [Math.max(1, estimate), Math.max(1, actual)];
  return Math.max(e / a, a / e);
};

/** The operators that estimates are judged by. */
function judged(node, below = []) {
  for (const input of node.Plans ?? []) judged(input, below);
  const { Operator: operator, Description: label, 'Plan Rows': estimate, 'Actual Rows': actual } = node;
  // A node without an estimate has no error.
  const isPlain = !PASSING.has(operator) && operator !== 'limit' && !label.includes(' filtered by ');
  const isJudged = node['Q-Error'] !== undefined && isPlain;
  if (isJudged) below.push({ operator, label, estimate, actual });
  return below;
}

const percentile = (sorted, p) => sorted[Math.min(sorted.length - 1, Math.ceil(p * sorted.length) - 1)];
const results = [];
const shown = (q) => (q < 1000 ? q.toFixed(2) : q.toExponential(1));
console.log(
  `TPC-H at scale factor ${options.sf}${options.csv ? ' over CSV files' : ''}: q-errors of estimated rows by operator\n`,
);
console.log('query  operators  median     90 %    worst  worst operators');
for (const number of queries) {
  const text = queryText(kit, number, options.sf);
  const [{ Plan: plan }] = JSON.parse(
    await database.explain(options.csv ? overFiles(text) : text, { analyze: true, format: 'json' }),
  );
  const operators = judged(plan).map((each) => ({ ...each, q: qError(each.estimate, each.actual) }));
  const sorted = operators.map(({ q }) => q).sort((a, b) => a - b);
  const worst = [...operators].sort((a, b) => b.q - a.q).slice(0, Number(options.worst));
  const [median, ninety, last] = [percentile(sorted, 0.5), percentile(sorted, 0.9), sorted.at(-1)];
  results.push({ query: number, median, ninety, worst: last, operators });
  const columns = [median, ninety, last].map((q) => shown(q).padStart(8)).join(' ');
  console.log(
    `${queryName(number)}    ${String(sorted.length).padStart(9)} ${columns}  ${worst
      .filter(({ q }) => q >= 1.1)
      .map(({ label, estimate, actual }) => `${label.slice(0, 100)}: ~${estimate}, ${actual} actual`)
      .join('; ')}`,
  );
}
await database.close();
const all = results.flatMap(({ operators }) => operators.map(({ q }) => q)).sort((a, b) => a - b);
console.log(
  `\nall ${all.length} operators: median ${shown(percentile(all, 0.5))}, 90 % ${shown(percentile(all, 0.9))}, worst ${shown(all.at(-1))}`,
);
if (options.json !== undefined) {
  writeFileSync(options.json, `${JSON.stringify({ sf: options.sf, csv: options.csv, results }, null, 1)}\n`);
}
