import type * as sql from '../../../grammars/sql/tree.ts';
import { columnRef, constant } from '../../ir/build.ts';
import type { Expression } from '../../ir/expression.ts';
import { internalError, OrbitError, unreachable } from '../../types/error.ts';
import { INT32, UTF8 } from '../../types/type.ts';
import { bindBinary } from './binary.ts';
import {
  bindAtTimeZone,
  bindExtract,
  bindFunctionCall,
  bindMethodCall,
  bindSpecialValue,
  bindSyntaxCall,
} from './calls.ts';
import { bindCase } from './case.ts';
import { explicitCast } from './coerce.ts';
import { type Context, operand } from './context.ts';
import { unsupported, unsupportedAll } from './errors.ts';
import { bindArray, bindField, bindSlice, bindSubscript } from './lists.ts';
import {
  bindBooleanLiteral,
  bindIntervalLiteral,
  bindNull,
  bindNumber,
  bindString,
  bindTypedLiteral,
  floatLiteral,
  intervalFieldOf,
} from './literals.ts';
import { fold, matching } from './names.ts';
import { bindUnary, infix, operation } from './operators.ts';
import {
  bindBetween,
  bindInList,
  bindIsDistinct,
  bindIsNull,
  bindIsTruth,
  bindLike,
  bindLogic,
  bindNot,
} from './predicates.ts';
import { bindRowComparison, rowComparison } from './rows.ts';
import { lookupBare, lookupRelation, resolveColumn } from './scope.ts';
import {
  bindArraySubquery,
  bindExists,
  bindInQuery,
  bindInValue,
  bindQuantified,
  bindScalarSubquery,
} from './subqueries.ts';
import { numericFor, numericOfText, resolveType } from './type-names.ts';

/** The expression that a syntax tree means where it stands. Bare strings, NULL and parameters may stay untyped. */
export function bindExpression(tree: sql.Expression, context: Context): Expression {
  context.statement.budget.expression();
  const group = context.scope.groups?.get(tree);
  if (group !== undefined) return columnRef(group, tree.range);
  const placed = context.statement.placed.get(tree);
  if (placed !== undefined) return placed;
  switch (tree.kind) {
    case 'number':
      return bindNumber(tree);
    case 'string':
      return bindString(tree);
    case 'boolean':
      return bindBooleanLiteral(tree);
    case 'null':
      return bindNull(tree);
    case 'typedLiteral':
      return typedLiteral(tree, context);
    case 'interval':
      return bindInterval(tree, context);
    case 'column':
      return bindColumn(tree, context);
    case 'parameter':
      return context.statement.parameters.reference(tree);
    case 'specialValue':
      return bindSpecialValue(tree, context);
    case 'and':
    case 'or':
      return bindLogic(tree, context);
    case 'not':
      return bindNot(tree, context);
    case 'unary':
      return bindUnary(tree, context);
    case 'binary': {
      const fn = rowComparison(tree);
      if (fn === undefined) return bindBinary(tree, context);
      return bindRowComparison(fn, tree.left, tree.right, tree.range, operand(context));
    }
    case 'quantified':
      return bindQuantified(tree, context);
    case 'between':
      return bindBetween(tree, context);
    case 'inList':
      return bindInList(tree, context);
    case 'inQuery':
      return bindInQuery(tree, context);
    case 'inValue':
      return bindInValue(tree, context);
    case 'like':
      return bindLike(tree, context);
    case 'isNull':
      return bindIsNull(tree, context);
    case 'isTruth':
      return bindIsTruth(tree, context);
    case 'isDistinct':
      return bindIsDistinct(tree, context);
    case 'collate':
      return bindCollate(tree, context);
    case 'case':
      return bindCase(tree, context);
    case 'cast':
      return bindCast(tree, context);
    case 'call':
      return bindFunctionCall(tree, context);
    case 'extract':
      return bindExtract(tree, context);
    case 'position':
    case 'substring':
    case 'substringSimilar':
    case 'overlay':
    case 'trim':
      return bindSyntaxCall(tree, context);
    case 'scalarSubquery':
      return bindScalarSubquery(tree, context);
    case 'exists':
      return bindExists(tree, context);
    case 'arraySubquery':
      return bindArraySubquery(tree, context);
    case 'array':
      return bindArray(tree, context);
    case 'subscript':
      return bindSubscript(tree, context);
    case 'field':
      return bindField(bindExpression(tree.operand, operand(context)), fold(tree.field), tree.range, context);
    case 'default':
      throw new OrbitError('syntax_error', 'DEFAULT is not allowed in this context', { range: tree.range });
    case 'star':
      throw new OrbitError('syntax_error', '* is not allowed in this context', { range: tree.range });
    case 'bitString':
      throw unsupportedAll('bit strings', tree.range);
    case 'fieldStar':
      throw unsupported('(…).*', tree.range);
    case 'columns':
      throw unsupported('COLUMNS(…) here', tree.range, 'It may stand in the select list and in WHERE.');
    case 'atTimeZone':
      return bindAtTimeZone(tree, context);
    case 'methodCall':
      return bindMethodCall(tree, context);
    case 'row':
      throw unsupported('a row as a value', tree.range);
    case 'comprehension':
      throw unsupportedAll('list comprehensions', tree.range);
    case 'struct':
      throw unsupportedAll('struct literals', tree.range);
    case 'map':
      throw unsupportedAll('map literals', tree.range);
    case 'slice':
      return bindSlice(tree, context);
    case 'lambda':
      throw unsupportedAll('lambda functions', tree.range);
    case 'currentOf':
      throw unsupported('WHERE CURRENT OF', tree.range);
    case 'missing':
      throw internalError('a tree with syntax errors was bound');
    default:
      return unreachable(tree);
  }
}

/** `a.b` may be column b of table a, or field b of a dynamic column a; `t.a.b` field b of column a of table t. */
function bindColumn(tree: sql.ColumnReference, context: Context): Expression {
  const { parts, range } = tree;
  const isColumn = parts.length === 1 || lookupRelation(parts.slice(0, -1), context.scope) !== undefined;
  const [name] = parts;
  if (name !== undefined && parts.length === 1 && context.scope.aliases !== undefined) {
    const alias = lookupBare(name, context.scope) === undefined ? context.scope.aliases(name, context) : undefined;
    if (alias !== undefined) return alias;
  }
  const dynamic = isColumn ? undefined : findDynamic(parts, context);
  if (dynamic === undefined) return resolveColumn(parts, context.scope, range);
  return dynamic.fields.reduce((base, field) => bindField(base, fold(field), range, context), dynamic.column);
}

interface DynamicColumn {
  readonly column: Expression;
  readonly fields: readonly sql.Identifier[];
}

function findDynamic(parts: readonly sql.Identifier[], context: Context): DynamicColumn | undefined {
  const [first, second] = parts;
  if (first === undefined || second === undefined) return undefined;
  const relation = lookupRelation([first], context.scope);
  const start = relation === undefined ? 1 : 2;
  const found =
    relation === undefined
      ? lookupBare(first, context.scope)
      : matching(relation.columns, second, (column) => column.name)[0];
  if (found === undefined || found.column.type.kind !== 'any') return undefined;
  return { column: columnRef(found.column, first.range), fields: parts.slice(start) };
}

/** `interval '1 day'`, or a computed number of one unit. */
function bindInterval(tree: sql.IntervalLiteral, context: Context): Expression {
  const { value } = tree;
  if (value.kind === 'string') return bindIntervalLiteral(tree, value.value);
  const unit = intervalFieldOf(tree);
  if (unit === undefined) throw unsupported('a computed interval without a unit', tree.range);
  if (value.kind === 'number') return bindIntervalLiteral(tree, value.text);
  const one = bindIntervalLiteral(tree, '1');
  const count = bindExpression(value, operand(context));
  return infix('multiply', one, count, tree.range, context.statement);
}

/** The database's only collation is C: other ones are refused, and C changes nothing. */
function bindCollate(tree: sql.Collate, context: Context): Expression {
  const name = tree.collation.parts.at(-1)?.text ?? '';
  if (!['C', 'POSIX', 'default', 'ucs_basic'].includes(name)) {
    throw unsupported(`the collation "${name}"`, tree.collation.range, 'Text is compared by code points, as by "C".');
  }
  return bindExpression(tree.operand, context);
}

/** `timestamp(0) '2020-01-01 10:00:00.5'` */
function typedLiteral(tree: sql.TypedLiteral, { statement }: Context): Expression {
  const value = bindTypedLiteral(tree, statement);
  const { fraction } = resolveType(tree.type, 'fractions');
  return fraction === undefined
    ? value
    : operation('round_time', [value, constant(fraction, INT32)], tree.range, statement);
}

function bindCast(tree: sql.Cast, context: Context): Expression {
  const { statement } = context;
  const { type, maxLength, unbounded, fraction } = resolveType(tree.type, 'fractions');
  const onError = tree.try ? 'null' : 'error';
  const literal = onError === 'error' ? floatLiteral(tree.operand, type, tree.range) : undefined;
  if (literal !== undefined) return literal;
  const arg = bindExpression(tree.operand, operand(context));
  const actual = unbounded ? numericTarget(arg) : type;
  const value = explicitCast(arg, actual, onError, statement, tree.range);
  if (fraction !== undefined) {
    return operation('round_time', [value, constant(fraction, INT32)], tree.range, statement);
  }
  if (maxLength === undefined) return value;
  const length = constant(maxLength, INT32);
  return operation('left', [explicitCast(value, UTF8, onError, statement, tree.range), length], tree.range, statement);
}

function numericTarget(arg: Expression) {
  const isText = arg.kind === 'constant' && arg.type.kind === 'null' && typeof arg.value === 'string';
  return (isText ? numericOfText(String(arg.value)) : undefined) ?? numericFor(arg.type);
}
