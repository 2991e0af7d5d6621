import { afterAll, describe, expect, it } from 'vitest';
import { caseFiles, readCases, rewriteCases } from './case-files.ts';
import { parseCall, runCall } from './cases.ts';

const update = process.env.UPDATE !== undefined && process.env.UPDATE !== '';

describe.each(caseFiles())('%s', (file) => {
  const results = new Map<number, string>();
  it.each(readCases(file).map((line) => [line.line, line.call, line] as const))('%i: %s', (_number, _call, line) => {
    const result = runCall(parseCall(line.call));
    results.set(line.line, result);
    if (!update) expect(result).toBe(line.expected);
  });
  afterAll(() => {
    if (update) rewriteCases(file, results);
  });
});
