import type * as sql from '../../../grammars/sql/tree.ts';
import { sort } from '../../ir/build.ts';
import { OrbitError, unreachable } from '../../types/error.ts';
import { aroundQuery, withCommonTables } from './common-tables.ts';
import type { PendingQuery, QueryContext } from './context.ts';
import { unsupported } from './errors.ts';
import { bindOutputOrder, keysOver } from './order.ts';
import { type Arrange, arrangement, limited } from './row-limits.ts';
import { bindSelect } from './select.ts';
import { bindSetOperation } from './set-operations.ts';
import { bindValues } from './values.ts';

/** A query expression with everything around its body: WITH, ORDER BY, LIMIT. */
export function bindQuery(tree: sql.Query, context: QueryContext): PendingQuery {
  const query = withoutParentheses(tree);
  if (query.locking[0] !== undefined)
    throw unsupported(`FOR ${query.locking[0].strength.toUpperCase()}`, query.locking[0].range);
  const inner = withCommonTables(query.with, context);
  const body = bindBody(query.body, query.orderBy, arrangement(query, inner), inner);
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

function bindBody(
  body: sql.QueryBody,
  orderBy: readonly sql.OrderElement[],
  arrange: Arrange,
  context: QueryContext,
): PendingQuery {
  switch (body.kind) {
    case 'select':
      return bindSelect(body, orderBy, arrange, context);
    case 'tableQuery':
      return bindSelect(selectAll(body), orderBy, arrange, context);
    case 'values':
      return ordered(bindValues(body, context), orderBy, arrange, 'VALUES');
    case 'setOperation': {
      const operand = (inner: sql.QueryBody): PendingQuery => {
        const own = { ...context, barred: barredFrom(body, inner) ?? context.barred };
        return inner.kind === 'query' ? bindQuery(inner, own) : bindBody(inner, [], sort, own);
      };
      return ordered(bindSetOperation(body, context, operand), orderBy, arrange, 'UNION/INTERSECT/EXCEPT');
    }
    case 'query':
      return bindQuery(body, context);
    case 'pivot':
    case 'unpivot':
      throw unsupported(body.kind.toUpperCase(), body.range);
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

function ordered(
  pending: PendingQuery,
  orderBy: readonly sql.OrderElement[],
  arrange: Arrange,
  what: string,
): PendingQuery {
  if (orderBy.length === 0 && arrange === sort) return pending;
  const keys = bindOutputOrder(orderBy, pending.outputs, what);
  return {
    ...pending,
    ordered: orderBy.length > 0,
    finish: (types) => {
      const plan = pending.finish(types);
      return arrange(plan, keysOver(plan.columns, keys));
    },
  };
}
