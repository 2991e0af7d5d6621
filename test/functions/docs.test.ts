import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { functionsPage } from './docs.ts';

it('docs/functions.md is what the catalogue says (npm run docs:functions)', () => {
  expect(readFileSync(new URL('../../docs/functions.md', import.meta.url), 'utf8')).toBe(functionsPage());
});
