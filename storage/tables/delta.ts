import type { Value } from '../../compiler/types/value.ts';
import { CHUNK_ROWS } from '../../runtime/columns/chunk.ts';
import type { ColumnBuilder } from './builder.ts';
import { MAX_CHUNK_HEAP } from './encode.ts';
import { Segment } from './segment.ts';
import { RowVersions } from './versions.ts';

/**
 * The newest rows of a table, which come one by one. What scans read of them are sealed pieces: the rows that came
 * since the last scan become a piece, together with those pieces before it that are no longer than it has become. So
 * there are never more than log2 of the rows, and a row is encoded at most that often.
 */
export class Delta {
  readonly firstRow: number;
  readonly versions: RowVersions = RowVersions.oneByOne();
  readonly pieces: Segment[] = [];
  private readonly builders: readonly ColumnBuilder[];

  constructor(firstRow: number, builders: readonly ColumnBuilder[]) {
    this.firstRow = firstRow;
    this.builders = builders;
  }

  get rows(): number {
    return this.builders[0]?.rows ?? 0;
  }

  get isFull(): boolean {
    return this.rows >= CHUNK_ROWS || this.builders.some((builder) => builder.heapBytes > MAX_CHUNK_HEAP);
  }

  /** Returns the new row's position. The caller stamps it. */
  append(row: readonly Value[]): number {
    this.builders.forEach((builder, ordinal) => {
      builder.appendValue(row[ordinal] ?? null);
    });
    return this.rows - 1;
  }

  /** Makes pieces of all rows. */
  seal(): void {
    const { pieces, rows } = this;
    const last = pieces.at(-1);
    let from = last === undefined ? 0 : last.offset + last.rows;
    if (from === rows) return;
    for (let piece = last; piece !== undefined && piece.rows <= rows - from; piece = pieces.at(-1)) {
      from = piece.offset;
      pieces.pop();
    }
    pieces.push(this.encode(from));
  }

  /** All rows as one segment. */
  close(): Segment {
    return this.pieces.length === 1 && this.pieces[0]?.rows === this.rows ? this.pieces[0] : this.encode(0);
  }

  private encode(from: number): Segment {
    const columns = this.builders.map((builder) => builder.seal(from, this.rows, true));
    return new Segment(this.firstRow + from, this.rows - from, columns, this.versions, from);
  }
}
