import type { Type } from '../../compiler/types/type.ts';
import type { Value } from '../../compiler/types/value.ts';
import type { ChunkColumn } from '../../runtime/columns/chunk.ts';
import { allocateBytes, grownCapacity } from './buffers.ts';
import { type ColumnBuilder, wrongValue } from './builder.ts';
import { NullBitmap } from './validity.ts';

/** Builds float64 and float32 columns; float32 values are rounded when the column is sealed. */
export class FloatBuilder implements ColumnBuilder {
  rows = 0;
  readonly heapBytes = 0;
  readonly nulls: NullBitmap = new NullBitmap();
  private readonly type: Type;
  private values: Float64Array;

  constructor(type: Type, capacity: number) {
    this.type = type;
    this.values = new Float64Array(capacity);
  }

  /** Makes room for `count` more rows; the caller fills from `rows` on and then adds to `rows`. */
  reserve(count: number): Float64Array {
    const needed = this.rows + count;
    if (needed > this.values.length) {
      const grown = new Float64Array(grownCapacity(this.values.length, needed));
      grown.set(this.values.subarray(0, this.rows));
      this.values = grown;
    }
    return this.values;
  }

  appendNull(): void {
    this.nulls.set(this.rows);
    this.reserve(1)[this.rows] = 0;
    this.rows++;
  }

  appendValue(value: Value): void {
    if (value === null) {
      this.appendNull();
      return;
    }
    if (typeof value !== 'number') throw wrongValue(this.type, value);
    this.reserve(1)[this.rows] = value;
    this.rows++;
  }

  /** `count` rows, none of them null. */
  appendNumbers(values: Float64Array | Float32Array, count: number = values.length): void {
    this.reserve(count).set(values.subarray(0, count), this.rows);
    this.rows += count;
  }

  seal(from: number, to: number): ChunkColumn {
    const { validity, nullCount } = this.nulls.seal(from, to);
    const count = to - from;
    const single = this.type.kind === 'float32';
    const width = single ? 4 : 8;
    const values = allocateBytes(width * count);
    const target = single ? new Float32Array(values.buffer) : new Float64Array(values.buffer);
    target.set(this.values.subarray(from, to));
    return { encoding: single ? 'float32' : 'float64', width, base: 0n, values, validity, nullCount };
  }

  reset(): void {
    this.rows = 0;
    this.nulls.reset();
  }
}
