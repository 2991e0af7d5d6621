import type * as sql from '../../../grammars/sql/tree.ts';
import type { Expression } from '../../ir/expression.ts';
import { type Context, operand } from './context.ts';
import { bindJsonOperator } from './json-operators.ts';
import { infix, infixFunction, operation, typeLabel, undefinedOperator } from './operators.ts';

export function bindBinary(tree: sql.Binary, context: Context): Expression {
  const inner = operand(context);
  const known = infixFunction(tree.operator);
  const left = context.statement.bind.expression(tree.left, inner);
  const right = context.statement.bind.expression(tree.right, inner);
  const json = bindJsonOperator(tree.operator.symbol, left, right, tree.range, context.statement);
  if (json !== undefined) return json;
  if (known === undefined) {
    throw undefinedOperator(`${typeLabel(left)} ${tree.operator.symbol} ${typeLabel(right)}`, tree.operator.range);
  }
  const result = infix(known.fn, left, right, tree.range, context.statement);
  return known.negate ? operation('not', [result], tree.range, context.statement) : result;
}
