import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readmeBlock } from '../../scripts/readme-block.mjs';

const root = new URL('../../', import.meta.url);
const readme = readFileSync(new URL('README.md', root), 'utf8');
const { scripts } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as {
  scripts: Record<string, string>;
};

test.each(['demo', 'test'])('the README has the block %s, and its scripts exist', (name) => {
  const block = readmeBlock(readme, name);
  expect(block).toMatch(/^npm ci && npm /);
  for (const [, , script] of block.matchAll(/npm (run )?([\w:]+)/g)) {
    if (script !== 'ci') expect(scripts).toHaveProperty([script!]);
  }
});

test('a block is what stands between the fences, and nothing else', () => {
  expect(readmeBlock('a\n<!-- run: x -->\n```sh\none\n\ntwo\n```\nb\n', 'x')).toBe('one\n\ntwo\n');
  expect(() => readmeBlock('<!-- run: x -->\n\n```sh\none\n```\n', 'x')).toThrow(/no ```sh block follows/);
  expect(() => readmeBlock('<!-- run: x -->\n```sh\none\n', 'x')).toThrow(/no ```sh block follows/);
  expect(() => readmeBlock('', 'x')).toThrow(/no block marked/);
});
