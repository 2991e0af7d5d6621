import { bitsOf, decodeHybrid } from './levels.ts';
import type { Stored } from './payload.ts';
import { Malformed } from './problem.ts';
import type { Leaf } from './schema.ts';

/** `count` values in PLAIN encoding, from the bytes between `at` and `end`. */
export function decodePlain(bytes: Uint8Array, at: number, end: number, leaf: Leaf, count: number): Stored {
  switch (leaf.physical) {
    case 'BOOLEAN': {
      need(at, end, Math.ceil(count / 8));
      const values = new Int32Array(count);
      for (let i = 0; i < count; i++) values[i] = (bytes[at + (i >>> 3)]! >>> (i & 7)) & 1;
      return { kind: 'int32', values };
    }
    case 'INT32':
      return { kind: 'int32', values: new Int32Array(copied(bytes, at, end, 4 * count)) };
    case 'INT64':
      return { kind: 'int64', words: new Int32Array(copied(bytes, at, end, 8 * count)) };
    case 'FLOAT':
      return { kind: 'floats', values: new Float32Array(copied(bytes, at, end, 4 * count)) };
    case 'DOUBLE':
      return { kind: 'floats', values: new Float64Array(copied(bytes, at, end, 8 * count)) };
    case 'INT96':
      return { kind: 'bytes', bytes, bounds: fixedBounds(at, end, 12, count) };
    case 'FIXED_LEN_BYTE_ARRAY':
      return { kind: 'bytes', bytes, bounds: fixedBounds(at, end, leaf.width, count) };
    case 'BYTE_ARRAY':
      return { kind: 'bytes', bytes, bounds: prefixedBounds(bytes, at, end, count) };
  }
}

/** The bytes as a buffer of their own, aligned for whatever they hold. */
function copied(bytes: Uint8Array, at: number, end: number, size: number): ArrayBuffer {
  need(at, end, size);
  const own = new Uint8Array(size);
  own.set(bytes.subarray(at, at + size));
  return own.buffer;
}

function need(at: number, end: number, size: number): void {
  if (at + size > end) throw new Malformed(`a page ends ${at + size - end} bytes early`);
}

function fixedBounds(at: number, end: number, width: number, count: number): Int32Array {
  need(at, end, width * count);
  const bounds = new Int32Array(2 * count);
  for (let i = 0; i < count; i++) {
    bounds[2 * i] = at + i * width;
    bounds[2 * i + 1] = at + (i + 1) * width;
  }
  return bounds;
}

function prefixedBounds(bytes: Uint8Array, at: number, end: number, count: number): Int32Array {
  // Each takes four bytes at least: what a header says of the number costs no more memory than the page.
  need(at, end, 4 * count);
  const bounds = new Int32Array(2 * count);
  for (let i = 0; i < 2 * count; i += 2) {
    if (at + 4 > end) throw new Malformed('a page ends within the length of a value');
    const length = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    at += 4;
    if (length < 0 || length > end - at)
      throw new Malformed(`a value of ${length >>> 0} bytes reaches beyond its page`);
    bounds[i] = at;
    at += length;
    bounds[i + 1] = at;
  }
  return bounds;
}

/** Codes of a dictionary of `size` values: a byte with their width, then the hybrid. */
export function decodeCodes(bytes: Uint8Array, at: number, end: number, count: number, size: number): Int32Array {
  if (count === 0) return new Int32Array(0);
  const width = bytes[at];
  if (at >= end || width === undefined || width > 32) throw new Malformed('a page of codes has no width');
  const codes = decodeHybrid(bytes, at + 1, end, width, count);
  // As unsigned numbers, all at once: whatever is wrong with any of them shows.
  if (width >= bitsOf(size) || size === 0) {
    for (let i = 0; i < count; i++) {
      if (codes[i]! >>> 0 >= size) throw new Malformed(`the dictionary has ${size} values, but no ${codes[i]! >>> 0}`);
    }
  } else if (2 ** width > size) {
    for (let i = 0; i < count; i++) if (codes[i]! >= size) throw new Malformed('a code is not in the dictionary');
  }
  return codes;
}

interface Cursor {
  at: number;
}

function varint(bytes: Uint8Array, cursor: Cursor, end: number): bigint {
  let value = 0n;
  for (let shift = 0n; shift < 70n; shift += 7n) {
    if (cursor.at >= end) break;
    const byte = bytes[cursor.at++]!;
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  throw new Malformed('a number has no end');
}

function zigzag(value: bigint): bigint {
  return (value >> 1n) ^ -(value & 1n);
}

/** DELTA_BINARY_PACKED: `count` 64-bit integers; `cursor` is left behind them. */
export function decodeDeltas(bytes: Uint8Array, cursor: Cursor, end: number, count: number): BigInt64Array {
  const block = Number(varint(bytes, cursor, end));
  const minis = Number(varint(bytes, cursor, end));
  const total = Number(varint(bytes, cursor, end));
  let value = zigzag(varint(bytes, cursor, end));
  const perMini = block / minis;
  const sane = block <= 1 << 20 && minis > 0 && minis <= 512 && Number.isInteger(perMini / 8) && perMini > 0;
  if (!sane || total < count) throw new Malformed('the header of delta-encoded values is wrong');
  const out = new BigInt64Array(count);
  if (count > 0) out[0] = value;
  let filled = 1;
  while (filled < total) {
    const least = zigzag(varint(bytes, cursor, end));
    const widths = cursor.at;
    cursor.at += minis;
    if (cursor.at > end) throw new Malformed('delta-encoded values end early');
    for (let mini = 0; mini < minis && filled < total; mini++) {
      const width = bytes[widths + mini]!;
      if (width > 64 || cursor.at + (perMini * width) / 8 > end) throw new Malformed('delta-encoded values end early');
      const bits = cursor.at * 8;
      for (let i = 0; i < perMini && filled < total; i++, filled++) {
        value = BigInt.asIntN(64, value + least + bitsAt(bytes, bits + i * width, width));
        if (filled < count) out[filled] = value;
        else if (width === 0) return out;
      }
      cursor.at += (perMini * width) / 8;
    }
  }
  return out;
}

function bitsAt(bytes: Uint8Array, bit: number, width: number): bigint {
  let low = 0;
  let high = 0;
  for (let done = 0; done < width; ) {
    const taken = Math.min(8 - (bit & 7), width - done);
    const part = (bytes[bit >>> 3]! >>> (bit & 7)) & ((1 << taken) - 1);
    if (done < 32) {
      low |= part << done;
      if (done + taken > 32) high |= part >>> (32 - done);
    } else high |= part << (done - 32);
    done += taken;
    bit += taken;
  }
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
}

/** Values in any encoding but those with codes. */
export function decodeValues(
  encoding: string,
  bytes: Uint8Array,
  at: number,
  end: number,
  leaf: Leaf,
  count: number,
): Stored {
  const { physical } = leaf;
  switch (encoding) {
    case 'PLAIN':
      return decodePlain(bytes, at, end, leaf, count);
    case 'RLE': {
      if (physical !== 'BOOLEAN') break;
      need(at, end, 4);
      const size = new DataView(bytes.buffer, bytes.byteOffset + at, 4).getUint32(0, true);
      need(at + 4, end, size);
      return { kind: 'int32', values: decodeHybrid(bytes, at + 4, at + 4 + size, 1, count) };
    }
    case 'DELTA_BINARY_PACKED': {
      const values = decodeDeltas(bytes, { at }, end, count);
      if (physical === 'INT32')
        return { kind: 'int32', values: Int32Array.from(values, (v) => Number(v & 0xffff_ffffn)) };
      if (physical === 'INT64') return { kind: 'int64', words: new Int32Array(values.buffer) };
      break;
    }
    case 'DELTA_LENGTH_BYTE_ARRAY': {
      const cursor = { at };
      const lengths = decodeDeltas(bytes, cursor, end, count);
      return { kind: 'bytes', bytes, bounds: lengthBounds(lengths, cursor.at, end) };
    }
    case 'DELTA_BYTE_ARRAY':
      return prefixes(bytes, at, end, count);
    case 'BYTE_STREAM_SPLIT':
      return split(bytes, at, end, leaf, count);
    default:
      break;
  }
  throw new Malformed(`the encoding ${encoding} of ${physical} is not supported`);
}

function lengthBounds(lengths: BigInt64Array, at: number, end: number): Int32Array {
  const bounds = new Int32Array(2 * lengths.length);
  for (let i = 0; i < lengths.length; i++) {
    const length = Number(lengths[i]);
    if (!(length >= 0 && length <= end - at)) throw new Malformed(`a value of ${length} bytes reaches beyond its page`);
    bounds[2 * i] = at;
    at += length;
    bounds[2 * i + 1] = at;
  }
  return bounds;
}

/** Incremental encoding may blow up: values of one page together take no more than this. */
const MAX_PREFIXED_BYTES = 256 * 1024 * 1024;

function prefixes(bytes: Uint8Array, at: number, end: number, count: number): Stored {
  const cursor = { at };
  const shared = decodeDeltas(bytes, cursor, end, count);
  const lengths = decodeDeltas(bytes, cursor, end, count);
  const suffixes = lengthBounds(lengths, cursor.at, end);
  let size = 0;
  for (let i = 0; i < count; i++) size += Number(shared[i]) + Number(lengths[i]);
  if (!(size >= 0 && size <= MAX_PREFIXED_BYTES)) throw new Malformed(`a page of ${size} bytes`);
  const out = new Uint8Array(size);
  const bounds = new Int32Array(2 * count);
  let used = 0;
  for (let i = 0; i < count; i++) {
    const prefix = Number(shared[i]);
    const before = i === 0 ? 0 : bounds[2 * i - 2]!;
    if (prefix < 0 || prefix > used - before) throw new Malformed('a value shares more bytes than there are');
    bounds[2 * i] = used;
    out.copyWithin(used, before, before + prefix);
    used += prefix;
    const suffix = bytes.subarray(suffixes[2 * i]!, suffixes[2 * i + 1]!);
    out.set(suffix, used);
    used += suffix.length;
    bounds[2 * i + 1] = used;
  }
  return { kind: 'bytes', bytes: out, bounds };
}

function split(bytes: Uint8Array, at: number, end: number, leaf: Leaf, count: number): Stored {
  const { physical } = leaf;
  const wide = physical === 'INT64' || physical === 'DOUBLE';
  const width = physical === 'FIXED_LEN_BYTE_ARRAY' ? leaf.width : wide ? 8 : 4;
  need(at, end, width * count);
  const plain = new Uint8Array(width * count);
  for (let b = 0; b < width; b++) for (let i = 0; i < count; i++) plain[i * width + b] = bytes[at + b * count + i]!;
  return decodePlain(plain, 0, plain.length, leaf, count);
}
