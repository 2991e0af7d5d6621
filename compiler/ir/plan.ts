import type { TableHandle } from '../catalog/catalog.ts';
import type { AggregateCall, Column, ColumnId, Expression, SortKey, WindowCall } from './expression.ts';

/**
 * The logical IR: immutable relational nodes over typed columns. Every node lists its output columns; a node that
 * only passes rows through repeats its input's columns. Expressions refer to columns by id. Inside the inner side of
 * an `apply`, and inside a subquery expression, ids of the outer side may be used as well (correlation).
 */
export type Plan =
  | Scan
  | Values
  | Filter
  | Project
  | Join
  | Apply
  | Aggregate
  | Window
  | Sort
  | Limit
  | Distinct
  | SetOperation
  | Unnest
  | Fetch
  | Let
  | Recursive
  | Reference
  | AsOfJoin
  | Insert
  | Update
  | Delete
  | Merge;

/** Reads a table. `columns[i]` is the table's column `ordinals[i]`. */
export interface Scan {
  readonly kind: 'scan';
  readonly table: TableHandle;
  readonly columns: readonly Column[];
  /** Ordinals of the table's columns; `ROW_ID_ORDINAL` stands for the row id. */
  readonly ordinals: readonly number[];
  /** The scan sees its own transaction's writes with a smaller command id than this. */
  readonly command: number;
  readonly alias?: string | undefined;
}

/** The pseudo column of a scan that holds the row's id (int64), for update and delete. */
export const ROW_ID_ORDINAL = -1;

export interface Values {
  readonly kind: 'values';
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Expression[])[];
}

export interface Filter {
  readonly kind: 'filter';
  readonly columns: readonly Column[];
  readonly input: Plan;
  readonly predicate: Expression;
}

/** `columns[i]` is the value of `expressions[i]`. A column that is passed through keeps its id. */
export interface Project {
  readonly kind: 'project';
  readonly columns: readonly Column[];
  readonly input: Plan;
  readonly expressions: readonly Expression[];
}

/**
 * inner, left, full: SQL's joins (right joins are turned round by front ends). semi, anti: left rows with, without a
 * match. mark: every left row, with `mark` saying whether there is a match (NULL by three-valued logic where
 * `nullAware`). single: a left join that fails when a left row has two matches. anti with `nullAware` is NOT IN.
 */
export type JoinKind = 'inner' | 'left' | 'full' | 'semi' | 'anti' | 'mark' | 'single';

export interface Join {
  readonly kind: 'join';
  readonly join: JoinKind;
  /** left's columns; plus right's (nullable where the kind pads) for inner, left, full, single; plus `mark`. */
  readonly columns: readonly Column[];
  readonly left: Plan;
  readonly right: Plan;
  /** True constant for a cross product. */
  readonly condition: Expression;
  /** For `mark` and `anti`: whether an unknown comparison counts as unknown instead of false. */
  readonly nullAware: boolean;
  readonly mark?: Column | undefined;
}

/** For each row of `left`, the rows of `right` evaluated with left's columns bound. Same columns as Join. */
export interface Apply {
  readonly kind: 'apply';
  readonly join: 'inner' | 'left' | 'semi' | 'anti' | 'mark' | 'single';
  readonly columns: readonly Column[];
  readonly left: Plan;
  readonly right: Plan;
  readonly mark?: Column | undefined;
}

/**
 * Groups by the values of `groups`; without groups there is one row. Columns: those of the groups, then those of the
 * aggregates, then `set`. With `groupingSets` (lists of positions in `groups`) the input is aggregated once for each,
 * absent groups being NULL; `set` (int32) is the position of the set that a row comes from.
 */
export interface Aggregate {
  readonly kind: 'aggregate';
  readonly columns: readonly Column[];
  readonly input: Plan;
  readonly groups: readonly Expression[];
  readonly aggregates: readonly AggregateCall[];
  readonly groupingSets?: readonly (readonly number[])[] | undefined;
  readonly set?: Column | undefined;
}

/**
 * Every input row with the results of the calls for it. Rows are in one partition when they agree on `partitionBy`, NULL
 * agreeing with NULL, and in it in the order of `orderBy`. Columns: the input's, then `results`, one for each call.
 */
export interface Window {
  readonly kind: 'window';
  readonly columns: readonly Column[];
  readonly input: Plan;
  readonly partitionBy: readonly Expression[];
  readonly orderBy: readonly SortKey[];
  readonly calls: readonly WindowCall[];
  readonly results: readonly Column[];
}

export interface Sort {
  readonly kind: 'sort';
  readonly columns: readonly Column[];
  readonly input: Plan;
  readonly keys: readonly SortKey[];
}

/**
 * `count` and `offset` are constants or parameters, maybe cast, of type int64; a NULL count is no limit. What writes
 * below runs to its end all the same.
 */
export interface Limit {
  readonly kind: 'limit';
  readonly columns: readonly Column[];
  readonly input: Plan;
  readonly count?: Expression | undefined;
  readonly offset?: Expression | undefined;
}

/** One row for each different row of the input; with `on`, the first in the input's order for each value of `on`. */
export interface Distinct {
  readonly kind: 'distinct';
  readonly columns: readonly Column[];
  readonly input: Plan;
  readonly on?: readonly Expression[] | undefined;
}

/** `columns` are new; the inputs' columns match them by position and type. */
export interface SetOperation {
  readonly kind: 'setOperation';
  readonly operation: 'union' | 'intersect' | 'except';
  readonly all: boolean;
  readonly columns: readonly Column[];
  readonly left: Plan;
  readonly right: Plan;
}

/**
 * Each input row once for each element of `expression`, which is a list or dynamic: a dynamic value that is no list has
 * no elements. `outer` keeps rows with none. Columns: input's, `element`, `ordinality`.
 */
export interface Unnest {
  readonly kind: 'unnest';
  readonly columns: readonly Column[];
  readonly input: Plan;
  readonly expression: Expression;
  readonly element: Column;
  readonly ordinality?: Column | undefined;
  readonly outer: boolean;
}

/** Tells apart what the `let` and `recursive` nodes of a plan bind; drawn from the column ids of the plan. */
export type BindingId = number;

/** Computes the rows of `definition` once, for all references in `body`, whose columns it puts out. */
export interface Let {
  readonly kind: 'let';
  readonly columns: readonly Column[];
  readonly binding: BindingId;
  readonly definition: Plan;
  readonly body: Plan;
}

/**
 * The rows of `base`, then again and again those of `step`, in which references mean the rows that came last, until
 * none come. Without `all`, rows that came before count for nothing. `columns` are new; those of both inputs match them
 * by position and type.
 */
export interface Recursive {
  readonly kind: 'recursive';
  readonly columns: readonly Column[];
  readonly binding: BindingId;
  readonly base: Plan;
  readonly step: Plan;
  readonly all: boolean;
}

/** The rows of the binding that is around it; `columns` are new and match those of the binding by position. */
export interface Reference {
  readonly kind: 'reference';
  readonly columns: readonly Column[];
  readonly binding: BindingId;
}

/**
 * Each left row with one right row: of those for which `keys` are equal and `left fn right` holds, the one whose
 * `right` is nearest to `left`. `outer` keeps left rows without one. Columns as of an inner or left join.
 */
export interface AsOfJoin {
  readonly kind: 'asOfJoin';
  readonly columns: readonly Column[];
  readonly left: Plan;
  readonly right: Plan;
  readonly outer: boolean;
  readonly keys: readonly { readonly left: Expression; readonly right: Expression }[];
  readonly order: { readonly fn: AsOfComparison; readonly left: Expression; readonly right: Expression };
}

/** How the left value stands to the right one. */
export type AsOfComparison = 'ge' | 'gt' | 'le' | 'lt';

/**
 * Each input row with columns of the row of `table` whose id is `rowId`, an id that a scan of the same command put out
 * below; NULLs where that is NULL. `fetched[i]` is the table's column `ordinals[i]`. Columns: input's, then `fetched`.
 */
export interface Fetch {
  readonly kind: 'fetch';
  readonly table: TableHandle;
  readonly columns: readonly Column[];
  readonly input: Plan;
  readonly rowId: ColumnId;
  readonly ordinals: readonly number[];
  readonly fetched: readonly Column[];
  readonly command: number;
}

/**
 * Writes one row into `table` for each input row: `values[i]` into the table's column `i`. Puts out, for each row
 * written, the input's columns and the row written as `written` (one column for each of the table's; empty when nobody asks).
 */
export interface Insert {
  readonly kind: 'insert';
  readonly table: TableHandle;
  readonly columns: readonly Column[];
  readonly input: Plan;
  readonly values: readonly Expression[];
  readonly written: readonly Column[];
  readonly command: number;
}

/** Sets `ordinals[i]` of the row whose id is `rowId` to `values[i]`. Output as for Insert, with the new row. */
export interface Update {
  readonly kind: 'update';
  readonly table: TableHandle;
  readonly columns: readonly Column[];
  readonly input: Plan;
  readonly rowId: ColumnId;
  readonly ordinals: readonly number[];
  readonly values: readonly Expression[];
  readonly written: readonly Column[];
  readonly command: number;
}

/** Deletes the rows whose ids are in `rowId`. Puts out the input's columns. */
export interface Delete {
  readonly kind: 'delete';
  readonly table: TableHandle;
  readonly columns: readonly Column[];
  readonly input: Plan;
  readonly rowId: ColumnId;
  readonly command: number;
}

/**
 * For each input row, in the input's order: looks for rows of `table` whose columns `matchOrdinals` equal
 * `matchValues`, the statement's own insertions included; with a match applies `onMatch` to each, without one
 * inserts `insertValues`. Puts out input's columns with the matched or inserted row as `written`, one row per match.
 */
export interface Merge {
  readonly kind: 'merge';
  readonly table: TableHandle;
  readonly columns: readonly Column[];
  readonly input: Plan;
  readonly matchOrdinals: readonly number[];
  readonly matchValues: readonly Expression[];
  /** Assignments may refer to `current`, the matched row's columns. Empty: leave it as it is. */
  readonly onMatch: readonly { readonly ordinal: number; readonly value: Expression }[];
  readonly current: readonly Column[];
  readonly insertValues: readonly Expression[];
  /**
   * Instead of `matchOrdinals`: rows with which the row to insert shares one of these keys of the table. A match for which
   * the condition, which sees `current`, is not true is left as it is and put out nowhere; one that the command itself
   * has written is an error.
   */
  readonly conflict?: { readonly keys: readonly (readonly number[])[]; readonly condition: Expression } | undefined;
  readonly written: readonly Column[];
  readonly command: number;
}
