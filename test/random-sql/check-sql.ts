// Random queries until as many as wanted have been answered by everybody alike:
//
//   npm run check:sql -- --queries 2000 --seed 1 [--only SIZE:DATA:QUERY]
import { parseArgs } from 'node:util';
import { agreement, type Loaded } from './agreement.ts';
import { Coverage, featuresOf } from './coverage.ts';
import { makeData } from './data.ts';
import { load, openEngines } from './engines.ts';
import { randomQuery } from './generate.ts';
import type { Size } from './schema.ts';
import { shrinkQuery } from './shrink.ts';
import { parseQuery } from './tree.ts';

const { values: options } = parseArgs({
  options: {
    queries: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    sizes: { type: 'string', default: 'tiny,tiny,tiny,small,small,large' },
    per: { type: 'string', default: '100' },
    keep: { type: 'boolean', default: false },
  },
});

const wanted = Number(options.queries);
const perData = Number(options.per);
const sizes = options.sizes.split(',') as Size[];
const engines = await openEngines();
const coverage = new Coverage();
const counts = { queries: 0, agreed: 0, withRows: 0, duck: 0, postgres: 0, failed: 0, problems: 0 };
const rules = new Map<string, number>();
const started = performance.now();

async function problemOf(loaded: Loaded, text: string, turn: number): Promise<string | undefined> {
  try {
    return (await agreement(loaded, text, turn)).problem;
  } catch (error) {
    return `it breaks: ${error instanceof Error ? `${error.message} ${error.stack?.split('\n').slice(0, 4).join(' ')}` : String(error)}`;
  }
}

/** What of a problem must stay when its query gets smaller. */
function kindOfProblem(problem: string | undefined): string | undefined {
  const errors = problem?.match(/error \w+|\d+ rows?/g)?.map((text) => text.replace(/\d+ /, ''));
  return problem === undefined ? undefined : `${problem.split(':')[0]} ${errors?.join(' ')}`;
}

for (let i = 0; counts.agreed < wanted; i++) {
  const size = sizes[i % sizes.length] ?? 'tiny';
  const dataSeed = Number(options.seed) * 1000 + i;
  const data = makeData(dataSeed, size);
  const loaded = await load(engines, data);
  for (let q = 0; q < perData && counts.agreed < wanted; q++) {
    const seed = dataSeed * 1000 + q;
    const text = randomQuery(seed, data);
    counts.queries++;
    const problem = await check(loaded, text, seed);
    if (problem === undefined) continue;
    counts.problems++;
    console.log(`\n${size} data ${dataSeed}, query ${seed}: ${problem}\n${text}`);
    const kind = kindOfProblem(problem);
    const small = await shrinkQuery(text, async (each) => kindOfProblem(await problemOf(loaded, each, seed)) === kind);
    console.log(`smaller: ${small}\n${await problemOf(loaded, small, seed)}`);
    if (!options.keep && counts.problems >= 20) break;
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  console.log(
    `${size} data ${dataSeed}: ${counts.agreed} of ${wanted} agree, ${counts.problems} problems, ${seconds} s`,
  );
}

async function check(loaded: Loaded, text: string, turn: number): Promise<string | undefined> {
  try {
    const { answer, problem, rules: applied, answered } = await agreement(loaded, text, turn);
    if (problem !== undefined) return problem;
    for (const rule of applied) rules.set(rule, (rules.get(rule) ?? 0) + 1);
    if (answered.includes('PostgreSQL')) counts.postgres++;
    if (!answered.includes('DuckDB')) return undefined;
    counts.duck++;
    counts.agreed++;
    if (answer.kind === 'failed') counts.failed++;
    if (answer.kind === 'rows' && answer.rows.length > 0) {
      counts.withRows++;
      coverage.add(featuresOf(parseQuery(text)));
    }
    return undefined;
  } catch (error) {
    return `it breaks: ${error instanceof Error ? error.stack : String(error)}`;
  }
}

await engines.close();
console.log(`\ncoverage, in queries with rows: ${coverage}`);
console.log(`differences: ${[...rules].map(([name, count]) => `${name} ${count}`).join(', ')}`);
console.log(counts, `${((performance.now() - started) / 1000).toFixed(0)} s`);
process.exit(counts.problems === 0 ? 0 : 1);
