import type { ColumnDefinition, TableStatistics } from '../../compiler/catalog/catalog.ts';
import type { PruningPredicate } from '../../runtime/columns/source.ts';
import type { ColumnBuilder } from '../tables/builder.ts';

/** A file of some format whose shape is known: what tables over files are made of. */
export interface FileSource {
  readonly path: string;
  readonly columns: readonly ColumnDefinition[];
  /** Of the file's last change. */
  readonly version: number;
  readonly statistics: () => TableStatistics;
  /** Rows of the file, where the file says so and readers hold it to that. */
  readonly rows?: number | undefined;
  readonly read: (request: FileReadRequest) => FileReader;
}

export interface FileReadRequest {
  /** The file's columns that are wanted. */
  readonly ordinals: readonly number[];
  /** Where their values go, in the same order. */
  readonly builders: readonly ColumnBuilder[];
  /** Rows that do not fulfil these may be left out; ordinals are the file's. */
  readonly prune: readonly PruningPredicate[];
}

export interface FileReader {
  /** Appends some rows, at most `room`, to every builder, and returns their number: 0 only when there are no more. */
  readonly next: (room: number) => number | Promise<number>;
  /** Parts of the file that were left out because of `prune`. */
  readonly pruned: () => number;
  readonly close: () => Promise<void>;
}
