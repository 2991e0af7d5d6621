import type { BoundCopyFrom, BoundCopyTo, OptionValue } from '../compiler/frontends/sql/bound.ts';
import { internalError, OrbitError } from '../compiler/types/error.ts';
import { compressionOf, decompressing } from '../storage/files/compression/streams.ts';
import { type CsvLoadOptions, loadCsv } from '../storage/files/csv/load-csv.ts';
import { loadFile } from '../storage/files/load.ts';
import { formatOf, openFileTable } from '../storage/files/open.ts';
import { createEncoder, outputFile, type WriteOptions } from '../storage/files/write/files.ts';
import { isMemoryTable } from '../storage/tables/memory-table.ts';
import { compilePlan } from './compile.ts';
import { checkCancelled, type Execution, inTransaction, type Outcome, runQuery } from './run.ts';

/** COPY between tables and files. */

type Options = ReadonlyMap<string, OptionValue>;

function unsupported(what: string): OrbitError {
  return new OrbitError('feature_not_supported', `${what} is not supported yet`);
}

function textOf(options: Options, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = options.get(name);
    if (typeof value === 'string') return value;
  }
  return undefined;
}

/** ON by being named. */
function flagOf(options: Options, name: string): boolean | undefined {
  if (!options.has(name)) return undefined;
  const value = options.get(name);
  return value !== false && value !== 'false' && value !== 'off' && value !== '0';
}

function refuseOthers(options: Options, known: readonly string[]): void {
  for (const name of options.keys()) {
    if (known.includes(name)) continue;
    throw new OrbitError('feature_not_supported', `COPY does not know the option ${name.toUpperCase()}`);
  }
}

const CSV_OPTIONS = ['format', 'header', 'delimiter', 'delim', 'sep', 'quote', 'escape', 'null', 'nullstr'];

export async function copyFrom(body: BoundCopyFrom, execution: Execution): Promise<Outcome> {
  const { database, session } = execution;
  if (body.source.kind === 'stream') throw unsupported('COPY … FROM STDIN');
  if (session.transaction !== undefined) throw unsupported('COPY inside a transaction');
  const { table, options } = body;
  if (!isMemoryTable(table)) throw internalError(`${table.name} cannot be loaded`);
  if (table.checksRows) throw unsupported('COPY into a table with CHECK constraints');
  if (table.columns.some((column, i) => column.default !== undefined && !body.ordinals.includes(i))) {
    throw unsupported('COPY into some columns of a table with defaults');
  }
  const { path } = body.source;
  // A name that tells nothing is that of a CSV file.
  const format = textOf(options, 'format')?.toLowerCase() ?? formatOf(path, 'csv');
  const done = (affected: number): Outcome => ({ command: 'COPY', columns: [], affected });
  if (format === 'parquet' || format === 'json') {
    refuseOthers(options, ['format']);
    const file = await openFileTable(database.files, { key: path, format, paths: [path], options: new Map() });
    const ordinals = file.columns.map((_, ordinal) => ordinal);
    return done(await loadFile(file, ordinals, table, body.ordinals, checkCancelled(execution)));
  }
  if (format !== 'csv') throw unsupported(`COPY in the format ${format}`);
  refuseOthers(options, CSV_OPTIONS);
  const loading: CsvLoadOptions = {
    ordinals: body.ordinals,
    header: flagOf(options, 'header'),
    delimiter: textOf(options, 'delimiter', 'delim', 'sep'),
    quote: textOf(options, 'quote'),
    escape: textOf(options, 'escape'),
    nullText: textOf(options, 'null', 'nullstr'),
  };
  const { compression } = compressionOf(path);
  const host = compression === undefined ? database.files : decompressing(database.files, compression);
  return done(await loadCsv(host, path, loading, table, checkCancelled(execution)));
}

/** Writes a file whole or not at all: what had its name stays until all rows are written. */
export async function copyTo(body: BoundCopyTo, execution: Execution): Promise<Outcome> {
  if (body.target.kind === 'stream') throw unsupported('COPY … TO STDOUT');
  const { path } = body.target;
  const encoder = createEncoder(body.columns, writeOptions(path, body.options));
  const check = checkCancelled(execution);
  let affected = 0;
  const { compression } = compressionOf(path);
  if (compression === 'zstd') throw unsupported('writing zstd');
  const file = await outputFile(execution.database.files, path, compression === 'gzip' && encoder.compressible);
  try {
    const compiled = compilePlan(body.plan, { trace: false, off: [] });
    await inTransaction(execution, (transaction, command) =>
      runQuery(execution, compiled, body.columns, transaction, command, {
        columns: () => {},
        rows: async (rows) => {
          check();
          affected += rows.length;
          await file.write(encoder.rows(rows));
        },
      }),
    );
    await file.write(encoder.end());
    await file.finish();
  } catch (error) {
    await file.abort();
    throw error;
  }
  return { command: 'COPY', columns: [], affected };
}

function writeOptions(path: string, options: Options): WriteOptions {
  const format = textOf(options, 'format')?.toLowerCase() ?? formatOf(path, 'csv');
  switch (format) {
    case 'csv':
      refuseOthers(options, CSV_OPTIONS);
      return {
        format,
        header: flagOf(options, 'header'),
        delimiter: textOf(options, 'delimiter', 'delim', 'sep'),
        quote: textOf(options, 'quote'),
        escape: textOf(options, 'escape'),
        nullText: textOf(options, 'null', 'nullstr'),
      };
    case 'json':
      refuseOthers(options, ['format', 'array']);
      return { format, array: flagOf(options, 'array') };
    case 'parquet': {
      refuseOthers(options, ['format', 'compression', 'codec']);
      const codec = textOf(options, 'compression', 'codec')?.toLowerCase() ?? 'snappy';
      if (codec !== 'snappy' && codec !== 'uncompressed') throw unsupported(`writing Parquet files with ${codec}`);
      return { format, codec: codec === 'snappy' ? 'SNAPPY' : 'UNCOMPRESSED' };
    }
    default:
      throw unsupported(`COPY in the format ${format}`);
  }
}
