import { and, conjuncts, constant, FALSE, inList, isFalseConstant } from '../ir/build.ts';
import { expressionColumns } from '../ir/columns.ts';
import { expressionEquals } from '../ir/equal.ts';
import type { ColumnId, ColumnRef, Constant, Expression } from '../ir/expression.ts';
import { someExpression } from '../ir/traverse.ts';
import { compareValues } from '../types/compare.ts';
import type { Value } from '../types/value.ts';
import { asComparison, equal } from './calls.ts';
import { isIdentity } from './identity.ts';
import { replaceColumns } from './nullability.ts';
import { simplifyCondition, simplifyExpression } from './simplify-expression.ts';
import { isVolatile } from './volatility.ts';

/**
 * The terms of a condition that is only asked whether it is true: simplified, each once, constants of a column
 * applied to the other terms over that column, and only the tightest of its bounds. `[false]` where no row can pass.
 */
export function conditionTerms(condition: Expression): readonly Expression[] {
  return mergeTerms(conjuncts(simplifyCondition(condition)));
}

/** As `conditionTerms`, for terms that are simplified already. */
export function mergeTerms(terms: readonly Expression[]): readonly Expression[] {
  const distinct = withoutDuplicates(terms);
  if (distinct.some(isFalseConstant)) return [FALSE];
  const merged = tightenBounds(applyMemberships(distinct));
  return merged.some(isFalseConstant) ? [FALSE] : merged;
}

export function withoutDuplicates(terms: readonly Expression[]): readonly Expression[] {
  const distinct: Expression[] = [];
  for (const term of terms) {
    if (isVolatile(term) || !distinct.some((other) => expressionEquals(other, term))) distinct.push(term);
  }
  return distinct.length === terms.length ? terms : distinct;
}

/** A term `column = constant` or `column in (constants)`. */
interface Membership {
  readonly term: Expression;
  readonly column: ColumnRef;
  readonly values: readonly Value[];
}

const MAX_APPLIED_VALUES = 64;

function asMembership(term: Expression): Membership | undefined {
  if (term.kind === 'in') {
    return term.arg.kind === 'column' ? { term, column: term.arg, values: term.values } : undefined;
  }
  const comparison = asComparison(term);
  if (comparison?.fn !== 'eq' || comparison.left.kind !== 'column') return undefined;
  if (comparison.right.kind !== 'constant') return undefined;
  return { term, column: comparison.left, values: [comparison.right.value] };
}

/** `x in (1, 5) and x > 3` is `x = 5`. */
function applyMemberships(terms: readonly Expression[]): readonly Expression[] {
  let result = terms;
  for (const term of terms) {
    const membership = asMembership(term);
    if (membership === undefined || !isIdentity(membership.column.type)) continue;
    if (membership.values.length > MAX_APPLIED_VALUES || !result.includes(term)) continue;
    let { values } = membership;
    const dropped = new Set<Expression>([term]);
    for (const other of result) {
      if (other === term || !isOnlyOver(other, membership.column.id)) continue;
      const outcomes = values.map((value) => outcome(other, membership.column, value));
      if (outcomes.includes(undefined)) continue;
      values = values.filter((_, i) => outcomes[i] === true);
      dropped.add(other);
    }
    if (dropped.size === 1) continue;
    const kept = members(membership.column, values);
    result = result.flatMap((other) => (other === term ? [kept] : dropped.has(other) ? [] : [other]));
  }
  return result;
}

function isOnlyOver(term: Expression, column: ColumnId): boolean {
  const used = expressionColumns(term);
  if (used.size !== 1 || !used.has(column)) return false;
  return !isVolatile(term) && !someExpression(term, (node) => node.kind === 'subquery' || node.kind === 'parameter');
}

/** Whether the condition is true with the value in the column's place; undefined if that cannot be said. */
function outcome(term: Expression, column: ColumnRef, value: Value): boolean | undefined {
  const result = simplifyExpression(replaceColumns(term, new Map([[column.id, constant(value, column.type)]])));
  return result.kind === 'constant' ? result.value === true : undefined;
}

function members(column: ColumnRef, values: readonly Value[]): Expression {
  const [only] = values;
  if (only === undefined) return FALSE;
  return values.length === 1 ? equal(column, constant(only, column.type)) : inList(column, values);
}

interface Bound {
  readonly term: Expression;
  readonly column: ColumnId;
  readonly side: 'lower' | 'upper';
  readonly strict: boolean;
  readonly value: Constant;
}

/** `x > 3 and x > 5` is `x > 5`; `x > 5 and x < 3` is false. */
function tightenBounds(terms: readonly Expression[]): readonly Expression[] {
  const bounds = terms.flatMap((term) => asBound(term) ?? []);
  if (bounds.length < 2) return terms;
  const dropped = new Set<Expression>();
  for (const bound of bounds) {
    for (const other of bounds) {
      if (bound === other || bound.column !== other.column || dropped.has(other.term)) continue;
      if (bound.side === other.side) {
        if (isImplied(bound, other)) dropped.add(bound.term);
      } else if (bound.side === 'lower' && excludes(bound, other)) return [FALSE];
    }
  }
  return dropped.size === 0 ? terms : terms.filter((term) => !dropped.has(term));
}

function asBound(term: Expression): Bound | undefined {
  const comparison = asComparison(term);
  if (comparison?.left.kind !== 'column' || comparison.right.kind !== 'constant') return undefined;
  if (comparison.right.value === null || comparison.fn === 'eq' || comparison.fn === 'ne') return undefined;
  const { fn } = comparison;
  return {
    term,
    column: comparison.left.id,
    side: fn === 'gt' || fn === 'ge' ? 'lower' : 'upper',
    strict: fn === 'gt' || fn === 'lt',
    value: comparison.right,
  };
}

/** Whether every value within `other` is within `bound`, both being bounds of the same side. */
function isImplied(bound: Bound, other: Bound): boolean {
  const order = compareValues(bound.value.value, other.value.value, bound.value.type);
  if (order === 0) return !bound.strict || other.strict;
  return bound.side === 'lower' ? order < 0 : order > 0;
}

function excludes(lower: Bound, upper: Bound): boolean {
  const order = compareValues(lower.value.value, upper.value.value, lower.value.type);
  return order > 0 || (order === 0 && (lower.strict || upper.strict));
}

/** The conjunction of terms, merged. */
export function conjunction(terms: readonly Expression[]): Expression {
  return and(mergeTerms(terms));
}
