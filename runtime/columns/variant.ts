import { OrbitError } from '../../compiler/types/error.ts';
import type { AnyValue } from '../../compiler/types/value.ts';

/**
 * Parquet's Variant binary encoding, version 1 (apache/parquet-format, VariantEncoding.md): a value, and the metadata
 * that has the names of its fields. Everything is little-endian.
 *
 * | part     | bytes                                                                                                 |
 * | -------- | ----------------------------------------------------------------------------------------------------- |
 * | metadata | header: version 1, sorted << 4, (offset size - 1) << 6; count; count + 1 offsets; UTF-8 of the names   |
 * | value    | header: basic type in 2 bits, then 6 bits of its own; data                                            |
 * | object   | count, field ids, count + 1 offsets, values; ids and offsets in the order of the names' bytes, values |
 * |          | in any order: ours stand in insertion order, so that the offsets tell it                              |
 * | array    | count, count + 1 offsets, values                                                                      |
 */
export interface Variant {
  readonly metadata: Uint8Array;
  readonly value: Uint8Array;
}

const VERSION = 1;
const SORTED = 1 << 4;

const BASIC = { primitive: 0, shortString: 1, object: 2, array: 3 } as const;

const PRIMITIVE = {
  null: 0,
  true: 1,
  false: 2,
  int8: 3,
  int16: 4,
  int32: 5,
  int64: 6,
  double: 7,
  decimal4: 8,
  decimal8: 9,
  decimal16: 10,
  float: 14,
  string: 16,
} as const;

/** What dynamic values have no counterpart for, by the ids of the specification. */
const FOREIGN: ReadonlyMap<number, string> = new Map([
  [11, 'date'],
  [12, 'timestamp (µs, UTC)'],
  [13, 'timestamp (µs)'],
  [15, 'binary'],
  [17, 'time'],
  [18, 'timestamp (ns, UTC)'],
  [19, 'timestamp (ns)'],
  [20, 'uuid'],
]);

const MAX_SHORT_STRING = 63;
const MAX_DECIMAL_SCALE = 38;
/** Nesting that is written and read; both recur. */
const MAX_DEPTH = 1000;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Field names with their ids. `names` may repeat a name, since metadata need not be unique; the first id counts. */
export interface VariantNames {
  readonly metadata: Uint8Array;
  readonly id: (name: string) => number;
}

export function encodeVariant(value: AnyValue): Variant {
  const found = new Set<string>();
  collectNames(value, found, 0);
  const names = variantNames([...found].sort(compareNames));
  return { metadata: names.metadata, value: encodeVariantValue(value, names) };
}

export function decodeVariant({ metadata, value }: Variant): AnyValue {
  return decodeVariantValue(value, decodeVariantNames(metadata));
}

/** Metadata with the names in the given order. */
export function variantNames(names: readonly string[]): VariantNames {
  const texts = names.map((name) => encoder.encode(name));
  const ids = new Map<string, number>();
  names.forEach((name, id) => {
    const key = wellFormed(name);
    if (!ids.has(key)) ids.set(key, id);
  });
  const total = texts.reduce((sum, text) => sum + text.length, 0);
  const size = bytesFor(Math.max(total, names.length));
  const sorted = texts.every((text, i) => i === 0 || compareBytes(texts[i - 1] ?? text, text) < 0);
  const metadata = new Uint8Array(1 + size * (names.length + 2) + total);
  metadata[0] = VERSION | (sorted ? SORTED : 0) | ((size - 1) << 6);
  putUnsigned(metadata, 1, size, names.length);
  const bytes = 1 + size * (names.length + 2);
  let at = 0;
  texts.forEach((text, i) => {
    metadata.set(text, bytes + at);
    at += text.length;
    putUnsigned(metadata, 1 + size * (i + 2), size, at);
  });
  return {
    metadata,
    id: (name) => {
      const id = ids.get(wellFormed(name));
      if (id === undefined) throw new OrbitError('internal_error', `the metadata lacks the field name ${name}`);
      return id;
    },
  };
}

/** The value alone; all its field names must be among `names`. */
export function encodeVariantValue(value: AnyValue, names: VariantNames): Uint8Array {
  const laid = layOut(value, names, 0);
  const out = new Uint8Array(laid.size);
  laid.write(out, 0);
  return out;
}

/** The names in the metadata by their ids. */
export function decodeVariantNames(metadata: Uint8Array): readonly string[] {
  const header = metadata[0];
  if (header === undefined) throw malformed('the metadata is empty');
  if ((header & 15) !== VERSION) throw malformed(`the metadata has the version ${header & 15}`);
  const size = (header >> 6) + 1;
  const count = unsigned(metadata, 1, size);
  // The specification's own examples write metadata without names as 01 00, without the one offset.
  if (count === 0) return [];
  const bytes = 1 + size * (count + 2);
  if (bytes > metadata.length) throw malformed('the metadata is cut off');
  let from = unsigned(metadata, 1 + size, size);
  if (from !== 0) throw malformed('the first name does not begin at 0');
  const names = Array.from({ length: count }, (_, i) => {
    const to = unsigned(metadata, 1 + size * (i + 2), size);
    if (to < from) throw malformed('the offsets of the names decrease');
    const name = text(metadata, bytes + from, bytes + to);
    from = to;
    return name;
  });
  if (bytes + from !== metadata.length) throw malformed('the metadata has more bytes than names');
  return names;
}

export function decodeVariantValue(value: Uint8Array, names: readonly string[]): AnyValue {
  const input: Input = { bytes: value, view: new DataView(value.buffer, value.byteOffset, value.byteLength), names };
  const { value: read, end } = readAt(input, 0, value.length, 0);
  if (end !== value.length) throw malformed('bytes follow the value');
  return read;
}

/** Names in the order that the specification asks for: by their UTF-8 as unsigned bytes, which is code point order. */
export function compareNames(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    // UTF-16 has the surrogates, of the highest code points, below U+E000.
    const high = Number(isSurrogate(x)) - Number(isSurrogate(y));
    return high === 0 ? x - y : high;
  }
  return a.length - b.length;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xe000;
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const order = (a[i] ?? 0) - (b[i] ?? 0);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** What is left of the text in UTF-8, which has no lone surrogates. */
function wellFormed(name: string): string {
  return /\p{Surrogate}/u.test(name) ? decoder.decode(encoder.encode(name)) : name;
}

/** All field names within the value. */
export function collectNames(value: AnyValue, names: Set<string>, depth = 0): void {
  if (depth > MAX_DEPTH) throw tooDeep();
  switch (value.tag) {
    case 'null':
    case 'bool':
    case 'int64':
    case 'float64':
    case 'utf8':
      return;
    case 'list':
      for (const item of value.value) collectNames(item, names, depth + 1);
      return;
    case 'object':
      for (const [name, field] of value.value) {
        names.add(wellFormed(name));
        collectNames(field, names, depth + 1);
      }
      return;
  }
}

interface Laid {
  readonly size: number;
  readonly write: (out: Uint8Array, at: number) => void;
}

function layOut(value: AnyValue, names: VariantNames, depth: number): Laid {
  if (depth > MAX_DEPTH) throw tooDeep();
  switch (value.tag) {
    case 'null':
      return primitive(PRIMITIVE.null, 0, () => {});
    case 'bool':
      return primitive(value.value ? PRIMITIVE.true : PRIMITIVE.false, 0, () => {});
    case 'int64':
      return layOutInteger(value.value);
    case 'float64':
      return primitive(PRIMITIVE.double, 8, (view) => view.setFloat64(0, value.value, true));
    case 'utf8': {
      const bytes = encoder.encode(value.value);
      if (bytes.length > MAX_SHORT_STRING) {
        return primitive(PRIMITIVE.string, 4 + bytes.length, (view, out, at) => {
          view.setUint32(0, bytes.length, true);
          out.set(bytes, at + 4);
        });
      }
      return {
        size: 1 + bytes.length,
        write: (out, at) => {
          out[at] = BASIC.shortString | (bytes.length << 2);
          out.set(bytes, at + 1);
        },
      };
    }
    case 'list': {
      const items = value.value.map((item) => layOut(item, names, depth + 1));
      const total = sizeOf(items);
      const offsetSize = bytesFor(total);
      const large = items.length > 255;
      const offsets = large ? 5 : 2;
      const values = offsets + offsetSize * (items.length + 1);
      return {
        size: values + total,
        write: (out, at) => {
          out[at] = BASIC.array | ((offsetSize - 1) << 2) | (large ? 1 << 4 : 0);
          putUnsigned(out, at + 1, large ? 4 : 1, items.length);
          let end = 0;
          items.forEach((item, i) => {
            putUnsigned(out, at + offsets + offsetSize * i, offsetSize, end);
            item.write(out, at + values + end);
            end += item.size;
          });
          putUnsigned(out, at + offsets + offsetSize * items.length, offsetSize, end);
        },
      };
    }
    case 'object':
      return layOutObject(value.value, names, depth);
  }
}

function layOutObject(object: ReadonlyMap<string, AnyValue>, names: VariantNames, depth: number): Laid {
  // Names that are one in UTF-8 are one field.
  const fields = new Map<string, Laid>();
  for (const [name, field] of object) fields.set(wellFormed(name), layOut(field, names, depth + 1));
  const laid = [...fields.values()];
  const starts = new Map<string, number>();
  let total = 0;
  for (const [name, { size }] of fields) {
    starts.set(name, total);
    total += size;
  }
  const ordered = [...fields.keys()].sort(compareNames);
  const ids = ordered.map(names.id);
  const idSize = bytesFor(ids.reduce((a, b) => Math.max(a, b), 0));
  const offsetSize = bytesFor(total);
  const large = laid.length > 255;
  const idsAt = large ? 5 : 2;
  const offsets = idsAt + idSize * laid.length;
  const values = offsets + offsetSize * (laid.length + 1);
  return {
    size: values + total,
    write: (out, at) => {
      out[at] = BASIC.object | ((offsetSize - 1) << 2) | ((idSize - 1) << 4) | (large ? 1 << 6 : 0);
      putUnsigned(out, at + 1, large ? 4 : 1, laid.length);
      ordered.forEach((name, i) => {
        putUnsigned(out, at + idsAt + idSize * i, idSize, ids[i] ?? 0);
        putUnsigned(out, at + offsets + offsetSize * i, offsetSize, starts.get(name) ?? 0);
      });
      putUnsigned(out, at + offsets + offsetSize * laid.length, offsetSize, total);
      let end = at + values;
      for (const field of laid) {
        field.write(out, end);
        end += field.size;
      }
    },
  };
}

function layOutInteger(value: bigint): Laid {
  if (value === BigInt.asIntN(8, value)) return primitive(PRIMITIVE.int8, 1, (view) => view.setInt8(0, Number(value)));
  if (value === BigInt.asIntN(16, value))
    return primitive(PRIMITIVE.int16, 2, (view) => view.setInt16(0, Number(value), true));
  if (value === BigInt.asIntN(32, value))
    return primitive(PRIMITIVE.int32, 4, (view) => view.setInt32(0, Number(value), true));
  return primitive(PRIMITIVE.int64, 8, (view) => view.setBigInt64(0, value, true));
}

/** `put` gets a view of the data, and where it begins. */
function primitive(id: number, size: number, put: (view: DataView, out: Uint8Array, at: number) => void): Laid {
  return {
    size: 1 + size,
    write: (out, at) => {
      out[at] = BASIC.primitive | (id << 2);
      put(new DataView(out.buffer, out.byteOffset + at + 1, size), out, at + 1);
    },
  };
}

function sizeOf(parts: readonly Laid[]): number {
  return parts.reduce((sum, { size }) => sum + size, 0);
}

function bytesFor(largest: number): number {
  if (largest < 0x100) return 1;
  if (largest < 0x1_0000) return 2;
  if (largest < 0x100_0000) return 3;
  if (largest < 0x1_0000_0000) return 4;
  throw new OrbitError('program_limit_exceeded', 'a dynamic value has more than 4 GiB');
}

function putUnsigned(out: Uint8Array, at: number, size: number, value: number): void {
  for (let i = 0, rest = value; i < size; i++, rest = Math.floor(rest / 256)) out[at + i] = rest % 256;
}

interface Input {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly names: readonly string[];
}

interface ReadValue {
  readonly value: AnyValue;
  readonly end: number;
}

/** The value at `at`, which must end at `limit` or before it. */
function readAt(input: Input, at: number, limit: number, depth: number): ReadValue {
  if (depth > MAX_DEPTH) throw malformed(`values are nested more than ${MAX_DEPTH} deep`);
  const header = input.bytes[at];
  if (at >= limit || header === undefined) throw malformed('a value is cut off');
  const own = header >> 2;
  switch (header & 3) {
    case BASIC.primitive:
      return readPrimitive(input, own, at + 1, limit);
    case BASIC.shortString: {
      const end = within(at + 1 + own, limit);
      return { value: { tag: 'utf8', value: text(input.bytes, at + 1, end) }, end };
    }
    case BASIC.object:
      return readObject(input, own, at + 1, limit, depth);
    default:
      return readArray(input, own, at + 1, limit, depth);
  }
}

function readPrimitive({ bytes, view }: Input, id: number, at: number, limit: number): ReadValue {
  const sized = (size: number, read: () => AnyValue): ReadValue => {
    const end = within(at + size, limit);
    return { value: read(), end };
  };
  switch (id) {
    case PRIMITIVE.null:
      return sized(0, () => ({ tag: 'null' }));
    case PRIMITIVE.true:
    case PRIMITIVE.false:
      return sized(0, () => ({ tag: 'bool', value: id === PRIMITIVE.true }));
    case PRIMITIVE.int8:
      return sized(1, () => ({ tag: 'int64', value: BigInt(view.getInt8(at)) }));
    case PRIMITIVE.int16:
      return sized(2, () => ({ tag: 'int64', value: BigInt(view.getInt16(at, true)) }));
    case PRIMITIVE.int32:
      return sized(4, () => ({ tag: 'int64', value: BigInt(view.getInt32(at, true)) }));
    case PRIMITIVE.int64:
      return sized(8, () => ({ tag: 'int64', value: view.getBigInt64(at, true) }));
    case PRIMITIVE.double:
      return sized(8, () => ({ tag: 'float64', value: view.getFloat64(at, true) }));
    case PRIMITIVE.float:
      return sized(4, () => ({ tag: 'float64', value: view.getFloat32(at, true) }));
    case PRIMITIVE.decimal4:
      return sized(5, () => decimalValue(BigInt(view.getInt32(at + 1, true)), bytes[at] ?? 0));
    case PRIMITIVE.decimal8:
      return sized(9, () => decimalValue(view.getBigInt64(at + 1, true), bytes[at] ?? 0));
    case PRIMITIVE.decimal16:
      return sized(17, () =>
        decimalValue((view.getBigInt64(at + 9, true) << 64n) | view.getBigUint64(at + 1, true), bytes[at] ?? 0),
      );
    case PRIMITIVE.string: {
      within(at + 4, limit);
      const end = within(at + 4 + view.getUint32(at, true), limit);
      return { value: { tag: 'utf8', value: text(bytes, at + 4, end) }, end };
    }
    default: {
      const foreign = FOREIGN.get(id);
      if (foreign === undefined) throw malformed(`there is no primitive type ${id}`);
      throw malformed(`a value of type ${foreign} has no counterpart among dynamic values`);
    }
  }
}

/** Integers and decimals are one class of the specification: a decimal that is whole is an integer. */
function decimalValue(unscaled: bigint, scale: number): AnyValue {
  if (scale > MAX_DECIMAL_SCALE) throw malformed(`a decimal has the scale ${scale}`);
  const unit = 10n ** BigInt(scale);
  const value = unscaled / unit;
  if (value * unit !== unscaled || value !== BigInt.asIntN(64, value))
    throw malformed('a decimal that is no 64-bit integer has no counterpart among dynamic values');
  return { tag: 'int64', value };
}

function readObject(input: Input, own: number, at: number, limit: number, depth: number): ReadValue {
  const { bytes, names } = input;
  const offsetSize = (own & 3) + 1;
  const idSize = ((own >> 2) & 3) + 1;
  const countSize = (own & 16) === 0 ? 1 : 4;
  within(at + countSize, limit);
  const count = unsigned(bytes, at, countSize);
  const ids = at + countSize;
  const offsets = ids + idSize * count;
  const origin = within(offsets + offsetSize * (count + 1), limit);
  const end = within(origin + unsigned(bytes, offsets + offsetSize * count, offsetSize), limit);
  const fields = Array.from({ length: count }, (_, i) => {
    const id = unsigned(bytes, ids + idSize * i, idSize);
    const name = names[id];
    if (name === undefined) throw malformed(`there is no name ${id}`);
    return { name, start: origin + unsigned(bytes, offsets + offsetSize * i, offsetSize) };
  });
  fields.sort((a, b) => a.start - b.start);
  const object = new Map<string, AnyValue>();
  fields.forEach(({ name, start }, i) => {
    if (object.has(name)) throw malformed('an object has two fields of one name');
    // No value reaches into the next: else small inputs could stand for values of any size.
    object.set(name, readAt(input, start, Math.min(fields[i + 1]?.start ?? end, end), depth + 1).value);
  });
  return { value: { tag: 'object', value: object }, end };
}

function readArray(input: Input, own: number, at: number, limit: number, depth: number): ReadValue {
  const { bytes } = input;
  const offsetSize = (own & 3) + 1;
  const countSize = (own & 4) === 0 ? 1 : 4;
  within(at + countSize, limit);
  const count = unsigned(bytes, at, countSize);
  const offsets = at + countSize;
  const origin = within(offsets + offsetSize * (count + 1), limit);
  const offset = (i: number): number => origin + unsigned(bytes, offsets + offsetSize * i, offsetSize);
  const end = within(offset(count), limit);
  const items = Array.from(
    { length: count },
    (_, i) => readAt(input, offset(i), Math.min(offset(i + 1), end), depth + 1).value,
  );
  return { value: { tag: 'list', value: items }, end };
}

function unsigned(bytes: Uint8Array, at: number, size: number): number {
  if (at + size > bytes.length) throw malformed('a number is cut off');
  let value = 0;
  for (let i = size - 1; i >= 0; i--) value = value * 256 + (bytes[at + i] ?? 0);
  return value;
}

function within(end: number, limit: number): number {
  if (end > limit) throw malformed('a value is cut off');
  return end;
}

/** A copy is decoded, because decoders refuse shared memory. */
function text(bytes: Uint8Array, from: number, to: number): string {
  try {
    return decoder.decode(bytes.slice(from, to));
  } catch (cause) {
    throw new OrbitError('bad_file_format', 'malformed Variant: a text is not UTF-8', { cause });
  }
}

function malformed(what: string): OrbitError {
  return new OrbitError('bad_file_format', `malformed Variant: ${what}`);
}

function tooDeep(): OrbitError {
  return new OrbitError('program_limit_exceeded', `a dynamic value is nested more than ${MAX_DEPTH} deep`);
}
