import type { ColumnDefinition } from '../../compiler/catalog/catalog.ts';
import type { Chunk, ChunkColumn, ColumnFormat } from '../../runtime/columns/chunk.ts';
import type { PruningPredicate } from '../../runtime/columns/source.ts';
import { encodingOf } from './encode.ts';
import { codeWidth } from './text.ts';

const ALL_NULL: readonly [bigint, bigint] = [0n, 0n];

/**
 * The format that every one of `columns`, the same column of several chunks, can be widened to; with `others`, those too
 * of which that is the common format.
 */
export function commonFormat(
  definition: ColumnDefinition,
  columns: readonly ChunkColumn[],
  others?: ColumnFormat,
): ColumnFormat {
  let encoding = others?.encoding ?? encodingOf(definition.type);
  let width: ColumnFormat['width'] = others?.width ?? 1;
  let nullable = others?.nullable ?? false;
  let [low, high] = others?.range ?? [];
  let bounded = others === undefined || others.range !== undefined;
  let dictionary = others?.dictionary;
  for (const column of columns) {
    encoding = column.encoding;
    if (column.width > width) width = column.width;
    if (column.nullCount > 0) nullable = true;
    // Without a range and narrow: only nulls, with zeros below them.
    // Dynamic columns: the bounds are those of the chunks that hold integers only.
    if (column.encoding === 'any' && column.range === undefined) continue;
    const range = column.range ?? (column.encoding === 'integers' && column.width === 1 ? ALL_NULL : undefined);
    if (range !== undefined) {
      if (low === undefined || range[0] < low) low = range[0];
      if (high === undefined || range[1] > high) high = range[1];
    } else bounded = false;
    // Snapshots of one dictionary: the largest has all codes.
    if (dictionary === undefined || (column.dictionary?.size ?? 0) > dictionary.size) dictionary = column.dictionary;
  }
  if (columns.length === 0 && others === undefined) width = emptyWidth(encoding);
  if (dictionary !== undefined) width = codeWidth(dictionary.size);
  const range = bounded && low !== undefined && high !== undefined ? ([low, high] as const) : undefined;
  return { type: definition.type, encoding, width, nullable, range, dictionary };
}

/** Whether no row of the chunk can satisfy all predicates. `chunk` has the table's columns in the table's order. */
export function isPruned(chunk: Chunk, predicates: readonly PruningPredicate[]): boolean {
  for (const { ordinal, low, high } of predicates) {
    const column = chunk.columns[ordinal];
    if (column === undefined || column.encoding !== 'integers') continue;
    // A comparison with a constant is never true of a null.
    if (column.nullCount === chunk.rows) return true;
    if (column.range === undefined) continue;
    const [min, max] = column.range;
    if ((low !== undefined && max < low) || (high !== undefined && min > high)) return true;
  }
  return false;
}

function emptyWidth(encoding: ColumnFormat['encoding']): ColumnFormat['width'] {
  switch (encoding) {
    case 'wide':
      return 16;
    case 'float64':
    case 'any':
      return 8;
    case 'float32':
    case 'strings':
      return 4;
    default:
      return 1;
  }
}
