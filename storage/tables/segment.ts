import { type Chunk, type ChunkColumn, nextBufferId } from '../../runtime/columns/chunk.ts';
import type { RowVersions } from './versions.ts';
import { Visibility } from './visibility.ts';

/** A chunk in a table, with all of the table's columns. */
export class Segment {
  /** Ordinal of the first row; rows of a table are numbered through all its segments. */
  readonly firstRow: number;
  readonly rows: number;
  readonly versions: RowVersions;
  /** Position of the first row in `versions`. */
  readonly offset: number;
  /** Replaced, under a new id, when a column is encoded anew. */
  chunk: Chunk;
  readonly visibility: Visibility;

  constructor(firstRow: number, rows: number, columns: readonly ChunkColumn[], versions: RowVersions, offset: number) {
    this.firstRow = firstRow;
    this.rows = rows;
    this.versions = versions;
    this.offset = offset;
    this.visibility = new Visibility(versions, offset, offset + rows);
    this.chunk = { id: nextBufferId(), rows, firstRowId: BigInt(firstRow), columns };
  }

  replaceColumn(ordinal: number, column: ChunkColumn): void {
    this.chunk = { ...this.chunk, id: nextBufferId(), columns: this.chunk.columns.with(ordinal, column) };
  }
}
