import type { Type } from '../../compiler/types/type.ts';
import { type AnyValue, isAnyValue, type Value } from '../../compiler/types/value.ts';
import { ANY_TAG } from '../../runtime/columns/any-tag.ts';
import type { ChunkColumn } from '../../runtime/columns/chunk.ts';
import { decodeAnyPayload, encodeAnyPayload } from '../../runtime/columns/nested.ts';
import { allocateBytes, grownCapacity } from './buffers.ts';
import { type ColumnBuilder, wrongValue } from './builder.ts';
import { shredFields } from './shredding.ts';
import { NullBitmap } from './validity.ts';

/** Chunks of fewer rows are not shredded: scans are done with them before the code for shredded fields is made. */
const SHREDDED_ROWS = 1024;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * Builds columns of type `any`: a tag and a 64-bit payload a value; texts, lists and objects lie in a heap, and their
 * payload is offset | length << 32. A chunk whose values are all of one tag says so.
 */
export class AnyBuilder implements ColumnBuilder {
  rows = 0;
  readonly nulls: NullBitmap = new NullBitmap();
  private readonly type: Type;
  private tags: Uint8Array;
  private payloads: BigInt64Array;
  /** Where the heap ended before each row. */
  private starts: Uint32Array;
  private heap: Uint8Array = new Uint8Array(0);
  private used = 0;

  constructor(type: Type, capacity: number) {
    this.type = type;
    this.tags = new Uint8Array(capacity);
    this.payloads = new BigInt64Array(capacity);
    this.starts = new Uint32Array(capacity);
  }

  get heapBytes(): number {
    return this.used;
  }

  appendNull(): void {
    this.nulls.set(this.rows);
    this.put(ANY_TAG.null, 0n);
  }

  appendValue(value: Value): void {
    if (value === null) this.appendNull();
    else if (isAnyValue(value)) this.appendAny(value);
    else throw wrongValue(this.type, value);
  }

  /** Integers without a host value each. */
  appendIntegers(values: BigInt64Array): void {
    for (const value of values) this.put(ANY_TAG.int64, value);
  }

  private appendAny(value: AnyValue): void {
    switch (value.tag) {
      case 'null':
        return this.put(ANY_TAG.null, 0n);
      case 'bool':
        return this.put(ANY_TAG.bool, value.value ? 1n : 0n);
      case 'int64':
        return this.put(ANY_TAG.int64, value.value);
      case 'float64':
        return this.put(ANY_TAG.float64, floatBits(value.value));
      case 'utf8':
        return this.putBytes(ANY_TAG.utf8, encoder.encode(value.value));
      case 'list':
      case 'object':
        return this.putBytes(ANY_TAG[value.tag], encodeAnyPayload(value));
    }
  }

  seal(from: number, to: number, narrow: boolean): ChunkColumn {
    const { validity, nullCount } = this.nulls.seal(from, to);
    const count = to - from;
    const origin = from < this.rows ? this.starts[from]! : this.used;
    const end = to < this.rows ? this.starts[to]! : this.used;
    const values = allocateBytes(8 * count);
    const payloads = new BigInt64Array(values.buffer);
    payloads.set(this.payloads.subarray(from, to));
    const tags = allocateBytes(count);
    tags.set(this.tags.subarray(from, to));
    for (let row = 0; row < count && origin > 0; row++) {
      if (tags[row]! >= ANY_TAG.utf8) payloads[row] = payloads[row]! - BigInt(origin);
    }
    const heap = allocateBytes(end - origin);
    heap.set(this.heap.subarray(origin, end));
    const first = tags[0];
    let tag = nullCount === 0 && count > 0 ? first : undefined;
    for (let row = 0; row < count && tag !== undefined; row++) if (tags[row] !== first) tag = undefined;
    const range = tag === ANY_TAG.int64 ? boundsOf(payloads, count) : undefined;
    const column: ChunkColumn = {
      encoding: 'any',
      width: 8,
      base: 0n,
      values,
      tags,
      heap,
      tag,
      range,
      validity,
      nullCount,
    };
    if (!narrow || count < SHREDDED_ROWS) return column;
    return { ...column, shredded: shredFields(column, count) };
  }

  reset(): void {
    this.rows = 0;
    this.used = 0;
    this.nulls.reset();
  }

  private putBytes(tag: number, bytes: Uint8Array): void {
    if (this.used + bytes.length > this.heap.length) {
      const grown = new Uint8Array(grownCapacity(Math.max(this.heap.length, 1024), this.used + bytes.length));
      grown.set(this.heap.subarray(0, this.used));
      this.heap = grown;
    }
    const start = this.used;
    this.heap.set(bytes, start);
    this.put(tag, BigInt(start) | (BigInt(bytes.length) << 32n));
    this.used += bytes.length;
  }

  private put(tag: number, payload: bigint): void {
    if (this.rows >= this.tags.length) {
      const capacity = grownCapacity(this.tags.length, this.rows + 1);
      const tags = new Uint8Array(capacity);
      tags.set(this.tags);
      this.tags = tags;
      const payloads = new BigInt64Array(capacity);
      payloads.set(this.payloads);
      this.payloads = payloads;
      const starts = new Uint32Array(capacity);
      starts.set(this.starts);
      this.starts = starts;
    }
    this.starts[this.rows] = this.used;
    this.tags[this.rows] = tag;
    this.payloads[this.rows++] = BigInt.asIntN(64, payload);
  }
}

function boundsOf(values: BigInt64Array, count: number): readonly [bigint, bigint] {
  let low = values[0]!;
  let high = low;
  for (let row = 1; row < count; row++) {
    const value = values[row]!;
    if (value < low) low = value;
    else if (value > high) high = value;
  }
  return [low, high];
}

const scratch = new DataView(new ArrayBuffer(8));

function floatBits(value: number): bigint {
  scratch.setFloat64(0, value);
  return scratch.getBigInt64(0);
}

/** One dynamic value for the host. */
export function readDynamic(column: ChunkColumn, row: number): AnyValue {
  const tag = column.tags?.[row] ?? ANY_TAG.null;
  const payload = new DataView(column.values.buffer, column.values.byteOffset).getBigInt64(8 * row, true);
  switch (tag) {
    case ANY_TAG.bool:
      return { tag: 'bool', value: payload !== 0n };
    case ANY_TAG.int64:
      return { tag: 'int64', value: payload };
    case ANY_TAG.float64:
      scratch.setBigInt64(0, payload);
      return { tag: 'float64', value: scratch.getFloat64(0) };
    case ANY_TAG.utf8:
      return { tag: 'utf8', value: decoder.decode(heapBytes(column, payload)) };
    case ANY_TAG.list:
    case ANY_TAG.object:
      return decodeAnyPayload(tag, heapBytes(column, payload));
    default:
      return { tag: 'null' };
  }
}

/** A copy, because decoders refuse shared memory. */
function heapBytes(column: ChunkColumn, payload: bigint): Uint8Array {
  const start = Number(payload & 0xffff_ffffn);
  return (column.heap ?? column.values).slice(start, start + Number(BigInt.asUintN(32, payload >> 32n)));
}
