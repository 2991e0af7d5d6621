import { type Dictionary, nextBufferId } from '../../runtime/columns/chunk.ts';
import { allocateBytes, grownCapacity } from './buffers.ts';
import { hashBytes } from './hash.ts';

/** More distinct values than this and codes no longer save enough over the text itself. */
const MAX_VALUES = 65_536;
/** Likewise for more bytes. */
const MAX_BYTES = 16 * 1024 * 1024;
/** Number of places for recently found values, less one. */
const RECENT_MASK = 255;
/** Too early to judge below this size: most values of a large column's first rows are new ones. */
const JUDGED_FROM = 16_384;
/** Up to this size a dictionary costs so little that it is kept even if every value is distinct. */
const ALWAYS_WORTH = 256;

/**
 * The distinct values of one text column of a table, with their codes: an open-addressing hash table over bytes.
 *
 * Once `abandoned` is set the column stores plain strings from now on, and whoever still holds codes must turn them
 * into strings before adding more. The dictionary itself stays readable, as scans may be using its snapshots.
 */
export class DictionaryBuilder {
  readonly id: number = nextBufferId();
  abandoned = false;
  size = 0;
  /** Values looked up so far, distinct or not. */
  private lookups = 0;
  private offsets: Uint32Array = new Uint32Array(allocateBytes(4 * 65).buffer);
  private heap: Uint8Array = allocateBytes(1024);
  private used = 0;
  private hashes = new Int32Array(64);
  /** code + 1, or 0 for a free slot; its length is a power of two of at least twice the number of values. */
  private slots = new Int32Array(128);
  /** Codes by a coarse guess at the value; -1 where there is none yet. */
  private readonly recent = new Int32Array(RECENT_MASK + 1).fill(-1);
  private last: Dictionary | undefined;

  /** The code of the bytes from `start` up to `end`, which are added if they are new. */
  intern(bytes: Uint8Array, start: number, end: number): number {
    const { slots, hashes, offsets, heap, recent } = this;
    const length = end - start;
    // Columns of few values mostly find theirs here, without a hash.
    const guess = length === 0 ? 0 : (length + 5 * bytes[start]! + 17 * bytes[end - 1]!) & RECENT_MASK;
    const known = recent[guess]!;
    if (known >= 0) {
      const at = offsets[known]!;
      if (offsets[known + 1]! - at === length) {
        let i = 0;
        while (i < length && heap[at + i] === bytes[start + i]) i++;
        if (i === length) return known;
      }
    }
    const hash = hashBytes(bytes, start, end);
    const mask = slots.length - 1;
    let slot = hash & mask;
    for (;;) {
      const code = slots[slot]! - 1;
      if (code < 0) return this.add(bytes, start, end, hash, slot);
      if (hashes[code] === hash) {
        const at = offsets[code]!;
        if (offsets[code + 1]! - at === length) {
          let i = 0;
          while (i < length && heap[at + i] === bytes[start + i]) i++;
          if (i === length) {
            recent[guess] = code;
            return code;
          }
        }
      }
      slot = (slot + 1) & mask;
    }
  }

  /**
   * Called after `rows` more values were interned: gives the dictionary up when it is not worth its lookups. `final`
   * says that no more rows are expected soon.
   */
  review(rows: number, final = false): void {
    this.lookups += rows;
    const judgedFrom = final ? ALWAYS_WORTH : JUDGED_FROM;
    const rarelyRepeats = this.size > judgedFrom && this.size * 2 > this.lookups;
    if (rarelyRepeats || this.size > MAX_VALUES || this.used > MAX_BYTES) this.abandoned = true;
  }

  /** Bytes of all values. */
  get heapBytes(): number {
    return this.used;
  }

  start(code: number): number {
    return this.offsets[code]!;
  }

  end(code: number): number {
    return this.offsets[code + 1]!;
  }

  bytes(): Uint8Array {
    return this.heap;
  }

  /** What scans see. Later additions leave it valid: bytes are only ever appended, or moved to larger buffers. */
  snapshot(): Dictionary {
    if (this.last?.size !== this.size) {
      this.last = { id: this.id, offsets: this.offsets, heap: this.heap, size: this.size };
    }
    return this.last;
  }

  private add(bytes: Uint8Array, start: number, end: number, hash: number, slot: number): number {
    const code = this.size;
    const used = this.used + (end - start);
    if (used > this.heap.length) {
      const grown = allocateBytes(grownCapacity(this.heap.length, used));
      grown.set(this.heap.subarray(0, this.used));
      this.heap = grown;
    }
    if (code + 2 > this.offsets.length) {
      const grown = new Uint32Array(allocateBytes(8 * this.offsets.length).buffer);
      grown.set(this.offsets);
      this.offsets = grown;
    }
    if (code >= this.hashes.length) {
      const grown = new Int32Array(2 * this.hashes.length);
      grown.set(this.hashes);
      this.hashes = grown;
    }
    this.heap.set(bytes.subarray(start, end), this.used);
    this.used = used;
    this.offsets[code + 1] = used;
    this.hashes[code] = hash;
    this.slots[slot] = code + 1;
    this.size = code + 1;
    if (2 * this.size > this.slots.length) this.rehash();
    return code;
  }

  private rehash(): void {
    const slots = new Int32Array(2 * this.slots.length);
    const mask = slots.length - 1;
    for (let code = 0; code < this.size; code++) {
      let slot = this.hashes[code]! & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = code + 1;
    }
    this.slots = slots;
  }
}
