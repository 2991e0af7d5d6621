import { OrbitError, type SourceRange } from '../types/error.ts';
import { isJson, isJsonb, typeName } from '../types/type.ts';
import { columnRef, constant, newColumn, nullOf } from './build.ts';
import { aggregateCall, call } from './call.ts';
import type { ColumnIds } from './columns.ts';
import type { AggregateCall, Column, Expression, InList, SortKey, WindowCall } from './expression.ts';
import type { Aggregate, Plan, SetOperation } from './plan.ts';
import { mapExpressionChildren, mapPlanChildren, mapPlanExpressions } from './traverse.ts';

/**
 * Wherever values of jsonb are compared, sorted, grouped or joined, their keys (`jsonb_key`) are: bytes, in the order of
 * jsonb, which operators treat like any other bytes. So nothing below the front ends knows how documents compare. json
 * has no comparison at all. To be applied to what a front end binds, before anything else looks at it.
 */
export function withJsonKeys(plan: Plan, ids: ColumnIds): Plan {
  const inner = mapPlanChildren(plan, (child) => withJsonKeys(child, ids));
  const mapped = mapPlanExpressions(inner, (expression) => keyedExpression(expression, ids));
  switch (mapped.kind) {
    case 'sort':
      return keyed(mapped, { keys: mapped.keys.map(sortKey) }, mapped.keys.map(expressionOf));
    case 'window':
      return keyed(
        mapped,
        {
          partitionBy: mapped.partitionBy.map(keyOf),
          orderBy: mapped.orderBy.map(sortKey),
          calls: mapped.calls.map(windowCall),
        },
        [...mapped.partitionBy, ...mapped.orderBy.map(expressionOf), ...mapped.calls.flatMap((c) => c.args)],
      );
    case 'distinct': {
      const on = mapped.on ?? mapped.columns.map((column) => columnRef(column));
      return on.some(isJsonExpression) ? { ...mapped, on: on.map(keyOf) } : mapped;
    }
    case 'setOperation':
      return keyedSetOperation(mapped);
    case 'recursive':
      if (!mapped.all && mapped.columns.some(isJsonExpression)) throw unsupported('UNION of jsonb in a recursion');
      return mapped;
    case 'aggregate':
      return keyedAggregate(mapped, ids);
    case 'asOfJoin':
      return {
        ...mapped,
        keys: mapped.keys.map(({ left, right }) => ({ left: keyOf(left), right: keyOf(right) })),
        order: { ...mapped.order, left: keyOf(mapped.order.left), right: keyOf(mapped.order.right) },
      };
    default:
      return mapped;
  }
}

function keyed<P extends Plan>(plan: P, parts: Partial<P>, expressions: readonly Expression[]): P {
  return expressions.some(isJsonExpression) ? { ...plan, ...parts } : plan;
}

const expressionOf = (key: SortKey): Expression => key.expression;

const isJsonExpression = ({ type }: Pick<Expression, 'type'>): boolean => isJson(type);

const sortKey = (key: SortKey): SortKey => ({ ...key, expression: keyOf(key.expression) });

/** The bytes that stand for a value of jsonb; everything else stands for itself. */
function keyOf(expression: Expression): Expression {
  if (isJsonb(expression.type)) return call('jsonb_key', [expression], expression.range);
  if (!isJson(expression.type)) return expression;
  throw new OrbitError('undefined_function', 'could not identify an equality operator for type json', {
    range: expression.range,
    hint: 'jsonb can be compared: cast it.',
  });
}

const COMPARISONS: ReadonlySet<string> = new Set([
  'eq',
  'ne',
  'lt',
  'le',
  'gt',
  'ge',
  'is_distinct',
  'is_not_distinct',
]);

/** The expression with keys in its comparisons, and in those of its subqueries. */
export function keyedExpression(expression: Expression, ids: ColumnIds): Expression {
  const mapped = mapExpressionChildren(expression, (child) => keyedExpression(child, ids));
  switch (mapped.kind) {
    case 'call': {
      if (!mapped.args.some(isJsonExpression) || !COMPARISONS.has(mapped.fn)) return mapped;
      return { ...call(mapped.fn, mapped.args.map(keyOf), mapped.range), nullable: mapped.nullable };
    }
    case 'in':
      return isJson(mapped.arg.type) ? keyedIn(mapped) : mapped;
    case 'subquery': {
      const plan = withJsonKeys(mapped.plan, ids);
      const { arg } = mapped;
      if (arg === undefined || !isJson(arg.type)) return plan === mapped.plan ? mapped : { ...mapped, plan };
      const [column] = plan.columns;
      if (column === undefined) return mapped;
      const key = keyOf(columnRef(column));
      const columns = [newColumn(ids, 'key', key.type, key.nullable)];
      return { ...mapped, arg: keyOf(arg), plan: { kind: 'project', columns, input: plan, expressions: [key] } };
    }
    default:
      return mapped;
  }
}

/** A list of documents becomes comparisons with each: their keys are constants only once they are folded. */
function keyedIn({ arg, values, range, type, nullable }: InList): Expression {
  const args = values.map((value) => call('eq', [keyOf(arg), keyOf(constant(value, arg.type))], range));
  const [only] = args;
  return only !== undefined && args.length === 1 ? only : { kind: 'or', args, type, nullable, range };
}

function keyedSetOperation(plan: SetOperation): Plan {
  if (plan.all && plan.operation === 'union') return plan;
  if (!plan.columns.some(isJsonExpression)) return plan;
  if (plan.operation !== 'union') throw unsupported(`${plan.operation.toUpperCase()} of jsonb`);
  return {
    kind: 'distinct',
    columns: plan.columns,
    input: { ...plan, all: true },
    on: plan.columns.map((column) => keyOf(columnRef(column))),
  };
}

/** Groups by keys; what a group shows is one of its values. */
function keyedAggregate(plan: Aggregate, ids: ColumnIds): Plan {
  const aggregates = plan.aggregates.map(keyedAggregateCall);
  if (!plan.groups.some(isJsonExpression)) {
    return aggregates.every((item, i) => item === plan.aggregates[i]) ? plan : { ...plan, aggregates };
  }
  const groupColumns: Column[] = [];
  const shown: Column[] = [];
  const shownCalls: AggregateCall[] = [];
  const outputs: Expression[] = [];
  for (const [i, group] of plan.groups.entries()) {
    const column = plan.columns[i];
    if (column === undefined) continue;
    if (!isJson(group.type)) {
      groupColumns.push(column);
      outputs.push(columnRef(column));
      continue;
    }
    const key = keyOf(group);
    const keyColumn = newColumn(ids, `${column.name}_key`, key.type, column.nullable);
    const value = aggregateCall('any_value', [group]);
    const valueColumn = newColumn(ids, column.name, group.type, value.nullable);
    groupColumns.push(keyColumn);
    shown.push(valueColumn);
    shownCalls.push(value);
    // A set of groups that leaves this one out shows NULL.
    const { type } = group;
    const absent = call('is_null', [columnRef(keyColumn)]);
    const branches = [{ when: absent, then: nullOf(type) }];
    outputs.push({ kind: 'case', branches, otherwise: columnRef(valueColumn), type, nullable: true });
  }
  const rest = plan.columns.slice(plan.groups.length, plan.groups.length + plan.aggregates.length);
  const set = plan.set === undefined ? [] : [plan.set];
  const input: Aggregate = {
    ...plan,
    groups: plan.groups.map(keyOf),
    aggregates: [...aggregates, ...shownCalls],
    columns: [...groupColumns, ...rest, ...shown, ...set],
  };
  const expressions = [
    ...outputs,
    ...rest.map((column) => columnRef(column)),
    ...set.map((column) => columnRef(column)),
  ];
  const columns = plan.columns.map((column, i) => ({ ...column, nullable: expressions[i]?.nullable ?? true }));
  return { kind: 'project', columns, input, expressions };
}

/** Aggregates that look at nothing but whether a value is there, or at what kind it is. */
const INDIFFERENT = /^(count|any_value|first|last|array_agg|list|jsonb?_.*)$/;

function keyedAggregateCall(aggregate: AggregateCall): AggregateCall {
  const { fn, args, distinct, range } = aggregate;
  const orderBy = aggregate.orderBy.some((key) => isJson(key.expression.type))
    ? aggregate.orderBy.map(sortKey)
    : aggregate.orderBy;
  const ordered = orderBy === aggregate.orderBy ? aggregate : { ...aggregate, orderBy };
  if (!args.some(isJsonExpression)) return ordered;
  checkIndifferent(fn, args, range);
  if (!distinct) return ordered;
  if (fn !== 'count') throw unsupported(`${fn} of DISTINCT jsonb`, range);
  return { ...ordered, args: args.map(keyOf) };
}

function windowCall(window: WindowCall): WindowCall {
  const offset = ['lag', 'lead', 'first_value', 'last_value', 'nth_value'].includes(window.fn);
  if (!offset) checkIndifferent(window.fn, window.args, window.range);
  return window;
}

function checkIndifferent(fn: string, args: readonly Expression[], range: SourceRange | undefined): void {
  if (INDIFFERENT.test(fn)) return;
  const arg = args.find(isJsonExpression);
  if (arg === undefined) return;
  throw new OrbitError('undefined_function', `function ${fn}(${typeName(arg.type)}) does not exist`, { range });
}

function unsupported(what: string, range?: SourceRange): OrbitError {
  return new OrbitError('feature_not_supported', `${what} is not supported`, { range });
}
