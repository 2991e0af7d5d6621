import type { TableHandle } from '../catalog/catalog.ts';
import type { AggregateCall, Column, ColumnId, Expression, SortKey, WindowCall } from '../ir/expression.ts';
import type { BindingId } from '../ir/plan.ts';

/**
 * The physical plan: the logical plan with an algorithm chosen for every node. It is still a tree; the runtime cuts
 * it into pipelines at its breakers (hash build, aggregate, sort). Expressions hold no subqueries. Ids that no input
 * of a node defines are columns of the outer side of an enclosing `apply`.
 */
export type PhysicalPlan =
  | TableScan
  | KeyLookup
  | PhysicalValues
  | PhysicalFilter
  | PhysicalProject
  | HashJoin
  | NestedLoopJoin
  | PhysicalApply
  | HashAggregate
  | PhysicalWindow
  | PhysicalSort
  | PhysicalLimit
  | UnionAll
  | PhysicalRepeat
  | PhysicalUnnest
  | PhysicalFetch
  | PhysicalLet
  | PhysicalRecursive
  | PhysicalReference
  | RangeJoin
  | PhysicalInsert
  | PhysicalUpdate
  | PhysicalDelete
  | PhysicalMerge;

/** What every operator carries beside its own fields. */
export interface PhysicalNode {
  readonly columns: readonly Column[];
  /** Rows that the optimizer expects; undefined where it has no ground for a guess. */
  readonly estimate?: number | undefined;
}

/**
 * Reads the table's columns `ordinals` (ROW_ID_ORDINAL: the row id). `predicates` are all applied; those that compare
 * a column with constants also prune chunks by their zone maps.
 */
export interface TableScan extends PhysicalNode {
  readonly kind: 'tableScan';
  readonly table: TableHandle;
  readonly ordinals: readonly number[];
  readonly predicates: readonly Expression[];
  readonly command: number;
  /** All of them may be applied, or none: they drop only rows of which nothing is seen above. */
  readonly keyFilters?: readonly KeyFilter[] | undefined;
}

/** Drops rows of a scan of which some of `columns` is NULL, or that are together no key of the build side of the join that makes the filter. */
export interface KeyFilter {
  /** The join's number for it. */
  readonly filter: number;
  readonly kind: KeyFilterKind;
  readonly columns: readonly ColumnId[];
  /** The keys, over columns of that build side. */
  readonly among: readonly Expression[];
}

/**
 * bitmap: of one integer key, if the keys' range allows it; bloom: of the hashes of any keys, which lets some rows
 * through that match nothing; either: a bitmap, or a Bloom filter where the range is too wide.
 */
export type KeyFilterKind = 'bitmap' | 'bloom' | 'either';

/**
 * The rows of the table whose columns `key`, which are unique together, have the values of one of `keys`; each row comes
 * once. NULL equals nothing. The values are of the columns' types, or wider integers, and refer to no column of the
 * table. `ordinals` and `predicates` as for a scan.
 */
export interface KeyLookup extends PhysicalNode {
  readonly kind: 'keyLookup';
  readonly table: TableHandle;
  readonly ordinals: readonly number[];
  readonly key: readonly number[];
  readonly keys: readonly (readonly Expression[])[];
  readonly predicates: readonly Expression[];
  readonly command: number;
}

export interface PhysicalValues extends PhysicalNode {
  readonly kind: 'values';
  readonly rows: readonly (readonly Expression[])[];
}

export interface PhysicalFilter extends PhysicalNode {
  readonly kind: 'filter';
  readonly input: PhysicalPlan;
  readonly predicate: Expression;
}

export interface PhysicalProject extends PhysicalNode {
  readonly kind: 'project';
  readonly input: PhysicalPlan;
  readonly expressions: readonly Expression[];
}

/**
 * Builds a hash table over `build` and streams `probe` through it. Of the two sides, `probe` is the one that a left,
 * semi, anti, mark or single join keeps whole, except for the `build…` kinds, which emit rows of the build side after
 * the probe side is exhausted: buildSemi and buildAnti put out build rows with, without a match; buildLeft is a left
 * join that keeps the build side whole; full keeps both.
 *
 * Rows match when all `keys` are equal (NULL never is, except where `nullsEqual`) and `residual` is true.
 * Columns: for inner, left, full, single, buildLeft those of probe and build in any order; for the others those of
 * the side put out (and `mark`).
 */
export interface HashJoin extends PhysicalNode {
  readonly kind: 'hashJoin';
  readonly join:
    | 'inner'
    | 'left'
    | 'full'
    | 'semi'
    | 'anti'
    | 'mark'
    | 'single'
    | 'buildSemi'
    | 'buildAnti'
    | 'buildLeft';
  readonly probe: PhysicalPlan;
  readonly build: PhysicalPlan;
  readonly keys: readonly { readonly probe: Expression; readonly build: Expression; readonly nullsEqual: boolean }[];
  readonly residual?: Expression | undefined;
  /** anti and mark: an unknown comparison counts as unknown (NOT IN). */
  readonly nullAware: boolean;
  readonly mark?: Column | undefined;
  readonly makesFilters?: readonly MadeKeyFilter[] | undefined;
  /**
   * inner and buildLeft, without residual: the probe side is an aggregate whose groups are the join's keys, and no two
   * build rows have the same ones, so its states may be kept in the build rows instead of a hash table of their own.
   */
  readonly groupJoin?: boolean | undefined;
  /** Both sides are expected to come in the order of the only key. */
  readonly ordered?: boolean | undefined;
}

/** Keys of a join's build side that scans below its probe side are filtered by. */
export interface MadeKeyFilter {
  readonly filter: number;
  readonly kind: KeyFilterKind;
  /** Positions in the join's `keys`, ascending; one for a bitmap. */
  readonly keys: readonly number[];
  /** Rows of the tables that are filtered: what making the filter may cost depends on it. */
  readonly rows: number;
}

/** For every outer row all inner rows; the inner side is materialized. Columns as for HashJoin with probe = outer. */
export interface NestedLoopJoin extends PhysicalNode {
  readonly kind: 'nestedLoopJoin';
  readonly join: 'inner' | 'left' | 'full' | 'semi' | 'anti' | 'mark' | 'single';
  readonly outer: PhysicalPlan;
  readonly inner: PhysicalPlan;
  readonly predicate: Expression;
  readonly nullAware: boolean;
  readonly mark?: Column | undefined;
}

/** Runs `inner` once for each outer row, with the outer row's columns bound, in the outer rows' order. */
export interface PhysicalApply extends PhysicalNode {
  readonly kind: 'apply';
  /** The inner side is the same for all outer rows and does nothing else: one run will do, if there is any outer row. */
  readonly uncorrelated?: boolean | undefined;
  readonly join: 'inner' | 'left' | 'semi' | 'anti' | 'mark' | 'single';
  readonly outer: PhysicalPlan;
  readonly inner: PhysicalPlan;
  readonly mark?: Column | undefined;
}

/** Columns: one for each of `groups`, then one for each of `aggregates`. */
export interface HashAggregate extends PhysicalNode {
  readonly kind: 'hashAggregate';
  readonly input: PhysicalPlan;
  readonly groups: readonly Expression[];
  readonly aggregates: readonly AggregateCall[];
}

/**
 * Sorts its input by partition and order, walks through it and puts out every row with the results of the calls.
 * Semantics as for the logical Window; rows come out partition by partition, in order. Columns: the input's, then
 * `results`.
 */
export interface PhysicalWindow extends PhysicalNode {
  readonly kind: 'window';
  readonly input: PhysicalPlan;
  readonly partitionBy: readonly Expression[];
  readonly orderBy: readonly SortKey[];
  readonly calls: readonly WindowCall[];
  readonly results: readonly Column[];
  /** The input comes by partition and order already. */
  readonly isSorted?: boolean | undefined;
  /** Rows beyond these may be left out. No call of a row that stays depends on one that does not. */
  readonly first?: FirstRows | undefined;
}

/** The rows of each partition that `by`, which is one of the window's calls, numbers with `count` at most. */
export interface FirstRows {
  readonly by: 'row_number' | 'rank' | 'dense_rank';
  readonly count: number;
  /** Partitions that the optimizer expects. */
  readonly partitions?: number | undefined;
}

/** With `limit` only the first `offset + limit` rows in order are kept (top-n); both are expressions as in Limit. */
export interface PhysicalSort extends PhysicalNode {
  readonly kind: 'sort';
  readonly input: PhysicalPlan;
  readonly keys: readonly SortKey[];
  readonly limit?: Expression | undefined;
  readonly offset?: Expression | undefined;
}

export interface PhysicalLimit extends PhysicalNode {
  readonly kind: 'limit';
  readonly input: PhysicalPlan;
  readonly count?: Expression | undefined;
  readonly offset?: Expression | undefined;
}

/** Each input row as often as `count` (int64) says: not at all where it is NULL or less than one. */
export interface PhysicalRepeat extends PhysicalNode {
  readonly kind: 'repeat';
  readonly input: PhysicalPlan;
  readonly count: Expression;
}

/** All rows of all inputs, in the order of the inputs; column i is column i of each input. */
export interface UnionAll extends PhysicalNode {
  readonly kind: 'unionAll';
  readonly inputs: readonly PhysicalPlan[];
}

export interface PhysicalUnnest extends PhysicalNode {
  readonly kind: 'unnest';
  readonly input: PhysicalPlan;
  readonly expression: Expression;
  readonly element: Column;
  readonly ordinality?: Column | undefined;
  readonly outer: boolean;
}

/**
 * The input's rows, which are few, with columns of the table's rows whose ids are in `rowId`; NULLs for NULL. In the
 * input's order.
 */
export interface PhysicalFetch extends PhysicalNode {
  readonly kind: 'fetch';
  readonly table: TableHandle;
  readonly input: PhysicalPlan;
  readonly rowId: ColumnId;
  readonly ordinals: readonly number[];
  readonly fetched: readonly Column[];
  readonly command: number;
}

/**
 * Binds the rows of `definition` for the references in `body`: they are computed when the first of them is read, in
 * rows that stay until the query ends. What writes runs in any case, and first. Columns are those of the body.
 */
export interface PhysicalLet extends PhysicalNode {
  readonly kind: 'let';
  readonly binding: BindingId;
  readonly definition: PhysicalPlan;
  readonly body: PhysicalPlan;
}

/** Semantics as for the logical node. Columns match those of both inputs by position. */
export interface PhysicalRecursive extends PhysicalNode {
  readonly kind: 'recursive';
  readonly binding: BindingId;
  readonly base: PhysicalPlan;
  readonly step: PhysicalPlan;
  readonly all: boolean;
}

/** The rows of a binding; columns match it by position. */
export interface PhysicalReference extends PhysicalNode {
  readonly kind: 'reference';
  readonly binding: BindingId;
}

/**
 * Keeps `inner` sorted by its keys and by `order`, and for each outer row finds the run of rows whose keys are equal
 * (NULL never is) and whose `order` lies between the bounds, by binary search. Rows of the run match where `residual`
 * is true. With `nearest` only the row of the run that is next to its bound counts: the last one below `upper`, or, if
 * there is no upper bound, the first one above `lower`. Columns as for HashJoin with probe = outer.
 */
export interface RangeJoin extends PhysicalNode {
  readonly kind: 'rangeJoin';
  readonly join: 'inner' | 'left' | 'semi' | 'anti' | 'mark' | 'single';
  readonly outer: PhysicalPlan;
  readonly inner: PhysicalPlan;
  readonly keys: readonly { readonly outer: Expression; readonly inner: Expression }[];
  readonly order: Expression;
  readonly lower?: RangeBound | undefined;
  readonly upper?: RangeBound | undefined;
  readonly nearest: boolean;
  readonly residual?: Expression | undefined;
  readonly mark?: Column | undefined;
}

/** A bound that NULL makes unsatisfiable; `strict` excludes the value itself. */
export interface RangeBound {
  readonly value: Expression;
  readonly strict: boolean;
}

export interface PhysicalInsert extends PhysicalNode {
  readonly kind: 'insert';
  readonly table: TableHandle;
  readonly input: PhysicalPlan;
  readonly values: readonly Expression[];
  readonly written: readonly Column[];
  readonly command: number;
}

export interface PhysicalUpdate extends PhysicalNode {
  readonly kind: 'update';
  readonly table: TableHandle;
  readonly input: PhysicalPlan;
  readonly rowId: ColumnId;
  readonly ordinals: readonly number[];
  readonly values: readonly Expression[];
  readonly written: readonly Column[];
  readonly command: number;
}

export interface PhysicalDelete extends PhysicalNode {
  readonly kind: 'delete';
  readonly table: TableHandle;
  readonly input: PhysicalPlan;
  readonly rowId: ColumnId;
  readonly command: number;
}

/** Semantics as for the logical Merge; the input is processed row by row. */
export interface PhysicalMerge extends PhysicalNode {
  readonly kind: 'merge';
  readonly table: TableHandle;
  readonly input: PhysicalPlan;
  readonly matchOrdinals: readonly number[];
  readonly matchValues: readonly Expression[];
  readonly onMatch: readonly { readonly ordinal: number; readonly value: Expression }[];
  readonly current: readonly Column[];
  readonly insertValues: readonly Expression[];
  readonly conflict?: { readonly keys: readonly (readonly number[])[]; readonly condition: Expression } | undefined;
  readonly written: readonly Column[];
  readonly command: number;
}
