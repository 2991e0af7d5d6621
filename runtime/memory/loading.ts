import { internalError } from '../../compiler/types/error.ts';
import type { ChunkColumn, ColumnFormat, Encoding } from '../columns/chunk.ts';
import type { EngineMemory } from './engine-memory.ts';

/** A chunk's column in engine memory, in the layout of a scan's format. Addresses are unsigned; 0 = not there. */
export interface Frame {
  readonly rows: number;
  /** Integers: what is added to each value, wrapping at 64 bits. Differs between the chunks of a scan. */
  readonly base: bigint;
  /** 64-byte aligned, as `validity` and `tags` are. */
  readonly values: number;
  /** The validity bitmap; 0 where *no row is null*, whatever the format says. */
  readonly validity: number;
  /** What the offsets in `values` count from; the sum wraps at 32 bits. */
  readonly heap: number;
  readonly tags: number;
}

/** Memory for a part of what is being loaded: a 64-byte aligned address. */
export type Allocate = (bytes: number) => number;

const ALIGNMENT = 64;
const WIDTHS: Readonly<Record<Encoding, readonly [number, ...number[]]>> = {
  integers: [1, 2, 4, 8],
  float32: [4],
  float64: [8],
  wide: [16],
  dictionary: [1, 2, 4],
  strings: [4],
  any: [8],
};

/** Refuses what no frame in the layout of `format` can hold; formats are promised to cover all chunks of a scan. */
export function checkFormat(column: ChunkColumn, format: ColumnFormat): void {
  const { encoding } = format;
  const widened = encoding === 'wide' && column.encoding === 'integers';
  if (column.encoding !== encoding && !widened)
    throw internalError(`a chunk has ${column.encoding} where the scan says ${encoding}`);
  if (!WIDTHS[column.encoding].includes(widthOf(column)) || !WIDTHS[encoding].includes(widthOf(format)))
    throw internalError(`${encoding} of ${column.width} bytes in a chunk, ${format.width} in the scan`);
  if (widthOf(column) > widthOf(format))
    throw internalError(`a chunk has ${column.width} bytes a value where the scan says ${format.width}`);
}

/** The same for what differs between formats of one layout. */
export function checkNulls(column: ChunkColumn, format: ColumnFormat): void {
  if (column.nullCount > 0 && !format.nullable)
    throw internalError('a chunk has nulls where the scan says there are none');
}

/** Bytes a value; only integers and codes come in several widths. */
export function widthOf({ encoding, width }: { encoding: Encoding; width: number }): number {
  return encoding === 'integers' || encoding === 'dictionary' ? width : WIDTHS[encoding][0];
}

/** Copies a column in, decoding no more than its width. */
export function loadColumn(
  memory: EngineMemory,
  allocate: Allocate,
  rows: number,
  column: ChunkColumn,
  format: ColumnFormat,
): Frame {
  let validity = 0;
  if (column.nullCount > 0) {
    const bytes = Math.ceil(rows / 8);
    validity = allocate(bytes);
    put(memory, validity, column.validity, bytes, 'validity');
  }
  const plain = { rows, base: 0n, validity, heap: 0, tags: 0 };
  switch (format.encoding) {
    case 'integers':
      return { ...plain, base: column.base, values: loadFixed(memory, allocate, rows, column, format) };
    case 'float32':
    case 'float64':
    case 'wide':
    case 'dictionary':
      return { ...plain, values: loadFixed(memory, allocate, rows, column, format) };
    case 'strings':
      return { ...plain, ...loadStrings(memory, allocate, rows, column) };
    case 'any': {
      const values = allocate(rows * 8);
      put(memory, values, column.values, rows * 8, 'payloads');
      const tags = allocate(rows);
      put(memory, tags, column.tags, rows, 'tags');
      const bytes = column.heap?.length ?? 0;
      const heap = bytes === 0 ? 0 : allocate(bytes);
      if (bytes > 0) put(memory, heap, column.heap, bytes, 'heap');
      return { ...plain, values, tags, heap };
    }
  }
}

function loadFixed(
  memory: EngineMemory,
  allocate: Allocate,
  rows: number,
  column: ChunkColumn,
  format: ColumnFormat,
): number {
  const from = widthOf(column);
  const to = widthOf(format);
  const values = allocate(rows * to);
  // Narrow values go to the end of the frame; see frame-kernels.ts.
  put(memory, values + rows * (to - from), column.values, rows * from, 'values');
  const { frame_widen, frame_widen_128 } = memory.library.memory;
  if (column.encoding === 'integers' && to === 16) frame_widen_128(values, rows, from, column.base);
  else if (from < to) frame_widen(values, rows, from, to);
  return values;
}

/** Offsets and text in one block, the text as far as the offsets reach. */
function loadStrings(
  memory: EngineMemory,
  allocate: Allocate,
  rows: number,
  column: ChunkColumn,
): { values: number; heap: number } {
  const bytes = (rows + 1) * 4;
  if (column.values.length < bytes) throw internalError(`a chunk's column has too few offsets for ${rows} rows`);
  const offsets = new DataView(column.values.buffer, column.values.byteOffset, bytes);
  const first = offsets.getUint32(0, true);
  const end = offsets.getUint32(rows * 4, true);
  const textAt = Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
  const values = allocate(textAt + end - first);
  put(memory, values, column.values, bytes, 'offsets');
  const text = values + textAt;
  put(memory, text, column.heap?.subarray(first), end - first, 'text');
  // A slice of a larger column counts its offsets from a heap that is not here.
  return { values, heap: (text - first) >>> 0 };
}

/** Copies the first `bytes` of a part of a column. */
export function put(
  memory: EngineMemory,
  address: number,
  source: Uint8Array | undefined,
  bytes: number,
  what: string,
): void {
  if ((source?.length ?? 0) < bytes)
    throw internalError(`a chunk's column has ${source?.length ?? 0} bytes of ${what}, not ${bytes}`);
  if (source !== undefined) memory.u8().set(source.subarray(0, bytes), address);
}
