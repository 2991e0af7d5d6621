import { internalError, OrbitError } from '../../compiler/types/error.ts';
import { isList } from '../../compiler/types/narrow.ts';
import type { Type } from '../../compiler/types/type.ts';
import type { Value } from '../../compiler/types/value.ts';
import type { ChunkColumn } from '../../runtime/columns/chunk.ts';
import { encodeList } from '../../runtime/columns/nested.ts';
import { allocateBytes, grownCapacity } from './buffers.ts';
import { type ColumnBuilder, wrongValue } from './builder.ts';
import type { DictionaryBuilder } from './dictionary.ts';
import { unsignedView } from './integers.ts';
import { NullBitmap } from './validity.ts';

/** Longer values are copied by the host's own copy, which has a cost per call. */
const LONG = 48;
const MAX_HEAP = 0xffff_ffff;

const encoder = new TextEncoder();

/**
 * Builds text and binary columns, as dictionary codes while there is a dictionary that has not been abandoned, else as
 * offsets into a heap.
 */
export class TextBuilder implements ColumnBuilder {
  rows = 0;
  readonly nulls: NullBitmap = new NullBitmap();
  private readonly type: Type;
  private dictionary: DictionaryBuilder | undefined;
  private codes: Int32Array;
  private offsets: Uint32Array;
  private heap: Uint8Array;
  private used = 0;
  /** Rows that the dictionary has been told of. */
  private reviewed = 0;

  constructor(type: Type, capacity: number, dictionary: DictionaryBuilder | undefined) {
    this.type = type;
    this.dictionary = dictionary;
    this.codes = new Int32Array(dictionary === undefined ? 0 : capacity);
    this.offsets = new Uint32Array(dictionary === undefined ? capacity + 1 : 0);
    this.heap = new Uint8Array(0);
  }

  get heapBytes(): number {
    return this.dictionary?.heapBytes ?? this.used;
  }

  appendNull(): void {
    this.nulls.set(this.rows);
    // Any code will do, as long as it is one.
    if (this.dictionary !== undefined && this.dictionary.size > 0) this.appendCode(0);
    else this.appendBytes(this.heap, 0, 0);
  }

  appendValue(value: Value): void {
    if (value === null) this.appendNull();
    else if (typeof value === 'string') {
      const bytes = encoder.encode(value);
      this.appendBytes(bytes, 0, bytes.length);
    } else if (value instanceof Uint8Array) this.appendBytes(value, 0, value.length);
    else if (this.type.kind === 'list' && isList(value)) {
      const bytes = encodeList(value, this.type.element);
      this.appendBytes(bytes, 0, bytes.length);
    } else throw wrongValue(this.type, value);
  }

  /** The bytes from `start` up to `end`, which must be UTF-8 in a text column. */
  appendBytes(bytes: Uint8Array, start: number, end: number): void {
    if (this.dictionary === undefined) this.appendString(bytes, start, end);
    else this.appendCode(this.dictionary.intern(bytes, start, end));
  }

  /** Whether values become codes of a dictionary, which it may stop to do after any batch. */
  get hasDictionary(): boolean {
    return this.dictionary !== undefined;
  }

  /**
   * `count` rows, none of them null, as codes of another dictionary from `from` on, whose value `c` lies between
   * bounds[2c] and bounds[2c + 1]. `known` has the column's own codes for those met before, and -1 for the others.
   */
  appendCodes(
    codes: Int32Array,
    from: number,
    count: number,
    known: Int32Array,
    bytes: Uint8Array,
    bounds: Int32Array,
  ): void {
    const { dictionary } = this;
    if (dictionary === undefined) throw internalError('the column has no dictionary');
    for (let i = from; i < from + count; i++) {
      const code = codes[i]!;
      let own = known[code]!;
      if (own < 0) {
        own = dictionary.intern(bytes, bounds[2 * code]!, bounds[2 * code + 1]!);
        known[code] = own;
      }
      this.appendCode(own);
    }
  }

  /**
   * Lets the dictionary judge its worth; to be called after each batch, as nothing else bounds the dictionary.
   * `final`: no more rows will come soon.
   */
  review(final = false): void {
    this.dictionary?.review(this.rows - this.reviewed, final);
    this.reviewed = this.rows;
    if (this.dictionary?.abandoned === true) this.spellOut(this.dictionary);
  }

  seal(from: number, to: number): ChunkColumn {
    this.review();
    const { validity, nullCount } = this.nulls.seal(from, to);
    const count = to - from;
    const common = { base: 0n, validity, nullCount };
    if (this.dictionary !== undefined) {
      const dictionary = this.dictionary.snapshot();
      const width = codeWidth(dictionary.size);
      const values = allocateBytes(width * count);
      unsignedView(values, width).set(this.codes.subarray(from, to));
      return { ...common, encoding: 'dictionary', width, values, dictionary };
    }
    const values = allocateBytes(4 * (count + 1));
    const offsets = new Uint32Array(values.buffer);
    const origin = from === 0 ? 0 : this.offsets[from]!;
    for (let row = 0; row <= count; row++) offsets[row] = this.offsets[from + row]! - origin;
    const heap = allocateBytes(offsets[count]!);
    heap.set(this.heap.subarray(origin, origin + offsets[count]!));
    return { ...common, encoding: 'strings', width: 4, values, heap };
  }

  reset(): void {
    this.rows = 0;
    this.reviewed = 0;
    this.used = 0;
    this.nulls.reset();
  }

  private appendCode(code: number): void {
    if (this.rows >= this.codes.length) {
      const grown = new Int32Array(grownCapacity(this.codes.length, this.rows + 1));
      grown.set(this.codes);
      this.codes = grown;
    }
    this.codes[this.rows++] = code;
  }

  private appendString(bytes: Uint8Array, start: number, end: number): void {
    const length = end - start;
    let used = this.used;
    if (used + length > this.heap.length) this.growHeap(used + length);
    if (this.rows + 2 > this.offsets.length) {
      const grown = new Uint32Array(grownCapacity(this.offsets.length, this.rows + 2));
      grown.set(this.offsets);
      this.offsets = grown;
    }
    const heap = this.heap;
    if (length > LONG) {
      heap.set(bytes.subarray(start, end), used);
      used += length;
    } else for (let i = start; i < end; i++) heap[used++] = bytes[i]!;
    this.used = used;
    this.offsets[++this.rows] = used;
  }

  private growHeap(needed: number): void {
    if (needed > MAX_HEAP) throw new OrbitError('out_of_memory', 'a chunk holds more than 4 GB of text');
    const grown = new Uint8Array(grownCapacity(Math.max(this.heap.length, 1024), needed));
    grown.set(this.heap.subarray(0, this.used));
    this.heap = grown;
  }

  /** Turns the codes so far into strings. */
  private spellOut(dictionary: DictionaryBuilder): void {
    const { codes, rows } = this;
    this.dictionary = undefined;
    this.codes = new Int32Array(0);
    this.rows = 0;
    for (let row = 0; row < rows; row++) {
      const code = codes[row]!;
      if (this.nulls.has(row)) this.appendString(this.heap, 0, 0);
      else this.appendString(dictionary.bytes(), dictionary.start(code), dictionary.end(code));
    }
    this.reviewed = rows;
  }
}

/** Bytes that the codes of a dictionary of `size` values need. */
export function codeWidth(size: number): 1 | 2 | 4 {
  if (size <= 0x100) return 1;
  return size <= 0x1_0000 ? 2 : 4;
}
