import type { Chunk, ChunkColumn } from '../../runtime/columns/chunk.ts';
import { nextBufferId } from '../../runtime/columns/chunk.ts';

/** A chunk in a table, with all of the table's columns. */
export interface Segment {
  /** Ordinal of the first row; rows of a table are numbered through all its segments, with gaps. */
  readonly firstRow: number;
  readonly rows: number;
  /** Replaced when a column is encoded anew. */
  chunk: Chunk;
}

export function createChunk(firstRow: number, rows: number, columns: readonly ChunkColumn[]): Chunk {
  return { id: nextBufferId(), rows, firstRowId: BigInt(firstRow), columns };
}
