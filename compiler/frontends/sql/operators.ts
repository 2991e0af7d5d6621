import type * as sql from '../../../grammars/sql/tree.ts';
import { resolveOperator, scalarFunction } from '../../functions/resolve.ts';
import { constant } from '../../ir/build.ts';
import type { Expression } from '../../ir/expression.ts';
import { OrbitError, type SourceRange } from '../../types/error.ts';
import { messageTypeName } from '../../types/names.ts';
import { FLOAT64, isNumeric, UTF8 } from '../../types/type.ts';
import { besideEachOther, coerce, isUntyped, narrowed } from './coerce.ts';
import { type Context, operand, type StatementContext } from './context.ts';
import { unsupported } from './errors.ts';
import { negated } from './literals.ts';
import { fold } from './names.ts';
import { zonedCall } from './zoned.ts';

/** Operators and the canonical functions that they are. */

const INFIX: Readonly<Record<string, string>> = {
  '=': 'eq',
  '<>': 'ne',
  '<': 'lt',
  '<=': 'le',
  '>': 'gt',
  '>=': 'ge',
  '+': 'add',
  '-': 'subtract',
  '*': 'multiply',
  '/': 'divide',
  '%': 'modulo',
  '^': 'power',
  '**': 'power',
  '||': 'concat_op',
  '~~': 'like',
  '~~*': 'ilike',
  '~': 'regexp_like',
  '~*': 'regexp_ilike',
  '^@': 'starts_with',
  '&': 'bits_and',
  '|': 'bits_or',
  '#': 'bits_xor',
  '<<': 'shift_left',
  '>>': 'shift_right',
};

const PREFIX: Readonly<Record<string, string>> = {
  '-': 'negate',
  '@': 'abs',
  '|/': 'sqrt',
  '||/': 'cbrt',
  '~': 'bits_not',
};

/** Infix operators that are another one negated. */
const NEGATED: Readonly<Record<string, string>> = {
  '!~~': 'like',
  '!~~*': 'ilike',
  '!~': 'regexp_like',
  '!~*': 'regexp_ilike',
};

const ORDER_COMPARISONS = ['eq', 'ne', 'lt', 'le', 'gt', 'ge'];

/** Infix functions that give a truth value. */
export const TESTS: ReadonlySet<string> = new Set([
  ...ORDER_COMPARISONS,
  'like',
  'ilike',
  'starts_with',
  'regexp_like',
  'regexp_ilike',
]);

export const COMPARISONS: ReadonlySet<string> = new Set([...ORDER_COMPARISONS, 'is_distinct', 'is_not_distinct']);

/** What LIKE escapes with unless ESCAPE says otherwise. */
export const DEFAULT_ESCAPE: Expression = constant('\\', UTF8);

/** The function of an infix symbol, and whether its result is negated; undefined for symbols we do not have. */
export function infixFunction(operator: sql.Operator): { readonly fn: string; readonly negate: boolean } | undefined {
  checkSchema(operator);
  const negate = Object.hasOwn(NEGATED, operator.symbol);
  const table = negate ? NEGATED : INFIX;
  const fn = Object.hasOwn(table, operator.symbol) ? table[operator.symbol] : undefined;
  return fn === undefined || scalarFunction(fn) === undefined ? undefined : { fn, negate };
}

/** OPERATOR(pg_catalog.+) is PostgreSQL's way to say `+` for sure. */
function checkSchema(operator: sql.Operator): void {
  const [schema] = operator.schema;
  if (schema === undefined) return;
  if (operator.schema.length > 1 || fold(schema) !== 'pg_catalog') {
    throw unsupported('an operator of another schema', operator.range);
  }
}

export function undefinedOperator(text: string, range: SourceRange): OrbitError {
  return new OrbitError('undefined_function', `operator does not exist: ${text}`, { range });
}

export function typeLabel(expression: Expression): string {
  return messageTypeName(expression.type);
}

/** An infix function over bound operands. Number constants take the form that suits the other operand. */
export function infix(
  fn: string,
  left: Expression,
  right: Expression,
  range: SourceRange,
  statement: StatementContext,
): Expression {
  if (fn === 'like' || fn === 'ilike') return operation(fn, [left, right, DEFAULT_ESCAPE], range, statement);
  let [a = left, b = right] = besideEachOther([left, right], statement);
  if (COMPARISONS.has(fn)) {
    if (b.kind === 'constant' && a.kind !== 'constant') b = narrowed(b, a.type);
    else if (a.kind === 'constant' && b.kind !== 'constant') a = narrowed(a, b.type);
  }
  return operation(fn, [a, b], range, statement);
}

/** A function by canonical name over bound operands. */
export function operation(
  fn: string,
  args: readonly Expression[],
  range: SourceRange,
  statement: StatementContext,
): Expression {
  const resolved = resolveOperator(
    fn,
    args.map((arg) => arg.type),
    range,
  );
  const { parameters } = resolved.signature;
  return zonedCall(
    resolved,
    args.map((arg, i) => {
      const parameter = parameters[i];
      if (parameter === undefined) return arg;
      return coerce(arg, parameter.kind === 'null' ? UTF8 : parameter, statement);
    }),
    range,
    statement,
  );
}

export function bindUnary(tree: sql.Unary, context: Context): Expression {
  const arg = context.statement.bind.expression(tree.operand, operand(context));
  checkSchema(tree.operator);
  const { symbol } = tree.operator;
  if (symbol === '+' && isUntyped(arg)) return coerce(arg, FLOAT64, context.statement);
  if (symbol === '+' && isNumeric(arg.type)) return arg;
  if (symbol === '-') {
    const constant = negated(arg, tree.range);
    if (constant !== undefined) return constant;
  }
  const fn = Object.hasOwn(PREFIX, symbol) ? PREFIX[symbol] : undefined;
  if (fn === undefined || scalarFunction(fn) === undefined) {
    throw undefinedOperator(`${symbol} ${typeLabel(arg)}`, tree.operator.range);
  }
  return operation(fn, [arg], tree.range, context.statement);
}
