import { type FileMetaData, parquetMetadata } from 'hyparquet';
import type { FileHost } from '../host.ts';
import { damaged, Malformed, parquetError } from './problem.ts';
import { columnsOf, type ParquetColumn } from './schema.ts';

/** A column of a row group: where its pages are. */
export interface ColumnChunk {
  readonly start: number;
  readonly bytes: number;
  readonly codec: string;
  readonly values: number;
  /** As the file has them: raw integers, where the type is stored as one. */
  readonly min: unknown;
  readonly max: unknown;
  readonly nulls: number | undefined;
}

export interface RowGroup {
  readonly rows: number;
  /** By `ParquetColumn.chunk`. */
  readonly columns: readonly ColumnChunk[];
}

export interface ParquetMetadata {
  readonly columns: readonly ParquetColumn[];
  readonly rowGroups: readonly RowGroup[];
  readonly rows: number;
}

/** Length of the footer and PAR1. */
const TAIL = 8;
const MAX_FOOTER = 256 * 1024 * 1024;
const MAGIC = 0x31524150;
const ENCRYPTED = 0x45524150;

/** Statistics as raw integers: days, microseconds, unscaled decimals (those the library scales; see statistics.ts). */
const RAW = {
  dateFromDays: (days: number) => days,
  timestampFromMilliseconds: (value: bigint) => value,
  timestampFromMicroseconds: (value: bigint) => value,
  timestampFromNanoseconds: (value: bigint) => value,
  stringFromBytes: (bytes: Uint8Array) => bytes,
  jsonFromBytes: (bytes: Uint8Array) => bytes,
  geometryFromBytes: (bytes: Uint8Array) => bytes,
  geographyFromBytes: (bytes: Uint8Array) => bytes,
  uuidFromBytes: (bytes: Uint8Array) => bytes,
};

export async function readMetadata(host: FileHost, path: string, size: number): Promise<ParquetMetadata> {
  if (size < 12) throw parquetError('the file is too short to be a Parquet file', { path });
  const file = await host.open(path);
  try {
    const tail = new Uint8Array(TAIL);
    await file.read(size - TAIL, tail);
    const view = new DataView(tail.buffer);
    if (view.getUint32(4, true) === ENCRYPTED) throw parquetError('the file is encrypted', { path });
    if (view.getUint32(4, true) !== MAGIC) throw parquetError('the file does not end as a Parquet file does', { path });
    const length = view.getUint32(0, true);
    if (length > size - 12 || length > MAX_FOOTER) {
      throw parquetError(`the footer has ${length} bytes, the file ${size}`, { path });
    }
    const footer = new Uint8Array(length + TAIL);
    const count = await file.read(size - footer.length, footer);
    if (count < footer.length) throw parquetError('the file has become shorter', { path });
    return checked(parquetMetadata(footer, { parsers: RAW, geoparquet: false }), path, size - footer.length);
  } catch (error) {
    throw damaged(error, { path });
  } finally {
    await file.close();
  }
}

/** Nothing that the footer says of places is believed: chunks must lie before it. */
function checked(metadata: FileMetaData, path: string, end: number): ParquetMetadata {
  const columns = columnsOf(metadata.schema, path);
  let total = 0;
  const rowGroups = metadata.row_groups.map((group): RowGroup => {
    const rows = wholeNumber(group.num_rows, 'rows of a row group');
    total += rows;
    if (group.columns.length !== columns.length) {
      throw new Malformed(`a row group has ${group.columns.length} columns instead of ${columns.length}`);
    }
    return {
      rows,
      columns: group.columns.map((chunk, i): ColumnChunk => {
        const data = chunk.meta_data;
        const column = columns[i];
        if (chunk.file_path !== undefined) throw new Malformed('columns are in other files');
        if (data === undefined || column === undefined || data.type !== column.leaf.physical) {
          throw new Malformed(`column "${column?.name ?? ''}" is stored as another type than the schema says`);
        }
        const first = wholeNumber(data.data_page_offset, 'place of a page');
        const dictionary = Number(data.dictionary_page_offset ?? 0n);
        const start = dictionary > 0 && dictionary < first ? dictionary : first;
        const bytes = wholeNumber(data.total_compressed_size, 'size of a column');
        const values = wholeNumber(data.num_values, 'values of a column');
        if (start < 4 || start + bytes > end) throw new Malformed(`column "${column.name}" lies outside of the file`);
        if (column.leaf.maxRepetition === 0 && values !== rows) {
          throw new Malformed(`column "${column.name}" has ${values} values in a row group of ${rows} rows`);
        }
        const statistics = data.statistics;
        return {
          start,
          bytes,
          codec: data.codec,
          values,
          min: statistics?.min_value ?? signedOnly(column, statistics?.min),
          max: statistics?.max_value ?? signedOnly(column, statistics?.max),
          nulls: statistics?.null_count === undefined ? undefined : Number(statistics.null_count),
        };
      }),
    };
  });
  if (total !== Number(metadata.num_rows))
    throw new Malformed(`row groups have ${total} rows, the file ${metadata.num_rows}`);
  return { columns, rowGroups, rows: total };
}

/** Old writers compared as signed numbers whatever the type was. */
function signedOnly<T>({ leaf }: ParquetColumn, value: T): T | undefined {
  const whole = leaf.physical === 'INT32' || leaf.physical === 'INT64';
  return whole && leaf.form === 'plain' ? value : undefined;
}

function wholeNumber(value: bigint | undefined, what: string): number {
  const number = Number(value ?? -1n);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  throw new Malformed(`the ${what} cannot be ${String(value)}`);
}
