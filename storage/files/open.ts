import type { FileRequest } from '../../compiler/catalog/files.ts';
import { OrbitError } from '../../compiler/types/error.ts';
import { openCsvSource } from './csv/csv-table.ts';
import type { FileSource } from './file-source.ts';
import { type FileTable, tableOf } from './file-table.ts';
import type { FileHost } from './host.ts';
import { csvOptions, refuseOthers } from './options.ts';
import { openParquet } from './parquet/parquet-source.ts';

export type FileFormat = NonNullable<FileRequest['format']>;

const FORMATS: readonly (readonly [RegExp, FileFormat])[] = [
  [/\.(csv|tsv|txt)$/i, 'csv'],
  [/\.(parquet|parq|pq)$/i, 'parquet'],
];

/** The format that a file's name tells; `otherwise` where it tells none. */
export function formatOf(path: string, otherwise?: FileFormat): FileFormat {
  const known = FORMATS.find(([pattern]) => pattern.test(path))?.[1] ?? otherwise;
  if (known !== undefined) return known;
  throw new OrbitError('feature_not_supported', `the format of "${path}" is not supported`, {
    hint: 'Files that end in .csv, .tsv or .txt are read as CSV, those that end in .parquet as Parquet.',
  });
}

/** Opens what a statement reads: one table over all of its files. */
export async function openFileTable(host: FileHost, request: FileRequest): Promise<FileTable> {
  const [path = '', ...others] = request.paths;
  if (others.length > 0) throw new OrbitError('feature_not_supported', 'lists of files are not supported yet');
  return tableOf(await openSource(host, path, request));
}

async function openSource(host: FileHost, path: string, { format, options }: FileRequest): Promise<FileSource> {
  switch (format ?? formatOf(path)) {
    case 'csv':
      return openCsvSource(host, path, csvOptions(options));
    case 'parquet':
      refuseOthers('read_parquet', options, []);
      return openParquet(host, path);
    case 'json':
    case 'arrow':
      throw new OrbitError('feature_not_supported', `reading ${format} is not supported yet`);
  }
}
