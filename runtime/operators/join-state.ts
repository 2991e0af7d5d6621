import type { ColumnId, Expression } from '../../compiler/ir/expression.ts';
import { internalError } from '../../compiler/types/error.ts';
import type { Field, RowLayout } from '../kernels/memory.ts';
import type { KeyOrder } from './key-order.ts';
import type { RowBlocks } from './rows.ts';

export interface JoinKey {
  readonly expression: Expression;
  readonly nullsEqual: boolean;
}

/** What the build's pipeline and the probe's share. */
export interface JoinState {
  layout: RowLayout | undefined;
  keyFields: readonly number[];
  /** Field of each build column. */
  readonly fields: Map<ColumnId, number>;
  blocks: RowBlocks | undefined;
  /** Context offsets: i64 least and greatest key, u32 whether a NULL key came by. */
  bounds: { readonly low: number; readonly high: number; readonly sawNull: number } | undefined;
  /** Some key's NULLs are equal: they cannot index an array. */
  nullsEqual: boolean;
  /** Rows go before the query ends, as those of a partition do. */
  passing: boolean;
  /** Set when the directory is made. */
  directory: JoinDirectory | undefined;
}

export interface DenseEntries {
  readonly low: bigint;
  readonly size: number;
}

export interface JoinDirectory {
  readonly address: number;
  /** Dense: least key and number of entries. */
  readonly dense?: DenseEntries | undefined;
  /** Found by walking along the keys. */
  readonly ordered?: KeyOrder | undefined;
  /** Hashed: entries - 1, and 32 - log2(entries). */
  readonly mask: number;
  readonly shift: number;
  /** No two rows have the same key. */
  readonly unique: boolean;
  readonly rows: number;
  readonly sawNull: boolean;
}

export function joinState(): JoinState {
  return {
    layout: undefined,
    keyFields: [],
    fields: new Map(),
    blocks: undefined,
    bounds: undefined,
    nullsEqual: false,
    passing: false,
    directory: undefined,
  };
}

/** Whether an only key, whose NULLs are equal to nothing, is an integer of at most 64 bits. */
export function hasIntegerKey({ layout, keyFields, nullsEqual }: JoinState): boolean {
  const [key] = keyFields;
  const field = key === undefined ? undefined : layout?.fields[key];
  return keyFields.length === 1 && (field?.lane === 'i32' || field?.lane === 'i64') && !nullsEqual;
}

export function builtDirectory({ directory }: JoinState): JoinDirectory {
  if (directory === undefined) throw internalError('a join is probed before it is built');
  return directory;
}

export function fieldAt(layout: RowLayout, index: number): Field {
  return nthField(layout.fields, index);
}

export function nthField(fields: readonly Field[], index: number): Field {
  const field = fields[index];
  if (field === undefined) throw internalError(`a row without field ${index}`);
  return field;
}
