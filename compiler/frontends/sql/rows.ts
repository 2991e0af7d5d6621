import type * as sql from '../../../grammars/sql/tree.ts';
import { and, or } from '../../ir/build.ts';
import type { Expression } from '../../ir/expression.ts';
import { OrbitError, type SourceRange } from '../../types/error.ts';
import type { Context } from './context.ts';
import { unsupported, unsupportedAll } from './errors.ts';
import { COMPARISONS, infix, infixFunction } from './operators.ts';

/** Comparisons of rows, `(a, b) < (c, d)`, which become comparisons of their fields. */

/** The comparison of an infix expression that has a row at a side. */
export function rowComparison(tree: sql.Binary): string | undefined {
  if (tree.left.kind !== 'row' && tree.right.kind !== 'row') return undefined;
  const fn = infixFunction(tree.operator)?.fn;
  return fn !== undefined && COMPARISONS.has(fn) ? fn : undefined;
}

export function bindRowComparison(
  fn: string,
  left: sql.Expression,
  right: sql.Expression,
  range: SourceRange,
  context: Context,
): Expression {
  if (left.kind !== 'row' || right.kind !== 'row') {
    throw unsupported('a comparison of a row with something else', range, 'Write both sides as rows.');
  }
  return compareFields(fn, left.fields, right.fields, range, context);
}

function compareFields(
  fn: string,
  left: readonly sql.Expression[],
  right: readonly sql.Expression[],
  range: SourceRange,
  context: Context,
): Expression {
  if (left.length !== right.length) {
    throw new OrbitError('syntax_error', 'unequal number of entries in row expressions', { range });
  }
  if (left.length === 0) throw new OrbitError('feature_not_supported', 'cannot compare rows of zero length', { range });
  const compare = (by: string, i: number): Expression => {
    const [a, b] = [left[i], right[i]];
    if (a === undefined || b === undefined) throw unsupportedAll('rows of different lengths', range);
    const { bind } = context.statement;
    return infix(by, bind.expression(a, context), bind.expression(b, context), range, context.statement);
  };
  return combineFields(fn, left.length, compare, range);
}

/** `compare(fn, i)` is the comparison of the i-th fields; it is asked for more than once where an order is needed. */
export function combineFields(
  fn: string,
  count: number,
  compare: (fn: string, i: number) => Expression,
  range: SourceRange,
): Expression {
  const each = (by: string): Expression[] => Array.from({ length: count }, (_, i) => compare(by, i));
  switch (fn) {
    case 'eq':
    case 'is_not_distinct':
      return and(each(fn), range);
    case 'ne':
    case 'is_distinct':
      return or(each(fn), range);
    case 'lt':
    case 'le':
    case 'gt':
    case 'ge': {
      // The first field that differs decides; the last one also says what equal rows give.
      const strict = fn === 'lt' || fn === 'le' ? 'lt' : 'gt';
      let result = compare(fn, count - 1);
      for (let i = count - 2; i >= 0; i--) {
        result = or([compare(strict, i), and([compare('eq', i), result], range)], range);
      }
      return result;
    }
    default:
      throw unsupportedAll(`comparisons of rows with ${fn}`, range);
  }
}
