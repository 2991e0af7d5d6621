import { type ErrorCode, OrbitError } from '../../../compiler/types/error.ts';

/** Text in messages is cut to this many characters. */
const SHOWN = 60;

const decoder = new TextDecoder();

/** The bytes as text for a message, cut where it is long. */
export function shownText(bytes: Uint8Array, start: number, end: number): string {
  return shorten(decoder.decode(bytes.slice(start, Math.min(end, start + 4 * SHOWN + 4))));
}

export function shorten(text: string): string {
  const line = text.replace(/\r?\n|\r/g, '↵');
  return line.length > SHOWN ? `${line.slice(0, SHOWN)}…` : line;
}

/** Where in a CSV file something is; lines and columns count from 1. */
export interface CsvPlace {
  readonly path: string;
  readonly line: number;
  readonly column?: number | undefined;
  readonly columnName?: string | undefined;
}

export function csvError(
  code: ErrorCode,
  message: string,
  { path, line, column, columnName }: CsvPlace,
  details: { readonly hint?: string | undefined; readonly cause?: unknown } = {},
): OrbitError {
  const name = columnName === undefined ? '' : ` (${columnName})`;
  const place = `${path}: line ${line}${column === undefined ? '' : `, column ${column}${name}`}`;
  return new OrbitError(code, message, { place, ...details });
}
