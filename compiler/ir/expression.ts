import type { SourceRange } from '../types/error.ts';
import { INT64, type Type } from '../types/type.ts';
import type { Value } from '../types/value.ts';
import type { Plan } from './plan.ts';

/** Unique within a plan, so that rewrites never rename. */
export type ColumnId = number;

/** A column that a relational node puts out. */
export interface Column {
  readonly id: ColumnId;
  readonly name: string;
  readonly type: Type;
  readonly nullable: boolean;
}

interface Typed {
  readonly type: Type;
  readonly nullable: boolean;
  /** The words that made this expression; ignored by equality. */
  readonly range?: SourceRange | undefined;
}

export interface ColumnRef extends Typed {
  readonly kind: 'column';
  readonly id: ColumnId;
}

export interface Constant extends Typed {
  readonly kind: 'constant';
  readonly value: Value;
}

/** A value bound when the statement runs; `index` counts from 0. */
export interface Parameter extends Typed {
  readonly kind: 'parameter';
  readonly index: number;
}

/** A call of a scalar function of the catalogue, by canonical name; the argument types choose its variant. */
export interface Call extends Typed {
  readonly kind: 'call';
  readonly fn: string;
  readonly args: readonly Expression[];
}

/**
 * `and` and `or` are nodes of their own, n-ary, in three-valued logic: they are what rewrites look at most, and
 * their arguments may be evaluated in any order.
 */
export interface Logic extends Typed {
  readonly kind: 'and' | 'or';
  readonly args: readonly Expression[];
}

/** The first branch whose condition is true; branches are evaluated lazily. `otherwise` is a NULL constant if absent. */
export interface Case extends Typed {
  readonly kind: 'case';
  readonly branches: readonly { readonly when: Expression; readonly then: Expression }[];
  readonly otherwise: Expression;
}

/** `onError: 'null'` is TRY_CAST. */
export interface Cast extends Typed {
  readonly kind: 'cast';
  readonly arg: Expression;
  readonly onError: 'error' | 'null';
}

/** `arg` is one of constants of its own type; n-ary because generated lists are long. NULL by three-valued logic. */
export interface InList extends Typed {
  readonly kind: 'in';
  readonly arg: Expression;
  readonly values: readonly Value[];
}

/**
 * A subquery inside an expression, as front ends write it. The optimizer's decorrelation replaces every one of them
 * by joins or Apply nodes; physical plans have none.
 *
 * scalar: one column; NULL for no row, an error for two. exists: whether there is a row.
 * in: `arg` equals some row's column by three-valued logic (quantified comparisons other than = ANY are rewritten by front ends).
 * array: the column's values as a list, in the subquery's order.
 */
export interface Subquery extends Typed {
  readonly kind: 'subquery';
  readonly form: 'scalar' | 'exists' | 'in' | 'array';
  readonly plan: Plan;
  /** Only for `in`. */
  readonly arg?: Expression | undefined;
}

/**
 * A function of one element, applied to each element of a list by a higher-order call (`list_transform` and the like).
 * Copies of a lambda within a plan may have the same parameters.
 */
export interface Lambda extends Typed {
  readonly kind: 'lambda';
  readonly parameters: readonly Column[];
  readonly body: Expression;
}

export type Expression = ColumnRef | Constant | Parameter | Call | Logic | Case | Cast | InList | Subquery | Lambda;

/** An aggregate of the catalogue over a group's rows. */
export interface AggregateCall {
  readonly fn: string;
  readonly args: readonly Expression[];
  readonly distinct: boolean;
  /** Only rows for which this is true count. */
  readonly filter?: Expression | undefined;
  /** For aggregates that depend on the order of their input. */
  readonly orderBy: readonly SortKey[];
  readonly type: Type;
  readonly nullable: boolean;
  readonly range?: SourceRange | undefined;
}

/**
 * A window function of the catalogue, or an aggregate of it over the rows of a frame, for one row of a partition. Only
 * functions that look at a frame depend on it; the others have `WHOLE_PARTITION`.
 */
export interface WindowCall {
  readonly fn: string;
  readonly args: readonly Expression[];
  /** Of aggregates: only rows of the frame for which this is true count. */
  readonly filter?: Expression | undefined;
  /** Of functions that pick a row: those whose first argument is NULL are not counted. */
  readonly ignoreNulls: boolean;
  readonly frame: WindowFrame;
  readonly type: Type;
  readonly nullable: boolean;
  readonly range?: SourceRange | undefined;
}

/**
 * Rows of the partition around the current one. rows: offsets count rows; groups: they count groups of peers, which are
 * rows that the order does not tell apart; range: `reach` is the order's only key moved by the offset, and the frame
 * begins or ends where `key` does not sort before or after it. `current` is the row itself for rows, and all its
 * peers otherwise. The start is never `following` or later where the end is `preceding`, and so on: it may still lie
 * behind the end by its offset, and the frame is empty then.
 */
export interface WindowFrame {
  readonly unit: 'rows' | 'range' | 'groups';
  readonly start: FrameBound;
  readonly end: FrameBound;
  /** Rows that are left out: the current one, it and its peers, or its peers alone. */
  readonly exclude: 'nothing' | 'current' | 'group' | 'ties';
  /** For `range` with offsets: the order's key in the type of `reach`. */
  readonly key?: Expression | undefined;
}

/** unbounded: the partition's first row as a start, its last as an end. */
export type FrameBound =
  | { readonly kind: 'unbounded' }
  | { readonly kind: 'current' }
  | {
      readonly kind: 'preceding' | 'following';
      /** Uses no columns; int64 but for `range`. NULL and negative values are errors, even without rows. */
      readonly offset: Expression;
      readonly reach?: Expression | undefined;
    };

export const WHOLE_PARTITION: WindowFrame = {
  unit: 'rows',
  start: { kind: 'unbounded' },
  end: { kind: 'unbounded' },
  exclude: 'nothing',
};

/** The row's number in its partition, counted from 1 in the window's order. */
export const ROW_NUMBER: WindowCall = {
  fn: 'row_number',
  args: [],
  ignoreNulls: false,
  frame: WHOLE_PARTITION,
  type: INT64,
  nullable: false,
};

export interface SortKey {
  readonly expression: Expression;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}
