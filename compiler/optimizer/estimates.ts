import type { ColumnStatistics } from '../catalog/catalog.ts';
import type { Distribution } from '../catalog/distribution.ts';
import { position } from '../catalog/position.ts';
import type { ColumnId, Expression } from '../ir/expression.ts';
import type { Type } from '../types/type.ts';
import type { Sampled } from './sample.ts';

/** What is believed of a column's values. */
export interface ColumnEstimate {
  /** Different values among the rows. */
  readonly distinct: number;
  /**
   * Different values before predicates on other columns took rows away. Two columns that are compared are believed to
   * draw from one set of values, as large as the larger of their domains.
   */
  readonly domain: number;
  /**
   * The values are among those that a condition left of a table's column. Copies of one filter leave the same: what is
   * compared then draws from these, not from all that the column had.
   */
  readonly within?: Subset | undefined;
  /** Fraction of NULLs. */
  readonly nulls: number;
  /** Range of values as numbers, where the type has an order that numbers can express. */
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  /** Of the values before conditions on the column; those outside its range are gone. */
  readonly distribution?: (() => Distribution | undefined) | undefined;
  /** Of the least or greatest value of each group: among so many rows of a group, one at least has it. */
  readonly extremeOf?: number | undefined;
  /** Of sums and counts, whose values gather around their mean. */
  readonly spread?: { readonly mean: number; readonly deviation: number } | undefined;
}

export interface Subset {
  /** The same text for the same condition over the same table. */
  readonly filter: () => string;
  readonly ordinal: number;
  readonly values: number;
}

export function sameSubset(a: Subset | undefined, b: Subset | undefined): boolean {
  return a !== undefined && b !== undefined && a.ordinal === b.ordinal && a.filter() === b.filter();
}

export type ColumnEstimates = ReadonlyMap<ColumnId, ColumnEstimate>;

/** Columns that make a key of a table or a group: together they draw from `rows` combinations. */
export interface KeyDomain {
  readonly columns: readonly ColumnId[];
  readonly rows: number;
}

export interface Estimate {
  readonly rows: number;
  readonly columns: ColumnEstimates;
  readonly keys: readonly KeyDomain[];
  /** The rows' like in the sample of a table whose rows they are, some of them maybe left out. */
  readonly sample?: Sampled | undefined;
  /** Expressions that a condition has left few values. */
  readonly restricted?: readonly Restricted[] | undefined;
}

export interface Restricted {
  readonly expression: Expression;
  readonly values: number;
}

export const NO_COLUMNS: ColumnEstimates = new Map();

/** A guess for a column of which nothing is known: a fraction of the rows are different. */
export function unknownColumn(rows: number): ColumnEstimate {
  const distinct = Math.max(1, rows * UNKNOWN_DISTINCT_FRACTION);
  return { distinct, domain: distinct, nulls: 0 };
}

const UNKNOWN_DISTINCT_FRACTION = 0.1;

export function columnFromStatistics(
  statistics: ColumnStatistics | undefined,
  type: Type,
  nullable: boolean,
  rows: number,
): ColumnEstimate {
  const nulls = nullable && rows > 0 ? Math.min(1, (statistics?.nullCount ?? 0) / rows) : 0;
  const min = statistics?.min === undefined ? undefined : position(statistics.min, type);
  const max = statistics?.max === undefined ? undefined : position(statistics.max, type);
  const distinct = Math.max(1, statistics?.distinctCount ?? distinctByRange(min, max, type, rows));
  return { distinct, domain: distinct, nulls, min, max, distribution: statistics?.distribution };
}

function distinctByRange(min: number | undefined, max: number | undefined, type: Type, rows: number): number {
  const guess = type.kind === 'bool' ? 2 : Math.max(1, rows * UNKNOWN_DISTINCT_FRACTION);
  if (min === undefined || max === undefined || !hasSteps(type)) return guess;
  return Math.max(1, Math.min(guess, max - min + 1));
}

/** Whether neighbouring values of the type are one apart on the scale of `position`. */
export function hasSteps(type: Type): boolean {
  return (
    type.kind === 'date' ||
    type.kind === 'int8' ||
    type.kind === 'int16' ||
    type.kind === 'int32' ||
    type.kind === 'int64'
  );
}

/**
 * Different values that remain of `distinct` when `kept` of `rows` rows are taken at random (Yao, CACM 1977, in
 * Cardenas's approximation).
 */
export function remainingDistinct(distinct: number, rows: number, kept: number): number {
  if (kept >= rows || rows <= 0) return Math.max(1, Math.min(distinct, Math.max(kept, 1)));
  if (distinct >= rows) return Math.max(1, kept);
  const perValue = rows / distinct;
  return Math.max(1, distinct * (1 - (1 - kept / rows) ** perValue));
}

/** Different values among `rows` draws from a domain of that size. */
export function drawnDistinct(domain: number, rows: number): number {
  if (domain <= 1) return 1;
  return Math.max(1, Math.min(rows, domain * -Math.expm1(-rows / domain)));
}

/** The columns when `kept` of `rows` rows remain for reasons that have nothing to do with their values. */
export function scaleColumns(columns: ColumnEstimates, rows: number, kept: number): ColumnEstimates {
  if (kept >= rows) return columns;
  const scaled = new Map<ColumnId, ColumnEstimate>();
  for (const [id, column] of columns) {
    scaled.set(id, { ...column, distinct: remainingDistinct(column.distinct, rows, kept) });
  }
  return scaled;
}

export function lookupIn({ columns }: Estimate): (id: ColumnId) => ColumnEstimate | undefined {
  return (id) => columns.get(id);
}
