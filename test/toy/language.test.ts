import { readdirSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { readCases, writeCases } from './cases.ts';
import { plainDatabase, storedDatabase } from './databases.ts';
import { OPTIONAL_PASSES, runScript } from './run.ts';

const update = process.env.UPDATE === '1';

describe.each(readdirSync(new URL('cases', import.meta.url)))('%s', (name) => {
  const file = readCases(name);
  const results = new Map<string, string>();

  describe.each(file.cases.map((each) => [each.name, each] as const))(
    '%s',
    (_, { name: title, statements, expected }) => {
      let correct = expected;

      it('by the executor', async () => {
        const result = await runScript(statements, storedDatabase(file.tables), []);
        results.set(title, result);
        if (update) correct = result;
        expect(result).toBe(correct);
      });

      it('by the executor, not optimized', async () => {
        expect(await runScript(statements, storedDatabase(file.tables), OPTIONAL_PASSES)).toBe(correct);
      });

      it('by the interpreter', async () => {
        expect(await runScript(statements, plainDatabase(file.tables), [])).toBe(correct);
      });

      it('by the interpreter, not optimized', async () => {
        expect(await runScript(statements, plainDatabase(file.tables), OPTIONAL_PASSES)).toBe(correct);
      });
    },
  );

  afterAll(() => {
    if (update) writeCases(file, results);
  });
});
