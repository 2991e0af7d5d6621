import type { OrbitError } from '../../../compiler/types/error.ts';
import type { ColumnBuilder } from '../../tables/builder.ts';
import type { OpenFile } from '../host.ts';
import { type ColumnConverter, FieldError } from './field.ts';
import { csvError } from './problem.ts';
import type { RecordReader } from './reader.ts';
import type { FieldBatch } from './split.ts';

/** Large enough that the cost of a read is nothing, small enough for the processor's cache. */
export const BLOCK_SIZE = 1 << 20;

/** What takes the bytes of a file piece by piece. */
export interface ByteSink {
  readonly write: (bytes: Uint8Array) => void;
}

/** Feeds the bytes of a file to a sink: while it works on a block the next one is being read. */
export class BlockFeeder {
  private readonly file: OpenFile;
  private readonly sink: ByteSink;
  /** The first is being read into, the second is with the sink. */
  private readonly blocks: [Uint8Array, Uint8Array];
  private offset = 0;
  private ahead: Promise<number> | undefined;

  constructor(file: OpenFile, sink: ByteSink, blockSize: number) {
    this.file = file;
    this.sink = sink;
    this.blocks = [new Uint8Array(blockSize), new Uint8Array(blockSize)];
  }

  /** Feeds one more block; false at the end of the file. */
  async feed(): Promise<boolean> {
    const count = await (this.ahead ?? this.read());
    if (count === 0) return false;
    const [block] = this.blocks;
    this.blocks.reverse();
    this.offset += count;
    this.ahead = this.read();
    // Its error, if any, is for the next call to report.
    this.ahead.catch(() => undefined);
    this.sink.write(block.subarray(0, count));
    return true;
  }

  private read(): Promise<number> {
    return this.file.read(this.offset, this.blocks[0]);
  }

  async close(): Promise<void> {
    await this.ahead?.catch(() => undefined);
    await this.file.close();
  }
}

/** A column of the file that is wanted. */
export interface WantedColumn {
  /** Position in the file, from 0. */
  readonly column: number;
  readonly name: string;
  readonly builder: ColumnBuilder;
  readonly convert: ColumnConverter;
  /** What to report if there is a null; absent where nulls are allowed. */
  readonly nullError?: (() => OrbitError) | undefined;
}

/**
 * Converts the wanted columns of a batch. Of several wrong values the first in the file is reported, however the file
 * came to be cut into batches. `hint` is for values that are not of their column's type.
 */
export function convertBatch(
  batch: FieldBatch,
  columns: readonly WantedColumn[],
  reader: RecordReader,
  path: string,
  hint: string | undefined,
): void {
  let { rows } = batch;
  let failure: { readonly error: OrbitError; readonly row: number; readonly wanted: WantedColumn } | undefined;
  for (const wanted of columns) {
    const { builder } = wanted;
    const base = builder.rows;
    try {
      wanted.convert(batch, rows);
    } catch (error) {
      if (!(error instanceof FieldError)) throw error;
      failure = { error: error.error, row: error.row, wanted };
      rows = error.row;
    }
    if (wanted.nullError === undefined || builder.nulls.count === 0) continue;
    for (let row = 0; row < rows; row++) {
      if (!builder.nulls.has(base + row)) continue;
      failure = { error: wanted.nullError(), row, wanted };
      rows = row;
    }
  }
  if (failure === undefined) return;
  const { error, row, wanted } = failure;
  const place = { path, line: reader.lineOf(row, wanted.column), column: wanted.column + 1, columnName: wanted.name };
  const details = { hint: error.hint ?? (error.code === 'bad_file_format' ? undefined : hint), cause: error };
  throw csvError(error.code, error.message, place, details);
}
