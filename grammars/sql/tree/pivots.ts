import type { Expression } from './expressions.ts';
import type { Identifier, Node } from './nodes.ts';
import type { Query, SelectItem } from './queries.ts';
import type { TableAlias, TableExpression } from './tables.ts';

/** PIVOT and UNPIVOT: behind a table in FROM, or as a query of their own (PIVOT table ON …). */

export interface Pivot extends Node {
  readonly kind: 'pivot';
  readonly source: TableExpression;
  /** Empty as a query without USING: the rows are counted. */
  readonly aggregates: readonly SelectItem[];
  /** At least one. */
  readonly columns: readonly PivotColumn[];
  /** Not written: by all columns that are not mentioned. */
  readonly groupBy: readonly Expression[];
  /** Of a table only. */
  readonly alias: TableAlias | undefined;
}

/** `column IN (values)`; without values they are those that the column has. */
export interface PivotColumn extends Node {
  readonly kind: 'pivotColumn';
  readonly expression: Expression;
  readonly values: readonly SelectItem[];
  /** IN (SELECT …). */
  readonly query: Query | undefined;
}

export interface Unpivot extends Node {
  readonly kind: 'unpivot';
  readonly source: TableExpression;
  readonly includeNulls: boolean;
  /** The columns that hold the values; as a query they may be left out. */
  readonly values: readonly Identifier[];
  /** The column that holds the names. */
  readonly name: Identifier | undefined;
  /** Each a column, a row of columns, a star or COLUMNS(…), with what its name becomes. */
  readonly columns: readonly SelectItem[];
  /** Of a table only. */
  readonly alias: TableAlias | undefined;
}
