import type { ColumnDefinition, TableHandle, TableStatistics } from '../../../compiler/catalog/catalog.ts';
import { internalError, OrbitError } from '../../../compiler/types/error.ts';
import type { Type } from '../../../compiler/types/type.ts';
import { CHUNK_ROWS, type Chunk, type ColumnFormat, nextBufferId } from '../../../runtime/columns/chunk.ts';
import type { ScanRequest, TableScanCursor, TableSource } from '../../../runtime/columns/source.ts';
import { createBuilder, encodingOf, MAX_CHUNK_HEAP, sealColumn } from '../../tables/encode.ts';
import type { FileHost } from '../host.ts';
import { createConverter } from './convert.ts';
import { readSpots, statisticsOfSpots } from './csv-sample.ts';
import type { CsvDialect, CsvOptions } from './dialect.ts';
import { BLOCK_SIZE, BlockFeeder, convertBatch } from './input.ts';
import { RecordReader } from './reader.ts';
import { type CsvSniff, sniffCsv } from './sniff.ts';

const SAMPLE_BYTES = 64 * 1024;
/** A file whose first record is longer than this is no CSV file. */
const MAX_SAMPLE = 64 * 1024 * 1024;

const INFERRED = 'The type was inferred from the beginning of the file.';

export interface CsvTable extends TableHandle, TableSource {
  readonly path: string;
  readonly dialect: CsvDialect;
}

const csvTables = new WeakSet<object>();

export function isCsvTable(table: TableHandle): table is CsvTable {
  return csvTables.has(table);
}

/** A table over a CSV file. Its shape is found out from the first 64 KB; rows are read when they are scanned. */
export async function openCsv(host: FileHost, path: string, options: CsvOptions = {}): Promise<CsvTable> {
  const info = await host.stat(path);
  if (info === undefined) throw new OrbitError('undefined_file', `there is no file "${path}"`);
  const sniff = await sniffFile(host, path, options);
  const { dialect, columns } = sniff;
  const spots = await readSpots(host, path, info.size);
  let statistics: TableStatistics | undefined;
  const table: CsvTable = {
    name: path,
    path,
    dialect,
    columns,
    keys: [],
    version: info.modified,
    statistics: () => {
      statistics ??= statisticsOfSpots(spots, path, dialect, columns, info.size);
      return statistics.rowCount > 0 ? statistics : estimate(sniff, info.size);
    },
    scan: (request) => scanCsv(host, path, dialect, columns, options.blockSize ?? BLOCK_SIZE, request),
  };
  csvTables.add(table);
  return table;
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

function scanCsv(
  host: FileHost,
  path: string,
  dialect: CsvDialect,
  columns: readonly ColumnDefinition[],
  blockSize: number,
  { ordinals }: ScanRequest,
): TableScanCursor {
  const wanted = ordinals.map((ordinal) => {
    const definition = columns[ordinal];
    if (definition === undefined) throw internalError(`${path} has no column ${ordinal}`);
    const builder = createBuilder(definition.type);
    const convert = createConverter(definition.type, builder, ordinal, dialect);
    return { column: ordinal, name: definition.name, type: definition.type, builder, convert };
  });
  const reader = new RecordReader(
    path,
    dialect,
    columns.map((column) => column.name),
  );
  let feeder: BlockFeeder | undefined;
  let rows = 0;
  let firstRow = 0;
  let state: 'reading' | 'draining' | 'ended' = 'reading';

  function seal(): Chunk {
    const sealed = wanted.map(({ builder }) => sealColumn(builder, false));
    const chunk = { id: nextBufferId(), rows, firstRowId: BigInt(firstRow), columns: sealed };
    firstRow += rows;
    rows = 0;
    return chunk;
  }

  /** Converts the bytes at hand; false once they are used up, true if a chunk is full before. */
  function fill(): boolean {
    for (;;) {
      const batch = reader.next(CHUNK_ROWS - rows);
      if (batch === undefined) return false;
      convertBatch(batch, wanted, reader, path, INFERRED);
      rows += batch.rows;
      if (rows === CHUNK_ROWS || wanted.some(({ builder }) => builder.heapBytes > MAX_CHUNK_HEAP)) return true;
    }
  }

  async function close(): Promise<void> {
    state = 'ended';
    await feeder?.close();
    feeder = undefined;
  }

  async function next(): Promise<Chunk | undefined> {
    try {
      while (state !== 'ended') {
        if (fill()) return seal();
        if (state === 'draining') {
          await close();
          return rows > 0 ? seal() : undefined;
        }
        feeder ??= new BlockFeeder(await host.open(path), reader, blockSize);
        if (await feeder.feed()) continue;
        reader.finish();
        state = 'draining';
      }
      return undefined;
    } catch (error) {
      await close();
      throw error;
    }
  }

  return {
    formats: wanted.map(({ type }) => plainFormat(type)),
    transient: true,
    pruned: () => 0,
    next,
    close: () => {
      // Nothing is left to fail but the closing of a file that was only read.
      close().catch(() => undefined);
    },
  };
}

/** What `seal` without narrowing makes. */
function plainFormat(type: Type): ColumnFormat {
  const encoding = encodingOf(type);
  const width = encoding === 'wide' ? 16 : encoding === 'strings' || encoding === 'float32' ? 4 : 8;
  return { type, encoding, width, nullable: true };
}
