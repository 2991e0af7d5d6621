import type { Type } from '../../compiler/types/type.ts';
import { isInterval, type Value } from '../../compiler/types/value.ts';
import type { ChunkColumn } from '../../runtime/columns/chunk.ts';
import { allocateBytes, grownCapacity } from './buffers.ts';
import { type ColumnBuilder, wrongValue } from './builder.ts';
import { NullBitmap } from './validity.ts';

/** Builds 16-byte values: decimals of more than 18 digits and uuids (two's complement, low word first), and intervals. */
export class WideBuilder implements ColumnBuilder {
  rows = 0;
  readonly heapBytes = 0;
  readonly nulls: NullBitmap = new NullBitmap();
  private readonly type: Type;
  private words: BigInt64Array;

  constructor(type: Type, capacity: number) {
    this.type = type;
    this.words = new BigInt64Array(2 * capacity);
  }

  appendNull(): void {
    this.nulls.set(this.rows);
    this.put(0n, 0n);
  }

  appendValue(value: Value): void {
    if (value === null) this.appendNull();
    else if ((this.type.kind === 'decimal' || this.type.kind === 'uuid') && typeof value === 'bigint')
      this.appendInteger(value);
    else if (this.type.kind === 'interval' && isInterval(value)) {
      const months = BigInt.asUintN(32, BigInt(value.months));
      const days = BigInt.asUintN(32, BigInt(value.days));
      this.put(BigInt.asIntN(64, months | (days << 32n)), value.micros);
    } else throw wrongValue(this.type, value);
  }

  appendInteger(value: bigint): void {
    this.put(BigInt.asIntN(64, value), BigInt.asIntN(64, value >> 64n));
  }

  seal(from: number, to: number): ChunkColumn {
    const { validity, nullCount } = this.nulls.seal(from, to);
    const values = allocateBytes(16 * (to - from));
    new BigInt64Array(values.buffer).set(this.words.subarray(2 * from, 2 * to));
    return { encoding: 'wide', width: 16, base: 0n, values, validity, nullCount };
  }

  reset(): void {
    this.rows = 0;
    this.nulls.reset();
  }

  private put(low: bigint, high: bigint): void {
    const at = 2 * this.rows;
    if (at + 2 > this.words.length) {
      const grown = new BigInt64Array(grownCapacity(this.words.length, at + 2));
      grown.set(this.words);
      this.words = grown;
    }
    this.words[at] = low;
    this.words[at + 1] = high;
    this.rows++;
  }
}
