// Relations between the answers to random queries, on our own engine alone:
//
//   npm run check:tlp -- --queries 5000 --seed 1
import { parseArgs } from 'node:util';
import { createExecutor } from '../../runtime/scheduler/executor.ts';
import { Random } from '../executor/random.ts';
import { checkRelation, type RelationCheck } from './check-relation.ts';
import { Coverage, featuresOf } from './coverage.ts';
import { makeData } from './data.ts';
import { making } from './generate.ts';
import { loadOwn, type OwnTables } from './own.ts';
import { RELATIONS, type Relation } from './relations.ts';
import type { Size } from './schema.ts';
import { shrinkQuery } from './shrink.ts';
import { parseQuery } from './tree.ts';

const { values: options } = parseArgs({
  options: {
    queries: { type: 'string', default: '5000' },
    seed: { type: 'string', default: '1' },
    per: { type: 'string', default: '200' },
  },
});

const MEMORY_BYTES = 512 << 20;
const engines = [
  createExecutor({ shared: true, memoryBytes: MEMORY_BYTES }),
  createExecutor({ shared: false, memoryBytes: MEMORY_BYTES }),
  createExecutor({ shared: true, memoryBytes: MEMORY_BYTES, threads: 2 }),
];
const SIZES: readonly Size[] = ['tiny', 'tiny', 'small', 'small', 'large'];
const wanted = Number(options.queries);
const started = performance.now();
const coverage = new Coverage();
const held = new Map<string, number>();
const counts = { relations: 0, withRows: 0, failed: 0, problems: 0 };

async function problemOf(own: OwnTables, relation: Relation, base: string, turn: number): Promise<string | undefined> {
  try {
    return (await checkRelation({ own, engines, relation, base, turn })).problem;
  } catch (error) {
    return `breaks: ${error instanceof Error ? `${error.message} ${error.stack?.split('\n').slice(1, 4).join(' ')}` : error}`;
  }
}

for (let i = 0; counts.relations < wanted && counts.problems < 20; i++) {
  const size = SIZES[i % SIZES.length] ?? 'tiny';
  const dataSeed = Number(options.seed) * 1000 + i;
  const data = makeData(dataSeed, size);
  const own = loadOwn(data);
  for (let q = 0; q < Number(options.per) && counts.relations < wanted; q++) {
    const seed = dataSeed * 1000 + q;
    const relation = RELATIONS[seed % RELATIONS.length];
    if (relation === undefined) throw new Error('no relation');
    const base = relation.base(making(seed, data), new Random(seed).integer(1, 3));
    let result: RelationCheck;
    try {
      result = await checkRelation({ own, engines, relation, base, turn: seed });
    } catch (error) {
      result = { problem: `breaks: ${error instanceof Error ? error.stack : error}` };
    }
    if (result.problem === undefined) {
      if (result.error !== undefined) {
        counts.failed++;
        if (process.env.VERBOSE) console.log(result.error, base);
        continue;
      }
      counts.relations++;
      held.set(relation.name, (held.get(relation.name) ?? 0) + 1);
      if ((result.rows ?? 0) > 0) {
        counts.withRows++;
        coverage.add(featuresOf(parseQuery(base)));
      }
      continue;
    }
    counts.problems++;
    const { problem } = result;
    console.log(`\n${relation.name}, ${size} data ${dataSeed}, query ${seed}: ${problem}\n${base}`);
    // A failure must stay the same failure.
    const kindOf = (each: string | undefined): string | undefined =>
      each?.startsWith('fails') ? each.replace(/\d+ rows/, 'rows') : each?.split(':')[0];
    const kind = kindOf(problem);
    const small = await shrinkQuery(base, async (each) => kindOf(await problemOf(own, relation, each, seed)) === kind);
    console.log(
      `smaller: ${small}\n${await problemOf(own, relation, small, seed)}\n${JSON.stringify(relation.sides(parseQuery(small)))}`,
    );
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  console.log(
    `${size} data ${dataSeed}: ${counts.relations} of ${wanted} hold, ${counts.problems} problems, ${seconds} s`,
  );
}

console.log(`\ncoverage, in queries with rows: ${coverage}`);
console.log(`relations: ${[...held].map(([name, count]) => `${name} ${count}`).join(', ')}`);
console.log(counts, `${((performance.now() - started) / 1000).toFixed(0)} s`);
process.exit(counts.problems === 0 ? 0 : 1);
