import type * as sql from '../../../grammars/sql/tree.ts';
import { arraySubquery, constant, values } from '../../ir/build.ts';
import type { Expression } from '../../ir/expression.ts';
import { OrbitError } from '../../types/error.ts';
import { messageTypeName } from '../../types/names.ts';
import { INT64, isJson, list, UTF8 } from '../../types/type.ts';
import { coerce, integerOf, unifyAll } from './coerce.ts';
import { type Context, operand } from './context.ts';
import { unsupported } from './errors.ts';
import { bindJsonSubscript } from './json-operators.ts';
import { infix, operation } from './operators.ts';

/** Arrays, and access to what is inside of a value. */

export function bindArray(tree: sql.ArrayLiteral, context: Context): Expression {
  const { statement } = context;
  if (tree.elements.length === 0) return constant([], list(UTF8), tree.range);
  const bound = tree.elements.map((element) => statement.bind.expression(element, operand(context)));
  const elements = unifyAll(bound, 'ARRAY', statement);
  const constants = elements.flatMap((element) => (element.kind === 'constant' ? [element.value] : []));
  const type = list(elements[0]?.type ?? UTF8);
  if (constants.length === elements.length) return constant(constants, type, tree.range);
  const rows = elements.map((element) => [element]);
  return arraySubquery(values(statement.ids, ['element'], rows), tree.range);
}

/** `list[1]` is the first element; a position or a field of a dynamic value. */
export function bindSubscript(tree: sql.Subscript, context: Context): Expression {
  const { statement } = context;
  const inner = operand(context);
  const base = statement.bind.expression(tree.operand, inner);
  const index = statement.bind.expression(tree.index, inner);
  if (base.type.kind === 'list')
    return operation('list_get', [base, fromZero(index, tree, context)], tree.range, statement);
  if (base.type.kind === 'any') {
    const text = index.type.kind === 'null' || index.type.kind === 'utf8';
    return operation('any_get', [base, coerce(index, text ? UTF8 : INT64, statement)], tree.range, statement);
  }
  if (isJson(base.type)) return bindJsonSubscript(base, index, tree.range, statement);
  throw new OrbitError('datatype_mismatch', `cannot subscript type ${messageTypeName(base.type)}`, {
    range: tree.range,
  });
}

/** `list[2:3]`; a bound that is left out is the list's own. */
export function bindSlice(tree: sql.Slice, context: Context): Expression {
  const { statement } = context;
  const inner = operand(context);
  if (tree.step !== undefined) throw unsupported('a slice with a step', tree.step.range);
  if (tree.operand.kind === 'slice') throw unsupported('a slice of several dimensions', tree.range);
  const base = statement.bind.expression(tree.operand, inner);
  if (base.type.kind !== 'list') {
    const message = `cannot subscript type ${messageTypeName(base.type)}`;
    throw new OrbitError('datatype_mismatch', message, { range: tree.range });
  }
  const bound = (part: sql.Expression | undefined, otherwise: bigint): Expression =>
    part === undefined ? constant(otherwise, INT64) : coerce(statement.bind.expression(part, inner), INT64, statement);
  return operation('list_slice', [base, bound(tree.lower, 1n), bound(tree.upper, 2n ** 62n)], tree.range, statement);
}

/** SQL counts from one, the catalogue's functions from zero. */
function fromZero(index: Expression, tree: sql.Subscript, context: Context): Expression {
  const position = coerce(index, INT64, context.statement);
  const value = integerOf(position);
  if (value !== undefined) return constant(BigInt.asIntN(64, value - 1n), INT64, tree.index.range);
  return infix('subtract', position, constant(1n, INT64), tree.index.range, context.statement);
}

/** A field of a dynamic value. */
export function bindField(base: Expression, field: string, range: sql.SourceRange, context: Context): Expression {
  if (base.type.kind !== 'any') {
    const message = `column notation .${field} applied to type ${messageTypeName(base.type)}, which is not a composite type`;
    throw new OrbitError('wrong_object_type', message, { range });
  }
  return operation('any_get', [base, constant(field, UTF8)], range, context.statement);
}
