import type * as sql from '../../../grammars/sql/tree.ts';
import { and, inList, or } from '../../ir/build.ts';
import type { Expression } from '../../ir/expression.ts';
import { UTF8 } from '../../types/type.ts';
import type { Value } from '../../types/value.ts';
import { besideEachOther, cannotMatch, coerce, commonType, narrowed, toBoolean, typed } from './coerce.ts';
import { type Context, operand } from './context.ts';
import { unsupported } from './errors.ts';
import { DEFAULT_ESCAPE, infix, operation } from './operators.ts';
import { bindRowComparison } from './rows.ts';

/** Predicates with a syntax of their own. Operands that are compared twice are bound twice, as plans share nothing. */

export function bindLogic(tree: sql.And | sql.Or, context: Context): Expression {
  const clause = tree.kind === 'and' ? 'AND' : 'OR';
  const args = tree.operands.map((term) =>
    toBoolean(context.statement.bind.expression(term, context), clause, context.statement),
  );
  return tree.kind === 'and' ? and(args, tree.range) : or(args, tree.range);
}

export function bindNot(tree: sql.Not, context: Context): Expression {
  const arg = context.statement.bind.expression(tree.operand, operand(context));
  return negation(toBoolean(arg, 'NOT', context.statement), true, tree.range, context);
}

export function negation(arg: Expression, negate: boolean, range: sql.SourceRange, context: Context): Expression {
  return negate ? operation('not', [arg], range, context.statement) : arg;
}

export function bindBetween(tree: sql.Between, context: Context): Expression {
  const { range } = tree;
  const inner = operand(context);
  const compare = (fn: string, bound: sql.Expression): Expression => {
    if (tree.operand.kind === 'row' || bound.kind === 'row') {
      return bindRowComparison(fn, tree.operand, bound, range, inner);
    }
    const { bind } = context.statement;
    return infix(fn, bind.expression(tree.operand, inner), bind.expression(bound, inner), range, context.statement);
  };
  const inside = (low: sql.Expression, high: sql.Expression): Expression =>
    and([compare('ge', low), compare('le', high)], range);
  const either = tree.symmetric
    ? or([inside(tree.low, tree.high), inside(tree.high, tree.low)], range)
    : inside(tree.low, tree.high);
  return negation(either, tree.not, range, context);
}

/** Constants of one type make an IN list; anything else is compared one by one. */
export function bindInList(tree: sql.InList, context: Context): Expression {
  const { range } = tree;
  const { statement } = context;
  const inner = operand(context);
  if (tree.operand.kind === 'row' || tree.items.some((item) => item.kind === 'row')) {
    const terms = tree.items.map((item) => bindRowComparison('eq', tree.operand, item, range, inner));
    return negation(or(terms, range), tree.not, range, context);
  }
  const arg = statement.bind.expression(tree.operand, inner);
  const items = tree.items.map((item) => statement.bind.expression(item, inner));
  return negation(isOneOf(arg, items, tree, inner), tree.not, range, context);
}

function isOneOf(arg: Expression, items: readonly Expression[], tree: sql.InList, context: Context): Expression {
  const { range } = tree;
  const { statement } = context;
  const [subject = arg, ...alternatives] = besideEachOther(
    [arg, ...items.map((item) => narrowed(item, arg.type))],
    statement,
  );
  const type = commonType([subject, ...alternatives]);
  if (type === undefined) throw cannotMatch('IN', [subject, ...alternatives]);
  const common = type.kind === 'null' ? UTF8 : type;
  const values: Value[] = [];
  const others: Expression[] = [];
  for (const item of alternatives) {
    const value = coerce(item, common, statement);
    if (value.kind === 'constant') values.push(value.value);
    else others.push(value);
  }
  if (others.length === 0) return inList(coerce(subject, common, statement), values, range);
  const again = (): Expression => statement.bind.expression(tree.operand, context);
  const terms = others.map((other, i) => infix('eq', i === 0 ? subject : again(), other, range, statement));
  if (values.length > 0) terms.unshift(inList(coerce(again(), common, statement), values, range));
  return or(terms, range);
}

export function bindLike(tree: sql.Like, context: Context): Expression {
  const { range } = tree;
  const inner = operand(context);
  const { bind } = context.statement;
  const escapeBy = tree.escape === undefined ? DEFAULT_ESCAPE : bind.expression(tree.escape, inner);
  const escapes = tree.form === 'glob' ? [] : [escapeBy];
  const bound = [bind.expression(tree.operand, inner), bind.expression(tree.pattern, inner), ...escapes];
  return negation(operation(tree.form, bound, range, context.statement), tree.not, range, context);
}

export function bindIsNull(tree: sql.IsNull, context: Context): Expression {
  if (tree.operand.kind === 'row') throw unsupported('IS NULL of a row', tree.range, 'Test its fields one by one.');
  const arg = typed(context.statement.bind.expression(tree.operand, operand(context)), context.statement);
  return operation(tree.not ? 'is_not_null' : 'is_null', [arg], tree.range, context.statement);
}

export function bindIsTruth(tree: sql.IsTruth, context: Context): Expression {
  const { statement } = context;
  const word = `IS ${tree.not ? 'NOT ' : ''}${tree.truth.toUpperCase()}`;
  const arg = toBoolean(statement.bind.expression(tree.operand, operand(context)), word, statement);
  const test = tree.truth === 'unknown' ? 'null' : tree.truth;
  return operation(`is_${tree.not ? 'not_' : ''}${test}`, [arg], tree.range, statement);
}

export function bindIsDistinct(tree: sql.IsDistinct, context: Context): Expression {
  const { statement } = context;
  const fn = tree.not ? 'is_not_distinct' : 'is_distinct';
  const inner = operand(context);
  if (tree.left.kind === 'row' || tree.right.kind === 'row') {
    return bindRowComparison(fn, tree.left, tree.right, tree.range, inner);
  }
  const left = statement.bind.expression(tree.left, inner);
  const right = statement.bind.expression(tree.right, inner);
  return infix(fn, left, right, tree.range, statement);
}
