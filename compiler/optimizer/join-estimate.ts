import { conjuncts } from '../ir/build.ts';
import { expressionColumns } from '../ir/columns.ts';
import type { Column, ColumnId, Expression } from '../ir/expression.ts';
import type { JoinKind } from '../ir/plan.ts';
import { ids } from './calls.ts';
import { type ColumnEstimate, drawnDistinct, type Estimate, type KeyDomain, scaleColumns } from './estimates.ts';
import { conjunctionSelectivity, distinctValues, domainValues, type Lookup, nullFraction } from './selectivity.ts';

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
    const domain = Math.max(domainValues(left, lookup) ?? 0, domainValues(right, lookup) ?? 0);
    fraction *= domain > 0 ? 1 / domain : UNKNOWN_EQUALITY;
  }
  return fraction;
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
    const domain = Math.max(domainValues(only.left, lookup) ?? 0, domainValues(only.right, lookup) ?? 0, 1);
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
  const passes = conjunctionSelectivity(condition.residual, lookup);
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
      return { rows, columns: scaleColumns(left.columns, left.rows, rows), keys: left.keys };
    }
    case 'mark':
      return left;
  }
}

/** That every row has a partner is not believed, for then nobody would ask for those without. */
const LEAST_UNMATCHED = 0.02;

function joined(
  left: Estimate,
  right: Estimate,
  rows: number,
  { equalities }: JoinCondition,
  padded: number,
): Estimate {
  const columns = new Map<ColumnId, ColumnEstimate>(scaleColumns(left.columns, left.rows, rows));
  for (const [id, column] of scaleColumns(right.columns, right.rows, rows)) {
    columns.set(id, padded > 0 ? { ...column, nulls: column.nulls + (1 - column.nulls) * padded } : column);
  }
  for (const equality of equalities) {
    if (equality.left.kind !== 'column' || equality.right.kind !== 'column') continue;
    const a = left.columns.get(equality.left.id);
    const b = right.columns.get(equality.right.id);
    if (a === undefined || b === undefined || padded > 0) continue;
    // Both have the values that are common to them, as many as are common by chance.
    const domain = Math.max(a.domain, b.domain);
    const distinct = drawnDistinct(Math.max(1, (a.distinct * b.distinct) / domain), rows);
    columns.set(equality.left.id, { ...a, distinct, nulls: 0 });
    columns.set(equality.right.id, { ...b, distinct, nulls: 0 });
  }
  return { rows, columns, keys: [...left.keys, ...right.keys] };
}
