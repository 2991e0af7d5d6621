import type { ColumnDefinition } from '../../../compiler/catalog/catalog.ts';
import { OrbitError } from '../../../compiler/types/error.ts';
import { type BulkLoader, nullViolation } from '../../tables/bulk-loader.ts';
import type { FileHost } from '../host.ts';
import { createConverter } from './convert.ts';
import type { CsvOptions } from './dialect.ts';
import { BLOCK_SIZE, BlockFeeder, convertBatch } from './input.ts';
import { RecordReader } from './reader.ts';
import { createDialect } from './sniff.ts';

/** What a CSV file can be loaded into; a memory table is one. */
export interface LoadTarget {
  readonly name: string;
  readonly columns: readonly ColumnDefinition[];
  readonly bulkLoader: () => BulkLoader;
}

export interface CsvLoadOptions extends CsvOptions {
  /** Ordinals of the table's columns that the file's columns go to; the others become NULL. Default: all of them. */
  readonly ordinals?: readonly number[] | undefined;
}

/** Loads CSV text that comes in pieces: `COPY … FROM STDIN`. Nothing is visible before `finish`. */
export interface CsvLoader {
  readonly write: (bytes: Uint8Array) => void;
  /** Returns the number of rows. */
  readonly finish: () => number;
}

export function createCsvLoader(source: string, options: CsvLoadOptions, table: LoadTarget): CsvLoader {
  const dialect = createDialect(options);
  const loader = table.bulkLoader();
  const ordinals = options.ordinals ?? table.columns.map((_, ordinal) => ordinal);
  const wanted = ordinals.map((ordinal, column) => {
    const definition = table.columns[ordinal];
    const builder = loader.builders[ordinal];
    if (definition === undefined || builder === undefined) {
      throw new OrbitError('invalid_column_reference', `table "${table.name}" has no column ${ordinal}`);
    }
    return {
      column,
      name: definition.name,
      builder,
      convert: createConverter(definition.type, builder, column, dialect),
      nullError: definition.nullable ? undefined : () => nullViolation(table.name, definition),
    };
  });
  const others = loader.builders.filter((_, ordinal) => !ordinals.includes(ordinal));
  const reader = new RecordReader(
    source,
    dialect,
    wanted.map(({ name }) => name),
  );

  function drain(): void {
    for (;;) {
      const batch = reader.next(loader.room(Number.MAX_SAFE_INTEGER));
      if (batch === undefined) return;
      convertBatch(batch, wanted, reader, source, undefined);
      for (const builder of others) for (let row = 0; row < batch.rows; row++) builder.appendNull();
      loader.flush();
    }
  }

  return {
    write: (bytes) => {
      reader.write(bytes);
      drain();
    },
    finish: () => {
      reader.finish();
      drain();
      return loader.finish();
    },
  };
}

/** Loads a file into a table, whose types the values must have; returns the number of rows. */
export async function loadCsv(
  host: FileHost,
  path: string,
  options: CsvLoadOptions,
  table: LoadTarget,
  /** Runs after each block of the file; what it throws ends the load, of which nothing is then seen. */
  afterBlock: () => void = () => {},
): Promise<number> {
  const loader = createCsvLoader(path, options, table);
  const feeder = new BlockFeeder(await host.open(path), loader, options.blockSize ?? BLOCK_SIZE);
  try {
    while (await feeder.feed()) afterBlock();
    return loader.finish();
  } finally {
    await feeder.close();
  }
}
