import { internalError, OrbitError } from '../../../compiler/types/error.ts';
import type { FileReader, FileReadRequest, FileSource } from '../file-source.ts';
import type { FileHost, OpenFile } from '../host.ts';
import { ColumnReader } from './column-reader.ts';
import { type ParquetMetadata, type RowGroup, readMetadata } from './metadata.ts';
import { damaged, parquetError } from './problem.ts';
import type { ParquetColumn } from './schema.ts';
import { rulesOut, statisticsOf } from './statistics.ts';

/** Opens a Parquet file: its footer is read, its pages when they are wanted. */
export async function openParquet(host: FileHost, path: string): Promise<FileSource> {
  const info = await host.stat(path);
  if (info === undefined) throw new OrbitError('undefined_file', `there is no file "${path}"`);
  const metadata = await readMetadata(host, path, info.size);
  return {
    path,
    columns: metadata.columns.map(({ name, type, nullable }) => ({ name, type, nullable })),
    version: info.modified,
    rows: metadata.rows,
    statistics: () => statisticsOf(metadata),
    read: (request) => readParquet(host, path, metadata, request),
  };
}

function readParquet(
  host: FileHost,
  path: string,
  { columns, rowGroups }: ParquetMetadata,
  { ordinals, builders, prune }: FileReadRequest,
): FileReader {
  const wanted = ordinals.map((ordinal, i) => {
    const column = columns[ordinal];
    const builder = builders[i];
    if (column === undefined || builder === undefined) throw internalError(`${path} has no column ${ordinal}`);
    return { column, builder };
  });
  const left = rowGroups
    .map((group, i) => ({ group, number: i + 1 }))
    .filter(({ group }) => group.rows > 0 && !rulesOut(group, columns, prune));
  const pruned = rowGroups.length - left.length;
  let file: OpenFile | undefined;
  let readers: readonly ColumnReader[] = [];
  let position = -1;
  let rowsLeft = 0;
  let ahead: Promise<readonly Uint8Array[]> | undefined;

  async function load(at: number): Promise<readonly Uint8Array[]> {
    const entry = left[at];
    if (entry === undefined) return [];
    file ??= await host.open(path);
    return readChunks(
      file,
      path,
      entry,
      wanted.map(({ column }) => column),
    );
  }

  async function nextGroup(): Promise<boolean> {
    position++;
    const entry = left[position];
    if (entry === undefined) return false;
    const chunks = await (ahead ?? load(position));
    readers = wanted.map(({ column }, i) => {
      const { codec, values } = entry.group.columns[column.chunk]!;
      return new ColumnReader(chunks[i]!, column.leaf, codec, values);
    });
    rowsLeft = entry.group.rows;
    // While this group is decoded the next one is being read.
    ahead = wanted.length === 0 ? undefined : load(position + 1);
    ahead?.catch(() => undefined);
    return true;
  }

  return {
    next: async (room) => {
      if (rowsLeft === 0 && !(await nextGroup())) return 0;
      const count = Math.min(room, rowsLeft);
      for (const [i, { column, builder }] of wanted.entries()) {
        try {
          await readers[i]!.read(builder, count);
        } catch (error) {
          throw damaged(error, { path, column: column.name, rowGroup: left[position]?.number });
        }
      }
      rowsLeft -= count;
      return count;
    },
    pruned: () => pruned,
    close: async () => {
      await ahead?.catch(() => undefined);
      await file?.close();
      file = undefined;
    },
  };
}

/** The bytes of the columns of a row group. */
async function readChunks(
  file: OpenFile,
  path: string,
  { group, number }: { readonly group: RowGroup; readonly number: number },
  columns: readonly ParquetColumn[],
): Promise<readonly Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  for (const column of columns) {
    const { start, bytes } = group.columns[column.chunk]!;
    const into = new Uint8Array(bytes);
    const count = await file.read(start, into);
    if (count < bytes)
      throw parquetError('the file has become shorter', { path, column: column.name, rowGroup: number });
    chunks.push(into);
  }
  return chunks;
}
