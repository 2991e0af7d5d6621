import { expressionColumns, freeColumns } from '../../ir/columns.ts';
import type { ColumnId, Expression } from '../../ir/expression.ts';
import type { Plan } from '../../ir/plan.ts';
import { asComparison } from '../calls.ts';

/** Which columns of the outer side of a dependent join its inner side uses. */

export function isCorrelated(plan: Plan, outer: ReadonlySet<ColumnId>): boolean {
  return intersects(freeColumns(plan), outer);
}

export function usesAny(expression: Expression, columns: ReadonlySet<ColumnId>): boolean {
  return intersects(expressionColumns(expression), columns);
}

function intersects(a: ReadonlySet<ColumnId>, b: ReadonlySet<ColumnId>): boolean {
  for (const id of a) if (b.has(id)) return true;
  return false;
}

/** An equality between an expression of outer columns only and one of inner columns only. */
export interface Correlation {
  readonly outer: Expression;
  readonly inner: Expression;
}

/** The condition as such an equality, where no column of `inner` may be an outer one. */
export function asCorrelation(condition: Expression, outer: ReadonlySet<ColumnId>): Correlation | undefined {
  const comparison = asComparison(condition);
  if (comparison?.fn !== 'eq') return undefined;
  const { left, right } = comparison;
  const isOuter = (expression: Expression): boolean =>
    usesAny(expression, outer) && [...expressionColumns(expression)].every((id) => outer.has(id));
  if (isOuter(left) && !usesAny(right, outer)) return { outer: left, inner: right };
  if (isOuter(right) && !usesAny(left, outer)) return { outer: right, inner: left };
  return undefined;
}
