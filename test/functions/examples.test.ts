import { expect, it } from 'vitest';
import { AGGREGATES, SCALARS, WINDOWS } from '../../compiler/functions/catalogue.ts';
import { openPostgres } from './postgres.ts';

/** Examples of what PostgreSQL does not have. */
const OURS = new Set([
  ...['list_contains', 'contains', 'ends_with', 'regexp_extract', 'count_if', 'approx_count_distinct'],
  ...['product', 'median', 'arg_min', 'arg_max', 'first', 'last'],
]);

it('documents examples that PostgreSQL agrees with', async () => {
  const examples = [...SCALARS, ...AGGREGATES, ...WINDOWS].flatMap(({ name, example }) =>
    example === undefined || OURS.has(name) ? [] : [{ name, ...example }],
  );
  const postgres = await openPostgres();
  const results = await postgres.evaluate(examples.map(({ sql }) => sql));
  await postgres.close();
  const shown = examples.map(({ name, sql }, index) => `${name}: ${sql} = ${results[index]}`);
  expect(shown).toEqual(examples.map(({ name, sql, result }) => `${name}: ${sql} = ${result}`));
});
