import type { ColumnDefinition } from '../../compiler/catalog/catalog.ts';
import { OrbitError } from '../../compiler/types/error.ts';
import { parseText } from '../../compiler/types/text.ts';
import {
  ANY,
  DATE,
  FLOAT64,
  INT64,
  isFloat,
  isInteger,
  TIMESTAMP,
  type Type,
  typeEquals,
  typeName,
  UTF8,
} from '../../compiler/types/type.ts';
import type { Value } from '../../compiler/types/value.ts';
import type { FileSource } from './file-source.ts';
import { createFileTable, type FileTable, type PartColumn } from './file-table.ts';
import { partitionsOf } from './paths.ts';

export interface UnionOptions {
  /** Columns that a file lacks are NULL in its rows; otherwise every file must have the same. */
  readonly byName: boolean;
  /** A column with the file's name. */
  readonly filename: string | undefined;
  /** Folders `key=value` are columns; undefined: if all files lie in such folders of the same keys. */
  readonly hive: boolean | undefined;
  /** Opens a file again whose columns are to have other types; absent where a format has types of its own. */
  readonly retype?: ((source: FileSource, types: ReadonlyMap<string, Type>) => Promise<FileSource>) | undefined;
  /** What columns become whose types have nothing in common. */
  readonly mixed: Type | undefined;
}

const MISSING = '__HIVE_DEFAULT_PARTITION__';

/** One table over several files. */
export async function unionOf(name: string, files: readonly FileSource[], options: UnionOptions): Promise<FileTable> {
  const types = unionTypes(files, options);
  const sources = await Promise.all(
    files.map((source) => {
      const same = source.columns.every((column) =>
        typeEquals(column.type, types.get(keyOf(column))?.type ?? column.type),
      );
      return same || options.retype === undefined ? source : options.retype(source, typesByName(types));
    }),
  );
  const inFiles = [...types.values()];
  const partitions = partitionColumns(sources, options.hive);
  const extra: ColumnDefinition[] = partitions.map(({ definition }) => definition);
  if (options.filename !== undefined) extra.push({ name: options.filename, type: UTF8, nullable: false });
  // As columns of the table, folders come before what a file says of itself.
  const kept = inFiles.filter((column) => !extra.some((other) => keyOf(other) === keyOf(column)));
  const parts = sources.map((source, i) => {
    const byName = new Map(source.columns.map((column, ordinal) => [keyOf(column), ordinal]));
    const columns: PartColumn[] = kept.map((column) => {
      const ordinal = byName.get(keyOf(column));
      return ordinal === undefined ? { value: null } : { ordinal };
    });
    for (const { values } of partitions) columns.push({ value: values[i] ?? null });
    if (options.filename !== undefined) columns.push({ value: source.path });
    return { source, columns };
  });
  return createFileTable(name, [...kept, ...extra], parts);
}

function keyOf({ name }: ColumnDefinition): string {
  return name.toLowerCase();
}

function typesByName(columns: ReadonlyMap<string, ColumnDefinition>): ReadonlyMap<string, Type> {
  return new Map([...columns].map(([key, { type }]) => [key, type]));
}

function unionTypes(
  files: readonly FileSource[],
  { byName, mixed, retype }: UnionOptions,
): ReadonlyMap<string, ColumnDefinition> {
  const columns = new Map<string, ColumnDefinition>();
  const [first] = files;
  for (const source of files) {
    const here = new Set<string>();
    for (const column of source.columns) {
      const key = keyOf(column);
      here.add(key);
      const known = columns.get(key);
      if (known === undefined) {
        if (!byName && source !== first)
          throw mismatch(source, `has a column "${column.name}" that "${first?.path}" has not`);
        columns.set(key, source === first ? column : { ...column, nullable: true });
      } else if (!typeEquals(known.type, column.type) || (column.nullable && !known.nullable)) {
        const inferred = retype === undefined ? undefined : commonInferred(known.type, column.type);
        const type = commonType(known.type, column.type) ?? inferred ?? mixed;
        if (type === undefined) {
          const types = `${typeName(column.type)}, not ${typeName(known.type)}`;
          throw mismatch(source, `has a column "${column.name}" of type ${types} as in other files`);
        }
        columns.set(key, { ...known, type, nullable: true });
      }
    }
    for (const [key, column] of columns) {
      if (here.has(key)) continue;
      if (!byName) throw mismatch(source, `has no column "${column.name}" as other files have`);
      columns.set(key, { ...column, nullable: true });
    }
  }
  return columns;
}

function mismatch({ path }: FileSource, what: string): OrbitError {
  return new OrbitError('bad_file_format', `the file ${what}`, {
    place: path,
    hint: 'union_by_name = true puts together what columns there are.',
  });
}

/** A type that values of both are of, as they are stored or after reading them again. */
function commonType(a: Type, b: Type): Type | undefined {
  if (typeEquals(a, b)) return a;
  if (isInteger(a) && isInteger(b)) return INT64;
  return undefined;
}

/** The same of types that were inferred from text. */
function commonInferred(a: Type, b: Type): Type | undefined {
  if (isFloat(a) && isInteger(b)) return FLOAT64;
  if (isInteger(a) && isFloat(b)) return FLOAT64;
  if ((a.kind === 'date' && b.kind === 'timestamp') || (a.kind === 'timestamp' && b.kind === 'date')) return TIMESTAMP;
  return a.kind === 'any' || b.kind === 'any' ? ANY : undefined;
}

function partitionColumns(
  sources: readonly FileSource[],
  hive: boolean | undefined,
): readonly { readonly definition: ColumnDefinition; readonly values: readonly Value[] }[] {
  if (hive === false) return [];
  const found = sources.map(({ path }) => partitionsOf(path));
  const keys = [...(found[0]?.keys() ?? [])];
  const alike = found.every((of) => of.size === keys.length && keys.every((key) => of.has(key)));
  if (!alike) {
    if (hive === undefined) return [];
    throw new OrbitError('bad_file_format', 'the files lie in folders of different keys');
  }
  return keys.map((name) => {
    const texts = found.map((of) => of.get(name) ?? MISSING);
    const type = partitionType(texts);
    const values = texts.map((text) => (text === MISSING ? null : parseText(text, type)));
    return { definition: { name, type, nullable: values.includes(null) }, values };
  });
}

function partitionType(texts: readonly string[]): Type {
  const given = texts.filter((text) => text !== MISSING);
  if (given.length > 0 && given.every((text) => /^-?(0|[1-9]\d{0,17})$/.test(text))) return INT64;
  return given.length > 0 && given.every(isDate) ? DATE : UTF8;
}

function isDate(text: string): boolean {
  try {
    return /^\d{4}-\d{2}-\d{2}$/.test(text) && parseText(text, DATE) !== null;
  } catch {
    return false;
  }
}
