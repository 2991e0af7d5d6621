import { readdirSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { readCases, writeCases } from './cases.ts';
import { plainDatabase, storedDatabase } from './databases.ts';
import { COMPILINGS, runScript } from './run.ts';

const update = process.env.UPDATE === '1';

describe.each(readdirSync(new URL('cases', import.meta.url)))('%s', (name) => {
  const file = readCases(`cases/${name}`);
  const results = new Map<string, string>();

  describe.each(file.cases.map((each) => [each.name, each] as const))(
    '%s',
    (_, { name: title, statements, expected }) => {
      let correct = expected;

      it.each(COMPILINGS)('%s, by the executor', async (compiling) => {
        const result = await runScript(statements, storedDatabase(file.tables), compiling);
        if (update && compiling === 'optimized') {
          results.set(title, result);
          correct = result;
        }
        expect(result).toBe(correct);
      });

      it.each(COMPILINGS)('%s, by the interpreter', async (compiling) => {
        expect(await runScript(statements, plainDatabase(file.tables), compiling)).toBe(correct);
      });
    },
  );

  afterAll(() => {
    if (update) writeCases(file, results);
  });
});
