import { expressionColumns } from '../ir/columns.ts';
import type { AggregateCall, Call, ColumnId, Expression } from '../ir/expression.ts';
import type { Plan } from '../ir/plan.ts';
import { planExpressions, someExpression, somePlan } from '../ir/traverse.ts';
import { MAX_DECIMAL_PRECISION } from '../types/type.ts';
import { asComparison } from './calls.ts';
import { isExactCast } from './cast-comparison.ts';

/** What fails for some values must not be evaluated for rows that the statement does not evaluate it for. */

const NEVER_FAIL = new Set([
  'not',
  'is_null',
  'is_not_null',
  'is_true',
  'is_not_true',
  'is_false',
  'is_not_false',
  'is_distinct',
  'is_not_distinct',
  'coalesce',
  'nullif',
  'like',
  'ilike',
  'lower',
  'upper',
  'length',
  'extract',
  'list_length',
  'list_get',
  'list_contains',
  'list_transform',
  'list_filter',
  'any_get',
  'any_has',
  'any_list',
  'any_truth',
]);

/** Whether some value can make the evaluation fail. */
export function canFail(expression: Expression): boolean {
  return someExpression(expression, failsItself);
}

/** Whether somewhere in the plan an evaluation can fail that uses these columns. */
export function canFailOver(plan: Plan, columns: ReadonlySet<ColumnId>): boolean {
  const uses = (node: Expression): boolean => [...expressionColumns(node)].some((id) => columns.has(id));
  const fails = (node: Expression): boolean => failsItself(node) && uses(node);
  return somePlan(plan, (node) => planExpressions(node).some((expression) => someExpression(expression, fails)));
}

/** Whether the operation can fail, whatever its operands do. */
function failsItself(expression: Expression): boolean {
  switch (expression.kind) {
    case 'cast':
      return expression.onError === 'error' && !isExactCast(expression.arg.type, expression.type);
    case 'call':
      return asComparison(expression) === undefined && !NEVER_FAIL.has(expression.fn) && !holdsResult(expression);
    default:
      return false;
  }
}

const ARITHMETIC = new Set(['add', 'subtract', 'multiply']);

/** Sums and products of decimals have all the digits that they can need, unless those were too many. */
function holdsResult({ fn, type }: Call): boolean {
  return ARITHMETIC.has(fn) && type.kind === 'decimal' && type.precision < MAX_DECIMAL_PRECISION;
}

/** Whether what the aggregate computes for a row, before it is aggregated, can fail. */
export function argumentsCanFail({ args, filter, orderBy }: AggregateCall): boolean {
  return args.some(canFail) || (filter !== undefined && canFail(filter)) || orderBy.some((k) => canFail(k.expression));
}
