import type { FileRequest } from '../../compiler/catalog/files.ts';
import { OrbitError } from '../../compiler/types/error.ts';
import { ANY, type Type, UTF8 } from '../../compiler/types/type.ts';
import { type Compression, compressionOf, decompressing } from './compression/streams.ts';
import { openCsvSource } from './csv/csv-table.ts';
import type { FileSource } from './file-source.ts';
import { type FileTable, tableOf } from './file-table.ts';
import type { FileHost } from './host.ts';
import { openJson } from './json/json-source.ts';
import {
  COMMON_OPTIONS,
  compressionOption,
  csvOptions,
  flagOption,
  jsonOptions,
  refuseOthers,
  textOption,
} from './options.ts';
import { openParquet } from './parquet/parquet-source.ts';
import { expandPath } from './paths.ts';
import { type UnionOptions, unionOf } from './union.ts';

export type FileFormat = NonNullable<FileRequest['format']>;

const FORMATS: readonly (readonly [RegExp, FileFormat])[] = [
  [/\.(csv|tsv|txt)$/i, 'csv'],
  [/\.(parquet|parq|pq)$/i, 'parquet'],
  [/\.(json|jsonl|ndjson)$/i, 'json'],
];

/** The format that a file's name tells, compressed or not; `otherwise` where it tells none. */
export function formatOf(path: string, otherwise?: FileFormat): FileFormat {
  const { name } = compressionOf(path);
  const known = FORMATS.find(([pattern]) => pattern.test(name))?.[1] ?? otherwise;
  if (known !== undefined) return known;
  throw new OrbitError('feature_not_supported', `the format of "${path}" is not supported`, {
    hint: 'Names that end in .csv, .tsv, .txt, .json, .jsonl, .ndjson (also with .gz or .zst) or .parquet tell the format.',
  });
}

/** Opens what a statement reads: one table over all of its files. */
export async function openFileTable(host: FileHost, request: FileRequest): Promise<FileTable> {
  const { options } = request;
  const paths: string[] = [];
  for (const path of request.paths) paths.push(...(await expandPath(host, path)));
  const [first = ''] = paths;
  const format = request.format ?? formatOf(first);
  const open = await opener(host, format, request);
  const sources: FileSource[] = [];
  for (const path of paths) sources.push(await open(path));
  const [only] = sources;
  const filename = nameOption(options);
  const hive = flagOption(options, 'hive_partitioning');
  const isPlain = sources.length === 1 && filename === undefined && hive !== true && request.paths[0] === only?.path;
  if (only !== undefined && isPlain) return tableOf(only);
  const union: UnionOptions = {
    byName: flagOption(options, 'union_by_name') ?? format === 'json',
    filename,
    hive,
    mixed: format === 'json' ? ANY : format === 'csv' ? UTF8 : undefined,
    retype: format === 'csv' || format === 'json' ? (source, types) => open(source.path, types) : undefined,
  };
  return unionOf(request.paths.join(', '), sources, union);
}

type Open = (path: string, types?: ReadonlyMap<string, Type>) => Promise<FileSource>;

async function opener(host: FileHost, format: FileFormat, { options }: FileRequest): Promise<Open> {
  const given = compressionOption(options);
  const hostOf = (path: string): FileHost => {
    const compression: Compression | undefined = given === 'auto' ? compressionOf(path).compression : given;
    return compression === undefined ? host : decompressing(host, compression);
  };
  switch (format) {
    case 'csv': {
      const known = csvOptions(options);
      return (path, types) =>
        openCsvSource(hostOf(path), path, types === undefined ? known : { ...known, types, partial: true });
    }
    case 'json': {
      const known = jsonOptions(options);
      return (path, types) => openJson(hostOf(path), path, types === undefined ? known : { ...known, types });
    }
    case 'parquet':
      refuseOthers('read_parquet', options, COMMON_OPTIONS);
      return (path) => openParquet(host, path);
    case 'arrow':
      throw new OrbitError('feature_not_supported', 'reading Arrow files is not supported yet');
  }
}

/** `filename = true`, or the name that the column is to have. */
function nameOption(options: FileRequest['options']): string | undefined {
  const value = options.get('filename');
  if (value === undefined || value === false || value === 'false') return undefined;
  return value === true || value === 'true' ? 'filename' : textOption(options, 'filename');
}
