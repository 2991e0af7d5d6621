import type { Type } from '../types/type.ts';
import type { Value } from '../types/value.ts';
import type { Cells, Distribution } from './distribution.ts';

/** A table's column as the catalog declares it. */
export interface ColumnDefinition {
  readonly name: string;
  readonly type: Type;
  readonly nullable: boolean;
  /** Of texts, in characters: longer values are refused. */
  readonly maxLength?: number | undefined;
  /** What a row has that does not say: an expression as text, in which names are looked for along `defaultPath`. */
  readonly default?: string | undefined;
  readonly defaultPath?: readonly string[] | undefined;
  /** Its numbers come from a sequence; with `always` nobody may give others. */
  readonly identity?: 'always' | 'by default' | undefined;
}

/** What is known of a column's values; every figure is optional and may be stale, except where `exact` says otherwise. */
export interface ColumnStatistics {
  readonly nullCount?: number | undefined;
  readonly min?: Value | undefined;
  readonly max?: Value | undefined;
  readonly distinctCount?: number | undefined;
  /** Made when it is first asked for. */
  readonly distribution?: (() => Distribution | undefined) | undefined;
}

/** Rows of a table, in its order, that stand for all of them. */
export interface TableSample {
  readonly rows: number;
  /** Nothing is left out. */
  readonly complete: boolean;
  /** Where neighbouring rows were taken together: for each row which of these runs it belongs to, ascending. */
  readonly runs?: readonly number[] | undefined;
  /** The rows' values of a column; undefined for types that estimates cannot use. */
  readonly cells: (ordinal: number) => Cells | undefined;
  /** The same of the rows after them, or themselves where they stand last in a part of the table. */
  readonly neighbours?: ((ordinal: number) => Cells | undefined) | undefined;
}

export interface TableStatistics {
  readonly rowCount: number;
  readonly columns: readonly ColumnStatistics[];
  readonly sample?: TableSample | undefined;
}

/**
 * A table as the compiler sees it: its shape and statistics. The engine's storage recognises its own handles; the
 * compiler never looks behind them.
 */
export interface TableHandle {
  /** Qualified name for plans and messages. */
  readonly name: string;
  readonly columns: readonly ColumnDefinition[];
  /** Rises with every change of the definition, and when its statistics were made anew: plans of another one are old. */
  readonly version: number;
  readonly statistics: () => TableStatistics;
  /** Sets of column ordinals whose values are unique together (primary key, unique constraints). */
  readonly keys: readonly (readonly number[])[];
  /** A statement can read columns of a row again by the id that a scan of its own put out. Absent: no. */
  readonly lastingRowIds?: boolean | undefined;
  /** Rows can be looked up by any of `keys`. */
  readonly findsByKey?: boolean | undefined;
}

/** A query under a name. It is kept as text and bound anew wherever it is used. */
export interface ViewHandle {
  readonly name: string;
  readonly text: string;
  /** As they were when the view was made: columns that its tables get later are no part of it. */
  readonly columns: readonly { readonly name: string; readonly output: string; readonly type: Type }[];
  /** The schemas in which names of the text are looked for. */
  readonly path: readonly string[];
}

/** What front ends ask while binding. Names are already folded by the language's rules. */
export interface Catalog {
  /** The table of that name, or undefined. `schema` is absent for an unqualified name. */
  readonly table: (name: string, schema?: string) => TableHandle | undefined;
  /** The table over files that a statement reads, by the key of its FileRequest; the engine opens them before binding. */
  readonly file: (key: string) => TableHandle | undefined;
  /** The view of that name, where no table of that name comes before it. Absent: there are none. */
  readonly view?: ((name: string, schema?: string) => ViewHandle | undefined) | undefined;
  /** The sequence of that name, by the id that plans know it by. */
  readonly sequence?: ((name: string, schema?: string) => { readonly id: bigint } | undefined) | undefined;
  /** The session that the statement is for, of which plans that ask are made. */
  readonly session?: (() => number) | undefined;
  /** What the text of a view sees. */
  readonly along?: ((path: readonly string[]) => Catalog) | undefined;
  /** The canonical name of a scalar function that is defined beside the catalogue of functions. Absent: there are none. */
  readonly definedFunction?: ((name: string) => string | undefined) | undefined;
  /** All table names, for "did you mean". */
  readonly tableNames: () => readonly string[];
}
