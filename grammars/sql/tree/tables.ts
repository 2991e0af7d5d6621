import type { Expression } from './expressions.ts';
import type { Identifier, Node, QualifiedName } from './nodes.ts';
import type { Pivot, Unpivot } from './pivots.ts';
import type { Query } from './queries.ts';
import type { TypeName } from './types.ts';

/** What stands in FROM. */

export type TableExpression = TableReference | FileReference | DerivedTable | TableFunction | Join | Pivot | Unpivot;

export interface TableReference extends Node {
  readonly kind: 'table';
  readonly name: QualifiedName;
  /** ONLY name: without inheriting tables. */
  readonly only: boolean;
  readonly alias: TableAlias | undefined;
  readonly sample: Sample | undefined;
}

/** FROM 'data/file.csv'. */
export interface FileReference extends Node {
  readonly kind: 'file';
  readonly path: string;
  readonly alias: TableAlias | undefined;
  readonly sample: Sample | undefined;
}

/** A subquery or VALUES in FROM. */
export interface DerivedTable extends Node {
  readonly kind: 'derivedTable';
  readonly query: Query;
  readonly lateral: boolean;
  readonly alias: TableAlias | undefined;
  readonly sample: Sample | undefined;
}

/** `f(x)`, or several calls side by side with ROWS FROM. */
export interface TableFunction extends Node {
  readonly kind: 'tableFunction';
  readonly calls: readonly TableFunctionCall[];
  readonly rowsFrom: boolean;
  readonly lateral: boolean;
  readonly ordinality: boolean;
  readonly alias: TableAlias | undefined;
  readonly sample: Sample | undefined;
}

export interface TableFunctionCall extends Node {
  readonly kind: 'tableFunctionCall';
  /** A FunctionCall, or another form that FROM accepts (CAST, current_date and the like). */
  readonly call: Expression;
  /** The column list of this call inside ROWS FROM. */
  readonly columns: readonly AliasColumn[];
}

export interface Join extends Node {
  readonly kind: 'join';
  readonly type: 'inner' | 'left' | 'right' | 'full' | 'cross' | 'semi' | 'anti' | 'positional';
  readonly asof: boolean;
  readonly left: TableExpression;
  readonly right: TableExpression;
  /** Never with cross and positional joins. */
  readonly condition: JoinCondition | undefined;
  /** Of a join in parentheses. */
  readonly alias: TableAlias | undefined;
}

export type JoinCondition = JoinOn | JoinUsing | JoinNatural;

export interface JoinOn extends Node {
  readonly kind: 'on';
  readonly expression: Expression;
}

export interface JoinUsing extends Node {
  readonly kind: 'using';
  readonly columns: readonly Identifier[];
  readonly alias: Identifier | undefined;
}

export interface JoinNatural extends Node {
  readonly kind: 'natural';
}

export interface TableAlias extends Node {
  readonly kind: 'tableAlias';
  /** Absent only in `f(x) AS (a integer)`. */
  readonly name: Identifier | undefined;
  readonly columns: readonly AliasColumn[];
}

/** With a type only behind a table function: `f(x) AS t(a integer)`. */
export interface AliasColumn extends Node {
  readonly kind: 'aliasColumn';
  readonly name: Identifier;
  readonly type: TypeName | undefined;
}

/** TABLESAMPLE and USING SAMPLE. */
export interface Sample extends Node {
  readonly kind: 'sample';
  /** `bernoulli`, `system`, `reservoir` or an extension's. */
  readonly method: Identifier | undefined;
  readonly size: Expression;
  readonly unit: 'percent' | 'rows';
  readonly seed: Expression | undefined;
}
