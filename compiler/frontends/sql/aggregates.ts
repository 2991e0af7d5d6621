import type * as sql from '../../../grammars/sql/tree.ts';
import type { AggregateFunction, Signature } from '../../functions/declaration.ts';
import { type Resolved, resolveAggregate } from '../../functions/resolve.ts';
import { columnRef, newColumn } from '../../ir/build.ts';
import { type ColumnIds, expressionColumns } from '../../ir/columns.ts';
import { aggregateEquals, expressionEquals } from '../../ir/equal.ts';
import type { AggregateCall, Column, ColumnId, Expression, SortKey } from '../../ir/expression.ts';
import { OrbitError, type SourceRange } from '../../types/error.ts';
import { coerce, toBoolean, typed } from './coerce.ts';
import type { Context, Scope, StatementContext } from './context.ts';
import { unsupported, unsupportedAll } from './errors.ts';
import { rowDocument, takesRows } from './json-rows.ts';
import { sortDirection } from './sort-direction.ts';

/** The aggregates of one SELECT, each once however often it is written. */
export interface AggregateCollector {
  /** The output column of the aggregate. */
  readonly add: (call: AggregateCall, name: string) => Column;
  readonly all: () => readonly CollectedAggregate[];
}

export interface CollectedAggregate {
  readonly column: Column;
  readonly call: AggregateCall;
}

export function createCollector(ids: ColumnIds): AggregateCollector {
  const collected: CollectedAggregate[] = [];
  return {
    add: (call, name) => {
      const known = collected.find((other) => aggregateEquals(other.call, call));
      if (known !== undefined) return known.column;
      const column = newColumn(ids, name, call.type, call.nullable);
      collected.push({ column, call });
      return column;
    },
    all: () => collected,
  };
}

/** The clause of an aggregate's own arguments, where no other aggregate may stand. */
export const INSIDE = 'aggregate';

export function bindAggregate(tree: sql.FunctionCall, name: string, context: Context): Expression {
  if (tree.nullTreatment !== undefined) {
    throw unsupported(`${tree.nullTreatment.toUpperCase()} NULLS of an aggregate`, tree.range);
  }
  const call = bindCall(tree, name, insideAggregate(context));
  return aggregated(call, name, context);
}

/** Where an aggregate's arguments stand. */
export function insideAggregate(context: Context): Context {
  return {
    ...context,
    truth: false,
    scope: {
      ...context.scope,
      clause: INSIDE,
      aggregates: undefined,
      sets: undefined,
      groups: undefined,
      grouping: undefined,
      windows: undefined,
    },
  };
}

/** The column of an aggregate in the query that it belongs to. */
export function aggregated(call: AggregateCall, name: string, context: Context): Expression {
  const { range } = call;
  const owner = ownerOf(call, context.scope);
  if (owner.aggregates === undefined) throw notAllowed(owner.clause, range);
  return columnRef(owner.aggregates.add(call, name), range);
}

function bindCall(tree: sql.FunctionCall, name: string, inside: Context): AggregateCall {
  const { statement } = inside;
  const bound = bindArguments(tree, name, inside);
  const resolved: Resolved<AggregateFunction> = resolveAggregate(
    bound[0]?.kind === 'call' && bound[0].fn === 'json_row' && name === 'json_agg' ? 'json_agg_rows' : name,
    bound.map((arg) => arg.type),
    'sql',
    tree.range,
  );
  const { fn, signature } = resolved;
  const args = coerceArguments(bound, signature, statement);
  const filter = bindFilter(tree, inside);
  const orderBy = tree.orderBy.map((element) => bindKey(element, inside));
  if (tree.distinct) checkDistinct(args, orderBy);
  const { result: type } = signature;
  const { distinct, range } = tree;
  return { fn: fn.name, args, distinct, filter, orderBy, type, nullable: fn.nullable, range };
}

export function bindArguments(tree: sql.FunctionCall, name: string, inside: Context): readonly Expression[] {
  return tree.arguments.map((argument) => {
    if (argument.name !== undefined) throw unsupportedAll('named arguments', argument.range);
    if (argument.variadic) throw unsupported('VARIADIC', argument.range);
    const row = takesRows(name) ? rowDocument(argument.value, inside) : undefined;
    return row ?? inside.statement.bind.expression(argument.value, inside);
  });
}

export function coerceArguments(
  bound: readonly Expression[],
  { parameters }: Signature,
  statement: StatementContext,
): readonly Expression[] {
  return bound.map((arg, i) => {
    const parameter = parameters[i];
    return parameter === undefined || parameter.kind === 'null'
      ? typed(arg, statement)
      : coerce(arg, parameter, statement);
  });
}

export function bindFilter(tree: sql.FunctionCall, inside: Context): Expression | undefined {
  const { statement } = inside;
  return (
    tree.filter && toBoolean(statement.bind.expression(tree.filter, { ...inside, truth: true }), 'FILTER', statement)
  );
}

export function bindKey(element: sql.OrderElement, inside: Context): SortKey {
  if (element.kind === 'orderAll') throw unsupported('ORDER BY ALL inside an aggregate', element.range);
  const expression = typed(inside.statement.bind.expression(element.expression, inside), inside.statement);
  return { expression, ...sortDirection(element) };
}

function checkDistinct(args: readonly Expression[], orderBy: readonly SortKey[]): void {
  for (const { expression } of orderBy) {
    if (args.some((arg) => expressionEquals(arg, expression))) continue;
    throw new OrbitError(
      'invalid_column_reference',
      'in an aggregate with DISTINCT, ORDER BY expressions must appear in argument list',
      { range: expression.range },
    );
  }
}

/**
 * The query that the aggregate belongs to: the innermost one whose columns it uses, this one if it uses none. So
 * `(SELECT sum(outer.x))` sums over the outer query's rows.
 */
function ownerOf(call: AggregateCall, scope: Scope): Scope {
  const used = new Set<ColumnId>();
  const keys = call.orderBy.map((key) => key.expression);
  for (const expression of [...call.args, ...keys, ...(call.filter === undefined ? [] : [call.filter])]) {
    for (const id of expressionColumns(expression)) used.add(id);
  }
  if (used.size === 0) return scope;
  for (let s: Scope | undefined = scope; s !== undefined; s = s.parent) {
    if (scopeColumns(s).some((id) => used.has(id))) return s;
  }
  return scope;
}

function scopeColumns(scope: Scope): readonly ColumnId[] {
  const ids = scope.columns.map((column) => column.column.id);
  for (const relation of scope.relations) ids.push(...relation.columns.map((column) => column.column.id));
  return ids;
}

function notAllowed(clause: string, range: SourceRange | undefined): OrbitError {
  const message =
    clause === INSIDE
      ? 'aggregate function calls cannot be nested'
      : `aggregate functions are not allowed in ${clause}`;
  return new OrbitError('grouping_error', message, { range });
}
