/** Case files: a schema in SQL, then cases as a title line (`## …`), the statement, `=>` and what is expected. */

export interface CaseFile {
  readonly schema: string;
  readonly cases: readonly Case[];
}

export interface Case {
  readonly title: string;
  readonly sql: string;
  readonly expected: string;
}

export function readCases(text: string): CaseFile {
  const [schema = '', ...sections] = text.split(/^## /m);
  const cases = sections.map((section): Case => {
    const line = section.indexOf('\n');
    const [sql = '', expected = ''] = section.slice(line + 1).split(/^=>\n/m);
    return { title: section.slice(0, line).trim(), sql: sql.trim(), expected: expected.trim() };
  });
  return { schema: schema.trim(), cases };
}

export function writeCases(file: CaseFile): string {
  const cases = file.cases.map(({ title, sql, expected }) => `## ${title}\n${sql}\n=>\n${expected}\n`);
  return `${file.schema}\n\n${cases.join('\n')}`;
}
