import { internalError } from '../../compiler/types/error.ts';
import type { Type } from '../../compiler/types/type.ts';
import type { Value } from '../../compiler/types/value.ts';
import type { ChunkColumn } from '../../runtime/columns/chunk.ts';
import type { NullBitmap } from './validity.ts';

/**
 * A column of a chunk under construction. Every kind has its own bulk entry beside these; `appendValue` is for rows
 * that arrive as host values.
 */
export interface ColumnBuilder {
  readonly rows: number;
  readonly nulls: NullBitmap;
  /** Bytes of text held, which bound how many rows may go into one chunk. */
  readonly heapBytes: number;
  readonly appendNull: () => void;
  /** `value` must be of the column's type; NULL is allowed whatever the column's declaration says. */
  readonly appendValue: (value: Value) => void;
  /**
   * The rows from `from` up to `to`, encoded. `narrow` asks for the fewest bytes and a zone map; without it integers
   * are copied as they are. The builder keeps its rows.
   */
  readonly seal: (from: number, to: number, narrow: boolean) => ChunkColumn;
  readonly reset: () => void;
}

export function wrongValue(type: Type, value: Value): Error {
  return internalError(`a ${typeof value} was given for a column of type ${type.kind}`);
}
