import type { Delete, Insert, Merge, Update } from './changes.ts';
import type { Expression } from './expressions.ts';
import type { Identifier, Node, Operator, QualifiedName } from './nodes.ts';
import type { Pivot, Unpivot } from './pivots.ts';
import type { Sample, TableExpression } from './tables.ts';
import type { WindowDefinition } from './windows.ts';

/** Queries: SELECT and what it is combined from. */

/** A whole query expression; it is also a statement. */
export interface Query extends Node {
  readonly kind: 'query';
  readonly with: With | undefined;
  readonly body: QueryBody;
  readonly orderBy: readonly OrderElement[];
  readonly limit: Limit | undefined;
  readonly offset: Expression | undefined;
  readonly locking: readonly Locking[];
}

/** A Query here was in parentheses and has a clause of its own (WITH, ORDER BY, LIMIT and so on). */
export type QueryBody = Select | SetOperation | Values | TableQuery | Pivot | Unpivot | Query;

export interface With extends Node {
  readonly kind: 'with';
  readonly recursive: boolean;
  readonly tables: readonly CommonTable[];
}

export interface CommonTable extends Node {
  readonly kind: 'commonTable';
  readonly name: Identifier;
  readonly columns: readonly Identifier[];
  readonly materialized: boolean | undefined;
  readonly statement: Query | Insert | Update | Delete | Merge;
  /** DuckDB's USING KEY (…) of a recursive table. */
  readonly usingKey: readonly Identifier[];
  readonly search: SearchClause | undefined;
  readonly cycle: CycleClause | undefined;
}

export interface SearchClause extends Node {
  readonly kind: 'search';
  readonly order: 'depth' | 'breadth';
  readonly by: readonly Identifier[];
  readonly set: Identifier;
}

export interface CycleClause extends Node {
  readonly kind: 'cycle';
  readonly columns: readonly Identifier[];
  readonly mark: Identifier;
  readonly markValue: Expression | undefined;
  readonly markDefault: Expression | undefined;
  readonly path: Identifier;
}

/** A chain of one operator, at least two operands; it associates to the left, which matters for EXCEPT. */
export interface SetOperation extends Node {
  readonly kind: 'setOperation';
  readonly operator: 'union' | 'intersect' | 'except';
  readonly all: boolean;
  readonly byName: boolean;
  readonly operands: readonly QueryBody[];
}

/** VALUES (…), (…). */
export interface Values extends Node {
  readonly kind: 'values';
  readonly rows: readonly ValuesRow[];
}

export interface ValuesRow extends Node {
  readonly kind: 'valuesRow';
  readonly values: readonly Expression[];
}

/** TABLE name. */
export interface TableQuery extends Node {
  readonly kind: 'tableQuery';
  readonly name: QualifiedName;
}

export interface Select extends Node {
  readonly kind: 'select';
  readonly distinct: Distinct | undefined;
  /** May be empty (PostgreSQL allows it); a query that begins with FROM and has no SELECT has an implied star. */
  readonly items: readonly SelectItem[];
  /** The elements of a comma list. */
  readonly from: readonly TableExpression[];
  readonly where: Expression | undefined;
  readonly groupBy: GroupBy | undefined;
  readonly having: Expression | undefined;
  readonly windows: readonly WindowDefinition[];
  readonly qualify: Expression | undefined;
  /** DuckDB's USING SAMPLE. */
  readonly sample: Sample | undefined;
}

/** DISTINCT, or DISTINCT ON with at least one expression. */
export interface Distinct extends Node {
  readonly kind: 'distinct';
  readonly on: readonly Expression[];
}

/** `expression AS alias`, `expression alias`, `alias: expression`; a star has no alias. */
export interface SelectItem extends Node {
  readonly kind: 'selectItem';
  readonly expression: Expression;
  readonly alias: Identifier | undefined;
}

export interface GroupBy extends Node {
  readonly kind: 'groupBy';
  /** GROUP BY ALL: no elements then. */
  readonly all: boolean;
  /** GROUP BY DISTINCT: duplicate grouping sets are removed. */
  readonly distinct: boolean;
  readonly elements: readonly GroupingElement[];
}

export type GroupingElement = GroupingSet | Rollup | Cube | GroupingSets;

/** `a`, `(a, b)` or `()`. */
export interface GroupingSet extends Node {
  readonly kind: 'groupingSet';
  readonly expressions: readonly Expression[];
}

export interface Rollup extends Node {
  readonly kind: 'rollup';
  readonly sets: readonly GroupingSet[];
}

export interface Cube extends Node {
  readonly kind: 'cube';
  readonly sets: readonly GroupingSet[];
}

export interface GroupingSets extends Node {
  readonly kind: 'groupingSets';
  readonly elements: readonly GroupingElement[];
}

export type OrderElement = OrderItem | OrderAll;

export interface OrderItem extends Node {
  readonly kind: 'orderItem';
  readonly expression: Expression;
  readonly direction: 'asc' | 'desc' | undefined;
  /** ORDER BY x USING >. */
  readonly using: Operator | undefined;
  readonly nulls: 'first' | 'last' | undefined;
}

/** DuckDB's ORDER BY ALL. */
export interface OrderAll extends Node {
  readonly kind: 'orderAll';
  readonly direction: 'asc' | 'desc' | undefined;
  readonly nulls: 'first' | 'last' | undefined;
}

/** LIMIT and FETCH FIRST; LIMIT ALL is no limit at all. */
export interface Limit extends Node {
  readonly kind: 'limit';
  readonly count: Expression;
  readonly percent: boolean;
  readonly withTies: boolean;
}

/** FOR UPDATE and its weaker forms. */
export interface Locking extends Node {
  readonly kind: 'locking';
  readonly strength: 'update' | 'no key update' | 'share' | 'key share';
  readonly of: readonly QualifiedName[];
  readonly wait: 'nowait' | 'skip locked' | undefined;
}
