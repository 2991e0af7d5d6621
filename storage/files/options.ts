import type { FileOption, FileRequest } from '../../compiler/catalog/files.ts';
import { OrbitError } from '../../compiler/types/error.ts';
import {
  BOOL,
  DATE,
  decimal,
  FLOAT32,
  FLOAT64,
  INT8,
  INT16,
  INT32,
  INT64,
  TIME,
  TIMESTAMP,
  type Type,
  UTF8,
} from '../../compiler/types/type.ts';
import type { Compression } from './compression/streams.ts';
import type { CsvOptions } from './csv/dialect.ts';
import type { JsonOptions } from './json/json-source.ts';

type Options = FileRequest['options'];

/** Of all formats. */
export const COMMON_OPTIONS: readonly string[] = ['union_by_name', 'filename', 'hive_partitioning'];

export function refuseOthers(what: string, options: Options, known: readonly string[]): void {
  for (const name of options.keys()) {
    if (known.includes(name)) continue;
    const hint = `It knows ${known.join(', ')}.`;
    throw new OrbitError('feature_not_supported', `${what} does not know the option "${name}"`, { hint });
  }
}

export function textOption(options: Options, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = options.get(name);
    if (typeof value === 'string') return value;
    if (value !== undefined) throw wrong(name, value, 'a text');
  }
  return undefined;
}

export function flagOption(options: Options, name: string): boolean | undefined {
  const value = options.get(name);
  if (value === undefined || typeof value === 'boolean') return value;
  if (value === 'true' || value === '1') return true;
  if (value === 'false' || value === '0') return false;
  throw wrong(name, value, 'true or false');
}

function wrong(name: string, value: FileOption, wanted: string): OrbitError {
  const shown = JSON.stringify(value instanceof Map ? Object.fromEntries(value) : value);
  return new OrbitError('invalid_parameter_value', `the option "${name}" must be ${wanted}, not ${shown}`);
}

export function compressionOption(options: Options): Compression | 'auto' | undefined {
  const word = textOption(options, 'compression')?.toLowerCase() ?? 'auto';
  switch (word) {
    case 'auto':
    case 'gzip':
    case 'zstd':
      return word;
    case 'none':
    case 'uncompressed':
      return undefined;
    default:
      throw wrong('compression', word, 'auto, none, gzip or zstd');
  }
}

const CSV_OPTIONS = [
  ...COMMON_OPTIONS,
  ...[
    'compression',
    'delim',
    'sep',
    'delimiter',
    'quote',
    'escape',
    'header',
    'nullstr',
    'types',
    'dtypes',
    'all_varchar',
    'ignore_errors',
  ],
];

export function csvOptions(options: Options): CsvOptions {
  refuseOthers('read_csv', options, CSV_OPTIONS);
  return {
    delimiter: textOption(options, 'delim', 'sep', 'delimiter'),
    quote: textOption(options, 'quote'),
    escape: textOption(options, 'escape'),
    header: flagOption(options, 'header'),
    nullText: textOption(options, 'nullstr'),
    allText: flagOption(options, 'all_varchar'),
    ignoreErrors: flagOption(options, 'ignore_errors'),
    types: typesOption(options, 'types') ?? typesOption(options, 'dtypes'),
  };
}

function typesOption(options: Options, name: string): ReadonlyMap<string, Type> | undefined {
  const value = options.get(name);
  if (value === undefined) return undefined;
  if (!(value instanceof Map)) throw wrong(name, value, "types by column: {'a': 'INTEGER'}");
  return new Map([...value].map(([column, type]) => [column.toLowerCase(), typeNamed(type)]));
}

const TYPES: ReadonlyMap<string, Type> = new Map<string, Type>([
  ...['bool', 'boolean', 'logical'].map((name) => [name, BOOL] as const),
  ...['tinyint', 'int1'].map((name) => [name, INT8] as const),
  ...['smallint', 'int2', 'short'].map((name) => [name, INT16] as const),
  ...['int', 'integer', 'int4', 'signed'].map((name) => [name, INT32] as const),
  ...['bigint', 'int8', 'long'].map((name) => [name, INT64] as const),
  ...['real', 'float4', 'float'].map((name) => [name, FLOAT32] as const),
  ...['double', 'float8', 'double precision'].map((name) => [name, FLOAT64] as const),
  ...['text', 'varchar', 'string', 'char', 'bpchar'].map((name) => [name, UTF8] as const),
  ['date', DATE],
  ['time', TIME],
  ...['timestamp', 'datetime'].map((name) => [name, TIMESTAMP] as const),
]);

function typeNamed(name: string): Type {
  const word = name.trim().toLowerCase();
  const [, precision, scale = '0'] = /^(?:decimal|numeric)\s*\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\)$/.exec(word) ?? [];
  if (
    precision !== undefined &&
    Number(precision) >= 1 &&
    Number(precision) <= 38 &&
    Number(scale) <= Number(precision)
  ) {
    return decimal(Number(precision), Number(scale));
  }
  const type = TYPES.get(word);
  if (type !== undefined) return type;
  throw new OrbitError('undefined_object', `type "${name}" of a column in a file does not exist`);
}

const JSON_OPTIONS = [...COMMON_OPTIONS, 'compression', 'format', 'sample_size', 'ignore_errors'];

export function jsonOptions(options: Options): JsonOptions {
  refuseOthers('read_json', options, JSON_OPTIONS);
  const form = textOption(options, 'format')?.toLowerCase() ?? 'auto';
  if (form !== 'auto' && form !== 'array' && form !== 'newline_delimited' && form !== 'unstructured') {
    throw wrong('format', form, 'auto, array, newline_delimited or unstructured');
  }
  const sample = textOption(options, 'sample_size');
  const records = sample === undefined ? undefined : Number(sample);
  if (records !== undefined && !(Number.isInteger(records) && (records > 0 || records === -1))) {
    throw wrong('sample_size', sample ?? '', 'a number of records, or -1 for all');
  }
  return {
    form: form === 'auto' ? undefined : form,
    sample: records === -1 ? Number.POSITIVE_INFINITY : records,
    ignoreErrors: flagOption(options, 'ignore_errors'),
  };
}
