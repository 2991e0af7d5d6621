import { describe, expect, test } from 'vitest';
import { type ParsedSql, parseSql } from '../../grammars/sql/parser.ts';
import { printSql } from '../../grammars/sql/printer/printer.ts';
import { lineColumn } from '../../grammars/toolkit/parse-error.ts';
import { caseFiles, outline, readCases, textWithoutRanges, updateCases } from './cases.ts';
import { rangeProblems } from './ranges.ts';

function actual(input: string): string {
  const parsed = parseSql(input);
  return parsed.errors.length > 0 ? errors(input, parsed) : parsed.statements.map(outline).join('\n');
}

function errors(input: string, parsed: ParsedSql): string {
  return parsed.errors
    .flatMap(({ code, message, range, hint }) => {
      const { line, column } = lineColumn(input, range.start);
      const marked = input.slice(range.start, range.end).replaceAll('\n', '\\n');
      return [
        `${line}:${column} ${marked === '' ? '(here)' : marked} | ${code} ${message}`,
        ...(hint ? [`  ${hint}`] : []),
      ];
    })
    .join('\n');
}

for (const file of caseFiles()) {
  describe(file, () => {
    if (process.env.UPDATE) updateCases(file, actual);
    for (const { input, expected, line } of readCases(file)) {
      test(`${line}: ${input}`, () => {
        expect(actual(input)).toBe(expected);
        const { statements, errors } = parseSql(input);
        expect(rangeProblems(input, statements)).toEqual([]);
        if (errors.length > 0) return;
        for (const statement of statements) {
          const printed = printSql(statement);
          const again = parseSql(printed);
          expect(again.errors, printed).toEqual([]);
          expect(textWithoutRanges(again.statements), printed).toBe(textWithoutRanges([statement]));
        }
      });
    }
  });
}
