import type { Type } from '../types/type.ts';
import type { Value } from '../types/value.ts';

/**
 * One function of the catalogue. Binder, constant folder, reference interpreter, executor, completion, hover and
 * docs/functions.md all read these declarations; a kernel in runtime/kernels serves a function by its canonical name,
 * and a function without one runs its row implementation in batches.
 */
export interface ScalarFunction {
  /** Canonical name, unique in the catalogue. */
  readonly name: string;
  /** The names each language knows it by; a language that is absent does not have it. */
  readonly names: { readonly sql?: readonly string[] };
  /** Tried in order; see `resolve.ts`. */
  readonly overloads: readonly Overload[];
  /** strict: NULL for any NULL argument, `row` is then not called. custom: `row` and the kernel see NULLs. */
  readonly nulls: 'strict' | 'custom';
  /** Whether the result can be NULL, from the arguments' nullability; see `resultNullable`. Default: any argument is. */
  readonly nullable?: (args: readonly boolean[], signature: Signature) => boolean;
  /** immutable: same arguments, same result, always. stable: within a statement. volatile: never assume. */
  readonly volatility: 'immutable' | 'stable' | 'volatile';
  /** It belongs to the thread that has defined it, and to no other. */
  readonly local?: boolean;
  /** Evaluates one row; throws OrbitError for bad values. */
  readonly row: (args: readonly Value[], signature: Signature) => Value;
  readonly documentation: string;
  /** A call in SQL and its result as text; run as a test. */
  readonly example?: { readonly sql: string; readonly result: string };
}

/** The chosen variant: arguments are cast to `parameters` by the binder. */
export interface Signature {
  readonly parameters: readonly Type[];
  readonly result: Type;
}

/**
 * Whether the function takes arguments of these types, and how: undefined if not. An overload never looks at values.
 * `exact` matching is not its business: it says what the arguments would be cast to, resolution ranks the casts.
 */
export type Overload = (args: readonly Type[]) => Signature | undefined;

export interface AggregateFunction {
  readonly name: string;
  readonly names: { readonly sql?: readonly string[] };
  readonly overloads: readonly Overload[];
  /** Whether an empty group (or one of NULLs only) gives NULL. */
  readonly nullable: boolean;
  /** skip (the default): a row with a NULL argument makes no step. see: the state gets NULLs, as array_agg must. */
  readonly nulls?: 'skip' | 'see';
  /** Whether the state grows with the rows. */
  readonly keeps?: boolean;
  /** Row implementation: a fresh state, one step for each row, and the result. */
  readonly create: (signature: Signature) => AggregateState;
  readonly documentation: string;
  readonly example?: { readonly sql: string; readonly result: string };
}

/**
 * A function of a row's place in its partition, or of other rows of it. Aggregates are window functions too, over the
 * rows of the frame; they are not declared again.
 */
export interface WindowFunction {
  readonly name: string;
  readonly names: { readonly sql?: readonly string[] };
  readonly overloads: readonly Overload[];
  readonly nullable: boolean;
  /** Whether it depends on the frame, rather than on the partition. */
  readonly framed: boolean;
  /** Whether it picks a row for its first argument's value, and can pass over rows where that is NULL. */
  readonly picks: boolean;
  /** Row implementation. */
  readonly row: (at: WindowPlace) => Value;
  readonly documentation: string;
  readonly example?: { readonly sql: string; readonly result: string };
}

/** What a window function sees of a row's partition. Positions count from 0 in the partition's order. */
export interface WindowPlace {
  readonly position: number;
  /** Rows of the partition. */
  readonly size: number;
  /** The first row that the order does not tell from this one, and the first behind them. */
  readonly peers: readonly [number, number];
  /** Groups of peers before this row's. */
  readonly groupsBefore: number;
  /** Positions of the frame's rows, in order. */
  readonly frame: () => readonly number[];
  /** The call's arguments for a row. */
  readonly args: (position: number) => readonly Value[];
  readonly ignoreNulls: boolean;
}

export interface AggregateState {
  readonly step: (args: readonly Value[]) => void;
  readonly result: () => Value;
}
