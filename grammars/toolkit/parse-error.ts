/** UTF-16 offsets; `end` is the offset after the last character. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** What is wrong with a text. It is a value: nothing in grammars/ throws it. */
export interface ParseError {
  /** An SQLSTATE; languages that have codes of their own map it. */
  readonly code: ParseErrorCode;
  readonly message: string;
  /** Where to put the caret: never the whole statement, empty at the end of the text. */
  readonly range: TextRange;
  readonly hint: string | undefined;
}

/** Syntax error, statement too complex, feature not supported. */
export type ParseErrorCode = '42601' | '54001' | '0A000';

export function parseError(code: ParseErrorCode, message: string, range: TextRange, hint?: string): ParseError {
  return { code, message, range, hint };
}

/** Both from 1, the column in UTF-16 units. A line ends with LF, CR or CR LF. */
export interface LineColumn {
  readonly line: number;
  readonly column: number;
}

export function lineColumn(text: string, offset: number): LineColumn {
  const end = Math.max(0, Math.min(offset, text.length));
  let line = 1;
  let lineStart = 0;
  for (let at = 0; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === 13 && text.charCodeAt(at + 1) === 10) continue;
    if (code === 10 || code === 13) {
      line++;
      lineStart = at + 1;
    }
  }
  return { line, column: end - lineStart + 1 };
}
