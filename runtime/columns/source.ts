import type { Value } from '../../compiler/types/value.ts';
import type { Chunk, ColumnFormat } from './chunk.ts';

/** A comparison of a column with a constant that a scan may use to leave out chunks; applied again by the executor. */
export interface PruningPredicate {
  readonly ordinal: number;
  /** Raw-integer bounds that the column must lie in; either may be absent. */
  readonly low?: bigint | undefined;
  readonly high?: bigint | undefined;
}

export interface ScanRequest {
  readonly ordinals: readonly number[];
  readonly prune: readonly PruningPredicate[];
  /** Sees own writes with a smaller command id. */
  readonly command: number;
  readonly transaction: Transaction | undefined;
}

/** Opaque to the executor; made and understood by storage. */
export interface Transaction {
  readonly id: number;
}

/**
 * A scan in progress. `formats[i]` describes column `ordinals[i]` of every chunk delivered; a chunk's own column may be
 * narrower (fewer bytes) or lack nulls, and is widened when it is loaded.
 */
export interface TableScanCursor {
  readonly formats: readonly ColumnFormat[];
  /** Rows that will come, if known. */
  readonly rows?: number | undefined;
  /** Rows that will come at most, if that is certain: sums of so many values are proven not to overflow. */
  readonly mostRows?: number | undefined;
  /** The chunks will not come again at a later scan: a file is read anew each time. */
  readonly transient?: boolean | undefined;
  /** Chunks left out by pruning so far. */
  readonly pruned: () => number;
  /** The next chunk, with the requested columns in the requested order; undefined at the end. */
  readonly next: () => Chunk | undefined | Promise<Chunk | undefined>;
  readonly close: () => void;
}

/** A question for the rows with given values in the columns of one of a table's keys. */
export interface KeyRequest {
  /** The columns of the key, in its own order. */
  readonly key: readonly number[];
  /** Of the columns' types; none is NULL. */
  readonly values: readonly Value[];
  /** Sees own writes with a smaller command id. */
  readonly command: number;
  /** Without one, the last commit is seen. */
  readonly transaction: Transaction | undefined;
}

/** What the executor can read. */
export interface TableSource {
  /** The id of the row with the key that is seen. Absent where the table's keys are not looked up. */
  readonly lookup?: (request: KeyRequest) => number | undefined;
  readonly scan: (request: ScanRequest) => TableScanCursor;
  /** Values of rows that a scan put out the ids of, whose columns are `ordinals`. Absent where rows have no lasting ids. */
  readonly fetch?: (rowId: bigint | number, ordinals: readonly number[]) => readonly Value[];
}

/** What the executor can write; all calls are part of the transaction and seen by later commands only. */
export interface TableSink {
  readonly insert: (transaction: Transaction, command: number, row: readonly Value[]) => bigint;
  readonly update: (
    transaction: Transaction,
    command: number,
    rowId: bigint,
    ordinals: readonly number[],
    values: readonly Value[],
  ) => void;
  readonly delete: (transaction: Transaction, command: number, rowId: bigint) => void;
}
