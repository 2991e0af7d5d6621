import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { openShell, steady } from './shell.ts';

const path = new URL('../../docs/library.md', import.meta.url);
const EXAMPLE = /<!-- example -->\n```js\n([\s\S]*?)```\n\n```text\n([\s\S]*?)```\n/g;

const shell = openShell();
afterAll(shell.remove);

test('the examples of the library print what stands under them', async () => {
  const page = readFileSync(path, 'utf8');
  const examples = [...page.matchAll(EXAMPLE)].map(([, code = '', output = '']) => ({ code, output }));
  expect(examples).toHaveLength(page.split('<!-- example -->').length - 1);
  const printed: string[] = [];
  for (const { code, output } of examples) {
    const { stdout, stderr, status } = await shell.run(`cat > example.mjs <<'END'\n${code}END\nnode example.mjs`);
    expect([status, stderr]).toEqual([0, '']);
    printed.push(steady(stdout) === steady(output) ? output : stdout);
  }
  if (process.env.UPDATE === '1') {
    let at = 0;
    const updated = page.replaceAll(EXAMPLE, (whole: string, _code: string, output: string) => {
      const text = printed[at++] ?? output;
      return `${whole.slice(0, whole.length - output.length - 4)}${text}\`\`\`\n`;
    });
    writeFileSync(path, updated);
  } else expect(printed).toEqual(examples.map(({ output }) => output));
});
