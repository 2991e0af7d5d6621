import { expect, it } from 'vitest';
import { type CaseLine, caseFiles, readCases } from './case-files.ts';
import { parseCall, sqlOf } from './cases.ts';
import { openPostgres } from './postgres.ts';

/** Of an error only the class counts: we have fewer codes than PostgreSQL. */
function comparable(result: string): string {
  return result.replace(/^error (..).*$/s, 'error $1');
}

it('agrees with PostgreSQL on the case files', async () => {
  const postgres = await openPostgres();
  const cases = caseFiles()
    .flatMap(readCases)
    .flatMap((line): readonly { readonly line: CaseLine; readonly sql: string }[] => {
      const sql = line.differs === undefined ? sqlOf(parseCall(line.call)) : undefined;
      return sql === undefined ? [] : [{ line, sql }];
    });
  const results = await postgres.evaluate(cases.map(({ sql }) => sql));
  const differences = cases.flatMap(({ line, sql }, index) => {
    const theirs = results[index] ?? '';
    return comparable(theirs) === comparable(line.expected)
      ? []
      : [`${line.file}:${line.line} ${sql}\n  ours   ${line.expected}\n  theirs ${theirs}`];
  });
  await postgres.close();
  expect(differences.join('\n')).toBe('');
});
