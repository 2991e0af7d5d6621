import type { ColumnDefinition } from '../../compiler/catalog/catalog.ts';
import { OrbitError } from '../../compiler/types/error.ts';
import type { Value } from '../../compiler/types/value.ts';
import type { ChunkColumn } from '../../runtime/columns/chunk.ts';

/** Enforces `maxLength`, which counts characters; bytes are counted first, as most texts are shorter than that. */

export function checkLength(table: string, column: ColumnDefinition, value: Value): void {
  const { maxLength } = column;
  if (maxLength === undefined || typeof value !== 'string' || value.length <= maxLength) return;
  if ([...value].length > maxLength) throw tooLong(table, column, maxLength);
}

/** All texts of an encoded column. A dictionary may hold longer texts of rows that were not kept; it is not likely to. */
export function checkLengths(table: string, column: ColumnDefinition, encoded: ChunkColumn, rows: number): void {
  const most = column.maxLength;
  if (most === undefined || column.type.kind !== 'utf8') return;
  const { dictionary, heap } = encoded;
  if (dictionary !== undefined) checkTexts(dictionary.offsets, dictionary.heap, dictionary.size, most);
  else if (heap !== undefined) {
    const { buffer, byteOffset } = encoded.values;
    checkTexts(new Uint32Array(buffer, byteOffset, rows + 1), heap, rows, most);
  }

  function checkTexts(offsets: Uint32Array, bytes: Uint8Array, count: number, limit: number): void {
    for (let i = 0; i < count; i++) {
      const start = offsets[i]!;
      const end = offsets[i + 1]!;
      if (end - start > limit && characters(bytes, start, end) > limit) throw tooLong(table, column, limit);
    }
  }
}

/** Every character has one byte that is no continuation of another. */
function characters(bytes: Uint8Array, start: number, end: number): number {
  let count = 0;
  for (let i = start; i < end; i++) if ((bytes[i]! & 0xc0) !== 0x80) count++;
  return count;
}

function tooLong(table: string, { name }: ColumnDefinition, maxLength: number): OrbitError {
  return new OrbitError(
    'string_data_right_truncation',
    `a value is too long for column "${name}" of table "${table}"`,
    {
      hint: `The column takes at most ${maxLength} characters.`,
    },
  );
}
