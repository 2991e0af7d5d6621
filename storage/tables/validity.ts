import { allocateBytes } from './buffers.ts';

export interface SealedValidity {
  readonly validity?: Uint8Array;
  readonly nullCount: number;
}

/** The nulls of a column under construction: a bitmap with 1 = null, so that zeroed memory needs no filling. */
export class NullBitmap {
  /** Nulls among all rows. */
  count = 0;
  private bits = new Uint8Array(0);

  set(row: number): void {
    const byte = row >>> 3;
    if (byte >= this.bits.length) {
      const grown = new Uint8Array(Math.max(64, 2 * byte));
      grown.set(this.bits);
      this.bits = grown;
    }
    const mask = 1 << (row & 7);
    const old = this.bits[byte]!;
    if ((old & mask) === 0) {
      this.bits[byte] = old | mask;
      this.count++;
    }
  }

  has(row: number): boolean {
    return ((this.bits[row >>> 3] ?? 0) & (1 << (row & 7))) !== 0;
  }

  reset(): void {
    if (this.count > 0) this.bits.fill(0);
    this.count = 0;
  }

  /** Arrow's bitmap (1 = not null) of the rows from `from` up to `to`; absent where none of them is null. */
  seal(from: number, to: number): SealedValidity {
    if (this.count === 0) return { nullCount: 0 };
    const rows = to - from;
    const validity = allocateBytes((rows + 7) >>> 3);
    let nullCount = 0;
    for (let row = 0; row < rows; row++) {
      if (this.has(from + row)) nullCount++;
      else validity[row >>> 3] = validity[row >>> 3]! | (1 << (row & 7));
    }
    return nullCount === 0 ? { nullCount } : { validity, nullCount };
  }
}

/** Whether the row is not null, by an Arrow bitmap. */
export function isValid(validity: Uint8Array | undefined, row: number): boolean {
  return validity === undefined || (validity[row >>> 3]! & (1 << (row & 7))) !== 0;
}
