import { columnRef, isTrueConstant } from '../ir/build.ts';
import type { Call, Column, ColumnId, Expression } from '../ir/expression.ts';
import { BOOL } from '../types/type.ts';

/** The calls of the catalogue that rewrites recognise and make: comparisons and tests, which are BOOL → BOOL or T × T → BOOL. */

export type ComparisonName = 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge';

export interface Comparison {
  readonly fn: ComparisonName;
  readonly left: Expression;
  readonly right: Expression;
}

/** `a op b` is `b FLIPPED[op] a`. */
export const FLIPPED: Readonly<Record<ComparisonName, ComparisonName>> = {
  eq: 'eq',
  ne: 'ne',
  lt: 'gt',
  le: 'ge',
  gt: 'lt',
  ge: 'le',
};

/** `not (a op b)` is `a NEGATED[op] b`, in three-valued logic too; NaN sorts after everything, so also for floats. */
export const NEGATED: Readonly<Record<ComparisonName, ComparisonName>> = {
  eq: 'ne',
  ne: 'eq',
  lt: 'ge',
  le: 'gt',
  gt: 'le',
  ge: 'lt',
};

const isComparisonName = (fn: string): fn is ComparisonName => Object.hasOwn(FLIPPED, fn);

export function asComparison(expression: Expression): Comparison | undefined {
  if (expression.kind !== 'call' || !isComparisonName(expression.fn)) return undefined;
  const [left, right] = expression.args;
  return left === undefined || right === undefined ? undefined : { fn: expression.fn, left, right };
}

export function compare(fn: ComparisonName, left: Expression, right: Expression): Call {
  return { kind: 'call', fn, args: [left, right], type: BOOL, nullable: left.nullable || right.nullable };
}

export function equal(left: Expression, right: Expression): Call {
  return compare('eq', left, right);
}

/** Equality that takes NULL for a value like any other; plain equality where neither side can be NULL. */
export function same(left: Expression, right: Expression): Call {
  if (!left.nullable && !right.nullable) return equal(left, right);
  return { kind: 'call', fn: 'is_not_distinct', args: [left, right], type: BOOL, nullable: false };
}

export function not(arg: Expression): Call {
  return { kind: 'call', fn: 'not', args: [arg], type: BOOL, nullable: arg.nullable };
}

export function isNull(arg: Expression): Call {
  return test('is_null', arg);
}

export function isNotNull(arg: Expression): Call {
  return test('is_not_null', arg);
}

/** The expression with unknown turned into false. */
export function isTrue(arg: Expression): Expression {
  return arg.nullable ? test('is_true', arg) : arg;
}

function test(fn: string, arg: Expression): Call {
  return { kind: 'call', fn, args: [arg], type: BOOL, nullable: false };
}

/** The argument of a call of the function of that name with one argument. */
export function argumentOf(expression: Expression, fn: string): Expression | undefined {
  return expression.kind === 'call' && expression.fn === fn ? expression.args[0] : undefined;
}

/** References to all the columns, as a projection that passes them through has them. */
export function references(columns: readonly Column[]): readonly Expression[] {
  return columns.map((column) => columnRef(column));
}

export function ids(columns: readonly Column[]): Set<ColumnId> {
  return new Set(columns.map((column) => column.id));
}

export function isConstant(expression: Expression, value: boolean | null): boolean {
  return expression.kind === 'constant' && expression.value === value;
}

/** Whether the expression, as a condition, can be seen to be never true. */
export function isNeverTrue(expression: Expression): boolean {
  switch (expression.kind) {
    case 'constant':
      return !isTrueConstant(expression);
    case 'and':
      return expression.args.some(isNeverTrue);
    case 'or':
      return expression.args.every(isNeverTrue);
    default:
      return false;
  }
}
