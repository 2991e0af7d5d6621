import type { ResultBatch, ResultColumn } from '../../engine/index.ts';
import type { Appearance } from '../terminal.ts';

/** The result of one statement on its way to the output. */
export interface ShownResult {
  /** None for a statement that gives no rows. */
  readonly columns: readonly ResultColumn[];
  readonly batches: AsyncIterable<ResultBatch> | Iterable<ResultBatch>;
  /** What the statement was and did, when its rows have been read. */
  readonly finish: () => Promise<Finished>;
}

export interface Finished {
  /** Such as `SELECT` or `CREATE TABLE`. */
  readonly command: string;
  /** Rows that the statement wrote; undefined if it is none that writes rows. */
  readonly affected: number | undefined;
}

export interface FormatOptions {
  readonly appearance: Appearance;
  /** What stands for NULL; each format has its own default. */
  readonly nullText: string | undefined;
  /** Rows only: no row counts and no words on statements without rows. */
  readonly quiet: boolean;
}

/** A result as text, in pieces: a piece can be printed before the next one is known. */
export type Format = (result: ShownResult, options: FormatOptions) => AsyncIterable<string>;

/** Types whose values are numbers, and whose text is a number that other programs read. */
export function isNumber(type: string): boolean {
  return /^(int\d+|float\d+|decimal\(\d+,\d+\))$/.test(type);
}

/** A value's text for people and for files: as SQL prints it, but booleans as words. */
export function valueText(text: string, type: string): string {
  return type === 'bool' ? (text === 't' ? 'true' : 'false') : text;
}
