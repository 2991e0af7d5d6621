import type { Type } from '../../compiler/types/type.ts';
import type { Value } from '../../compiler/types/value.ts';
import type { ChunkColumn } from '../../runtime/columns/chunk.ts';
import { valueKey } from '../../runtime/columns/value-key.ts';
import { rawInteger, readValue, textRange } from './decode.ts';
import { hashBytes, hashWords } from './hash.ts';
import { unsignedView } from './integers.ts';

const encoder = new TextEncoder();

/** Hashes of keys of several columns are made column by column. */
export function combineHashes(hash: number, next: number): number {
  return (Math.imul(hash, 31) + next) | 0;
}

/** The hash of a stored value. What lies below a null has some hash too. */
export function hashStored(column: ChunkColumn, type: Type, row: number): number {
  switch (column.encoding) {
    case 'integers':
      return hashBigint(rawInteger(column, row));
    case 'strings':
    case 'dictionary': {
      if (type.kind === 'list') return hashHost(readValue(column, type, row), type);
      const { bytes, start, end } = textRange(column, row);
      return hashBytes(bytes, start, end);
    }
    default:
      return hashHost(readValue(column, type, row), type);
  }
}

/** The same hash, of a host value. */
export function hashHost(value: Value, type: Type): number {
  switch (typeof value) {
    case 'boolean':
      return hashWords(value ? 1 : 0, 0);
    case 'bigint':
      return hashBigint(value);
    case 'number':
      return Number.isInteger(value) ? hashWords(value | 0, Math.floor(value / 4_294_967_296)) : hashFloat(value);
    case 'string':
      return hashText(value);
    default:
      if (value instanceof Uint8Array) return hashBytes(value, 0, value.length);
      // Intervals, lists and dynamic values may be equal without being alike.
      return hashText(valueKey(value, type));
  }
}

function hashText(text: string): number {
  const bytes = encoder.encode(text);
  return hashBytes(bytes, 0, bytes.length);
}

/** Adds the hashes of `rows` stored values to `hashes`. */
export function hashColumn(column: ChunkColumn, type: Type, rows: number, hashes: Int32Array): void {
  const { width, base } = column;
  if (column.encoding !== 'integers' || width === 8 || width === 16) {
    for (let row = 0; row < rows; row++) hashes[row] = combineHashes(hashes[row]!, hashStored(column, type, row));
    return;
  }
  const offsets = unsignedView(column.values, width);
  const low = Number(BigInt.asUintN(32, base));
  const high = Number(BigInt.asIntN(32, base >> 32n));
  for (let row = 0; row < rows; row++) {
    const sum = low + offsets[row]!;
    hashes[row] = combineHashes(hashes[row]!, hashWords(sum | 0, sum > 0xffff_ffff ? high + 1 : high));
  }
}

function hashBigint(value: bigint): number {
  return hashWords(Number(BigInt.asIntN(32, value)), Number(BigInt.asIntN(32, value >> 32n)));
}

const float = new Float64Array(1);
const words = new Int32Array(float.buffer);

function hashFloat(value: number): number {
  float[0] = value;
  return hashWords(words[0]!, words[1]!);
}
