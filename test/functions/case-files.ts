import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A line of a case file: `call | expected`, then ` | differs: why` where PostgreSQL says something else, for a reason.
 * Blank lines and lines that begin with # are kept as they are.
 */
export interface CaseLine {
  readonly file: string;
  readonly line: number;
  readonly call: string;
  readonly expected: string;
  readonly differs: string | undefined;
}

const folder = import.meta.dirname;

export function caseFiles(): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.txt'))
    .sort();
}

export function readCases(file: string): readonly CaseLine[] {
  return readFileSync(join(folder, file), 'utf8')
    .split('\n')
    .flatMap((text, index) => {
      if (text.trim() === '' || text.startsWith('#')) return [];
      const [call = '', expected = '', note] = text.split(' | ');
      return [{ file, line: index + 1, call: call.trim(), expected, differs: note?.replace(/^differs: /, '') }];
    });
}

/** Puts new results in the place of the expected ones. */
export function rewriteCases(file: string, results: ReadonlyMap<number, string>): void {
  const path = join(folder, file);
  const lines = readFileSync(path, 'utf8').split('\n');
  const rewritten = lines.map((text, index) => {
    const result = results.get(index + 1);
    if (result === undefined) return text;
    const [call = '', , note] = text.split(' | ');
    return [call.trim().replace(/ \|$/, ''), result, ...(note === undefined ? [] : [note])].join(' | ');
  });
  writeFileSync(path, rewritten.join('\n'));
}
