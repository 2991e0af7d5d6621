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

/**
 * The row whose integer columns `ordinals` have the raw values `wanted`, among segments whose keys ascend strictly;
 * undefined if there is none.
 */
export function findAscending(
  segments: readonly Segment[],
  ordinals: readonly number[],
  wanted: readonly bigint[],
): number | undefined {
  // The last segment that does not begin beyond the key.
  let low = 0;
  let high = segments.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareKey(segments[middle]!, 0, ordinals, wanted) <= 0) low = middle + 1;
    else high = middle;
  }
  const segment = segments[low - 1];
  if (segment === undefined) return undefined;
  low = 0;
  high = segment.rows;
  const [first] = ordinals;
  const column = first === undefined ? undefined : segment.chunk.columns[first];
  if (ordinals.length === 1 && column !== undefined && column.width !== 8 && column.width !== 16) {
    const target = wanted[0]! - column.base;
    if (target > 0xffff_ffffn) return undefined;
    return findOffset(segment, unsignedView(column.values, column.width), Number(target));
  }
  while (low < high) {
    const middle = (low + high) >>> 1;
    const order = compareKey(segment, middle, ordinals, wanted);
    if (order === 0) return segment.firstRow + middle;
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return undefined;
}

/** The same for one column of narrow offsets. */
function findOffset({ firstRow, rows }: Segment, offsets: ArrayLike<number>, target: number): number | undefined {
  let low = 0;
  let high = rows;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (offsets[middle]! < target) low = middle + 1;
    else high = middle;
  }
  return low < rows && offsets[low] === target ? firstRow + low : undefined;
}

/** Negative where the row's key is less than the wanted one. */
function compareKey(segment: Segment, row: number, ordinals: readonly number[], wanted: readonly bigint[]): number {
  for (let i = 0; i < ordinals.length; i++) {
    const value = rawInteger(segment.chunk.columns[ordinals[i]!]!, row);
    if (value !== wanted[i]) return value < wanted[i]! ? -1 : 1;
  }
  return 0;
}
