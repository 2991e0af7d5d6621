import type { ColumnStatistics, TableStatistics } from '../../../compiler/catalog/catalog.ts';
import { isIntegral } from '../../../compiler/types/type.ts';
import type { PruningPredicate } from '../../../runtime/columns/source.ts';
import { hostInteger } from '../../../runtime/columns/values.ts';
import type { ColumnChunk, ParquetMetadata, RowGroup } from './metadata.ts';
import type { ParquetColumn } from './schema.ts';

/** Beyond this a scaled number does not tell the unscaled one. */
const EXACT = 2 ** 50;

/** Bounds of a chunk's values as raw integers of its type; undefined where they are not known for certain. */
function boundsOf({ leaf }: ParquetColumn, { min, max }: ColumnChunk): readonly [bigint, bigint] | undefined {
  if (leaf.form !== 'plain' || leaf.maxRepetition > 0 || !isIntegral(leaf.type.kind)) return undefined;
  const { type } = leaf;
  const raw = (value: unknown): bigint | undefined => {
    if (typeof value === 'bigint') return type.kind === 'decimal' ? undefined : value;
    if (typeof value !== 'number') return undefined;
    const whole = type.kind === 'decimal' ? Math.round(value * 10 ** type.scale) : value;
    return Number.isInteger(whole) && Math.abs(whole) < EXACT ? BigInt(whole) : undefined;
  };
  const low = raw(min);
  const high = raw(max);
  return low === undefined || high === undefined || low > high ? undefined : [low, high];
}

/** Whether the statistics of a row group rule out that any of its rows fulfils all predicates. */
export function rulesOut(
  group: RowGroup,
  columns: readonly ParquetColumn[],
  predicates: readonly PruningPredicate[],
): boolean {
  return predicates.some(({ ordinal, low, high }) => {
    const column = columns[ordinal];
    const chunk = column === undefined ? undefined : group.columns[column.chunk];
    if (column === undefined || chunk === undefined) return false;
    // A comparison is never true of NULL.
    if (column.leaf.maxRepetition === 0 && chunk.nulls === group.rows && group.rows > 0) return true;
    const bounds = boundsOf(column, chunk);
    if (bounds === undefined) return false;
    return (low !== undefined && bounds[1] < low) || (high !== undefined && bounds[0] > high);
  });
}

export function statisticsOf({ columns, rowGroups, rows }: ParquetMetadata): TableStatistics {
  return {
    rowCount: rows,
    columns: columns.map((column): ColumnStatistics => {
      let nullCount: number | undefined = 0;
      let range: readonly [bigint, bigint] | undefined;
      let bounded = rowGroups.length > 0;
      for (const group of rowGroups) {
        const chunk = group.columns[column.chunk];
        const bounds = chunk === undefined ? undefined : boundsOf(column, chunk);
        nullCount = nullCount === undefined || chunk?.nulls === undefined ? undefined : nullCount + chunk.nulls;
        if (bounds === undefined) bounded = false;
        else if (range === undefined) range = bounds;
        else range = [least(bounds[0], range[0]), -least(-bounds[1], -range[1])];
      }
      if (!bounded || range === undefined) return { nullCount };
      return { nullCount, min: hostInteger(range[0], column.type), max: hostInteger(range[1], column.type) };
    }),
  };
}

function least(a: bigint, b: bigint): bigint {
  if (a < b) return a;
  return b;
}
