import type { Type } from '../../compiler/types/type.ts';
import type { Value } from '../../compiler/types/value.ts';
import type { ChunkColumn } from '../../runtime/columns/chunk.ts';
import { allocateBytes, grownCapacity } from './buffers.ts';
import { type ColumnBuilder, wrongValue } from './builder.ts';
import { NullBitmap } from './validity.ts';

const TWO_32 = 4_294_967_296;

type Range = readonly [bigint, bigint];

/**
 * Builds every type that is stored as a 64-bit integer. Rows are kept as two's complement words, low word first:
 * numbers of any size are written without making a BigInt of each.
 */
export class IntegerBuilder implements ColumnBuilder {
  rows = 0;
  readonly heapBytes = 0;
  readonly nulls: NullBitmap = new NullBitmap();
  private readonly type: Type;
  private words: Int32Array;

  constructor(type: Type, capacity: number) {
    this.type = type;
    this.words = new Int32Array(2 * capacity);
  }

  /**
   * Makes room for `count` more rows and returns the words, of which the caller fills 2 * rows and following, with
   * zeros for a null. It then adds to `rows` itself.
   */
  reserve(count: number): Int32Array {
    const needed = 2 * (this.rows + count);
    if (needed > this.words.length) {
      const grown = new Int32Array(grownCapacity(this.words.length, needed));
      grown.set(this.words.subarray(0, 2 * this.rows));
      this.words = grown;
    }
    return this.words;
  }

  appendNull(): void {
    this.nulls.set(this.rows);
    this.put(0, 0);
  }

  appendValue(value: Value): void {
    if (value === null) this.appendNull();
    else if (typeof value === 'boolean') this.put(value ? 1 : 0, 0);
    else if (typeof value === 'number') this.put(value, Math.floor(value / TWO_32));
    else if (typeof value === 'bigint') {
      this.put(Number(BigInt.asIntN(32, value)), Number(BigInt.asIntN(32, value >> 32n)));
    } else throw wrongValue(this.type, value);
  }

  /** `count` rows, none of them null. */
  appendIntegers(values: BigInt64Array, count: number = values.length): void {
    const words = this.reserve(count);
    words.set(new Int32Array(values.buffer, values.byteOffset, 2 * count), 2 * this.rows);
    this.rows += count;
  }

  /** `count` rows, none of them null; all must be whole and within ±2^53. */
  appendNumbers(values: Int32Array | Float64Array, count: number = values.length): void {
    const words = this.reserve(count);
    for (let i = 0, at = 2 * this.rows; i < count; i++, at += 2) {
      const value = values[i]!;
      words[at] = value;
      words[at + 1] = Math.floor(value / TWO_32);
    }
    this.rows += count;
  }

  seal(from: number, to: number, narrow: boolean): ChunkColumn {
    const { validity, nullCount } = this.nulls.seal(from, to);
    const count = to - from;
    const range = narrow ? this.range(from, to, nullCount > 0) : undefined;
    const common = { encoding: 'integers', validity, nullCount, range } as const;
    if (narrow && range === undefined) return { ...common, width: 1, base: 0n, values: allocateBytes(count) };
    const width = range === undefined ? 8 : offsetWidth(range[1] - range[0]);
    if (range === undefined || width === 8) {
      const values = allocateBytes(8 * count);
      new Int32Array(values.buffer, 0, 2 * count).set(this.words.subarray(2 * from, 2 * to));
      if (nullCount > 0 && range !== undefined) this.fillNulls(new BigInt64Array(values.buffer), range[0], from, count);
      return { ...common, width: 8, base: 0n, values };
    }
    const [min, max] = range;
    // No base where that costs no byte: then equal values have equal bytes in many chunks.
    const base = min >= 0n && offsetWidth(max) === width ? 0n : min;
    const values = allocateBytes(width * count);
    const offsets = unsignedView(values, width);
    subtract(this.words, from, count, Number(BigInt.asIntN(32, base)), offsets);
    if (nullCount > 0) this.fillNulls(offsets, min - base, from, count);
    return { ...common, width, base, values };
  }

  reset(): void {
    this.rows = 0;
    this.nulls.reset();
  }

  private put(low: number, high: number): void {
    const words = this.reserve(1);
    words[2 * this.rows] = low;
    words[2 * this.rows + 1] = high;
    this.rows++;
  }

  /** Bounds of the values that are not null; undefined if there are none. */
  private range(from: number, to: number, hasNulls: boolean): Range | undefined {
    const { words, nulls } = this;
    if (!hasNulls && from < to) {
      const range = rangeOf32Bits(words, from, to);
      if (range !== undefined) return range;
    }
    let min = Number.POSITIVE_INFINITY;
    let max = Number.NEGATIVE_INFINITY;
    for (let row = from; row < to; row++) {
      if (hasNulls && nulls.has(row)) continue;
      const value = words[2 * row + 1]! * TWO_32 + (words[2 * row]! >>> 0);
      if (value < min) min = value;
      if (value > max) max = value;
    }
    if (min > max) return undefined;
    if (min >= Number.MIN_SAFE_INTEGER && max <= Number.MAX_SAFE_INTEGER) return [BigInt(min), BigInt(max)];
    return this.exactRange(from, to);
  }

  private exactRange(from: number, to: number): Range {
    const values = new BigInt64Array(this.words.buffer);
    let min = 2n ** 63n;
    let max = -min;
    for (let row = from; row < to; row++) {
      if (this.nulls.has(row)) continue;
      const value = values[row]!;
      if (value < min) min = value;
      if (value > max) max = value;
    }
    return [min, max];
  }

  /** Kernels compute on the values below nulls too, so these must lie within the column's range. */
  private fillNulls(
    values: Uint8Array | Uint16Array | Uint32Array | BigInt64Array,
    filler: bigint,
    from: number,
    count: number,
  ): void {
    const small = Number(filler);
    for (let row = 0; row < count; row++) {
      if (!this.nulls.has(from + row)) continue;
      if (values instanceof BigInt64Array) values[row] = filler;
      else values[row] = small;
    }
  }
}

/** Bytes that an unsigned offset of up to `span` needs. */
export function offsetWidth(span: bigint): 1 | 2 | 4 | 8 {
  if (span < 0x100n) return 1;
  if (span < 0x1_0000n) return 2;
  return span < 0x1_0000_0000n ? 4 : 8;
}

export function unsignedView(bytes: Uint8Array, width: 1 | 2 | 4): Uint8Array | Uint16Array | Uint32Array {
  if (width === 1) return bytes;
  if (width === 2) return new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >>> 1);
  return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >>> 2);
}

/** Undefined where a value needs more than 32 bits. */
function rangeOf32Bits(words: Int32Array, from: number, to: number): Range | undefined {
  let min = words[2 * from]!;
  let max = min;
  let beyond = 0;
  for (let i = 2 * from; i < 2 * to; i += 2) {
    const low = words[i]!;
    beyond |= words[i + 1]! ^ (low >> 31);
    if (low < min) min = low;
    if (low > max) max = low;
  }
  return beyond === 0 ? [BigInt(min), BigInt(max)] : undefined;
}

/** Low words suffice: an offset of at most 32 bits is the difference of the low words modulo 2^32. */
function subtract(
  words: Int32Array,
  from: number,
  count: number,
  base: number,
  out: Uint8Array | Uint16Array | Uint32Array,
): void {
  for (let row = 0, i = 2 * from; row < count; row++, i += 2) out[row] = (words[i]! - base) | 0;
}
