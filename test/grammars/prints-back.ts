import { parseSql } from '../../grammars/sql/parser.ts';
import { printSql } from '../../grammars/sql/printer/printer.ts';
import { textWithoutRanges } from './cases.ts';

/** Undefined when the text's statements, printed and parsed again, are the same trees; otherwise the printed text that is not. */
export function printsBack(sql: string): string | undefined {
  for (const tree of parseSql(sql).statements) {
    const printed = printSql(tree);
    const again = parseSql(printed);
    if (again.errors.length > 0 || textWithoutRanges(again.statements) !== textWithoutRanges([tree])) return printed;
  }
  return undefined;
}
