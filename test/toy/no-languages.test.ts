import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

/** What a language means reaches these as IR. */
const FOLDERS = ['compiler/optimizer', 'compiler/physical', 'runtime', 'storage'];

const LANGUAGES = /sql|cypher|aql|cql|orbitql/i;

/** Strings and identifiers; comments may name whom they like. */
function code(text: string): readonly string[] {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ''))
    .split('\n')
    .map((line) => line.replace(/(^|\s)\/\/.*$/, ''));
}

it('names no language below the front ends', () => {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const found = FOLDERS.flatMap((folder) =>
    readdirSync(`${root}/${folder}`, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) =>
        code(readFileSync(`${root}/${folder}/${file}`, 'utf8')).flatMap((line, i) =>
          LANGUAGES.test(line) ? [`${folder}/${file}:${i + 1}: ${line.trim()}`] : [],
        ),
      ),
  );
  expect(found).toEqual([]);
});
