import type { Column, ColumnId } from '../../compiler/ir/expression.ts';
import type { BindingId } from '../../compiler/ir/plan.ts';
import { internalError } from '../../compiler/types/error.ts';
import type { Value } from '../../compiler/types/value.ts';
import type { Tables } from './tables.ts';

/** The values that expressions see, by column id. */
export type Row = ReadonlyMap<ColumnId, Value>;

export interface ReferenceContext {
  readonly parameters: readonly Value[];
  readonly tables: Tables;
  /** The columns of the outer sides of all enclosing Apply nodes. */
  readonly outer: Row;
  /** The rows of the bindings around. */
  readonly bindings?: ReadonlyMap<BindingId, readonly (readonly Value[])[]> | undefined;
}

/** An operator's rows; `rows[i][j]` is the value of `columns[j]`. */
export interface Relation {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Value[])[];
}

/** A row as expressions see it: what is bound outside, and these columns. */
export function bind(columns: readonly Column[], values: readonly Value[], scope: Row): Row {
  const row = new Map(scope);
  for (const [index, column] of columns.entries()) row.set(column.id, values[index] ?? null);
  return row;
}

/** The operator's output: the columns in its own order, which need not be its inputs'. */
export function pick(columns: readonly Column[], row: Row): readonly Value[] {
  return columns.map((column) => columnValue(row, column.id));
}

export function columnValue(row: Row, id: ColumnId): Value {
  const value = row.get(id);
  if (value === undefined) throw internalError(`column ${id} is not in scope`);
  return value;
}
