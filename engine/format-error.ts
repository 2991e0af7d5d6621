import { OrbitError } from '../compiler/types/error.ts';
import { lineColumn } from '../grammars/toolkit/parse-error.ts';

/**
 * An error as people read it: code and message, the line of the statement with a caret under the place, and the hint.
 */
export function formatError(error: unknown, statement?: string): string {
  if (!(error instanceof OrbitError))
    return error instanceof Error ? `error: ${error.message}` : `error: ${String(error)}`;
  const lines = [`error ${error.sqlstate}: ${error.message}`];
  if (error.place !== undefined) lines.push(`  at ${error.place}`);
  if (error.range !== undefined && statement !== undefined)
    lines.push(...caret(statement, error.range.start, error.range.end));
  if (error.hint !== undefined) lines.push(`  hint: ${error.hint}`);
  return lines.join('\n');
}

/** Characters of a long line that are shown around the place. */
const SHOWN = 100;

function caret(text: string, start: number, end: number): readonly string[] {
  const { line, column } = lineColumn(text, start);
  const from = text.lastIndexOf('\n', start - 1) + 1;
  const next = text.indexOf('\n', start);
  const to = next < 0 ? text.length : next;
  const left = Math.max(from, start - SHOWN / 2);
  const right = Math.min(to, left + SHOWN);
  const shown = text.slice(left, right).replaceAll('\t', ' ');
  const label = `  line ${line}: `;
  const marks = '^'.repeat(Math.max(1, Math.min(end, right) - start));
  return [`${label}${shown}`, `${' '.repeat(label.length + start - left)}${marks}`, `  (column ${column})`].slice(0, 2);
}
