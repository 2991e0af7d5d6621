import type * as sql from '../../../grammars/sql/tree.ts';
import { limit, sort } from '../../ir/build.ts';
import type { Expression } from '../../ir/expression.ts';
import { canCast } from '../../types/cast.ts';
import { OrbitError, unreachable } from '../../types/error.ts';
import { INT64 } from '../../types/type.ts';
import { evaluate } from './closed.ts';
import { coerce, isUntyped } from './coerce.ts';
import { aroundQuery, withCommonTables } from './common-tables.ts';
import { emptyScope, type PendingQuery, type QueryContext, within } from './context.ts';
import { unsupported } from './errors.ts';
import { bindOutputOrder, keysOver } from './order.ts';
import { bindSelect } from './select.ts';
import { bindSetOperation } from './set-operations.ts';
import { bindValues } from './values.ts';

/** A query expression with everything around its body: WITH, ORDER BY, LIMIT. */
export function bindQuery(tree: sql.Query, context: QueryContext): PendingQuery {
  const query = withoutParentheses(tree);
  if (query.locking[0] !== undefined)
    throw unsupported(`FOR ${query.locking[0].strength.toUpperCase()}`, query.locking[0].range);
  const inner = withCommonTables(query.with, context);
  const body = bindBody(query.body, query.orderBy, inner);
  return aroundQuery(limited(body, query, inner), inner, context);
}

/**
 * Clauses behind a query in parentheses belong to that query, as in PostgreSQL: `(SELECT … LIMIT 5) ORDER BY a` sorts
 * before it limits. A clause that both have is an error.
 */
function withoutParentheses(tree: sql.Query): sql.Query {
  let query = tree;
  while (query.body.kind === 'query') {
    const inside: sql.Query = query.body;
    const twice = (clause: string, range: sql.SourceRange): never => {
      throw new OrbitError('syntax_error', `multiple ${clause} clauses not allowed`, { range });
    };
    if (query.with !== undefined && inside.with !== undefined) twice('WITH', inside.with.range);
    if (query.orderBy.length > 0 && inside.orderBy.length > 0)
      twice('ORDER BY', query.orderBy[0]?.range ?? query.range);
    if (query.limit !== undefined && inside.limit !== undefined) twice('LIMIT', query.limit.range);
    if (query.offset !== undefined && inside.offset !== undefined) twice('OFFSET', query.offset.range);
    query = {
      ...inside,
      range: query.range,
      with: query.with ?? inside.with,
      orderBy: query.orderBy.length > 0 ? query.orderBy : inside.orderBy,
      limit: query.limit ?? inside.limit,
      offset: query.offset ?? inside.offset,
      locking: [...query.locking, ...inside.locking],
    };
  }
  return query;
}

function bindBody(body: sql.QueryBody, orderBy: readonly sql.OrderElement[], context: QueryContext): PendingQuery {
  switch (body.kind) {
    case 'select':
      return bindSelect(body, orderBy, context);
    case 'tableQuery':
      return bindSelect(selectAll(body), orderBy, context);
    case 'values':
      return ordered(bindValues(body, context), orderBy, 'VALUES');
    case 'setOperation': {
      const operand = (inner: sql.QueryBody): PendingQuery => {
        const own = { ...context, barred: barredFrom(body, inner) ?? context.barred };
        return inner.kind === 'query' ? bindQuery(inner, own) : bindBody(inner, [], own);
      };
      return ordered(bindSetOperation(body, context, operand), orderBy, 'UNION/INTERSECT/EXCEPT');
    }
    case 'query':
      return bindQuery(body, context);
    default:
      return unreachable(body);
  }
}

/** The operation if a recursive reference must not stand in this operand: it would have to be computed all over. */
function barredFrom(body: sql.SetOperation, operand: sql.QueryBody): string | undefined {
  if (body.operator === 'union') return undefined;
  const subtracted = body.operator === 'except' && operand !== body.operands[0];
  return body.all || subtracted ? body.operator.toUpperCase() : undefined;
}

/** TABLE name */
function selectAll(tree: sql.TableQuery): sql.Select {
  const { range } = tree;
  const star: sql.Star = { kind: 'star', range, qualifier: [], exclude: [], replace: [], rename: [] };
  return {
    kind: 'select',
    range,
    distinct: undefined,
    items: [{ kind: 'selectItem', range, expression: star, alias: undefined }],
    from: [{ kind: 'table', range, name: tree.name, only: false, alias: undefined, sample: undefined }],
    where: undefined,
    groupBy: undefined,
    having: undefined,
    windows: [],
    qualify: undefined,
    sample: undefined,
  };
}

function ordered(pending: PendingQuery, orderBy: readonly sql.OrderElement[], what: string): PendingQuery {
  if (orderBy.length === 0) return pending;
  const keys = bindOutputOrder(orderBy, pending.outputs, what);
  return {
    ...pending,
    ordered: true,
    finish: (types) => {
      const plan = pending.finish(types);
      return sort(plan, keysOver(plan.columns, keys));
    },
  };
}

function limited(pending: PendingQuery, tree: sql.Query, context: QueryContext): PendingQuery {
  if (tree.limit === undefined && tree.offset === undefined) return pending;
  if (tree.limit?.percent === true) throw unsupported('LIMIT in percent', tree.limit.range);
  if (tree.limit?.withTies === true) throw unsupported('WITH TIES', tree.limit.range);
  const isAll = tree.limit?.count.kind === 'null';
  const count = tree.limit === undefined || isAll ? undefined : rowCount(tree.limit.count, 'LIMIT', context);
  const offset = tree.offset && rowCount(tree.offset, 'OFFSET', context);
  return { ...pending, finish: (types) => limit(pending.finish(types), count, offset) };
}

/** A count of rows: a constant, which is computed here, or a parameter. */
function rowCount(tree: sql.Expression, clause: string, context: QueryContext): Expression {
  const { statement } = context;
  if (tree.kind === 'column') {
    throw new OrbitError('invalid_column_reference', `argument of ${clause} must not contain variables`, {
      range: tree.range,
    });
  }
  const bound = statement.bind.expression(tree, within(context, emptyScope(clause, undefined)));
  if (!isUntyped(bound) && !(canCast(bound.type, INT64) && bound.type.kind !== 'utf8' && bound.type.kind !== 'bool')) {
    throw new OrbitError('datatype_mismatch', `argument of ${clause} must be type bigint`, { range: tree.range });
  }
  const closed = evaluate(coerce(bound, INT64, statement));
  const isParameter = closed.kind === 'parameter' || (closed.kind === 'cast' && closed.arg.kind === 'parameter');
  if (closed.kind !== 'constant' && !isParameter) throw unsupported(`a computed ${clause}`, tree.range);
  if (closed.kind === 'constant' && typeof closed.value === 'bigint' && closed.value < 0n) {
    throw new OrbitError('invalid_row_count_in_limit', `${clause} must not be negative`, { range: tree.range });
  }
  return closed;
}
