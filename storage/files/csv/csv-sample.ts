import type { ColumnDefinition, ColumnStatistics, TableStatistics } from '../../../compiler/catalog/catalog.ts';
import { distributionOf, seenIn } from '../../../compiler/catalog/distribution.ts';
import { OrbitError } from '../../../compiler/types/error.ts';
import { isFloat, isIntegral, type Type } from '../../../compiler/types/type.ts';
import type { Value } from '../../../compiler/types/value.ts';
import { hostInteger } from '../../../runtime/columns/values.ts';
import { createBuilder, sealColumn } from '../../tables/encode.ts';
import { type Place, sampleAt } from '../../tables/sampling.ts';
import type { FileHost } from '../host.ts';
import { createConverter } from './convert.ts';
import type { CsvDialect } from './dialect.ts';
import { convertBatch } from './input.ts';
import { RecordReader } from './reader.ts';

/** A file is looked at in so many places, ... */
const SPOTS = 16;
/** ... each of so many bytes; one that is no larger than all of them together is read as a whole. */
const SPOT_BYTES = 8 * 1024;
const NEWLINE = 10;

/** Pieces of a file that begin and end with a line. */
export async function readSpots(host: FileHost, path: string, size: number): Promise<readonly Uint8Array[]> {
  const file = await host.open(path);
  try {
    if (size <= SPOTS * SPOT_BYTES) {
      const all = new Uint8Array(size);
      const count = await file.read(0, all);
      return [all.subarray(0, count)];
    }
    const spots: Uint8Array[] = [];
    for (let i = 0; i < SPOTS; i++) {
      const bytes = new Uint8Array(SPOT_BYTES);
      const count = await file.read(Math.floor((i * (size - SPOT_BYTES)) / (SPOTS - 1)), bytes);
      const from = i === 0 ? 0 : bytes.indexOf(NEWLINE) + 1;
      const to = bytes.subarray(0, count).lastIndexOf(NEWLINE) + 1;
      if (to > from && (i === 0 || from > 0)) spots.push(bytes.subarray(from, to));
    }
    return spots;
  } finally {
    await file.close();
  }
}

/**
 * What spots tell of the whole file. A spot that does not read as records (it may begin inside a quoted value) tells
 * nothing: whoever scans the file will see.
 */
export function statisticsOfSpots(
  spots: readonly Uint8Array[],
  path: string,
  dialect: CsvDialect,
  columns: readonly ColumnDefinition[],
  size: number,
): TableStatistics {
  const places: Place[] = [];
  const runs: number[] = [];
  let bytes = 0;
  let header = dialect.header;
  for (const spot of spots) {
    const chunk = chunkOf(spot, path, { ...dialect, header }, columns);
    header = false;
    if (chunk === undefined) continue;
    bytes += spot.length;
    for (let row = 0; row < chunk.rows; row++) {
      places.push({ segment: { chunk }, row });
      runs.push(bytes);
    }
  }
  const complete = bytes === size;
  const rowCount = bytes === 0 ? 0 : Math.round(places.length * (size / bytes));
  const sample = { ...sampleAt(columns, places, complete), runs };
  const known = columns.map(({ type }, ordinal): ColumnStatistics => {
    const cells = sample.cells(ordinal);
    if (cells === undefined || places.length === 0) return {};
    const { nulls, distinct, min, max } = seenIn(cells, runs, bytes / size);
    let made: ReturnType<typeof distributionOf> | undefined;
    return {
      nullCount: nulls * rowCount,
      distinctCount: distinct,
      min: min === undefined ? undefined : valueAt(min, type),
      max: max === undefined ? undefined : valueAt(max, type),
      distribution: () => {
        made ??= distributionOf(cells);
        return made;
      },
    };
  });
  return { rowCount, columns: known, sample: places.length === 0 ? undefined : sample };
}

function chunkOf(
  spot: Uint8Array,
  path: string,
  dialect: CsvDialect,
  columns: readonly ColumnDefinition[],
): { readonly rows: number; readonly columns: readonly ReturnType<typeof sealColumn>[] } | undefined {
  const wanted = columns.map(({ name, type }, column) => {
    const builder = createBuilder(type);
    return { column, name, builder, convert: createConverter(type, builder, column, dialect) };
  });
  const reader = new RecordReader(
    path,
    dialect,
    columns.map((column) => column.name),
  );
  let rows = 0;
  try {
    reader.write(spot);
    reader.finish();
    for (let batch = reader.next(spot.length); batch !== undefined; batch = reader.next(spot.length)) {
      convertBatch(batch, wanted, reader, path, undefined);
      rows += batch.rows;
    }
  } catch (error) {
    if (error instanceof OrbitError) return undefined;
    throw error;
  }
  return { rows, columns: wanted.map(({ builder }) => sealColumn(builder, false)) };
}

/** The host value at a position; undefined for types whose values are not numbers. */
function valueAt(position: number, type: Type): Value | undefined {
  if (isFloat(type)) return position;
  if (!isIntegral(type.kind)) return undefined;
  const unit = type.kind === 'decimal' ? 10 ** type.scale : 1;
  return hostInteger(BigInt(Math.round(position * unit)), type);
}
