import type { SourceRange } from '../compiler/types/error.ts';
import { expectedAt } from '../grammars/sql/expected.ts';
import { keywordClasses } from '../grammars/sql/keywords.ts';
import { lexSql } from '../grammars/sql/lexer.ts';
import { keywordTypesByWord, t } from '../grammars/sql/tokens.ts';
import { endOf } from '../grammars/toolkit/tokens.ts';

/** What editors ask of SQL texts; nothing is run. */

/** Whether the text ends with a whole statement: behind a semicolon that is in no string and no comment. */
export function endsStatement(text: string): boolean {
  const { tokens, unterminated } = lexSql(text);
  return unterminated === undefined && tokens.at(-1)?.tokenType === t.semicolon;
}

/** Whether the text ends inside of a string, a quoted name or a comment. */
export function endsInside(text: string): boolean {
  return lexSql(text).unterminated !== undefined;
}

/** Whether there is nothing in the text but white space and whole comments. */
export function isBlank(text: string): boolean {
  const { tokens, unterminated } = lexSql(text);
  return tokens.length === 0 && unterminated === undefined;
}

/** The text on one line, if it has no comments and no strings over several lines: their line ends mean something. */
export function onOneLine(text: string): string | undefined {
  const { tokens, comments } = lexSql(text);
  if (comments.length > 0 || tokens.some(({ image }) => image.includes('\n'))) return undefined;
  return text.trim().replaceAll(/[ \t]*\n\s*/g, ' ');
}

export interface Highlight extends SourceRange {
  readonly kind: 'keyword' | 'string' | 'number' | 'comment' | 'parameter';
}

/** In the order of the text; everything else is plain. */
export function highlights(text: string): readonly Highlight[] {
  const { tokens, comments } = lexSql(text);
  const found: Highlight[] = comments.map(({ start, end }) => ({ start, end, kind: 'comment' }));
  for (const token of tokens) {
    const { tokenType, startOffset: start, image } = token;
    const add = (kind: Highlight['kind']): number => found.push({ start, end: endOf(token), kind });
    if (tokenType === t.string || tokenType === t.bitString) add('string');
    else if (tokenType === t.number) add('number');
    else if (tokenType === t.parameter) add('parameter');
    else if (keywordTypesByWord.get(image.toLowerCase()) === tokenType && KEYWORDS.has(image.toLowerCase()))
      add('keyword');
  }
  return found.sort((a, b) => a.start - b.start);
}

/** The others are more often names than not. */
const KEYWORDS: ReadonlySet<string> = new Set([
  ...[...keywordClasses].filter(([, kind]) => kind === 'reserved' || kind === 'functionName').map(([word]) => word),
  ...'insert update delete merge begin commit rollback explain describe copy drop alter values set by over partition between'.split(
    ' ',
  ),
]);

export interface Candidates {
  /** What is replaced: the word at the caret. */
  readonly replace: SourceRange;
  readonly keywords: readonly string[];
  readonly name: boolean;
  /** The name would be a table's. */
  readonly table: boolean;
}

const BEFORE_TABLES = /\b(from|join|into|update|table|describe|desc|truncate|analyze)\s+$/i;

/** What can be written at the caret; undefined inside of strings and comments. */
export function candidatesAt(text: string, offset: number): Candidates | undefined {
  const expected = expectedAt(text, offset);
  if (expected === undefined) return undefined;
  const { replace, keywords, name } = expected;
  return { replace, keywords, name, table: BEFORE_TABLES.test(text.slice(0, replace.start)) };
}
