import type { ColumnDefinition } from '../../../compiler/catalog/catalog.ts';
import { internalError, OrbitError } from '../../../compiler/types/error.ts';
import { JsonSyntaxError, parseJson } from '../../../compiler/types/json.ts';
import { ANY, type Type } from '../../../compiler/types/type.ts';
import type { AnyValue, Value } from '../../../compiler/types/value.ts';
import { BLOCK_SIZE, BlockFeeder } from '../csv/input.ts';
import type { FileReader, FileReadRequest, FileSource } from '../file-source.ts';
import type { FileHost } from '../host.ts';
import { jsonError } from './problem.ts';
import { type JsonForm, type JsonRecord, JsonRecords } from './records.ts';
import { convertJson, Shape } from './types.ts';

export interface JsonOptions {
  /** Default: an array if the file begins with one, else lines, else values one after the other. */
  readonly form?: JsonForm | undefined;
  /** Records that types are found out from. */
  readonly sample?: number | undefined;
  /** Types of columns by their names in lower case, where they are not to be found out. */
  readonly types?: ReadonlyMap<string, Type> | undefined;
  /** Leaves out records that are wrong, where each has a line of its own. */
  readonly ignoreErrors?: boolean | undefined;
}

const SAMPLE_RECORDS = 20_480;
/** Records at a time. */
const STEP = 1024;

interface JsonFile {
  readonly host: FileHost;
  readonly path: string;
  readonly options: JsonOptions;
  readonly columns: readonly ColumnDefinition[];
  /** Names of the fields that are columns; undefined where the only column is the record itself. */
  readonly fields: readonly string[] | undefined;
}

/** Opens a JSON file, whose columns are found out from its first records. */
export async function openJson(host: FileHost, path: string, options: JsonOptions): Promise<FileSource> {
  const info = await host.stat(path);
  if (info === undefined) throw new OrbitError('undefined_file', `there is no file "${path}"`);
  const shape = new Shape();
  const limit = options.sample ?? SAMPLE_RECORDS;
  const stream = new ValueStream(host, path, options, BLOCK_SIZE / 16);
  let records = 0;
  let read = 0;
  try {
    while (records < limit) {
      const found = stream.next() ?? ((await stream.more()) ? undefined : 'end');
      if (found === 'end') break;
      if (found === undefined) continue;
      shape.see(found.value);
      records++;
    }
    read = stream.bytes();
  } finally {
    await stream.close();
  }
  const objects = shape.columns();
  const columns = (objects ?? [{ name: 'json', type: ANY, nullable: true }]).map((column) => {
    return { ...column, type: options.types?.get(column.name.toLowerCase()) ?? column.type };
  });
  const file = { host, path, options, columns, fields: objects === undefined ? undefined : shape.fieldNames() };
  const rowCount = read === 0 ? 0 : Math.max(records, Math.round((records * info.size) / read));
  return {
    path,
    columns,
    version: info.modified,
    statistics: () => ({ rowCount, columns: columns.map(() => ({})) }),
    read: (request) => readJson(file, request),
  };
}

interface Parsed {
  readonly record: JsonRecord;
  readonly value: AnyValue;
}

/** The values of a file, piece by piece. */
class ValueStream {
  private readonly host: FileHost;
  private readonly path: string;
  private readonly ignoreErrors: boolean;
  private readonly records: JsonRecords;
  private readonly blockSize: number;
  private feeder: BlockFeeder | undefined;
  private fed = 0;
  private ended = false;

  constructor(host: FileHost, path: string, { form, ignoreErrors }: JsonOptions, blockSize: number) {
    this.host = host;
    this.path = path;
    this.ignoreErrors = ignoreErrors === true;
    this.blockSize = blockSize;
    this.records = new JsonRecords(path, ignoreErrors === true ? 'newline_delimited' : form);
  }

  next(): Parsed | undefined {
    for (;;) {
      const record = this.records.next();
      if (record === undefined) return undefined;
      const value = this.parse(record);
      if (value !== undefined) return { record, value };
    }
  }

  private parse(record: JsonRecord): AnyValue | undefined {
    try {
      return parseJson(record.text);
    } catch (error) {
      if (this.ignoreErrors && error instanceof OrbitError) return undefined;
      throw this.located(error, record);
    }
  }

  located(error: unknown, { text, line, column }: JsonRecord): unknown {
    if (!(error instanceof OrbitError)) return error;
    const before = error instanceof JsonSyntaxError ? text.slice(0, error.position) : '';
    const lines = before.split('\n');
    const place = {
      path: this.path,
      line: line + lines.length - 1,
      column: lines.length === 1 ? column + before.length : (lines.at(-1) ?? '').length + 1,
    };
    if (!(error instanceof JsonSyntaxError)) return jsonError(error.message, place, error, error.hint);
    return jsonError(`this is no JSON: "${shown(text.slice(error.position))}"`, place);
  }

  /** Reads more of the file; false once all of it has been read. */
  async more(): Promise<boolean> {
    if (this.ended) return false;
    this.feeder ??= new BlockFeeder(
      await this.host.open(this.path),
      {
        write: (bytes) => {
          this.fed += bytes.length;
          this.records.write(bytes);
        },
      },
      this.blockSize,
    );
    if (!(await this.feeder.feed())) {
      this.records.finish();
      this.ended = true;
    }
    return true;
  }

  bytes(): number {
    return this.fed;
  }

  async close(): Promise<void> {
    this.ended = true;
    await this.feeder?.close();
    this.feeder = undefined;
  }
}

function shown(text: string): string {
  const [line = ''] = text.split('\n');
  return line.length > 40 ? `${line.slice(0, 40)}…` : line;
}

function readJson(file: JsonFile, { ordinals, builders }: FileReadRequest): FileReader {
  const { host, path, options, columns, fields } = file;
  const wanted = ordinals.map((ordinal, i) => {
    const column = columns[ordinal];
    const builder = builders[i];
    if (column === undefined || builder === undefined) throw internalError(`${path} has no column ${ordinal}`);
    return { field: fields?.[ordinal], type: column.type, name: column.name, builder };
  });
  const known = new Set(fields);
  const stream = new ValueStream(host, path, options, BLOCK_SIZE);

  /** The record's values of the wanted columns; undefined if it is wrong and may be left out. */
  function convert({ record, value }: Parsed): readonly Value[] | undefined {
    try {
      if (fields === undefined) return wanted.map(({ type }) => convertJson(value, type));
      if (value.tag !== 'object')
        throw new OrbitError('datatype_mismatch', `this is no object, but a value of type ${value.tag}`);
      for (const name of value.value.keys()) {
        if (known.has(name)) continue;
        throw new OrbitError('bad_file_format', `there is no column for the field "${name}"`, {
          hint: 'The columns were inferred from the beginning of the file; sample_size says how many records are looked at, -1 all.',
        });
      }
      const { value: object } = value;
      // Whether a record is left out must not depend on which columns are wanted.
      if (options.ignoreErrors === true)
        columns.forEach(({ type }, i) => convertJson(object.get(fields[i] ?? ''), type));
      return wanted.map(({ field = '', type }) => convertJson(object.get(field), type));
    } catch (error) {
      if (options.ignoreErrors === true && error instanceof OrbitError) return undefined;
      throw stream.located(error, record);
    }
  }

  function fill(room: number): number {
    let rows = 0;
    while (rows < Math.min(room, STEP)) {
      const found = stream.next();
      if (found === undefined) break;
      const values = convert(found);
      if (values === undefined) continue;
      wanted.forEach(({ builder }, i) => {
        builder.appendValue(values[i] ?? null);
      });
      rows++;
    }
    return rows;
  }

  async function feed(room: number): Promise<number> {
    while (await stream.more()) {
      const rows = fill(room);
      if (rows > 0) return rows;
    }
    return 0;
  }

  return {
    next: (room) => {
      const rows = fill(room);
      return rows > 0 ? rows : feed(room);
    },
    pruned: () => 0,
    close: () => stream.close(),
  };
}
