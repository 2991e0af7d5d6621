import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agreement } from './agreement.ts';
import type { Answer } from './answers.ts';
import { Coverage, featuresOf } from './coverage.ts';
import { makeData } from './data.ts';
import { readDifferences } from './differences.ts';
import { type Engines, load, openEngines } from './engines.ts';
import { randomQuery } from './generate.ts';
import { executorAnswer } from './own.ts';
import { RULES } from './rules.ts';
import type { Size } from './schema.ts';
import { parseQuery } from './tree.ts';

/** `npm run check:sql` asks more, and makes what fails smaller. */
const FIXED: readonly (readonly [seed: number, size: Size, queries: number])[] = [
  [11, 'tiny', 70],
  [12, 'tiny', 50],
  [13, 'small', 40],
  [14, 'large', 10],
];
/** Queries that only this run has. */
const FRESH = [Math.floor(Date.now() / 1000) % 1_000_000, 'tiny', 30] as const;

let engines: Engines;
beforeAll(async () => {
  engines = await openEngines();
}, 60_000);
afterAll(() => engines.close());

const coverage = new Coverage();
const counts = { queries: 0, answeredByDuck: 0, withRows: 0 };

describe('random queries have the same answers everywhere', () => {
  it.each([...FIXED, FRESH])('data of seed %i, %s', { timeout: 240_000 }, async (seed, size, queries) => {
    const data = makeData(seed, size);
    const loaded = await load(engines, data);
    for (let i = 0; i < queries; i++) {
      const number = seed * 1000 + i;
      const query = randomQuery(number, data);
      const { answer, problem, answered } = await agreement(loaded, query, number);
      expect({ size, seed, number, query, problem }).toEqual({ size, seed, number, query, problem: undefined });
      counts.queries++;
      if (answered.includes('DuckDB')) counts.answeredByDuck++;
      if (answer.kind !== 'rows' || answer.rows.length === 0) continue;
      counts.withRows++;
      coverage.add(featuresOf(parseQuery(query)));
    }
  });

  it('and say enough', () => {
    console.log(`${JSON.stringify(counts)}: ${coverage}`);
    expect(counts.answeredByDuck / counts.queries).toBeGreaterThan(0.85);
    expect(counts.withRows / counts.queries).toBeGreaterThan(0.4);
    expect(
      coverage.below({
        'inner join': 10,
        'left join': 10,
        'group by': 10,
        exists: 2,
        scalarSubquery: 4,
        case: 5,
        with: 3,
      }),
    ).toEqual([]);
  });
});

describe('queries that once had a wrong answer', () => {
  const text = readFileSync(new URL('found.sql', import.meta.url), 'utf8');
  const queries = text.split(/\n\n+/).map((part) => part.replace(/^--.*\n?/gm, '').trim());

  it.each(queries.filter((query) => query !== ''))('%s', async (query) => {
    const loaded = await load(engines, makeData(7000, 'tiny'));
    for (let turn = 0; turn < 7; turn++) {
      const { problem, answered } = await agreement(loaded, query, turn);
      expect({ turn, problem, answered }).toEqual({ turn, problem: undefined, answered: ['DuckDB', 'PostgreSQL'] });
    }
  });
});

describe('docs/differences.md', () => {
  const differences = readDifferences();

  it('has the rules that are applied, and at most twenty', () => {
    expect(differences.map(({ name }) => name)).toEqual(RULES.map(({ name }) => name));
    expect(differences.length).toBeLessThanOrEqual(20);
  });

  it.each(differences)('$name', async ({ example, orbit, postgres, duckdb }) => {
    const { own } = await load(engines, makeData(1, 'tiny'));
    const answers = {
      orbit: shown(await executorAnswer(own, example, {}, engines.shared, {})),
      postgres: shown(await engines.postgres.answer(example)),
      duckdb: shown(await engines.duck.answer(example)),
    };
    expect(answers).toEqual({ orbit, postgres, duckdb });
    expect(new Set(Object.values(answers)).size).toBeGreaterThan(1);
  });
});

/** The one value that an example gives. */
function shown(answer: Answer): string {
  if (answer.kind !== 'rows') return answer.kind === 'failed' ? 'fails' : 'refuses';
  return String(answer.rows[0]?.[0] ?? 'NULL');
}
