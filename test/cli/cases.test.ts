import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { readCases, writeCases } from './cases.ts';
import { type Finished, openShell, steady } from './shell.ts';

const folder = new URL('cases/', import.meta.url);
const update = process.env.UPDATE === '1';
const shell = openShell(new URL('data/', import.meta.url));
afterAll(shell.remove);

for (const name of readdirSync(folder)) {
  const path = new URL(name, folder);
  const cases = readCases(readFileSync(path, 'utf8'));
  describe.concurrent(name, () => {
    for (const [index, { title, command, expected }] of cases.entries()) {
      test(title, async () => {
        const actual = outcome(await shell.run(command));
        if (update) cases[index] = { title, command, expected: actual };
        else expect(actual).toBe(expected);
      });
    }
  });
  if (update) afterAll(() => writeFileSync(path, writeCases(cases)));
}

/** Standard output as it is, then the lines of standard error with a mark, then an exit status other than 0. */
function outcome({ stdout, stderr, status }: Finished): string {
  const errors = stderr === '' ? '' : stderr.replace(/\n$/, '').replaceAll(/^/gm, '! ');
  const parts = [stdout.replace(/\n$/, ''), errors, status === 0 ? '' : `exit ${status}`];
  return steady(parts.filter((part) => part !== '').join('\n')).trimEnd();
}
