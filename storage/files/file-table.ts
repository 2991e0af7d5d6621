import type {
  ColumnDefinition,
  ColumnStatistics,
  TableHandle,
  TableStatistics,
} from '../../compiler/catalog/catalog.ts';
import { internalError } from '../../compiler/types/error.ts';
import type { Type } from '../../compiler/types/type.ts';
import type { Value } from '../../compiler/types/value.ts';
import { CHUNK_ROWS, type Chunk, type ColumnFormat, nextBufferId } from '../../runtime/columns/chunk.ts';
import type { ScanRequest, TableScanCursor, TableSource } from '../../runtime/columns/source.ts';
import type { ColumnBuilder } from '../tables/builder.ts';
import { createBuilder, encodingOf, MAX_CHUNK_HEAP, sealColumn } from '../tables/encode.ts';
import type { FileReader, FileReadRequest, FileSource } from './file-source.ts';

/** A table over one or several files; rows are read when they are scanned. */
export interface FileTable extends TableHandle, TableSource {
  /** For loading: appends rows to builders that the caller seals. */
  readonly read: (request: FileReadRequest) => FileReader;
}

/** A file of a table, and where each of the table's columns comes from. */
export interface FilePart {
  readonly source: FileSource;
  readonly columns: readonly PartColumn[];
}

/** A column of the file, or one value for all of its rows: its name, or a part of it. */
export type PartColumn = { readonly ordinal: number } | { readonly value: Value };

const fileTables = new WeakSet<object>();

export function isFileTable(table: TableHandle): table is FileTable {
  return fileTables.has(table);
}

/** The table whose columns are exactly those of one file. */
export function tableOf(source: FileSource): FileTable {
  const columns = source.columns.map((_, ordinal) => ({ ordinal }));
  return createFileTable(source.path, source.columns, [{ source, columns }]);
}

export function createFileTable(
  name: string,
  columns: readonly ColumnDefinition[],
  parts: readonly FilePart[],
): FileTable {
  let statistics: TableStatistics | undefined;
  const read = (request: FileReadRequest): FileReader => readParts(parts, request);
  const table: FileTable = {
    name,
    columns,
    keys: [],
    version: Math.max(0, ...parts.map(({ source }) => source.version)),
    statistics: () => {
      statistics ??= statisticsOf(columns, parts);
      return statistics;
    },
    read,
    scan: (request) => scanFiles(name, columns, parts, request),
  };
  fileTables.add(table);
  return table;
}

function statisticsOf(columns: readonly ColumnDefinition[], parts: readonly FilePart[]): TableStatistics {
  const [only] = parts;
  const known = parts.map(({ source }) => source.statistics());
  const rowCount = known.reduce((sum, { rowCount: rows }) => sum + rows, 0);
  if (only === undefined || parts.length > 1) return { rowCount, columns: columns.map(() => ({})) };
  const [statistics] = known;
  const whole = only.columns.length === only.source.columns.length;
  return {
    rowCount,
    columns: only.columns.map(
      (column): ColumnStatistics =>
        'ordinal' in column ? (statistics?.columns[column.ordinal] ?? {}) : { distinctCount: 1 },
    ),
    sample: whole ? statistics?.sample : undefined,
  };
}

/** The files one after the other. */
function readParts(parts: readonly FilePart[], { ordinals, builders, prune }: FileReadRequest): FileReader {
  let position = 0;
  let current: FileReader | undefined;
  let constants: readonly { readonly builder: ColumnBuilder; readonly value: Value }[] = [];
  let pruned = 0;

  function open({ source, columns }: FilePart): FileReader | undefined {
    const inFile: { readonly ordinal: number; readonly builder: ColumnBuilder }[] = [];
    const fixed: { readonly builder: ColumnBuilder; readonly value: Value }[] = [];
    for (const [i, ordinal] of ordinals.entries()) {
      const column = columns[ordinal];
      const builder = builders[i];
      if (column === undefined || builder === undefined) throw internalError(`${source.path} has no column ${ordinal}`);
      if ('ordinal' in column) inFile.push({ ordinal: column.ordinal, builder });
      else fixed.push({ builder, value: column.value });
    }
    const predicates = prune.flatMap((predicate) => {
      const column = columns[predicate.ordinal];
      return column !== undefined && 'ordinal' in column ? [{ ...predicate, ordinal: column.ordinal }] : [];
    });
    if (prune.some(({ ordinal, low, high }) => isOutside(columns[ordinal], low, high))) return undefined;
    constants = fixed;
    return source.read({
      ordinals: inFile.map(({ ordinal }) => ordinal),
      builders: inFile.map(({ builder }) => builder),
      prune: predicates,
    });
  }

  function filled(rows: number): number {
    for (const { builder, value } of constants) for (let i = 0; i < rows; i++) builder.appendValue(value);
    return rows;
  }

  async function close(): Promise<void> {
    pruned += current?.pruned() ?? 0;
    const closing = current;
    current = undefined;
    await closing?.close();
  }

  async function advance(room: number): Promise<number> {
    for (;;) {
      await close();
      const part = parts[position++];
      if (part === undefined) return 0;
      current = open(part);
      if (current === undefined) {
        pruned++;
        continue;
      }
      const rows = await current.next(room);
      if (rows > 0) return filled(rows);
    }
  }

  return {
    next: (room) => {
      if (current === undefined) return advance(room);
      const rows = current.next(room);
      if (typeof rows === 'number') return rows > 0 ? filled(rows) : advance(room);
      return rows.then((count) => (count > 0 ? filled(count) : advance(room)));
    },
    pruned: () => pruned + (current?.pruned() ?? 0),
    close: async () => {
      position = parts.length;
      await close();
    },
  };
}

/** Whether the one value that a column has in a file lies outside of bounds. */
function isOutside(column: PartColumn | undefined, low: bigint | undefined, high: bigint | undefined): boolean {
  if (column === undefined || !('value' in column)) return false;
  const { value } = column;
  if (value === null) return true;
  if (typeof value !== 'bigint' && typeof value !== 'number') return false;
  const raw = BigInt(value);
  return (low !== undefined && raw < low) || (high !== undefined && raw > high);
}

function scanFiles(
  name: string,
  columns: readonly ColumnDefinition[],
  parts: readonly FilePart[],
  { ordinals, prune }: ScanRequest,
): TableScanCursor {
  const types = ordinals.map((ordinal) => {
    const definition = columns[ordinal];
    if (definition === undefined) throw internalError(`${name} has no column ${ordinal}`);
    return definition.type;
  });
  const builders = types.map((type) => createBuilder(type));
  const reader = readParts(parts, { ordinals, builders, prune });
  let firstRow = 0;
  let ended = false;

  function seal(rows: number): Chunk {
    const sealed = builders.map((builder) => sealColumn(builder, false));
    const chunk = { id: nextBufferId(), rows, firstRowId: BigInt(firstRow), columns: sealed };
    firstRow += rows;
    return chunk;
  }

  const isFull = (rows: number): boolean =>
    rows >= CHUNK_ROWS || builders.some(({ heapBytes }) => heapBytes > MAX_CHUNK_HEAP);

  async function next(): Promise<Chunk | undefined> {
    if (ended) return undefined;
    try {
      let rows = 0;
      while (!isFull(rows)) {
        const added = reader.next(CHUNK_ROWS - rows);
        const count = typeof added === 'number' ? added : await added;
        if (count === 0) {
          ended = true;
          await reader.close();
          break;
        }
        rows += count;
      }
      return rows > 0 ? seal(rows) : undefined;
    } catch (error) {
      ended = true;
      await reader.close();
      throw error;
    }
  }

  const counts = parts.map(({ source }) => source.rows);
  const certain = counts.every((count) => count !== undefined);
  const most = certain ? counts.reduce((sum: number, count) => sum + (count ?? 0), 0) : undefined;
  return {
    formats: types.map(plainFormat),
    rows: prune.length === 0 ? most : undefined,
    mostRows: most,
    transient: true,
    pruned: reader.pruned,
    next,
    close: () => {
      ended = true;
      // Nothing is left to fail but the closing of a file that was only read.
      reader.close().catch(() => undefined);
    },
  };
}

/** What `seal` without narrowing makes. */
function plainFormat(type: Type): ColumnFormat {
  const encoding = encodingOf(type);
  const width = encoding === 'wide' ? 16 : encoding === 'strings' || encoding === 'float32' ? 4 : 8;
  return { type, encoding, width, nullable: true };
}
