import type * as sql from '../../../grammars/sql/tree.ts';
import { scalarFunction } from '../../functions/resolve.ts';
import { caseOf, nullOf } from '../../ir/build.ts';
import type { Expression } from '../../ir/expression.ts';
import { someExpression } from '../../ir/traverse.ts';
import { NULL } from '../../types/type.ts';
import { toBoolean, unifyAll } from './coerce.ts';
import { type Context, operand } from './context.ts';
import { unsupported } from './errors.ts';
import { infix } from './operators.ts';

/** Both forms of CASE. The operand of the short form is compared with each WHEN, so it is bound once for each. */
export function bindCase(tree: sql.Case, context: Context): Expression {
  const { statement } = context;
  const { bind } = statement;
  const inner = operand(context);
  const condition = (arm: sql.CaseArm): Expression => {
    if (tree.operand === undefined) {
      return toBoolean(bind.expression(arm.when, { ...context, truth: true }), 'CASE/WHEN', statement);
    }
    const subject = bind.expression(tree.operand, inner);
    if (tree.arms.length > 1 && isVolatile(subject)) {
      throw unsupported('CASE on an operand that changes from call to call', tree.operand.range);
    }
    return infix('eq', subject, bind.expression(arm.when, inner), arm.when.range, statement);
  };
  const conditions = tree.arms.map(condition);
  const results = tree.arms.map((arm) => bind.expression(arm.then, inner));
  const otherwise = tree.otherwise === undefined ? nullOf(NULL, tree.range) : bind.expression(tree.otherwise, inner);
  const unified = unifyAll([...results, otherwise], 'CASE', statement);
  const branches = conditions.flatMap((when, i) => {
    const then = unified[i];
    return then === undefined ? [] : [{ when, then }];
  });
  return caseOf(branches, unified.at(-1) ?? otherwise, tree.range);
}

export function isVolatile(expression: Expression): boolean {
  return someExpression(
    expression,
    (node) => node.kind === 'call' && scalarFunction(node.fn)?.volatility === 'volatile',
  );
}
