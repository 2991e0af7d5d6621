import type { Type } from '../../../compiler/types/type.ts';

/** How a CSV file is written. All but `header` are single bytes or byte strings. */
export interface CsvDialect {
  readonly delimiter: number;
  readonly quote: number;
  /** What stands before a quote that is part of a quoted value; usually the quote itself. */
  readonly escape: number;
  readonly header: boolean;
  /** An unquoted value of exactly these bytes is NULL. */
  readonly nullText: Uint8Array;
}

/** What a user may say about a file; what is absent is found out from the file itself. */
export interface CsvOptions {
  readonly delimiter?: string | undefined;
  readonly quote?: string | undefined;
  readonly escape?: string | undefined;
  readonly header?: boolean | undefined;
  /** Default: the empty string. */
  readonly nullText?: string | undefined;
  /** Records that are malformed, or have a value that is not of its column's type, are left out. */
  readonly ignoreErrors?: boolean | undefined;
  /** All columns are text. */
  readonly allText?: boolean | undefined;
  /** Types of columns by their names in lower case; those of the others are found out. */
  readonly types?: ReadonlyMap<string, Type> | undefined;
  /** `types` may name columns that the file has not: other files have them. */
  readonly partial?: boolean | undefined;
  /** Bytes read at a time. */
  readonly blockSize?: number | undefined;
}

export const LF = 0x0a;
export const CR = 0x0d;
export const DOUBLE_QUOTE = 0x22;
export const COMMA = 0x2c;
