import type * as sql from '../../../grammars/sql/tree.ts';
import {
  aggregate,
  arraySubquery,
  caseOf,
  columnRef,
  constant,
  exists,
  filter,
  inList,
  inSubquery,
  newColumn,
  nullOf,
  project,
  scalarSubquery,
  singleRow,
  TRUE,
  unnest,
} from '../../ir/build.ts';
import { aggregateCall } from '../../ir/call.ts';
import type { Column, Expression } from '../../ir/expression.ts';
import type { Plan } from '../../ir/plan.ts';
import { OrbitError, type SourceRange } from '../../types/error.ts';
import { messageTypeName } from '../../types/names.ts';
import { BOOL, type Type, UTF8 } from '../../types/type.ts';
import { unify } from '../../types/unify.ts';
import type { Value } from '../../types/value.ts';
import { coerce, isUntyped } from './coerce.ts';
import { type Context, operand, type PendingQuery, subqueryContext } from './context.ts';
import { unsupported } from './errors.ts';
import { infix, infixFunction, operation, TESTS, undefinedOperator } from './operators.ts';
import { finishAs } from './pending.ts';
import { combineFields } from './rows.ts';

/** Subqueries of expressions. */

export function bindScalarSubquery(tree: sql.ScalarSubquery, context: Context): Expression {
  const pending = bindInner(tree.query, context);
  oneColumn(pending, tree.query.range);
  return scalarSubquery(pending.finish(), tree.range);
}

export function bindExists(tree: sql.Exists, context: Context): Expression {
  return exists(bindInner(tree.query, context).finish(), tree.range);
}

export function bindArraySubquery(tree: sql.ArraySubquery, context: Context): Expression {
  const pending = bindInner(tree.query, context);
  oneColumn(pending, tree.query.range);
  return arraySubquery(pending.finish(), tree.range);
}

export function bindInQuery(tree: sql.InQuery, context: Context): Expression {
  const found = anyRow('eq', tree.operand, tree.query, tree.range, tree.not ? operand(context) : context);
  return tree.not ? operation('not', [found], tree.range, context.statement) : found;
}

/** `x op ANY (…)` and `x op ALL (…)`, over a query or a list. */
export function bindQuantified(tree: sql.Quantified, context: Context): Expression {
  const known = infixFunction(tree.operator);
  if (known === undefined) throw undefinedOperator(`… ${tree.operator.symbol} …`, tree.operator.range);
  const { statement } = context;
  const { range } = tree;
  if (!TESTS.has(known.fn)) {
    throw new OrbitError('wrong_object_type', 'op ANY/ALL requires operator to yield boolean', { range });
  }
  if (tree.quantifier === 'any') {
    if (known.negate) throw unsupported(`${tree.operator.symbol} ANY`, range);
    return anyRow(known.fn, tree.operand, tree.right, range, context);
  }
  // x op ALL means that no row gives anything but true: not (x opposite-of-op ANY).
  const opposite = OPPOSITES[known.fn];
  if (known.negate || opposite === undefined) throw unsupported(`${tree.operator.symbol} ALL`, range);
  const test = context.truth ? notFalse(range, context) : undefined;
  const found = anyRow(opposite, tree.operand, tree.right, range, operand(context), test);
  return operation('not', [found], range, statement);
}

/** Where only truth matters, a row whose comparison is unknown spoils ALL as one that fails it does. */
function notFalse(range: SourceRange, context: Context): (comparison: Expression) => Expression {
  return (comparison) =>
    comparison.nullable ? operation('is_not_false', [comparison], range, context.statement) : comparison;
}

/** What is true where the comparison is false, false where it is true, and NULL where it is NULL. */
const OPPOSITES: Readonly<Record<string, string>> = { eq: 'ne', ne: 'eq', lt: 'ge', ge: 'lt', gt: 'le', le: 'gt' };

/** Whether the comparison is true for some row of the query or list, by three-valued logic. */
function anyRow(
  fn: string,
  left: sql.Expression,
  right: sql.Query | sql.Expression,
  range: SourceRange,
  context: Context,
  test: (comparison: Expression) => Expression = (comparison) => comparison,
): Expression {
  if (right.kind !== 'query') return anyElement(fn, left, right, range, context, test);
  const { statement } = context;
  const inner = operand(context);
  const fields = left.kind === 'row' ? left.fields : [left];
  const operands = fields.map((field) => statement.bind.expression(field, inner));
  const pending = bindInner(right, context);
  if (pending.outputs.length !== operands.length) {
    const few = pending.outputs.length < operands.length;
    throw new OrbitError('syntax_error', `subquery has too ${few ? 'few' : 'many'} columns`, { range: right.range });
  }
  const types = operands.map((arg, i) => commonOperandType(arg, pending.outputs[i]?.type ?? UTF8, fn, range));
  const plan = finishAs(pending, types, statement);
  const args = operands.map((arg, i) => coerce(arg, types[i] ?? arg.type, statement));
  const [arg] = args;
  if (fn === 'eq' && args.length === 1 && arg !== undefined) return inSubquery(arg, plan, range);
  return someRow({ fn, fields, plan, types, first: args, range, test }, context);
}

function commonOperandType(arg: Expression, column: Type, fn: string, range: SourceRange): Type {
  const common = unify([arg.type, column]);
  if (common === undefined) {
    const symbol = Object.hasOwn(SYMBOLS, fn) ? SYMBOLS[fn] : fn;
    const text = `${messageTypeName(arg.type)} ${symbol} ${messageTypeName(column)}`;
    throw new OrbitError('undefined_function', `operator does not exist: ${text}`, { range });
  }
  return common.kind === 'null' ? UTF8 : common;
}

const SYMBOLS: Readonly<Record<string, string>> = { eq: '=', ne: '<>', lt: '<', le: '<=', gt: '>', ge: '>=' };

/**
 * Whether the comparison is true for some row of a plan. Where NULL and false are alike, or the comparison cannot be
 * NULL, that is EXISTS; otherwise one aggregation tells the three cases apart without reading the plan twice.
 */
function someRow(search: RowSearch, context: Context): Expression {
  const { fn, fields, plan, types, range } = search;
  const { statement } = context;
  const used = new Set<number>();
  const compare = (by: string, i: number): Expression => {
    const column = plan.columns[i];
    const field = fields[i];
    const type = types[i];
    if (column === undefined || field === undefined || type === undefined) throw unsupported('this comparison', range);
    const again = used.has(i);
    used.add(i);
    const bound = again ? coerce(statement.bind.expression(field, operand(context)), type, statement) : search.first[i];
    return infix(by, bound ?? nullOf(type), columnRef(column), range, statement);
  };
  const comparison = search.test(
    fields.length === 1 ? compare(fn, 0) : combineFields(fn, fields.length, compare, range),
  );
  if (context.truth || !comparison.nullable) return exists(filter(plan, comparison), range);
  return threeValued(plan, comparison, range, context);
}

interface RowSearch {
  readonly fn: string;
  readonly fields: readonly sql.Expression[];
  readonly plan: Plan;
  /** Of the fields and of the plan's columns. */
  readonly types: readonly Type[];
  /** The fields, bound; where one is compared more than once it is bound again. */
  readonly first: readonly Expression[];
  readonly range: SourceRange;
  readonly test: (comparison: Expression) => Expression;
}

function threeValued(plan: Plan, comparison: Expression, range: SourceRange, context: Context): Expression {
  const { statement } = context;
  const { ids } = statement;
  const outcome = newColumn(ids, 'outcome', BOOL, true);
  const input: Plan = { kind: 'project', columns: [outcome], input: plan, expressions: [comparison] };
  const found = aggregate(
    input,
    [],
    [
      { name: 'matches', call: aggregateCall('bool_or', [columnRef(outcome)]) },
      { name: 'rows', call: aggregateCall('count', []) },
      { name: 'known', call: aggregateCall('count', [columnRef(outcome)]) },
    ],
    ids,
  );
  const [matches, rows, known] = found.columns;
  if (matches === undefined || rows === undefined || known === undefined) throw unsupported('this comparison', range);
  const verdict = caseOf(
    [
      { when: operation('is_true', [columnRef(matches)], range, statement), then: TRUE },
      { when: allKnown(rows, known, range, context), then: constant(false, BOOL) },
    ],
    nullOf(BOOL),
    range,
  );
  return scalarSubquery(project(found, [{ name: 'verdict', expression: verdict }], ids), range);
}

function allKnown(rows: Column, known: Column, range: SourceRange, context: Context): Expression {
  return infix('eq', columnRef(rows), columnRef(known), range, context.statement);
}

/** `x = ANY (list)`: the list's elements are the rows. */
function anyElement(
  fn: string,
  left: sql.Expression,
  right: sql.Expression,
  range: SourceRange,
  context: Context,
  test: (comparison: Expression) => Expression = (comparison) => comparison,
): Expression {
  const { statement } = context;
  if (left.kind === 'row') throw unsupported('a row compared with the elements of a list', range);
  const arg = statement.bind.expression(left, operand(context));
  const elements = bindList(right, arg, context);
  const type = commonOperandType(arg, elements.type.element, fn, range);
  const operandOfType = coerce(arg, type, statement);
  const list = coerce(elements.expression, { kind: 'list', element: type }, statement);
  if (fn === 'eq' && list.kind === 'constant' && isNonEmptyList(list.value))
    return inList(operandOfType, list.value, range);
  const plan = unnest(singleRow(), list, newColumn(statement.ids, 'element', type, true));
  const found =
    fn === 'eq'
      ? inSubquery(operandOfType, plan, range)
      : someRow({ fn, fields: [left], plan, types: [type], first: [operandOfType], range, test }, context);
  if (context.truth || !list.nullable) return found;
  const missing = operation('is_null', [bindList(right, arg, context).expression], range, statement);
  return caseOf([{ when: missing, then: nullOf(BOOL) }], found, range);
}

function isNonEmptyList(value: Value): value is readonly Value[] {
  return Array.isArray(value) && value.length > 0;
}

function bindList(
  tree: sql.Expression,
  arg: Expression,
  context: Context,
): { readonly expression: Expression; readonly type: ListType } {
  const { statement } = context;
  const bound = statement.bind.expression(tree, operand(context));
  const expression = isUntyped(bound) ? coerce(bound, { kind: 'list', element: elementFor(arg) }, statement) : bound;
  const { type } = expression;
  if (type.kind === 'list') return { expression, type };
  throw new OrbitError('wrong_object_type', 'op ANY/ALL (array) requires array on right side', { range: tree.range });
}

type ListType = Extract<Type, { kind: 'list' }>;

function elementFor(arg: Expression): Type {
  return isUntyped(arg) ? UTF8 : arg.type;
}

/** DuckDB's `x IN list`. */
export function bindInValue(tree: sql.InValue, context: Context): Expression {
  const found = anyElement('eq', tree.operand, tree.value, tree.range, tree.not ? operand(context) : context);
  return tree.not ? operation('not', [found], tree.range, context.statement) : found;
}

function bindInner(query: sql.Query, context: Context): PendingQuery {
  return context.statement.bind.query(query, subqueryContext(context));
}

function oneColumn(pending: PendingQuery, range: SourceRange): void {
  if (pending.outputs.length === 1) return;
  throw new OrbitError('syntax_error', 'subquery must return only one column', { range });
}
