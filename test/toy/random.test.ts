import { describe, expect, it } from 'vitest';
import { readCases } from './cases.ts';
import { plainDatabase, storedDatabase, type TableRows } from './databases.ts';
import { randomStatement } from './random.ts';
import { COMPILINGS, runStatement } from './run.ts';

/** `TOY_STATEMENTS=5000 TOY_SEED=1 npx vitest run test/toy/random.test.ts` looks longer. */
const STATEMENTS = Number(process.env.TOY_STATEMENTS ?? 150);
const SEED = Number(process.env.TOY_SEED ?? 1000);

describe('random statements', () => {
  const { tables }: { readonly tables: readonly TableRows[] } = readCases('random.txt');
  const seeds = Array.from({ length: STATEMENTS }, (_, i) => SEED + i);

  it.each(seeds)('%i', async (seed) => {
    const statement = randomStatement(seed);
    const expected = await runStatement(statement, plainDatabase(tables), 'naive');
    for (const compiling of COMPILINGS) {
      const actual = await runStatement(statement, storedDatabase(tables), compiling);
      expect(actual, `${compiling}: ${statement}`).toBe(expected);
    }
  });
});
