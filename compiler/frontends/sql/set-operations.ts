import type * as sql from '../../../grammars/sql/tree.ts';
import { setOperation } from '../../ir/build.ts';
import type { Plan } from '../../ir/plan.ts';
import { OrbitError } from '../../types/error.ts';
import { messageTypeName } from '../../types/names.ts';
import { type Type, UTF8 } from '../../types/type.ts';
import { unify } from '../../types/unify.ts';
import type { Output, PendingQuery, QueryContext } from './context.ts';
import { unsupported } from './errors.ts';
import { castColumns } from './pending.ts';

/** UNION, INTERSECT and EXCEPT: columns meet by position, names are those of the first operand. */
export function bindSetOperation(
  tree: sql.SetOperation,
  context: QueryContext,
  bindOperand: (body: sql.QueryBody) => PendingQuery,
): PendingQuery {
  const { statement } = context;
  const word = tree.operator.toUpperCase();
  if (tree.byName) throw unsupported(`${word} BY NAME`, tree.range);
  const operands = tree.operands.map((body) => {
    statement.budget.relation();
    return bindOperand(body);
  });
  const [first, ...rest] = operands;
  if (first === undefined) throw new OrbitError('syntax_error', `${word} has no operands`, { range: tree.range });
  rest.forEach((other, i) => {
    if (other.outputs.length === first.outputs.length) return;
    throw new OrbitError('syntax_error', `each ${word} query must have the same number of columns`, {
      range: tree.operands[i + 1]?.range ?? tree.range,
    });
  });
  const outputs = first.outputs.map((output, i): Output => {
    const sides = operands.flatMap((operand) => operand.outputs[i] ?? []);
    return { ...output, type: common(sides, word), nullable: nullable(tree.operator, sides) };
  });
  return {
    outputs,
    ordered: false,
    finish: (types = []): Plan => {
      const finals = outputs.map(({ type }, i): Type => (type.kind === 'null' ? (types[i] ?? UTF8) : type));
      const plans = operands.map((operand) => castColumns(operand.finish(finals), finals, statement));
      return plans.reduce((left, right) => setOperation(tree.operator, tree.all, left, right, statement.ids));
    },
  };
}

function common(sides: readonly Output[], word: string): Type {
  let type: Type = { kind: 'null' };
  for (const side of sides) {
    const next = unify([type, side.type]);
    if (next === undefined) {
      const types = `${messageTypeName(type)} and ${messageTypeName(side.type)}`;
      throw new OrbitError('datatype_mismatch', `${word} types ${types} cannot be matched`, { range: side.range });
    }
    type = next;
  }
  return type;
}

function nullable(operator: sql.SetOperation['operator'], sides: readonly Output[]): boolean {
  switch (operator) {
    case 'union':
      return sides.some((side) => side.nullable);
    case 'intersect':
      return sides.every((side) => side.nullable);
    case 'except':
      return sides[0]?.nullable ?? true;
  }
}
