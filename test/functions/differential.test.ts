import { expect, it } from 'vitest';
import { AGGREGATES, SCALARS } from '../../compiler/functions/catalogue.ts';
import { differential } from './differential.ts';

/** Functions of which neither engine can be asked: their examples and cases say what they do. */
const ALONE = ['format_decimal_bytes', 'soundex', 'difference'];

it('agrees with PostgreSQL or DuckDB on calls of all functions', { timeout: 300_000 }, async () => {
  const { outcomes, alone } = await differential(20_241_121, 4);
  const wrong = outcomes.filter(({ agrees }) => !agrees);
  expect(
    wrong.map(({ sql, ours, theirs, dialect }) => `${sql}\n  ours   ${ours}\n  ${dialect} ${theirs}`).join('\n'),
  ).toBe('');
  expect(outcomes.length).toBeGreaterThan(2000);
  expect([...alone].sort()).toEqual([...ALONE].sort());
});

it('has as many functions as it says', () => {
  console.log(`${SCALARS.length} scalar functions, ${AGGREGATES.length} aggregates`);
  expect(SCALARS.length).toBeGreaterThanOrEqual(350);
  expect(AGGREGATES.length).toBeGreaterThanOrEqual(50);
});
