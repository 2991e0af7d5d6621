import { expect, it } from 'vitest';
import { AGGREGATES, SCALARS, WINDOWS } from '../../compiler/functions/catalogue.ts';
import { openPostgres } from './postgres.ts';

it('documents examples that PostgreSQL agrees with', async () => {
  const examples = [...SCALARS, ...AGGREGATES, ...WINDOWS].flatMap(({ name, example }) =>
    example === undefined ? [] : [{ name, ...example }],
  );
  const postgres = await openPostgres();
  const results = await postgres.evaluate(examples.map(({ sql }) => sql));
  await postgres.close();
  // What it does not have, DuckDB is asked in generated calls.
  const shown = examples.flatMap(({ name, sql, result }, index) => {
    const theirs = results[index] ?? '';
    return theirs === result || /^error 42(883|704|601)/.test(theirs)
      ? []
      : [`${name}: ${sql} = ${theirs}, not ${result}`];
  });
  expect(shown).toEqual([]);
});
