import { expect, it } from 'vitest';
import { AGGREGATES, SCALARS, WINDOWS } from '../../compiler/functions/catalogue.ts';
import { open } from '../../engine/index.ts';

it('runs the example of every function', async () => {
  const database = await open(':memory:');
  const wrong: string[] = [];
  for (const { name, example } of [...SCALARS, ...AGGREGATES, ...WINDOWS]) {
    if (example === undefined) continue;
    const sql = /^select\b/i.test(example.sql) ? example.sql : `SELECT ${example.sql}`;
    const result = await database.query(sql).then(
      ({ texts }) => texts[0]?.[0] ?? 'NULL',
      (error: unknown) => String(error),
    );
    if (result !== example.result) wrong.push(`${name}: ${example.sql} = ${result}, documented as ${example.result}`);
  }
  await database.close();
  expect(wrong).toEqual([]);
});

it('has an example for all that SQL has a name for', () => {
  const bare = [...SCALARS, ...AGGREGATES, ...WINDOWS].filter(
    ({ names, example }) => (names.sql ?? []).length > 0 && example === undefined,
  );
  expect(bare.map(({ name }) => name)).toEqual([]);
});
