import type * as sql from '../../../grammars/sql/tree.ts';
import { cast, columnRef, filter, limit, newColumn, selectColumns, sort } from '../../ir/build.ts';
import { aggregateCall, call } from '../../ir/call.ts';
import { type Expression, ROW_NUMBER, type SortKey, WHOLE_PARTITION, type WindowCall } from '../../ir/expression.ts';
import type { Plan, Window } from '../../ir/plan.ts';
import { canCast } from '../../types/cast.ts';
import { OrbitError } from '../../types/error.ts';
import { FLOAT64, INT64 } from '../../types/type.ts';
import { evaluate } from './closed.ts';
import { coerce, isUntyped } from './coerce.ts';
import { emptyScope, type PendingQuery, type QueryContext, within } from './context.ts';
import { unsupported } from './errors.ts';

/** LIMIT, OFFSET and FETCH. */

/** What a query's rows become in their order: sorted, and perhaps no more than so many of them. */
export type Arrange = (plan: Plan, keys: readonly SortKey[]) => Plan;

/** The order, with what counts rows by it: WITH TIES, and a part in percent. */
export function arrangement(tree: sql.Query, context: QueryContext): Arrange {
  const { limit: most } = tree;
  if (most === undefined || (!most.withTies && !most.percent)) return sort;
  const offset = tree.offset === undefined ? undefined : rowCount(tree.offset, 'OFFSET', context);
  const skipping = (count: Expression): Expression => (offset === undefined ? count : call('add', [count, offset]));
  if (most.percent) {
    if (most.withTies) throw unsupported('WITH TIES of a part in percent', most.range);
    const part = percentage(most.count, context);
    return (plan, keys) => firstPart(plan, keys, part, skipping, context);
  }
  if (tree.orderBy.length === 0) {
    throw new OrbitError('syntax_error', 'WITH TIES cannot be specified without ORDER BY clause', {
      range: most.range,
    });
  }
  const count = rowCount(most.count, 'FETCH FIRST', context);
  if (most.count.kind === 'null') {
    throw new OrbitError('invalid_row_count_in_limit', 'row count cannot be null in FETCH FIRST ... WITH TIES clause', {
      range: most.count.range,
    });
  }
  return (plan, keys) => {
    const { ids } = context.statement;
    const rank = newColumn(ids, 'rank', INT64, false);
    const ranked = windowed(plan, keys, [{ ...ROW_NUMBER, fn: 'rank' }], [rank]);
    const kept = filter(ranked, call('le', [columnRef(rank), skipping(count)]));
    return sort(selectColumns(kept, plan.columns), keys);
  };
}

/** The rows that LIMIT and OFFSET leave; those that `arrangement` has counted are not counted again. */
export function limited(pending: PendingQuery, tree: sql.Query, context: QueryContext): PendingQuery {
  if (tree.limit === undefined && tree.offset === undefined) return pending;
  const isCounted = tree.limit?.withTies === true || tree.limit?.percent === true;
  const isAll = tree.limit?.count.kind === 'null';
  const count =
    tree.limit === undefined || isAll || isCounted ? undefined : rowCount(tree.limit.count, 'LIMIT', context);
  const offset = tree.offset && rowCount(tree.offset, 'OFFSET', context);
  if (count === undefined && offset === undefined) return pending;
  return { ...pending, finish: (types) => limit(pending.finish(types), count, offset) };
}

/** The whole part of so many percent of all rows, as DuckDB has it. */
function firstPart(
  plan: Plan,
  keys: readonly SortKey[],
  percent: Expression,
  skipping: (count: Expression) => Expression,
  context: QueryContext,
): Plan {
  const { ids } = context.statement;
  const all = newColumn(ids, 'all', INT64, false);
  const number = newColumn(ids, 'row', INT64, false);
  const count: WindowCall = { ...ROW_NUMBER, ...aggregateCall('count', []), frame: WHOLE_PARTITION };
  const counted = windowed(windowed(plan, keys, [ROW_NUMBER], [number]), [], [count], [all]);
  const share = call('divide', [call('multiply', [cast(columnRef(all), FLOAT64), percent]), cast(HUNDRED, FLOAT64)]);
  const kept = filter(counted, call('le', [columnRef(number), skipping(cast(call('floor', [share]), INT64))]));
  return sort(selectColumns(kept, plan.columns), keys);
}

const HUNDRED: Expression = { kind: 'constant', value: 100n, type: INT64, nullable: false };

function windowed(input: Plan, orderBy: readonly SortKey[], calls: Window['calls'], results: Window['results']): Plan {
  return { kind: 'window', columns: [...input.columns, ...results], input, partitionBy: [], orderBy, calls, results };
}

function percentage(tree: sql.Expression, context: QueryContext): Expression {
  const { statement } = context;
  const bound = statement.bind.expression(tree, within(context, emptyScope('LIMIT', undefined)));
  const closed = evaluate(coerce(bound, FLOAT64, statement));
  if (closed.kind !== 'constant') throw unsupported('a computed LIMIT in percent', tree.range);
  if (typeof closed.value === 'number' && closed.value >= 0 && closed.value <= 100) return closed;
  throw new OrbitError('invalid_row_count_in_limit', 'LIMIT in percent must lie between 0 and 100', {
    range: tree.range,
  });
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
