import type { ColumnStatistics } from '../../compiler/catalog/catalog.ts';
import { isFloat, type Type } from '../../compiler/types/type.ts';
import type { ChunkColumn } from '../../runtime/columns/chunk.ts';
import { hostInteger } from '../../runtime/columns/values.ts';
import { hashBytes } from './hash.ts';
import { HyperLogLog } from './hyperloglog.ts';
import { unsignedView } from './integers.ts';
import { isValid } from './validity.ts';

/** Bytes at either end by which long texts are told apart. */
const LONG_EDGE = 16;

/** What is known of one column, gathered chunk by chunk as they are written. */
export class ColumnObserver {
  private readonly type: Type;
  private nullCount = 0;
  private low: bigint | undefined;
  private high: bigint | undefined;
  private min = Number.POSITIVE_INFINITY;
  private max = Number.NEGATIVE_INFINITY;
  /** Values in the column's dictionary, which are not counted one by one. */
  private codes = 0;
  private counted = false;
  private readonly distinct = new HyperLogLog();

  constructor(type: Type) {
    this.type = type;
  }

  observe(column: ChunkColumn, rows: number): void {
    this.nullCount += column.nullCount;
    const { range } = column;
    if (range !== undefined) {
      if (this.low === undefined || range[0] < this.low) this.low = range[0];
      if (this.high === undefined || range[1] > this.high) this.high = range[1];
    }
    if (column.dictionary !== undefined) this.codes = Math.max(this.codes, column.dictionary.size);
    else this.countDistinct(column, rows);
  }

  countDistinct(column: ChunkColumn, rows: number): void {
    this.counted = true;
    switch (column.encoding) {
      case 'integers':
        countIntegers(column, rows, this.distinct);
        break;
      case 'float32':
      case 'float64':
        this.observeFloats(column, rows);
        break;
      case 'strings':
        countStrings(column, rows, this.distinct);
        break;
      case 'any':
        countWords(column, 2 * rows, 2, this.distinct);
        break;
      default:
        countWords(column, 4 * rows, 4, this.distinct);
    }
  }

  add(other: ColumnObserver): void {
    this.nullCount += other.nullCount;
    if (other.low !== undefined && (this.low === undefined || other.low < this.low)) this.low = other.low;
    if (other.high !== undefined && (this.high === undefined || other.high > this.high)) this.high = other.high;
    this.min = Math.min(this.min, other.min);
    this.max = Math.max(this.max, other.max);
    this.codes = Math.max(this.codes, other.codes);
    this.counted ||= other.counted;
    this.distinct.merge(other.distinct);
  }

  result(): ColumnStatistics {
    const { nullCount, low, high, min, max } = this;
    const distinctCount = this.counted ? Math.max(this.codes, this.distinct.estimate()) : this.codes;
    if (isFloat(this.type)) return min <= max ? { nullCount, min, max, distinctCount } : { nullCount, distinctCount };
    // Of dynamic values that are integers in one chunk, the rest may be anything.
    if (low === undefined || high === undefined || this.type.kind === 'any') return { nullCount, distinctCount };
    return { nullCount, min: hostInteger(low, this.type), max: hostInteger(high, this.type), distinctCount };
  }

  private observeFloats(column: ChunkColumn, rows: number): void {
    const { buffer, byteOffset } = column.values;
    const values =
      column.encoding === 'float32'
        ? new Float32Array(buffer, byteOffset, rows)
        : new Float64Array(buffer, byteOffset, rows);
    const bits = new Int32Array(buffer, byteOffset, (rows * column.width) >>> 2);
    for (let row = 0; row < rows; row++) {
      if (!isValid(column.validity, row)) continue;
      const value = values[row]!;
      if (value < this.min) this.min = value;
      if (value > this.max) this.max = value;
      if (column.width === 4) this.distinct.addWords(bits[row]!, 0);
      else this.distinct.addWords(bits[2 * row]!, bits[2 * row + 1]!);
    }
  }
}

/** Values below nulls are counted too: they are the chunk's minimum or zero, one value too many at most. */
function countIntegers(column: ChunkColumn, rows: number, distinct: HyperLogLog): void {
  const { values, width, base } = column;
  if (width === 8 || width === 16) {
    countWords(column, 2 * rows, 2, distinct);
    return;
  }
  const offsets = unsignedView(values, width);
  if (width === 4) {
    addOffsets(offsets, rows, base, distinct);
    return;
  }
  // At most 65,536 different offsets: each is hashed once.
  const seen = new Uint8Array(width === 1 ? 0x100 : 0x1_0000);
  for (let row = 0; row < rows; row++) seen[offsets[row]!] = 1;
  const present = new Uint32Array(seen.length);
  let count = 0;
  for (let offset = 0; offset < seen.length; offset++) if (seen[offset] === 1) present[count++] = offset;
  addOffsets(present, count, base, distinct);
}

/** Counts base + offset, in 32-bit arithmetic as long as the sums have one upper word. */
function addOffsets(
  offsets: Uint8Array | Uint16Array | Uint32Array,
  count: number,
  base: bigint,
  distinct: HyperLogLog,
): void {
  const low = Number(BigInt.asIntN(32, base));
  const high = Number(BigInt.asIntN(32, base >> 32n));
  // An offset that carries into the upper word makes the sum of the low words, taken as unsigned, smaller than it.
  for (let i = 0; i < count; i++) {
    const offset = offsets[i]!;
    const sum = (low + offset) | 0;
    distinct.addWords(sum, sum >>> 0 < offset ? high + 1 : high);
  }
}

/** Of values of `step` words each the first two are counted: an estimate is all that is asked for. */
function countWords(column: ChunkColumn, words: number, step: number, distinct: HyperLogLog): void {
  const values = new Int32Array(column.values.buffer, column.values.byteOffset, words);
  for (let i = 0; i < words; i += step) distinct.addWords(values[i]!, values[i + 1]!);
}

/** Of long texts the first and last bytes are counted. */
function countStrings(column: ChunkColumn, rows: number, distinct: HyperLogLog): void {
  const offsets = new Uint32Array(column.values.buffer, column.values.byteOffset, rows + 1);
  const heap = column.heap ?? column.values;
  for (let row = 0; row < rows; row++) {
    const start = offsets[row]!;
    const end = offsets[row + 1]!;
    if (end - start <= 2 * LONG_EDGE) distinct.add(hashBytes(heap, start, end));
    else distinct.addWords(hashBytes(heap, start, start + LONG_EDGE), hashBytes(heap, end - LONG_EDGE, end));
  }
}
