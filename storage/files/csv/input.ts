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
  readonly convert: ColumnConverter;
}

/**
 * Converts the wanted columns of a batch. Of several wrong values the first in the file is reported, whatever the
 * order of conversion.
 */
export function convertBatch(
  batch: FieldBatch,
  columns: readonly WantedColumn[],
  reader: RecordReader,
  path: string,
  hint: string | undefined,
): void {
  let { rows } = batch;
  let failure: { readonly at: FieldError; readonly wanted: WantedColumn } | undefined;
  for (const wanted of columns) {
    try {
      wanted.convert(batch, rows);
    } catch (error) {
      if (!(error instanceof FieldError)) throw error;
      failure = { at: error, wanted };
      rows = error.row;
    }
  }
  if (failure === undefined) return;
  const { at, wanted } = failure;
  const line = reader.lineOf(at.row, wanted.column);
  throw csvError(
    at.error.code,
    at.error.message,
    { path, line, column: wanted.column + 1, columnName: wanted.name },
    { hint: at.error.hint ?? hint, cause: at.error },
  );
}
