import type { Finished } from './format.ts';

export function rowCount(count: number): string {
  return count === 1 ? '(1 row)' : `(${count} rows)`;
}

/** What a statement without rows has done. */
export function statementLine({ command, affected }: Finished): string {
  return affected === undefined ? command : `${command} ${rowCount(affected)}`;
}

/** The lines of a value. What would move the cursor, or colour the screen, is shown as an escape instead. */
export function shownLines(text: string): readonly string[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about
  if (!/[\u0000-\u001f\u007f-\u009f]/.test(text)) return [text];
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is control characters that are to be made visible
  return text.split('\n').map((line) => line.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, escaped));
}

function escaped(character: string): string {
  switch (character) {
    case '\t':
      return '\\t';
    case '\r':
      return '\\r';
    default:
      return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
  }
}
