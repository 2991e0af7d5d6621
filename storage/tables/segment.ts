import { type Chunk, type ChunkColumn, nextBufferId } from '../../runtime/columns/chunk.ts';
import type { RowVersions, Viewpoint } from './versions.ts';

/** Selections kept a segment: some for transactions with older snapshots beside that of the latest. */
const REMEMBERED = 6;

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
  private readonly selections = new Map<number, Uint32Array | undefined>();

  constructor(firstRow: number, rows: number, columns: readonly ChunkColumn[], versions: RowVersions, offset: number) {
    this.firstRow = firstRow;
    this.rows = rows;
    this.versions = versions;
    this.offset = offset;
    this.chunk = { id: nextBufferId(), rows, firstRowId: BigInt(firstRow), columns };
  }

  replaceColumn(ordinal: number, column: ChunkColumn): void {
    this.chunk = { ...this.chunk, id: nextBufferId(), columns: this.chunk.columns.with(ordinal, column) };
  }

  /** Ascending positions of the rows that are seen; undefined if all are. */
  selection(viewpoint: Viewpoint): Uint32Array | undefined {
    const { versions, offset, selections } = this;
    const end = offset + this.rows;
    const quick = versions.lastChangeSeen(offset, end, viewpoint, false);
    if (quick === undefined) return versions.visible(offset, end, viewpoint);
    if (selections.has(quick)) return selections.get(quick);
    const exact = versions.lastChangeSeen(offset, end, viewpoint, true);
    const known = exact !== undefined && selections.has(exact);
    const selection = known ? selections.get(exact) : versions.visible(offset, end, viewpoint);
    if (exact !== undefined && !known) this.remember(exact, selection);
    this.remember(quick, selection);
    return selection;
  }

  private remember(key: number, selection: Uint32Array | undefined): void {
    if (this.selections.size >= REMEMBERED) {
      for (const oldest of this.selections.keys()) {
        this.selections.delete(oldest);
        break;
      }
    }
    this.selections.set(key, selection);
  }
}
