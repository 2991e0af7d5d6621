import type { ColumnDefinition, TableSample } from '../../compiler/catalog/catalog.ts';
import type { Cells } from '../../compiler/catalog/distribution.ts';
import { position } from '../../compiler/catalog/position.ts';
import { isFloat, isIntegral } from '../../compiler/types/type.ts';
import type { ChunkColumn } from '../../runtime/columns/chunk.ts';
import { readValue } from './decode.ts';
import { hashWords } from './hash.ts';
import type { Segment } from './segment.ts';
import { isValid } from './validity.ts';
import { NEVER } from './versions.ts';

/** As many as tell one in a thousand, and are read in a fraction of a millisecond. */
const SAMPLE_ROWS = 2048;

/**
 * A sample of the segments' rows that are not deleted: one of each of as many equal parts, in their order. Which rows
 * follows from their number, so that plans do not change by chance. Columns are read when they are asked for: loading
 * costs nothing.
 */
export function sampleOf(
  columns: readonly ColumnDefinition[],
  segments: readonly Segment[],
  most: number = SAMPLE_ROWS,
): TableSample {
  const { places, complete } = choose(segments, most);
  const following = places.map(({ segment, row }) => ({ segment, row: Math.min(row + 1, segment.rows - 1) }));
  return {
    ...sampleAt(columns, places, complete),
    neighbours: (ordinal) => {
      const definition = columns[ordinal];
      return definition === undefined ? undefined : cellsOf(following, ordinal, definition);
    },
  };
}

/** The rows at those places. */
export function sampleAt(
  columns: readonly ColumnDefinition[],
  places: readonly Place[],
  complete: boolean,
): TableSample {
  const known = new Map<number, Cells | undefined>();
  return {
    rows: places.length,
    complete,
    cells: (ordinal) => {
      if (known.has(ordinal)) return known.get(ordinal);
      const definition = columns[ordinal];
      const cells = definition === undefined ? undefined : cellsOf(places, ordinal, definition);
      known.set(ordinal, cells);
      return cells;
    },
  };
}

/** A row of a chunk; the chunk may be encoded anew before it is read. */
export interface Place {
  readonly segment: { readonly chunk: { readonly columns: readonly ChunkColumn[] } };
  readonly row: number;
}

function choose(
  segments: readonly Segment[],
  most: number,
): { places: readonly { readonly segment: Segment; readonly row: number }[]; complete: boolean } {
  const all = segments.reduce((sum, { rows }) => sum + rows, 0);
  const wanted = Math.min(all, most);
  const places: { readonly segment: Segment; readonly row: number }[] = [];
  let index = 0;
  let before = 0;
  for (let i = 0; i < wanted; i++) {
    const within = wanted === all ? 0 : (hashWords(i, 0) >>> 0) / 2 ** 32;
    const row = Math.floor(((i + within) * all) / wanted);
    for (let segment = segments[index]; segment !== undefined && row >= before + segment.rows; ) {
      before += segment.rows;
      segment = segments[++index];
    }
    const segment = segments[index];
    if (segment === undefined) break;
    const position = row - before;
    if (segment.versions.endOf(segment.offset + position) === NEVER) places.push({ segment, row: position });
  }
  return { places, complete: wanted === all };
}

function cellsOf(places: readonly Place[], ordinal: number, { type }: ColumnDefinition): Cells | undefined {
  if (type.kind === 'utf8') {
    return places.map(({ segment, row }) => {
      const value = readValue(columnOf(segment, ordinal), type, row);
      return typeof value === 'string' ? value : null;
    });
  }
  if (type.kind !== 'bool' && !isIntegral(type.kind) && !isFloat(type)) return undefined;
  const scale = type.kind === 'decimal' ? 10 ** type.scale : 1;
  return Float64Array.from(places, ({ segment, row }) => {
    const column = columnOf(segment, ordinal);
    if (!isValid(column.validity, row)) return Number.NaN;
    const small = smallInteger(column, row);
    if (small !== undefined) return small / scale;
    const value = readValue(column, type, row);
    if (typeof value === 'boolean') return value ? 1 : 0;
    return position(value, type) ?? Number.NaN;
  });
}

function columnOf({ chunk }: Place['segment'], ordinal: number): ChunkColumn {
  return chunk.columns[ordinal]!;
}

/** The raw integer where it is an offset of at most 32 bits. */
function smallInteger({ encoding, values, width, base }: ChunkColumn, row: number): number | undefined {
  if (encoding !== 'integers' || width > 4) return undefined;
  let offset = 0;
  for (let i = width - 1; i >= 0; i--) offset = offset * 256 + values[row * width + i]!;
  return Number(base) + offset;
}
