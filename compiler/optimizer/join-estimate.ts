import { conjuncts } from '../ir/build.ts';
import { expressionColumns } from '../ir/columns.ts';
import type { Column, ColumnId, Expression } from '../ir/expression.ts';
import type { JoinKind } from '../ir/plan.ts';
import { ids } from './calls.ts';
import {
  type ColumnEstimate,
  drawnDistinct,
  type Estimate,
  type KeyDomain,
  type Subset,
  sameSubset,
  scaleColumns,
} from './estimates.ts';
import { conjunctionSelectivity, distinctValues, domainValues, type Lookup, nullFraction } from './selectivity.ts';
import { impliedOver } from './transitive.ts';

/** An equality between an expression of the left side and one of the right side of a join. */
export interface Equality {
  readonly left: Expression;
  readonly right: Expression;
  /** NULL equals NULL. */
  readonly nullsEqual: boolean;
}

export interface JoinCondition {
  readonly equalities: readonly Equality[];
  readonly residual: readonly Expression[];
}

/** The condition's equalities between the two sides, and what else it asks. */
export function splitCondition(
  condition: Expression,
  left: readonly Column[],
  right: readonly Column[],
): JoinCondition {
  const leftIds = ids(left);
  const rightIds = ids(right);
  const equalities: Equality[] = [];
  const residual: Expression[] = [];
  for (const term of conjuncts(condition)) {
    const equality = asEquality(term, leftIds, rightIds);
    if (equality === undefined) residual.push(term);
    else equalities.push(equality);
  }
  return { equalities, residual };
}

function asEquality(term: Expression, left: ReadonlySet<ColumnId>, right: ReadonlySet<ColumnId>): Equality | undefined {
  if (term.kind !== 'call' || (term.fn !== 'eq' && term.fn !== 'is_not_distinct')) return undefined;
  const [a, b] = term.args;
  if (a === undefined || b === undefined) return undefined;
  const nullsEqual = term.fn === 'is_not_distinct';
  if (isOver(a, left, right) && isOver(b, right, left)) return { left: a, right: b, nullsEqual };
  if (isOver(b, left, right) && isOver(a, right, left)) return { left: b, right: a, nullsEqual };
  return undefined;
}

function isOver(expression: Expression, own: ReadonlySet<ColumnId>, other: ReadonlySet<ColumnId>): boolean {
  let some = false;
  for (const id of expressionColumns(expression)) {
    if (other.has(id)) return false;
    some ||= own.has(id);
  }
  return some;
}

/** The fraction of all pairs of rows that satisfy the equalities. */
export function equalitySelectivity(
  equalities: readonly Equality[],
  lookup: Lookup,
  leftKeys: readonly KeyDomain[],
  rightKeys: readonly KeyDomain[],
): number {
  let remaining = equalities;
  let fraction = 1;
  for (const equality of equalities) {
    if (equality.nullsEqual) continue;
    fraction *= (1 - nullFraction(equality.left, lookup)) * (1 - nullFraction(equality.right, lookup));
  }
  for (;;) {
    const key = widestKey(remaining, leftKeys, rightKeys);
    if (key === undefined) break;
    fraction /= Math.max(1, key.rows);
    remaining = remaining.filter((equality) => !key.covered.includes(equality));
  }
  for (const { left, right } of remaining) {
    const perGroup = equalities.length < 2 ? undefined : (extremeOf(left, lookup) ?? extremeOf(right, lookup));
    if (perGroup !== undefined) {
      fraction /= Math.max(1, perGroup);
      continue;
    }
    const domain = commonDomain(left, right, lookup);
    const skewed = skewedFraction(left, right, domain, lookup);
    if (skewed !== undefined) fraction *= skewed;
    else fraction *= domain > 0 ? 1 / domain : UNKNOWN_EQUALITY;
  }
  return fraction;
}

/** From how many values both sides of an equality draw; 0: unknown. */
function commonDomain(left: Expression, right: Expression, lookup: Lookup): number {
  const a = left.kind === 'column' ? lookup(left.id)?.within : undefined;
  const b = right.kind === 'column' ? lookup(right.id)?.within : undefined;
  if (a !== undefined && sameSubset(a, b)) return a.values;
  return Math.max(domainValues(left, lookup) ?? 0, domainValues(right, lookup) ?? 0);
}

/**
 * How often two values are equal that come more often on both sides: the common ones pair by pair, the others as if
 * they were even. Undefined where one side has no common values: then skew at the other makes no difference.
 */
function skewedFraction(left: Expression, right: Expression, domain: number, lookup: Lookup): number | undefined {
  const a = left.kind === 'column' ? lookup(left.id) : undefined;
  const b = right.kind === 'column' ? lookup(right.id) : undefined;
  // What a filter on the columns themselves has left of the common values is not followed.
  if (a === undefined || b === undefined || a.within !== undefined || b.within !== undefined) return undefined;
  const [p, q] = [a.distribution?.(), b.distribution?.()];
  if (p === undefined || q === undefined || p.common.size === 0 || q.common.size === 0) return undefined;
  let pairs = 0;
  for (const [value, fraction] of p.common) pairs += fraction * (q.common.get(value) ?? 0);
  const others = Math.max(1, domain - Math.max(p.common.size, q.common.size));
  return Math.max(pairs + ((1 - p.commonFraction) * (1 - q.commonFraction)) / others, LEAST_EQUAL);
}

const LEAST_EQUAL = 1e-9;

function extremeOf(expression: Expression, lookup: Lookup): number | undefined {
  return expression.kind === 'column' ? lookup(expression.id)?.extremeOf : undefined;
}

/**
 * The fraction of pairs that satisfy what is asked beside equalities. What a disjunction over several sides implies for
 * one of them has been asked there already, and is not counted again.
 */
export function residualSelectivity(
  residual: readonly Expression[],
  sides: readonly ReadonlySet<ColumnId>[],
  lookup: Lookup,
): number {
  if (!residual.some((term) => term.kind === 'or')) return conjunctionSelectivity(residual, lookup);
  return residual.reduce((fraction, term) => {
    const own = conjunctionSelectivity([term], lookup);
    const asked = sides.reduce((product, side) => {
      const implied = impliedOver([term], side);
      return implied.length === 0 ? product : product * conjunctionSelectivity(implied, lookup);
    }, 1);
    return fraction * Math.min(1, own / asked);
  }, 1);
}

const UNKNOWN_EQUALITY = 1 / 100;

/**
 * A composite key whose columns are all compared: together they are one value of its table, not a combination of
 * independent ones. Of several such keys that of the largest table counts, which has the values of the others.
 */
function widestKey(
  equalities: readonly Equality[],
  leftKeys: readonly KeyDomain[],
  rightKeys: readonly KeyDomain[],
): { readonly rows: number; readonly covered: readonly Equality[] } | undefined {
  if (equalities.length < 2) return undefined;
  let best: { readonly rows: number; readonly covered: readonly Equality[] } | undefined;
  const consider = (keys: readonly KeyDomain[], side: 'left' | 'right'): void => {
    for (const { columns, rows } of keys) {
      if (columns.length < 2) continue;
      const covered = equalities.filter((equality) => {
        const expression = equality[side];
        return expression.kind === 'column' && columns.includes(expression.id);
      });
      if (covered.length < columns.length) continue;
      if (best === undefined || rows > best.rows) best = { rows, covered };
    }
  };
  consider(leftKeys, 'left');
  consider(rightKeys, 'right');
  return best;
}

/** The fraction of left rows that have a partner at the right. */
export function matchFraction(
  condition: JoinCondition,
  lookup: Lookup,
  rightRows: number,
  selectivity: number,
): number {
  const { equalities, residual } = condition;
  const partners = rightRows * selectivity;
  const [only] = equalities;
  let keyed = 1;
  if (only !== undefined && equalities.length === 1) {
    const distinct = distinctValues(only.right, lookup) ?? rightRows;
    const domain = Math.max(commonDomain(only.left, only.right, lookup), 1);
    keyed = Math.min(1, distinct / domain);
  } else if (equalities.length > 1) {
    keyed = -Math.expm1(-partners);
  }
  if (residual.length === 0) return equalities.length === 0 ? Math.min(1, rightRows) : keyed;
  const passes = conjunctionSelectivity(residual, lookup);
  const candidates = keyed > 0 ? partners / keyed : 0;
  return keyed * (1 - (1 - passes) ** Math.max(candidates, 0));
}

export function estimateJoin(kind: JoinKind, left: Estimate, right: Estimate, condition: JoinCondition): Estimate {
  const lookup: Lookup = (id) => left.columns.get(id) ?? right.columns.get(id);
  const equal = equalitySelectivity(condition.equalities, lookup, left.keys, right.keys);
  const passes = residualSelectivity(condition.residual, [idsOf(left), idsOf(right)], lookup);
  const pairs = left.rows * right.rows * equal * passes;
  switch (kind) {
    case 'inner':
      return joined(left, right, pairs, condition, 0);
    case 'left':
    case 'single': {
      const matched = matchFraction(condition, lookup, right.rows, equal);
      const padding = left.rows * (1 - matched);
      const rows = kind === 'single' ? left.rows : Math.max(left.rows, pairs + padding);
      return joined(left, right, rows, condition, rows > 0 ? Math.min(1, padding / rows) : 0);
    }
    case 'full':
      return joined(left, right, Math.max(left.rows, right.rows, pairs), condition, 0);
    case 'semi':
    case 'anti': {
      const matched = matchFraction(condition, lookup, right.rows, equal);
      const fraction = kind === 'semi' ? matched : Math.max(LEAST_UNMATCHED, 1 - matched);
      const rows = left.rows * fraction;
      const columns = new Map(scaleColumns(left.columns, left.rows, rows));
      if (kind === 'semi') meet(condition, left, right, rows, columns);
      return { rows, columns, keys: left.keys, restricted: left.restricted };
    }
    case 'mark':
      return left;
  }
}

function smaller(a: Subset | undefined, b: Subset | undefined): Subset | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a.values <= b.values ? a : b;
}

function idsOf({ columns }: Estimate): ReadonlySet<ColumnId> {
  return new Set(columns.keys());
}

/** That every row has a partner is not believed, for then nobody would ask for those without. */
const LEAST_UNMATCHED = 0.02;

function joined(left: Estimate, right: Estimate, rows: number, condition: JoinCondition, padded: number): Estimate {
  const columns = new Map<ColumnId, ColumnEstimate>(scaleColumns(left.columns, left.rows, rows));
  for (const [id, column] of scaleColumns(right.columns, right.rows, rows)) {
    columns.set(id, padded > 0 ? { ...column, nulls: column.nulls + (1 - column.nulls) * padded } : column);
  }
  if (padded === 0) meet(condition, left, right, rows, columns);
  const restricted = [...(left.restricted ?? []), ...(right.restricted ?? [])];
  return { rows, columns, keys: [...left.keys, ...right.keys], restricted };
}

/** Columns that are equal have the values that are common to them, as many as are common by chance. */
function meet(
  { equalities }: JoinCondition,
  left: Estimate,
  right: Estimate,
  rows: number,
  columns: Map<ColumnId, ColumnEstimate>,
): void {
  for (const equality of equalities) {
    if (equality.left.kind !== 'column' || equality.right.kind !== 'column') continue;
    const a = left.columns.get(equality.left.id);
    const b = right.columns.get(equality.right.id);
    if (a === undefined || b === undefined) continue;
    const domain = sameSubset(a.within, b.within) ? (a.within?.values ?? a.domain) : Math.max(a.domain, b.domain);
    const distinct = drawnDistinct(Math.max(1, (a.distinct * b.distinct) / domain), rows);
    const within = smaller(a.within, b.within);
    for (const [id, column] of [
      [equality.left.id, a],
      [equality.right.id, b],
    ] as const) {
      if (columns.has(id)) columns.set(id, { ...column, distinct, within, nulls: 0 });
    }
  }
}
