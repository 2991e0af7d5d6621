import { isIntegral, type Type } from '../../../compiler/types/type.ts';
import type { Value } from '../../../compiler/types/value.ts';
import { isUtf8 } from '../csv/utf8.ts';
import { Malformed } from './problem.ts';
import type { Leaf } from './schema.ts';

/** Values of a page, or of a dictionary, as builders take them. */
export type Payload =
  | { readonly kind: 'words'; readonly size: number; readonly words: Int32Array }
  | { readonly kind: 'floats'; readonly size: number; readonly values: Float32Array | Float64Array }
  | { readonly kind: 'bytes'; readonly size: number; readonly bytes: Uint8Array; readonly bounds: Int32Array }
  | { readonly kind: 'values'; readonly size: number; readonly values: readonly Value[] };

/** Stored values before their form is looked at; integers of 64 bits as words, low word first. */
export type Stored =
  | { readonly kind: 'int32'; readonly values: Int32Array }
  | { readonly kind: 'int64'; readonly words: Int32Array }
  | { readonly kind: 'floats'; readonly values: Float32Array | Float64Array }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array; readonly bounds: Int32Array };

/** Stored values as values of the leaf's type. Bounds of `bytes` are pairs of start and end. */
export function payloadOf(stored: Stored, leaf: Leaf): Payload {
  switch (stored.kind) {
    case 'int32':
      return int32Payload(stored.values, leaf);
    case 'int64':
      return int64Payload(stored.words, leaf);
    case 'floats':
      return { kind: 'floats', size: stored.values.length, values: stored.values };
    case 'bytes':
      return bytesPayload(stored.bytes, stored.bounds, leaf);
  }
}

function int32Payload(values: Int32Array, { form, type }: Leaf): Payload {
  const size = values.length;
  const words = new Int32Array(2 * size);
  if (form === 'millis') {
    const wide = new BigInt64Array(words.buffer);
    for (let i = 0; i < size; i++) wide[i] = BigInt(values[i]!) * 1000n;
  } else if (form === 'unsigned') {
    for (let i = 0; i < size; i++) words[2 * i] = values[i]!;
  } else {
    for (let i = 0; i < size; i++) {
      const value = values[i]!;
      words[2 * i] = value;
      words[2 * i + 1] = value >> 31;
    }
  }
  checkRange(words, size, type);
  return wordsPayload(words, size, type);
}

function int64Payload(words: Int32Array, { form, type }: Leaf): Payload {
  const size = words.length >>> 1;
  if (form === 'plain') return wordsPayload(words, size, type);
  const values = new BigInt64Array(words.buffer, words.byteOffset, size);
  if (form === 'unsigned') {
    return { kind: 'values', size, values: Array.from(values, (value) => BigInt.asUintN(64, value)) };
  }
  const made = new Int32Array(2 * size);
  const wide = new BigInt64Array(made.buffer);
  for (let i = 0; i < size; i++) {
    const value = values[i]!;
    wide[i] = form === 'millis' ? value * 1000n : (value - (((value % 1000n) + 1000n) % 1000n)) / 1000n;
  }
  return wordsPayload(made, size, type);
}

/** Decimals of more than 18 digits are 128 bits wide even where a file stores them in fewer. */
function wordsPayload(words: Int32Array, size: number, type: Type): Payload {
  if (type.kind !== 'decimal' || type.precision <= 18) return { kind: 'words', size, words };
  return { kind: 'values', size, values: Array.from(new BigInt64Array(words.buffer, words.byteOffset, size)) };
}

/** Small integers are stored as 32 bits, which may hold more than the type. */
function checkRange(words: Int32Array, size: number, { kind }: Type): void {
  const limit = kind === 'int8' ? 128 : kind === 'int16' ? 32_768 : undefined;
  if (limit === undefined) return;
  for (let i = 0; i < 2 * size; i += 2) {
    const value = words[i]!;
    if (value < -limit || value >= limit) throw new Malformed(`${value} is not of type ${kind}`);
  }
}

function bytesPayload(bytes: Uint8Array, bounds: Int32Array, { form, type }: Leaf): Payload {
  const size = bounds.length >>> 1;
  const part = (i: number): Uint8Array => bytes.subarray(bounds[2 * i]!, bounds[2 * i + 1]!);
  const values = (make: (bytes: Uint8Array) => Value): Payload => {
    return { kind: 'values', size, values: Array.from({ length: size }, (_, i) => make(part(i))) };
  };
  switch (form) {
    case 'bigEndian': {
      if (type.kind === 'decimal' && type.precision > 18) return values(bigEndian);
      const words = new Int32Array(2 * size);
      const wide = new BigInt64Array(words.buffer);
      for (let i = 0; i < size; i++) {
        const value = bigEndian(part(i));
        if (BigInt.asIntN(64, value) !== value) throw new Malformed('a decimal is too large for its type');
        wide[i] = value;
      }
      return { kind: 'words', size, words };
    }
    case 'int96': {
      const words = new Int32Array(2 * size);
      const wide = new BigInt64Array(words.buffer);
      for (let i = 0; i < size; i++) wide[i] = int96(part(i));
      return { kind: 'words', size, words };
    }
    case 'float16':
      return { kind: 'floats', size, values: Float64Array.from({ length: size }, (_, i) => float16(part(i))) };
    case 'uuid':
      return values(uuid);
    case 'interval':
      return values(interval);
    default:
      if (type.kind === 'utf8') checkText(bytes, bounds);
      return { kind: 'bytes', size, bytes, bounds };
  }
}

function checkText(bytes: Uint8Array, bounds: Int32Array): void {
  let ascii = 0;
  for (let i = 0; i < bytes.length; i++) ascii |= bytes[i]!;
  if (ascii < 0x80) return;
  for (let i = 0; i < bounds.length; i += 2) {
    if (!isUtf8(bytes, bounds[i]!, bounds[i + 1]!)) throw new Malformed('a text is not valid UTF-8');
  }
}

function bigEndian(bytes: Uint8Array): bigint {
  if (bytes.length === 0 || bytes.length > 16) throw new Malformed(`a decimal of ${bytes.length} bytes`);
  let value = BigInt((bytes[0]! << 24) >> 24);
  for (let i = 1; i < bytes.length; i++) value = (value << 8n) | BigInt(bytes[i]!);
  return value;
}

const EPOCH_JULIAN_DAY = 2_440_588;

/** Nanoseconds of the day and a Julian day, as microseconds since 1970. */
function int96(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, 12);
  const days = BigInt(view.getUint32(8, true) - EPOCH_JULIAN_DAY);
  return days * 86_400_000_000n + view.getBigInt64(0, true) / 1000n;
}

function float16(bytes: Uint8Array): number {
  const bits = bytes[0]! | (bytes[1]! << 8);
  const sign = bits < 0x8000 ? 1 : -1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

function uuid(bytes: Uint8Array): string {
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function interval(bytes: Uint8Array): Value {
  const view = new DataView(bytes.buffer, bytes.byteOffset, 12);
  const months = view.getUint32(0, true);
  const days = view.getUint32(4, true);
  return { months: months | 0, days: days | 0, micros: BigInt(view.getUint32(8, true)) * 1000n };
}

/** Value `i` for the host: of lists, whose elements are host values. */
export function hostValue(payload: Payload, i: number, type: Type): Value {
  switch (payload.kind) {
    case 'floats':
      return payload.values[i]!;
    case 'values':
      return payload.values[i]!;
    case 'bytes': {
      const bytes = payload.bytes.slice(payload.bounds[2 * i]!, payload.bounds[2 * i + 1]!);
      return type.kind === 'utf8' ? new TextDecoder().decode(bytes) : bytes;
    }
    case 'words': {
      const low = payload.words[2 * i]!;
      if (type.kind === 'bool') return low !== 0;
      if (!isIntegral(type.kind)) throw new Malformed('integers of another type');
      const isNumber = type.kind === 'int8' || type.kind === 'int16' || type.kind === 'int32' || type.kind === 'date';
      return isNumber ? low : (BigInt(payload.words[2 * i + 1]!) << 32n) | BigInt(low >>> 0);
    }
  }
}
