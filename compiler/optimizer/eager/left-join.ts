import { aggregateFunction } from '../../functions/resolve.ts';
import { and, columnRef, constant, join, nullOf } from '../../ir/build.ts';
import { expressionColumns } from '../../ir/columns.ts';
import type { AggregateCall, Column, ColumnId, Expression } from '../../ir/expression.ts';
import type { Aggregate, Join, Plan } from '../../ir/plan.ts';
import { equal, ids as idsOf, isConstant, isNeverTrue, same } from '../calls.ts';
import { emptyValue } from '../empty-aggregate.ts';
import { isUniqueOn } from '../facts.ts';
import { argumentsCanFail } from '../failure.ts';
import { withNullability } from '../fold.ts';
import { splitCondition } from '../join-estimate.ts';
import { replaceColumns } from '../nullability.ts';
import type { OptimizerContext } from '../pass.ts';
import { simplifyCondition, simplifyExpression } from '../simplify-expression.ts';
import { hasVolatileExpressions, isVolatilePlan } from '../volatility.ts';

/** The join must keep at least this part of the right side's rows, ... */
const LEAST_JOINED = 0.5;
/** ... and aggregation leave at most this part. */
const MOST_GROUPS = 0.7;

/**
 * Rows of the left side, each with what a left join finds for it, aggregated to one row for each left row: the right
 * side can be aggregated by its join columns first, and the aggregates joined.
 */
export function aggregateBelowLeftJoin(plan: Aggregate, context: OptimizerContext): Plan | undefined {
  const { input } = plan;
  if (plan.groupingSets !== undefined || input.kind !== 'join' || input.join !== 'left') return undefined;
  if (hasVolatileExpressions(plan) || isVolatilePlan(input)) return undefined;
  // Right rows without a partner are aggregated too.
  if (plan.aggregates.some(argumentsCanFail)) return undefined;
  const { left, right } = input;
  const leftIds = idsOf(left.columns);
  const rightIds = idsOf(right.columns);
  const groups = plan.groups.map((group) => (group.kind === 'column' && leftIds.has(group.id) ? group.id : undefined));
  const keys = groups.filter((id) => id !== undefined);
  if (keys.length < groups.length || !isUniqueOn(left, keys)) return undefined;
  const { equalities, residual } = splitCondition(input.condition, left.columns, right.columns);
  if (equalities.length === 0 || residual.length > 0) return undefined;
  const nulls = new Map<ColumnId, Expression>(right.columns.map((column) => [column.id, nullOf(column.type)]));
  const parts: Part[] = [];
  for (const call of plan.aggregates) {
    const part = partOf(call, leftIds, rightIds, nulls);
    if (part === undefined) return undefined;
    parts.push(part);
  }
  if (parts.every((part) => part.kind === 'passed')) return undefined;

  const { ids } = context;
  const keyColumns = equalities.map(({ right: key }): Column => {
    const { type, nullable } = key;
    return { id: key.kind === 'column' ? key.id : ids.next(), name: 'key', type, nullable };
  });
  if (new Set(keyColumns.map((column) => column.id)).size < keyColumns.length) return undefined;
  const outputs = plan.columns.slice(plan.groups.length);
  const calls: AggregateCall[] = [];
  const callColumns: Column[] = [];
  const results = parts.map((part, i): Expression => {
    if (part.kind === 'passed') return part.value;
    const output = outputs[i];
    if (output === undefined) return part.unmatched;
    const keepsId = isConstant(part.unmatched, null);
    const column: Column = keepsId ? output : { ...output, id: ids.next() };
    calls.push(part.call);
    callColumns.push(column);
    const value = columnRef({ ...column, nullable: true });
    return keepsId ? value : coalesce(value, part.unmatched);
  });
  const aggregated: Aggregate = {
    kind: 'aggregate',
    columns: [...keyColumns, ...callColumns],
    input: right,
    groups: equalities.map((equality) => equality.right),
    aggregates: calls,
  };
  if (!isWorthIt(input, aggregated, context)) return undefined;
  const condition = equalities.flatMap((equality, i) => {
    const key = keyColumns[i];
    if (key === undefined) return [];
    return [equality.nullsEqual ? same(equality.left, columnRef(key)) : equal(equality.left, columnRef(key))];
  });
  return {
    kind: 'project',
    columns: plan.columns,
    input: join('left', left, aggregated, and(condition)),
    expressions: [...plan.groups, ...results],
  };
}

type Part =
  /** A column of the left side. */
  | { readonly kind: 'passed'; readonly value: Expression }
  /** `unmatched`: the aggregate's value for a left row without a partner. */
  | { readonly kind: 'aggregated'; readonly call: AggregateCall; readonly unmatched: Expression };

function partOf(
  call: AggregateCall,
  left: ReadonlySet<ColumnId>,
  right: ReadonlySet<ColumnId>,
  nulls: ReadonlyMap<ColumnId, Expression>,
): Part | undefined {
  const [arg] = call.args;
  if (call.fn === 'any_value' && arg?.kind === 'column' && left.has(arg.id) && call.filter === undefined) {
    return { kind: 'passed', value: arg };
  }
  const used = [
    ...call.args,
    ...(call.filter === undefined ? [] : [call.filter]),
    ...call.orderBy.map((k) => k.expression),
  ];
  if (!used.every((expression) => [...expressionColumns(expression)].every((id) => right.has(id)))) return undefined;
  if (call.fn === 'count' && call.args.length === 0 && call.filter === undefined) {
    return { kind: 'aggregated', call, unmatched: constant(1n, call.type) };
  }
  // The padded row must not count: its argument is NULL, or the filter keeps it out.
  const skipsNulls = aggregateFunction(call.fn)?.nulls !== 'see';
  const isNullArg = call.args.some((each) => isConstant(simplifyExpression(replaceColumns(each, nulls)), null));
  const isFiltered = call.filter !== undefined && isNeverTrue(simplifyCondition(replaceColumns(call.filter, nulls)));
  if (!(skipsNulls && isNullArg) && !isFiltered) return undefined;
  return { kind: 'aggregated', call, unmatched: emptyValue(call) };
}

function isWorthIt(original: Join, aggregated: Aggregate, { estimator }: OptimizerContext): boolean {
  const rows = estimator.rows(original.right);
  return estimator.rows(original) >= LEAST_JOINED * rows && estimator.rows(aggregated) <= MOST_GROUPS * rows;
}

function coalesce(value: Expression, otherwise: Expression): Expression {
  return withNullability({ kind: 'call', fn: 'coalesce', args: [value, otherwise], type: value.type, nullable: true });
}
