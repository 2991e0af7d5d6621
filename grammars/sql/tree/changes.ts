import type { DropBehavior } from './definitions.ts';
import type { Expression } from './expressions.ts';
import type { Identifier, Node, QualifiedName } from './nodes.ts';
import type { Query, SelectItem, With } from './queries.ts';
import type { Option } from './statements.ts';
import type { JoinOn, JoinUsing, TableExpression } from './tables.ts';

/** Statements that change or load rows. */

/** The table that INSERT, UPDATE, DELETE and MERGE change. */
export interface ChangedTable extends Node {
  readonly kind: 'changedTable';
  readonly name: QualifiedName;
  readonly only: boolean;
  readonly alias: Identifier | undefined;
}

export interface Insert extends Node {
  readonly kind: 'insert';
  readonly with: With | undefined;
  readonly table: ChangedTable;
  /** DuckDB's INSERT OR REPLACE and INSERT OR IGNORE. */
  readonly or: 'replace' | 'ignore' | undefined;
  /** Empty: all columns. */
  readonly columns: readonly AssignmentTarget[];
  readonly byName: boolean;
  readonly overriding: 'system' | 'user' | undefined;
  /** Absent for DEFAULT VALUES. */
  readonly source: Query | undefined;
  readonly onConflict: OnConflict | undefined;
  readonly returning: readonly SelectItem[];
}

export interface OnConflict extends Node {
  readonly kind: 'onConflict';
  readonly target: ConflictColumns | ConflictConstraint | undefined;
  /** Empty for DO NOTHING. */
  readonly set: readonly Assignment[];
  readonly where: Expression | undefined;
}

export interface ConflictColumns extends Node {
  readonly kind: 'conflictColumns';
  readonly elements: readonly IndexElement[];
  readonly where: Expression | undefined;
}

export interface ConflictConstraint extends Node {
  readonly kind: 'conflictConstraint';
  readonly name: Identifier;
}

/** A column or expression of an index. */
export interface IndexElement extends Node {
  readonly kind: 'indexElement';
  readonly expression: Expression;
  readonly collation: QualifiedName | undefined;
  readonly operatorClass: QualifiedName | undefined;
  /** Of CREATE INDEX only. */
  readonly direction: 'asc' | 'desc' | undefined;
  readonly nulls: 'first' | 'last' | undefined;
}

/** `a = x`: one target; `(a, b) = (x, y)` or `(a, b) = (SELECT …)`: several (or one in parentheses, `row` tells). */
export interface Assignment extends Node {
  readonly kind: 'assignment';
  readonly row: boolean;
  readonly targets: readonly AssignmentTarget[];
  readonly value: Expression;
}

/** `column`, `column.field`, `column[1]`; in an INSERT's column list too. */
export interface AssignmentTarget extends Node {
  readonly kind: 'assignmentTarget';
  readonly column: Identifier;
  readonly path: readonly AssignmentStep[];
}

export type AssignmentStep = FieldStep | IndexStep | SliceStep;

export interface FieldStep extends Node {
  readonly kind: 'fieldStep';
  readonly field: Identifier;
}

export interface IndexStep extends Node {
  readonly kind: 'indexStep';
  readonly index: Expression;
}

export interface SliceStep extends Node {
  readonly kind: 'sliceStep';
  readonly lower: Expression | undefined;
  readonly upper: Expression | undefined;
}

export interface Update extends Node {
  readonly kind: 'update';
  readonly with: With | undefined;
  readonly table: ChangedTable;
  readonly set: readonly Assignment[];
  readonly from: readonly TableExpression[];
  readonly where: Expression | undefined;
  readonly returning: readonly SelectItem[];
}

export interface Delete extends Node {
  readonly kind: 'delete';
  readonly with: With | undefined;
  readonly table: ChangedTable;
  readonly using: readonly TableExpression[];
  readonly where: Expression | undefined;
  readonly returning: readonly SelectItem[];
}

export interface Merge extends Node {
  readonly kind: 'merge';
  readonly with: With | undefined;
  readonly table: ChangedTable;
  readonly source: TableExpression;
  readonly condition: JoinOn | JoinUsing;
  readonly clauses: readonly MergeClause[];
  readonly returning: readonly SelectItem[];
}

/** WHEN [NOT] MATCHED [BY SOURCE | BY TARGET] [AND condition] THEN action. */
export interface MergeClause extends Node {
  readonly kind: 'mergeClause';
  readonly match: 'matched' | 'not matched by target' | 'not matched by source';
  readonly condition: Expression | undefined;
  readonly action: MergeAction;
}

export type MergeAction = MergeUpdate | MergeDelete | MergeInsert | MergeNothing | MergeError;

export interface MergeUpdate extends Node {
  readonly kind: 'mergeUpdate';
  /** Empty: DuckDB's bare UPDATE, which sets every column from the source. */
  readonly set: readonly Assignment[];
  readonly byName: boolean;
}

export interface MergeDelete extends Node {
  readonly kind: 'mergeDelete';
}

export interface MergeInsert extends Node {
  readonly kind: 'mergeInsert';
  readonly columns: readonly AssignmentTarget[];
  readonly byName: boolean;
  readonly overriding: 'system' | 'user' | undefined;
  /** 'default' for DEFAULT VALUES, 'source' for DuckDB's bare INSERT and INSERT *. */
  readonly values: readonly Expression[] | 'default' | 'source';
}

export interface MergeNothing extends Node {
  readonly kind: 'mergeNothing';
}

/** DuckDB's THEN ERROR. */
export interface MergeError extends Node {
  readonly kind: 'mergeError';
  readonly message: Expression | undefined;
}

export interface Truncate extends Node {
  readonly kind: 'truncate';
  readonly tables: readonly ChangedTable[];
  readonly identity: 'restart' | 'continue' | undefined;
  readonly behavior: DropBehavior | undefined;
}

/** COPY between a table or query and a file or the connection. */
export interface Copy extends Node {
  readonly kind: 'copy';
  readonly direction: 'from' | 'to';
  readonly subject: CopyTable | Query | Insert | Update | Delete | Merge;
  readonly place: CopyPlace;
  readonly options: readonly Option[];
  /** COPY FROM … WHERE. */
  readonly where: Expression | undefined;
}

export interface CopyTable extends Node {
  readonly kind: 'copyTable';
  readonly name: QualifiedName;
  readonly columns: readonly Identifier[];
}

export type CopyPlace = CopyFile | CopyStream;

/** `path` is a string, or a parameter in DuckDB. */
export interface CopyFile extends Node {
  readonly kind: 'copyFile';
  readonly path: Expression;
}

/** STDIN or STDOUT, whichever fits the direction. */
export interface CopyStream extends Node {
  readonly kind: 'copyStream';
}
