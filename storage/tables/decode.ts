import { internalError } from '../../compiler/types/error.ts';
import type { Type } from '../../compiler/types/type.ts';
import type { Value } from '../../compiler/types/value.ts';
import type { ChunkColumn } from '../../runtime/columns/chunk.ts';
import { decodeList } from '../../runtime/columns/nested.ts';
import { hostInteger } from '../../runtime/columns/values.ts';
import { allocateBytes } from './buffers.ts';
import { readDynamic } from './dynamic.ts';
import { isValid } from './validity.ts';

const decoder = new TextDecoder();

/** The raw integer (days, µs, unscaled value …) of a row of the integers encoding. */
export function rawInteger(column: ChunkColumn, row: number): bigint {
  const { values, width } = column;
  let offset = 0n;
  if (width === 8) offset = BigInt.asIntN(64, word(values, 8 * row) | (word(values, 8 * row + 4) << 32n));
  else if (width === 4) offset = word(values, 4 * row);
  else if (width === 2) offset = BigInt(values[2 * row]! | (values[2 * row + 1]! << 8));
  else offset = BigInt(values[row]!);
  return BigInt.asIntN(64, column.base + offset);
}

/** One value for the host; slow, for single rows and tests. */
export function readValue(column: ChunkColumn, type: Type, row: number): Value {
  if (!isValid(column.validity, row)) return null;
  switch (column.encoding) {
    case 'integers':
      return isNumber(type) && column.width <= 4
        ? Number(column.base) + narrowOffset(column, row)
        : hostInteger(rawInteger(column, row), type);
    case 'float32':
      return new DataView(column.values.buffer, column.values.byteOffset).getFloat32(4 * row, true);
    case 'float64':
      return new DataView(column.values.buffer, column.values.byteOffset).getFloat64(8 * row, true);
    case 'wide':
      return readWide(column.values, type, 16 * row);
    case 'strings':
    case 'dictionary': {
      const { bytes, start, end } = textRange(column, row);
      // A copy, because decoders refuse shared memory.
      const copy = bytes.slice(start, end);
      if (type.kind === 'list') return decodeList(copy, type.element);
      if (type.kind !== 'utf8') return copy;
      return asciiText(copy) ?? decoder.decode(copy);
    }
    case 'any':
      return readDynamic(column, row);
  }
}

/** Longer texts are worth a call of the decoder. */
const SHORT_TEXT = 32;

function asciiText(bytes: Uint8Array): string | undefined {
  if (bytes.length > SHORT_TEXT) return undefined;
  for (const byte of bytes) if (byte > 0x7f) return undefined;
  return String.fromCharCode(...bytes);
}

function isNumber({ kind }: Type): boolean {
  return kind === 'int32' || kind === 'date' || kind === 'int16' || kind === 'int8';
}

function narrowOffset({ values, width }: ChunkColumn, row: number): number {
  if (width === 4) return word32(values, 4 * row);
  return width === 2 ? values[2 * row]! | (values[2 * row + 1]! << 8) : values[row]!;
}

/** Where the bytes of a text value lie. */
export function textRange(column: ChunkColumn, row: number): { bytes: Uint8Array; start: number; end: number } {
  const { dictionary, values, width } = column;
  if (dictionary !== undefined) {
    const code =
      width === 1
        ? values[row]!
        : width === 2
          ? values[2 * row]! | (values[2 * row + 1]! << 8)
          : word32(values, 4 * row);
    return { bytes: dictionary.heap, start: dictionary.offsets[code]!, end: dictionary.offsets[code + 1]! };
  }
  if (column.heap === undefined) throw internalError('a text column without a heap');
  return { bytes: column.heap, start: word32(values, 4 * row), end: word32(values, 4 * row + 4) };
}

/** A dictionary column as strings. */
export function spellOut(column: ChunkColumn, rows: number): ChunkColumn {
  const values = allocateBytes(4 * (rows + 1));
  const offsets = new Uint32Array(values.buffer);
  let used = 0;
  for (let row = 0; row < rows; row++) {
    if (isValid(column.validity, row)) {
      const { start, end } = textRange(column, row);
      used += end - start;
    }
    offsets[row + 1] = used;
  }
  const heap = allocateBytes(used);
  for (let row = 0; row < rows; row++) {
    if (!isValid(column.validity, row)) continue;
    const { bytes, start, end } = textRange(column, row);
    let at = offsets[row]!;
    for (let i = start; i < end; i++) heap[at++] = bytes[i]!;
  }
  const { validity, nullCount } = column;
  return { encoding: 'strings', width: 4, base: 0n, values, heap, validity, nullCount };
}

function readWide(bytes: Uint8Array, type: Type, at: number): Value {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  if (type.kind !== 'interval') return (view.getBigInt64(at + 8, true) << 64n) | view.getBigUint64(at, true);
  return {
    months: view.getInt32(at, true),
    days: view.getInt32(at + 4, true),
    micros: view.getBigInt64(at + 8, true),
  };
}

function word32(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}

function word(bytes: Uint8Array, at: number): bigint {
  return BigInt(word32(bytes, at));
}
