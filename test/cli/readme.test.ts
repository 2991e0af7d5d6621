import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { openShell, steady } from './shell.ts';

const path = new URL('../../README.md', import.meta.url);
const TOUR = /<!-- tour -->\n```sh\n([\s\S]*?)\n```\n\n```text\n([\s\S]*?)```\n/g;

const shell = openShell();
afterAll(shell.remove);

// One after the other, because a later block uses the files that an earlier one makes.
test('the tour prints what the README says', async () => {
  const readme = readFileSync(path, 'utf8');
  const marks = readme.split('<!-- tour -->').length - 1;
  const blocks = [...readme.matchAll(TOUR)].map(([, command = '', output = '']) => ({ command, output }));
  expect(blocks).toHaveLength(marks);

  const printed: string[] = [];
  for (const { command, output } of blocks) {
    const { stdout: text } = await shell.run(`exec 2>&1\n${command}\n`);
    // Measured times stay as they are, so that they look like what a reader will see.
    printed.push(steady(text) === steady(output) ? output : text);
  }
  if (process.env.UPDATE === '1') {
    let block = 0;
    const updated = readme.replaceAll(TOUR, (whole: string, _command: string, output: string) => {
      const text = printed[block++] ?? output;
      return `${whole.slice(0, whole.length - output.length - 4)}${text}\`\`\`\n`;
    });
    writeFileSync(path, updated);
  } else {
    expect(printed).toEqual(blocks.map(({ output }) => output));
  }
});
