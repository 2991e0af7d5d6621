import type { ColumnDefinition } from '../../compiler/catalog/catalog.ts';
import type { Chunk, ChunkColumn, ColumnFormat } from '../../runtime/columns/chunk.ts';
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
  let bounded = others === undefined || others.range !== undefined || others.encoding === 'any';
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

/**
 * The zone maps of a column: for each chunk two numbers that its values lie between. Rounding keeps their order, so what
 * is smaller as a number is smaller.
 */
export function zonesOf(chunks: readonly Chunk[], ordinal: number): Float64Array {
  const zones = new Float64Array(2 * chunks.length);
  chunks.forEach(({ rows, columns }, i) => {
    const column = columns[ordinal];
    let [low, high] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    if (column?.encoding === 'integers') {
      // A comparison with a constant is never true of a null: without values, nothing lies between the bounds.
      if (column.nullCount === rows) [low, high] = [high, low];
      else if (column.range !== undefined) [low, high] = [Number(column.range[0]), Number(column.range[1])];
    }
    zones[2 * i] = low;
    zones[2 * i + 1] = high;
  });
  return zones;
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
