import { internalError } from '../../compiler/types/error.ts';
import { toAny, toBigint, toBool, toBytes, toInterval, toList, toNumber, toText } from '../../compiler/types/narrow.ts';
import { ANY, MAX_NARROW_DECIMAL_PRECISION, type Type } from '../../compiler/types/type.ts';
import type { AnyValue, Value } from '../../compiler/types/value.ts';
import { ANY_TAG } from './any-tag.ts';
import { decodeText, encodeText } from './text.ts';

/**
 * The bytes of nested values: what the view of a list shows, and what the payload of an `any` list or object points to.
 * No addresses, so that the bytes can be copied anywhere. All numbers are little-endian and without alignment.
 *
 * | value        | bytes                                                                                            |
 * | ------------ | ------------------------------------------------------------------------------------------------ |
 * | list         | u32 count; validity, one bit an element, least significant first, 1 = not NULL, whole bytes;     |
 * |              | then the elements, or for elements of varying size their u32 ends and then their bytes           |
 * | element      | bool 1 byte; int8, int16, int32, date, float32 4 bytes; int64, time, timestamp, float64, decimal |
 * |              | of up to 18 digits 8; other decimals and intervals (months, days, µs) 16; NULL: zeros            |
 * | ... varying  | utf8, binary: the text; list: as above; any: u8 tag and payload; NULL: no bytes                  |
 * | any payload  | bool 1 byte, int64 and float64 8 bytes, utf8 the text, list as list<any>, object as below        |
 * | object       | u32 count; u32 ends of name, value, name, value, ... behind the last end; then their bytes; a    |
 * |              | value is a tag and a payload; in insertion order                                                 |
 *
 * Ends count from the first byte behind the last end. A value has one encoding only, so equal bytes mean equal values.
 * The converse holds but where equality forgets what must not be lost: the two zeros of floats, intervals of the same
 * length (30 days, 1 month), an integer and a float inside `any`, the order of an object's fields. `hasCanonicalBytes`
 * tells the types without those.
 */
export function encodeList(items: readonly Value[], element: Type): Uint8Array {
  const out = new Output();
  writeList(out, items, element);
  return out.bytes();
}

export function decodeList(bytes: Uint8Array, element: Type): readonly Value[] {
  return readList(inputOf(bytes), 0, element);
}

/** The tag's payload: of lists and objects only. */
export function encodeAnyPayload(value: Extract<AnyValue, { tag: 'list' | 'object' }>): Uint8Array {
  const out = new Output();
  writePayload(out, value);
  return out.bytes();
}

export function decodeAnyPayload(tag: number, bytes: Uint8Array): AnyValue {
  return readPayload(inputOf(bytes), tag, 0, bytes.length);
}

/** Whether two values of the type are equal only if their encodings are. */
export function hasCanonicalBytes(type: Type): boolean {
  switch (type.kind) {
    case 'float32':
    case 'float64':
    case 'interval':
    case 'any':
      return false;
    case 'list':
      return hasCanonicalBytes(type.element);
    default:
      return true;
  }
}

/** Bytes of an element; undefined where they vary. */
export function elementBytes(type: Type): number | undefined {
  switch (type.kind) {
    case 'null':
    case 'bool':
      return 1;
    case 'int8':
    case 'int16':
    case 'int32':
    case 'date':
    case 'float32':
      return 4;
    case 'int64':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
    case 'float64':
      return 8;
    case 'decimal':
      return type.precision <= MAX_NARROW_DECIMAL_PRECISION ? 8 : 16;
    case 'interval':
    case 'uuid':
      return 16;
    case 'utf8':
    case 'binary':
    case 'list':
    case 'any':
      return undefined;
  }
}

/** Bytes that grow at the end; what was written before can be written again. */
class Output {
  #bytes = new Uint8Array(64);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** The view, with room for `count` more bytes; they are zeros. Valid until the next call. */
  grow(count: number): DataView {
    this.#length += count;
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length));
      larger.set(this.#bytes);
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    return this.#view;
  }

  append(bytes: Uint8Array): void {
    const at = this.#length;
    this.grow(bytes.length);
    this.#bytes.set(bytes, at);
  }

  setU32(at: number, value: number): void {
    this.#view.setUint32(at, value, true);
  }

  setU8(at: number, value: number): void {
    this.#bytes[at] = value;
  }

  orU8(at: number, bits: number): void {
    this.#bytes[at] = (this.#bytes[at] ?? 0) | bits;
  }

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }
}

function writeList(out: Output, items: readonly Value[], element: Type): void {
  const start = out.length;
  const validity = start + 4;
  out.grow(4 + ((items.length + 7) >> 3));
  out.setU32(start, items.length);
  items.forEach((item, i) => {
    if (item !== null) out.orU8(validity + (i >> 3), 1 << (i & 7));
  });
  const size = elementBytes(element);
  if (size !== undefined) {
    for (const item of items) {
      const at = out.length;
      const view = out.grow(size);
      if (item !== null) writeElement(view, at, item, element);
    }
    return;
  }
  const ends = out.length;
  out.grow(4 * items.length);
  const origin = out.length;
  items.forEach((item, i) => {
    if (item !== null) writeVarying(out, item, element);
    out.setU32(ends + 4 * i, out.length - origin);
  });
}

function writeElement(view: DataView, at: number, value: Value, type: Type): void {
  switch (type.kind) {
    case 'bool':
      view.setUint8(at, toBool(value) ? 1 : 0);
      return;
    case 'int8':
    case 'int16':
    case 'int32':
    case 'date':
      view.setInt32(at, toNumber(value), true);
      return;
    case 'float32':
      view.setFloat32(at, toNumber(value), true);
      return;
    case 'float64':
      view.setFloat64(at, toNumber(value), true);
      return;
    case 'int64':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      view.setBigInt64(at, toBigint(value), true);
      return;
    case 'decimal':
      view.setBigInt64(at, BigInt.asIntN(64, toBigint(value)), true);
      if (type.precision > MAX_NARROW_DECIMAL_PRECISION) view.setBigInt64(at + 8, toBigint(value) >> 64n, true);
      return;
    case 'uuid':
      view.setBigInt64(at, BigInt.asIntN(64, toBigint(value)), true);
      view.setBigInt64(at + 8, toBigint(value) >> 64n, true);
      return;
    case 'interval': {
      const { months, days, micros } = toInterval(value);
      view.setInt32(at, months, true);
      view.setInt32(at + 4, days, true);
      view.setBigInt64(at + 8, micros, true);
      return;
    }
    default:
      throw internalError(`no element of fixed size has the type ${type.kind}`);
  }
}

function writeVarying(out: Output, value: Value, type: Type): void {
  switch (type.kind) {
    case 'utf8':
      return out.append(encodeText(toText(value)));
    case 'binary':
      return out.append(toBytes(value));
    case 'list':
      return writeList(out, toList(value), type.element);
    case 'any':
      return writeTagged(out, toAny(value));
    default:
      throw internalError(`no element of varying size has the type ${type.kind}`);
  }
}

function writeTagged(out: Output, value: AnyValue): void {
  const at = out.length;
  out.grow(1);
  out.setU8(at, ANY_TAG[value.tag]);
  writePayload(out, value);
}

function writePayload(out: Output, value: AnyValue): void {
  const at = out.length;
  switch (value.tag) {
    case 'null':
      return;
    case 'bool':
      out.grow(1).setUint8(at, value.value ? 1 : 0);
      return;
    case 'int64':
      out.grow(8).setBigInt64(at, value.value, true);
      return;
    case 'float64':
      out.grow(8).setFloat64(at, value.value, true);
      return;
    case 'utf8':
      return out.append(encodeText(value.value));
    case 'list':
      return writeList(out, value.value, ANY);
    case 'object': {
      out.grow(4 + 8 * value.value.size);
      out.setU32(at, value.value.size);
      const origin = out.length;
      let end = at + 4;
      for (const [name, field] of value.value) {
        out.append(encodeText(name));
        out.setU32(end, out.length - origin);
        writeTagged(out, field);
        out.setU32(end + 4, out.length - origin);
        end += 8;
      }
      return;
    }
  }
}

interface Input {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

function inputOf(bytes: Uint8Array): Input {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
}

function readList(input: Input, start: number, element: Type): readonly Value[] {
  const { bytes, view } = input;
  const count = view.getUint32(start, true);
  const validity = start + 4;
  const elements = validity + ((count + 7) >> 3);
  const size = elementBytes(element);
  const origin = elements + 4 * count;
  return Array.from({ length: count }, (_, i): Value => {
    if ((((bytes[validity + (i >> 3)] ?? 0) >> (i & 7)) & 1) === 0) return null;
    if (size !== undefined) return readElement(view, elements + i * size, element);
    const from = origin + (i === 0 ? 0 : view.getUint32(elements + 4 * (i - 1), true));
    return readVarying(input, from, origin + view.getUint32(elements + 4 * i, true), element);
  });
}

function readElement(view: DataView, at: number, type: Type): Value {
  switch (type.kind) {
    case 'bool':
      return view.getUint8(at) !== 0;
    case 'int8':
    case 'int16':
    case 'int32':
    case 'date':
      return view.getInt32(at, true);
    case 'float32':
      return view.getFloat32(at, true);
    case 'float64':
      return view.getFloat64(at, true);
    case 'int64':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return view.getBigInt64(at, true);
    case 'decimal': {
      if (type.precision <= MAX_NARROW_DECIMAL_PRECISION) return view.getBigInt64(at, true);
      return (view.getBigInt64(at + 8, true) << 64n) | view.getBigUint64(at, true);
    }
    case 'uuid':
      return (view.getBigInt64(at + 8, true) << 64n) | view.getBigUint64(at, true);
    case 'interval':
      return {
        months: view.getInt32(at, true),
        days: view.getInt32(at + 4, true),
        micros: view.getBigInt64(at + 8, true),
      };
    default:
      throw internalError(`no element of fixed size has the type ${type.kind}`);
  }
}

function readVarying(input: Input, start: number, end: number, type: Type): Value {
  switch (type.kind) {
    case 'utf8':
      return decodeText(input.bytes, start, end - start);
    case 'binary':
      return input.bytes.slice(start, end);
    case 'list':
      return readList(input, start, type.element);
    case 'any':
      return readPayload(input, input.bytes[start] ?? ANY_TAG.null, start + 1, end);
    default:
      throw internalError(`no element of varying size has the type ${type.kind}`);
  }
}

function readPayload(input: Input, tag: number, start: number, end: number): AnyValue {
  const { bytes, view } = input;
  switch (tag) {
    case ANY_TAG.null:
      return { tag: 'null' };
    case ANY_TAG.bool:
      return { tag: 'bool', value: bytes[start] !== 0 };
    case ANY_TAG.int64:
      return { tag: 'int64', value: view.getBigInt64(start, true) };
    case ANY_TAG.float64:
      return { tag: 'float64', value: view.getFloat64(start, true) };
    case ANY_TAG.utf8:
      return { tag: 'utf8', value: decodeText(bytes, start, end - start) };
    case ANY_TAG.list:
      return {
        tag: 'list',
        value: readList(input, start, ANY).map((item) => (item === null ? JSON_NULL : toAny(item))),
      };
    case ANY_TAG.object: {
      const count = view.getUint32(start, true);
      const origin = start + 4 + 8 * count;
      const fields = new Map<string, AnyValue>();
      let from = origin;
      for (let at = start + 4; at < origin; at += 8) {
        const middle = origin + view.getUint32(at, true);
        const to = origin + view.getUint32(at + 4, true);
        fields.set(decodeText(bytes, from, middle - from), readPayload(input, bytes[middle] ?? 0, middle + 1, to));
        from = to;
      }
      return { tag: 'object', value: fields };
    }
    default:
      throw internalError(`no dynamic type has the tag ${tag}`);
  }
}

const JSON_NULL: AnyValue = { tag: 'null' };
