import type { ChunkColumn } from '../../runtime/columns/chunk.ts';
import { rawInteger } from './decode.ts';
import { unsignedView } from './integers.ts';
import type { Segment } from './segment.ts';

/**
 * Whether the rows of all segments, in order, have strictly ascending keys: then the keys are unique and no index is
 * needed to tell. Only integer columns without nulls are looked at.
 */
export function isStrictlyAscending(segments: readonly Segment[], ordinals: readonly number[]): boolean {
  let before: Segment | undefined;
  for (const segment of segments) {
    const columns = ordinals.map((ordinal) => segment.chunk.columns[ordinal]!);
    if (columns.some((column) => column.encoding !== 'integers' || column.nullCount > 0)) return false;
    if (!ascendsWithin(columns, segment.rows)) return false;
    if (before !== undefined && !ascendsBetween(before, segment, ordinals)) return false;
    before = segment;
  }
  return true;
}

function ascendsWithin(columns: readonly ChunkColumn[], rows: number): boolean {
  // 1 where a row equals the row before in all columns so far.
  const tied = new Uint8Array(rows).fill(1, 1);
  for (const column of columns) {
    if (!breakTies(column, rows, tied)) return false;
  }
  return !tied.includes(1);
}

/** Returns false if a row that is tied with the one before is less than it in this column. */
function breakTies(column: ChunkColumn, rows: number, tied: Uint8Array): boolean {
  const { values, width } = column;
  if (width === 8 || width === 16) {
    const wide = new BigInt64Array(values.buffer, values.byteOffset, rows);
    for (let row = 1; row < rows; row++) {
      if (tied[row] === 0) continue;
      const now = wide[row]!;
      const before = wide[row - 1]!;
      if (now < before) return false;
      if (now > before) tied[row] = 0;
    }
    return true;
  }
  const offsets = unsignedView(values, width);
  for (let row = 1; row < rows; row++) {
    if (tied[row] === 0) continue;
    const now = offsets[row]!;
    const before = offsets[row - 1]!;
    if (now < before) return false;
    if (now > before) tied[row] = 0;
  }
  return true;
}

function ascendsBetween(before: Segment, after: Segment, ordinals: readonly number[]): boolean {
  for (const ordinal of ordinals) {
    const low = rawInteger(before.chunk.columns[ordinal]!, before.rows - 1);
    const high = rawInteger(after.chunk.columns[ordinal]!, 0);
    if (low !== high) return low < high;
  }
  return false;
}
