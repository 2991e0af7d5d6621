import { and, conjuncts } from '../ir/build.ts';
import { expressionColumns } from '../ir/columns.ts';
import { expressionEquals } from '../ir/equal.ts';
import type { ColumnId, Expression } from '../ir/expression.ts';
import type { Join, Plan } from '../ir/plan.ts';
import { asComparison, FLIPPED, ids } from '../optimizer/calls.ts';
import { isVolatile } from '../optimizer/volatility.ts';
import { type Type, typeEquals } from '../types/type.ts';
import type { Lowering } from './lowering.ts';
import type { RangeBound, RangeJoin } from './plan.ts';

/** Over fewer inner rows, sorting and searching is no better than looking at all of them. */
const LEAST_INNER_ROWS = 32;

/**
 * A join without equalities as a range join, where an inequality between the sides can be searched for: the inner
 * side's expression with the most bounds is sorted by. Undefined where there is none.
 */
export function lowerRangeJoin(
  plan: Join,
  outer: Plan,
  inner: Plan,
  { lower, estimator }: Lowering,
): RangeJoin | undefined {
  const { join } = plan;
  if (join === 'full' || plan.nullAware || estimator.rows(inner) < LEAST_INNER_ROWS) return undefined;
  const [outerIds, innerIds] = [ids(outer.columns), ids(inner.columns)];
  let best: Candidate | undefined;
  const candidates: Candidate[] = [];
  for (const term of conjuncts(plan.condition)) {
    const found = boundOf(term, outerIds, innerIds);
    if (found === undefined) continue;
    let candidate = candidates.find((other) => expressionEquals(other.order, found.order));
    if (candidate === undefined) {
      candidate = { order: found.order, lower: undefined, upper: undefined, terms: [] };
      candidates.push(candidate);
    }
    if (candidate[found.side] !== undefined) continue;
    candidate[found.side] = found.bound;
    candidate.terms.push(term);
    if (best === undefined || candidate.terms.length > best.terms.length) best = candidate;
  }
  if (best === undefined) return undefined;
  const { order, terms } = best;
  const residual = conjuncts(plan.condition).filter((term) => !terms.includes(term));
  return {
    kind: 'rangeJoin',
    join,
    columns: plan.columns,
    outer: lower(outer),
    inner: lower(inner),
    keys: [],
    order,
    lower: best.lower,
    upper: best.upper,
    nearest: false,
    residual: residual.length === 0 ? undefined : and(residual),
    mark: plan.mark,
  };
}

interface Candidate {
  readonly order: Expression;
  lower: RangeBound | undefined;
  upper: RangeBound | undefined;
  readonly terms: Expression[];
}

/** The term as a bound on an expression of the inner side. */
function boundOf(
  term: Expression,
  outer: ReadonlySet<ColumnId>,
  inner: ReadonlySet<ColumnId>,
): { readonly order: Expression; readonly side: 'lower' | 'upper'; readonly bound: RangeBound } | undefined {
  const comparison = asComparison(term);
  if (comparison === undefined || comparison.fn === 'eq' || comparison.fn === 'ne' || isVolatile(term))
    return undefined;
  const over = (expression: Expression, own: ReadonlySet<ColumnId>, other: ReadonlySet<ColumnId>): boolean => {
    const used = [...expressionColumns(expression)];
    return used.some((id) => own.has(id)) && !used.some((id) => other.has(id));
  };
  const { left, right } = comparison;
  const turned = over(left, outer, inner) && over(right, inner, outer);
  if (!turned && !(over(left, inner, outer) && over(right, outer, inner))) return undefined;
  const [order, value] = turned ? [right, left] : [left, right];
  if (!typeEquals(order.type, value.type) || !isOrdered(order.type)) return undefined;
  const fn = turned ? FLIPPED[comparison.fn] : comparison.fn;
  const side = fn === 'lt' || fn === 'le' ? 'upper' : 'lower';
  return { order, side, bound: { value, strict: fn === 'lt' || fn === 'gt' } };
}

/** Types that comparisons and sorts order alike. */
function isOrdered({ kind }: Type): boolean {
  return kind !== 'any' && kind !== 'list' && kind !== 'interval' && kind !== 'bool' && kind !== 'null';
}
