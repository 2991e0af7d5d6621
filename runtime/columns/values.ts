import { internalError } from '../../compiler/types/error.ts';
import { toAny, toBytes, toInterval, toList, toNumber, toText } from '../../compiler/types/narrow.ts';
import type { Type } from '../../compiler/types/type.ts';
import type { AnyValue, Value } from '../../compiler/types/value.ts';
import { INLINE_BYTES } from '../kernels/library/strings.ts';
import type { Lane } from '../kernels/value.ts';
import type { MemoryViews } from '../memory/views.ts';
import { ANY_TAG } from './any-tag.ts';
import { decodeAnyPayload, decodeList, encodeAnyPayload, encodeList } from './nested.ts';
import { decodeText, encodeText } from './text.ts';

/** Values between the host and engine memory, in the layout that rows and result columns have (kernels/memory.ts). */

/** Gives an address for so many bytes, or throws. It may let the memory grow. */
export type AllocateBytes = (bytes: number) => number;

const ANY_PAYLOAD = 8;

/** The value at the address, which is not NULL: null flags lie elsewhere. */
export function readValue(memory: MemoryViews, address: number, type: Type, lane: Lane): Value {
  switch (lane) {
    case 'i32': {
      const raw = memory.view().getInt32(address, true);
      if (type.kind === 'bool') return raw !== 0;
      return type.kind === 'int32' || type.kind === 'date' ? raw : hostInteger(BigInt(raw), type);
    }
    case 'i64': {
      const raw = memory.view().getBigInt64(address, true);
      return type.kind === 'int64' || type.kind === 'decimal' ? raw : hostInteger(raw, type);
    }
    case 'i128': {
      const view = memory.view();
      const raw = (view.getBigInt64(address + 8, true) << 64n) | view.getBigUint64(address, true);
      return type.kind === 'decimal' ? raw : hostInteger(raw, type);
    }
    case 'f32':
      return memory.view().getFloat32(address, true);
    case 'f64':
      return memory.view().getFloat64(address, true);
    case 'view':
      return readView(memory, address, type);
    case 'interval': {
      const view = memory.view();
      return {
        months: view.getInt32(address, true),
        days: view.getInt32(address + 4, true),
        micros: view.getBigInt64(address + 8, true),
      };
    }
    case 'any':
      return readAny(memory.view(), memory.u8(), address);
  }
}

/** Writes the value; NULL becomes zeros. Texts that do not fit their view are put where `allocate` says. */
export function writeValue(
  memory: MemoryViews,
  address: number,
  type: Type,
  lane: Lane,
  value: Value,
  allocate: AllocateBytes,
): void {
  if (value === null) {
    memory
      .u8()
      .fill(0, address, address + (lane === 'i32' || lane === 'f32' ? 4 : lane === 'i64' || lane === 'f64' ? 8 : 16));
    return;
  }
  switch (lane) {
    case 'i32':
      memory.view().setInt32(address, typeof value === 'number' ? value : Number(rawInteger(value)), true);
      return;
    case 'i64':
      memory.view().setBigInt64(address, rawInteger(value), true);
      return;
    case 'i128': {
      const raw = rawInteger(value);
      const view = memory.view();
      view.setBigInt64(address, BigInt.asIntN(64, raw), true);
      view.setBigInt64(address + 8, raw >> 64n, true);
      return;
    }
    case 'f32':
      memory.view().setFloat32(address, toNumber(value), true);
      return;
    case 'f64':
      memory.view().setFloat64(address, toNumber(value), true);
      return;
    case 'view':
      return writeView(memory, address, viewBytes(value, type), allocate);
    case 'interval': {
      const { months, days, micros } = toInterval(value);
      const view = memory.view();
      view.setInt32(address, months, true);
      view.setInt32(address + 4, days, true);
      view.setBigInt64(address + 8, micros, true);
      return;
    }
    case 'any':
      return writeAny(memory, address, toAny(value), allocate);
  }
}

/** A view of the bytes; they are copied. */
export function writeView(memory: MemoryViews, address: number, bytes: Uint8Array, allocate: AllocateBytes): void {
  const { length } = bytes;
  if (length <= INLINE_BYTES) {
    const u8 = memory.u8();
    u8.fill(0, address, address + 16);
    u8[address] = length;
    for (let i = 0; i < length; i++) u8[address + 4 + i] = bytes[i] ?? 0;
    return;
  }
  const target = allocate(length);
  const u8 = memory.u8();
  u8.set(bytes, target);
  u8.set(bytes.subarray(0, 4), address + 4);
  const view = memory.view();
  view.setUint32(address, length, true);
  view.setUint32(address + 8, target, true);
  view.setUint32(address + 12, 0, true);
}

function readView(memory: MemoryViews, address: number, type: Type): Value {
  const view = memory.view();
  const length = view.getUint32(address, true);
  const text = length <= INLINE_BYTES ? address + 4 : view.getUint32(address + 8, true);
  const u8 = memory.u8();
  if (type.kind === 'utf8') return decodeText(u8, text, length);
  const bytes = u8.slice(text, text + length);
  return type.kind === 'list' ? decodeList(bytes, type.element) : bytes;
}

function viewBytes(value: Value, type: Type): Uint8Array {
  switch (type.kind) {
    case 'utf8':
      return encodeText(toText(value));
    case 'binary':
      return toBytes(value);
    case 'list':
      return encodeList(toList(value), type.element);
    default:
      throw internalError(`no view holds a value of type ${type.kind}`);
  }
}

function readAny(view: DataView, u8: Uint8Array, address: number): AnyValue {
  const tag = view.getUint32(address, true);
  const payload = address + ANY_PAYLOAD;
  switch (tag) {
    case ANY_TAG.bool:
      return { tag: 'bool', value: view.getUint32(payload, true) !== 0 };
    case ANY_TAG.int64:
      return { tag: 'int64', value: view.getBigInt64(payload, true) };
    case ANY_TAG.float64:
      return { tag: 'float64', value: view.getFloat64(payload, true) };
    default: {
      const text = view.getUint32(payload, true);
      const length = view.getUint32(payload + 4, true);
      if (tag === ANY_TAG.utf8) return { tag: 'utf8', value: decodeText(u8, text, length) };
      return decodeAnyPayload(tag, tag === ANY_TAG.null ? NOTHING : u8.slice(text, text + length));
    }
  }
}

function writeAny(memory: MemoryViews, address: number, value: AnyValue, allocate: AllocateBytes): void {
  const payload = address + ANY_PAYLOAD;
  const begin = (): DataView => {
    const view = memory.view();
    view.setBigUint64(address, BigInt(ANY_TAG[value.tag]), true);
    return view;
  };
  switch (value.tag) {
    case 'null':
      begin().setBigInt64(payload, 0n, true);
      return;
    case 'bool':
      begin().setBigInt64(payload, value.value ? 1n : 0n, true);
      return;
    case 'int64':
      begin().setBigInt64(payload, value.value, true);
      return;
    case 'float64':
      begin().setFloat64(payload, value.value, true);
      return;
    case 'utf8':
    case 'list':
    case 'object': {
      const bytes = value.tag === 'utf8' ? encodeText(value.value) : encodeAnyPayload(value);
      const text = allocate(bytes.length);
      memory.u8().set(bytes, text);
      const view = begin();
      view.setUint32(payload, text, true);
      view.setUint32(payload + 4, bytes.length, true);
      return;
    }
  }
}

const NOTHING = new Uint8Array(0);

function rawInteger(value: Value): bigint {
  if (typeof value === 'bigint') return value;
  return typeof value === 'boolean' ? (value ? 1n : 0n) : BigInt(toNumber(value));
}

/** The raw integer in the form that the type has on the host. */
export function hostInteger(raw: bigint, type: Type): Value {
  switch (type.kind) {
    case 'null':
      return null;
    case 'bool':
      return raw !== 0n;
    case 'int8':
    case 'int16':
    case 'int32':
    case 'date':
      return Number(raw);
    case 'int64':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
    case 'decimal':
    case 'uuid':
      return raw;
    default:
      throw internalError(`no integer stands for a value of type ${type.kind}`);
  }
}
