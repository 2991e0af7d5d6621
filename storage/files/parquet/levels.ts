import { Malformed } from './problem.ts';

/** Bits that tell `count` values apart, from 0 up to `largest`. */
export function bitsOf(largest: number): number {
  return 32 - Math.clz32(largest);
}

/**
 * Decodes `count` numbers of `width` bits, at most 32, in Parquet's hybrid of runs and bit-packed groups of eight, from the
 * bytes between `at` and `end`.
 */
export function decodeHybrid(bytes: Uint8Array, at: number, end: number, width: number, count: number): Int32Array {
  const out = new Int32Array(count);
  if (width > 32) throw new Malformed(`numbers of ${width} bits`);
  if (width === 0 && at === end) return out;
  const valueBytes = (width + 7) >>> 3;
  let filled = 0;
  while (filled < count) {
    let header = 0;
    let shift = 0;
    for (;;) {
      if (at >= end) throw new Malformed('levels or codes end early');
      const byte = bytes[at++]!;
      header |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
      shift += 7;
      if (shift > 28) throw new Malformed('a run is too long');
    }
    if ((header & 1) === 0) {
      const run = header >>> 1;
      if (run === 0 || at + valueBytes > end) throw new Malformed('a run has no values');
      let value = 0;
      for (let i = 0; i < valueBytes; i++) value |= bytes[at++]! << (8 * i);
      const to = Math.min(count, filled + run);
      if (value !== 0) out.fill(value, filled, to);
      filled = to;
    } else {
      const groups = header >>> 1;
      const packed = groups * width;
      // Writers may leave out the bytes of the last group that hold nothing.
      const wanted = Math.min(count - filled, groups * 8);
      if (groups === 0 || at + Math.ceil((wanted * width) / 8) > end) throw new Malformed('levels or codes end early');
      if (width <= 24) unpack(bytes, at, width, out, filled, wanted);
      else unpackWide(bytes, at, width, out, filled, wanted);
      filled += wanted;
      at = Math.min(end, at + packed);
    }
  }
  return out;
}

function unpack(bytes: Uint8Array, at: number, width: number, out: Int32Array, from: number, count: number): void {
  const to = from + count;
  if (width === 8) {
    for (let i = from; i < to; i++) out[i] = bytes[at++]!;
    return;
  }
  const mask = (1 << width) - 1;
  let held = 0;
  let bits = 0;
  for (let i = from; i < to; i++) {
    while (bits < width) {
      held |= bytes[at++]! << bits;
      bits += 8;
    }
    out[i] = held & mask;
    held >>>= width;
    bits -= width;
  }
}

function unpackWide(bytes: Uint8Array, at: number, width: number, out: Int32Array, from: number, count: number): void {
  for (let i = 0; i < count; i++) {
    let value = 0;
    for (let bit = i * width, done = 0; done < width; ) {
      const taken = Math.min(8 - (bit & 7), width - done);
      const part = (bytes[at + (bit >>> 3)]! >>> (bit & 7)) & ((1 << taken) - 1);
      value |= part << done;
      done += taken;
      bit += taken;
    }
    out[from + i] = value;
  }
}
