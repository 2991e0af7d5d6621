import type { ColumnDefinition, TableStatistics } from '../../../compiler/catalog/catalog.ts';
import { internalError, OrbitError } from '../../../compiler/types/error.ts';
import { UTF8 } from '../../../compiler/types/type.ts';
import type { FileReader, FileReadRequest, FileSource } from '../file-source.ts';
import { type FileTable, tableOf } from '../file-table.ts';
import type { FileHost } from '../host.ts';
import { createConverter } from './convert.ts';
import { readSpots, statisticsOfSpots } from './csv-sample.ts';
import type { CsvDialect, CsvOptions } from './dialect.ts';
import { convertGoodRows } from './good-rows.ts';
import { BLOCK_SIZE, BlockFeeder, convertBatch } from './input.ts';
import { RecordReader } from './reader.ts';
import { type CsvSniff, sniffCsv } from './sniff.ts';

const SAMPLE_BYTES = 64 * 1024;
/** A file whose first record is longer than this is no CSV file. */
const MAX_SAMPLE = 64 * 1024 * 1024;

const INFERRED = 'The type was inferred from the beginning of the file.';

/** A table over a CSV file. */
export async function openCsv(host: FileHost, path: string, options: CsvOptions = {}): Promise<FileTable> {
  return tableOf(await openCsvSource(host, path, options));
}

/** A CSV file. Its shape is found out from the first 64 KB. */
export async function openCsvSource(host: FileHost, path: string, options: CsvOptions): Promise<FileSource> {
  const info = await host.stat(path);
  if (info === undefined) throw new OrbitError('undefined_file', `there is no file "${path}"`);
  const sniff = await sniffFile(host, path, options);
  const { dialect } = sniff;
  const columns = sniff.columns.map((column): ColumnDefinition => {
    const type = options.types?.get(column.name.toLowerCase()) ?? (options.allText === true ? UTF8 : undefined);
    return type === undefined ? column : { ...column, type };
  });
  for (const name of options.types?.keys() ?? []) {
    if (columns.some((column) => column.name.toLowerCase() === name)) continue;
    if (options.partial !== true)
      throw new OrbitError('undefined_column', `the file has no column "${name}"`, { place: path });
  }
  // What is compressed cannot be read in its middle.
  const spots = info.approximate === true ? [] : await readSpots(host, path, info.size);
  return {
    path,
    columns,
    version: info.modified,
    statistics: () => {
      const statistics = statisticsOfSpots(spots, path, dialect, columns, info.size);
      return statistics.rowCount > 0 ? statistics : estimate(sniff, info.size);
    },
    read: (request) => readCsv(host, path, dialect, columns, options, request),
  };
}

/** Looks at the beginning of the file, and at more of it if the first record is that long. */
export async function sniffFile(host: FileHost, path: string, options: CsvOptions): Promise<CsvSniff> {
  const file = await host.open(path);
  try {
    for (let size = SAMPLE_BYTES; size <= MAX_SAMPLE; size *= 8) {
      const bytes = new Uint8Array(size);
      const count = await file.read(0, bytes);
      const complete = count < size;
      if (count === 0) throw new OrbitError('bad_file_format', 'the file is empty', { place: path });
      checkByteOrderMark(bytes, path);
      // The decoder drops a byte order mark, and with `stream` the piece of a character at the end.
      const text = new TextDecoder().decode(bytes.subarray(0, count), { stream: !complete });
      const sniff = sniffCsv(text, complete, options);
      if (sniff !== undefined) return sniff;
      if (complete) break;
    }
  } finally {
    await file.close();
  }
  const hint = 'Is a closing quote missing?';
  throw new OrbitError('bad_file_format', 'the file does not begin with a CSV record', { place: path, hint });
}

function checkByteOrderMark(bytes: Uint8Array, path: string): void {
  const mark = (bytes[0]! << 8) | bytes[1]!;
  if (mark === 0xfffe || mark === 0xfeff) {
    throw new OrbitError('bad_file_format', 'the file is UTF-16; only UTF-8 can be read', { place: path });
  }
}

function estimate({ columns, dialect, records, sampled }: CsvSniff, size: number): TableStatistics {
  const all = sampled === 0 ? records : Math.max(records, Math.round((size / sampled) * records));
  return { rowCount: Math.max(0, all - (dialect.header ? 1 : 0)), columns: columns.map(() => ({})) };
}

function readCsv(
  host: FileHost,
  path: string,
  dialect: CsvDialect,
  columns: readonly ColumnDefinition[],
  { blockSize = BLOCK_SIZE, ignoreErrors = false }: CsvOptions,
  { ordinals, builders }: FileReadRequest,
): FileReader {
  const wanted = ordinals.map((ordinal, i) => {
    const definition = columns[ordinal];
    const builder = builders[i];
    if (definition === undefined || builder === undefined) throw internalError(`${path} has no column ${ordinal}`);
    const convert = createConverter(definition.type, builder, ordinal, dialect);
    return { column: ordinal, name: definition.name, builder, convert };
  });
  const types = columns.map(({ type }) => type);
  const reader = new RecordReader(
    path,
    dialect,
    columns.map((column) => column.name),
    ignoreErrors,
  );
  let feeder: BlockFeeder | undefined;
  let drained = false;

  /** Converts some of the bytes at hand; 0 once they are used up. */
  function convert(room: number): number {
    if (ignoreErrors) {
      for (;;) {
        const batch = reader.next(room);
        const rows = batch === undefined ? 0 : convertGoodRows(batch, types, wanted, dialect);
        if (batch === undefined || rows > 0) return rows;
      }
    }
    const batch = reader.next(room);
    if (batch === undefined) return 0;
    convertBatch(batch, wanted, reader, path, INFERRED);
    return batch.rows;
  }

  async function feed(room: number): Promise<number> {
    while (!drained) {
      feeder ??= new BlockFeeder(await host.open(path), reader, blockSize);
      if (!(await feeder.feed())) {
        reader.finish();
        drained = true;
      }
      const rows = convert(room);
      if (rows > 0) return rows;
    }
    return 0;
  }

  return {
    next: (room) => {
      const rows = convert(room);
      return rows > 0 || drained ? rows : feed(room);
    },
    pruned: () => 0,
    close: async () => {
      drained = true;
      await feeder?.close();
      feeder = undefined;
    },
  };
}
