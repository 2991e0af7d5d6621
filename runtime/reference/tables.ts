import type { TableScan } from '../../compiler/physical/plan.ts';
import type { Value } from '../../compiler/types/value.ts';

export type TableHandle = TableScan['table'];

/** A row with the id that it keeps for life. */
export interface StoredRow {
  readonly id: bigint;
  readonly values: readonly Value[];
}

/**
 * How the interpreter reads and writes tables. Every write carries its statement's command id; reads say which
 * commands they see.
 */
export interface Tables {
  /** The rows as they were before `command`: what it and later commands wrote is not seen. */
  readonly scan: (table: TableHandle, command: number) => readonly StoredRow[];
  /**
   * The rows as they are with `command`'s own writes, whose columns `ordinals` equal `values`; NULL equals nothing.
   */
  readonly find: (
    table: TableHandle,
    ordinals: readonly number[],
    values: readonly Value[],
    command: number,
  ) => readonly StoredRow[];
  /** The row's newest version and the command that wrote it; undefined once it is deleted. */
  readonly newest: (
    table: TableHandle,
    id: bigint,
  ) => { readonly row: StoredRow; readonly command: number } | undefined;
  /** Adds a row and returns its id. */
  readonly insert: (table: TableHandle, values: readonly Value[], command: number) => bigint;
  /** Replaces the row's values. A command that writes a row twice leaves the later values. */
  readonly update: (table: TableHandle, id: bigint, values: readonly Value[], command: number) => void;
  readonly delete: (table: TableHandle, id: bigint, command: number) => void;
}
