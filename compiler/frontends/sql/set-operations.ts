import type * as sql from '../../../grammars/sql/tree.ts';
import { columnRef, nullOf, project, setOperation } from '../../ir/build.ts';
import type { Plan } from '../../ir/plan.ts';
import { OrbitError } from '../../types/error.ts';
import { messageTypeName } from '../../types/names.ts';
import { type Type, UTF8 } from '../../types/type.ts';
import { unify } from '../../types/unify.ts';
import type { Output, PendingQuery, QueryContext, StatementContext } from './context.ts';
import { castColumns } from './pending.ts';

/**
 * UNION, INTERSECT and EXCEPT: columns meet by position, names are those of the first operand. BY NAME, columns meet by
 * name, and what an operand does not have is NULL there.
 */
export function bindSetOperation(
  tree: sql.SetOperation,
  context: QueryContext,
  bindOperand: (body: sql.QueryBody) => PendingQuery,
): PendingQuery {
  const { statement } = context;
  const word = tree.operator.toUpperCase();
  const bound = tree.operands.map((body) => {
    statement.budget.relation();
    return bindOperand(body);
  });
  const operands = tree.byName ? matchedByName(bound, word, tree, statement) : bound;
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

/** The operands with all columns of any of them, in the order in which they first come up. */
function matchedByName(
  operands: readonly PendingQuery[],
  word: string,
  tree: sql.SetOperation,
  statement: StatementContext,
): readonly PendingQuery[] {
  const names: Output[] = [];
  operands.forEach(({ outputs }, i) => {
    outputs.forEach((output, at) => {
      if (outputs.some((other, j) => j < at && other.name === output.name)) {
        throw new OrbitError('ambiguous_column', `column "${output.name}" is there twice for ${word} BY NAME`, {
          range: tree.operands[i]?.range ?? tree.range,
        });
      }
      if (!names.some((known) => known.name === output.name)) names.push(output);
    });
  });
  return operands.map((operand): PendingQuery => {
    const places = names.map(({ name }) => operand.outputs.findIndex((output) => output.name === name));
    const outputs = places.map((place, i): Output => {
      const own = operand.outputs[place];
      const { name, range } = names[i] ?? { name: '', range: tree.range };
      return own ?? { name, type: { kind: 'null' }, nullable: true, range };
    });
    return {
      outputs,
      ordered: operand.ordered,
      finish: (types = []) => {
        const plan = operand.finish(operand.outputs.map((_, at) => types[places.indexOf(at)]));
        const expressions = places.map((place, i) => {
          const column = plan.columns[place];
          const type = types[i] ?? UTF8;
          return { name: outputs[i]?.name ?? '', expression: column === undefined ? nullOf(type) : columnRef(column) };
        });
        return project(plan, expressions, statement.ids);
      },
    };
  });
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
