import { OrbitError } from '../../../compiler/types/error.ts';
import { parseText } from '../../../compiler/types/text.ts';
import type { Type } from '../../../compiler/types/type.ts';
import type { Value } from '../../../compiler/types/value.ts';
import type { CsvDialect } from './dialect.ts';
import { shorten } from './problem.ts';
import { ESCAPED, type FieldBatch, FLAG_BITS, QUOTED, unescapeField } from './split.ts';

/** Appends the first `rows` values of one column of a batch to a builder. */
export type ColumnConverter = (batch: FieldBatch, rows: number) => void;

/** A value that is not of its column's type. */
export class FieldError extends Error {
  readonly row: number;
  readonly error: OrbitError;

  constructor(row: number, error: OrbitError) {
    super(error.message, { cause: error });
    this.row = row;
    this.error = error;
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Whether a value is the file's NULL. `coded` is its end with flags. */
export function isNullText(bytes: Uint8Array, start: number, coded: number, nullText: Uint8Array): boolean {
  if ((coded & QUOTED) !== 0 || (coded >> FLAG_BITS) - start !== nullText.length) return false;
  for (let i = 0; i < nullText.length; i++) if (bytes[start + i] !== nullText[i]) return false;
  return true;
}

/** The value as text, with escapes undone. */
export function fieldText(
  { bytes }: FieldBatch,
  row: number,
  start: number,
  coded: number,
  dialect: CsvDialect,
): string {
  const end = coded >> FLAG_BITS;
  let field = bytes.subarray(start, end);
  if ((coded & ESCAPED) !== 0) {
    const plain = new Uint8Array(end - start);
    field = plain.subarray(0, unescapeField(bytes, start, end, dialect, plain));
  }
  try {
    return decoder.decode(field);
  } catch (cause) {
    const shown = shorten(new TextDecoder().decode(field));
    const message = `the value is not valid UTF-8: "${shown}"`;
    throw new FieldError(row, new OrbitError('bad_file_format', message, { cause }));
  }
}

/**
 * Reads a value as a cast from text would: the way for all that the byte loops do not know. Any error of it is a
 * FieldError.
 */
export function parseField(
  batch: FieldBatch,
  row: number,
  start: number,
  coded: number,
  type: Type,
  dialect: CsvDialect,
): Value {
  const text = fieldText(batch, row, start, coded, dialect);
  try {
    return parseText(text, type);
  } catch (error) {
    if (!(error instanceof OrbitError)) throw error;
    const named = error.message.includes(text) ? error.message : `${error.message}: "${text}"`;
    const message = named.replace(text, shorten(text));
    throw new FieldError(row, new OrbitError(error.code, message, { hint: error.hint, cause: error }));
  }
}
