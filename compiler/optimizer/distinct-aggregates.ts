import { quotientRule } from '../functions/arithmetic-types.ts';
import { aggregateFunction } from '../functions/resolve.ts';
import { caseOf, cast, columnRef, constant, nullOf } from '../ir/build.ts';
import { aggregateCall, call } from '../ir/call.ts';
import { aggregateEquals, expressionEquals, sameExpressions } from '../ir/equal.ts';
import type { AggregateCall, Column, Expression } from '../ir/expression.ts';
import type { Aggregate, Plan } from '../ir/plan.ts';
import { mapPlan } from '../ir/traverse.ts';
import { asDecimalType } from '../types/decimals.ts';
import { decimal, INT64, typeEquals } from '../types/type.ts';
import { isUniqueOn } from './facts.ts';
import { deriveNullability } from './nullability.ts';
import { IDEMPOTENT, isMergeable, mergedValue, merging } from './partial-aggregates.ts';
import type { OptimizerContext, Pass } from './pass.ts';
import { hasVolatileExpressions } from './volatility.ts';

/**
 * Aggregates of distinct values become two aggregations: by the groups and the values, with the other aggregates of
 * these parts, and of that by the groups. Both run on all threads and go to disk, as no table of distinct values does.
 * DISTINCT goes where values cannot repeat or repetitions do not matter.
 */
export const splitDistinctAggregates: Pass = {
  name: 'distinct aggregates',
  run: (plan, context) => {
    const result = mapPlan(plan, (node): Plan => {
      if (node.kind !== 'aggregate' || !node.aggregates.some((each) => each.distinct)) return node;
      const needed = withoutNeedlessDistinct(node);
      return split(needed, context) ?? needed;
    });
    return result === plan ? plan : deriveNullability(result);
  },
};

function withoutNeedlessDistinct(plan: Aggregate): Aggregate {
  const groups = plan.groups.flatMap((group) => (group.kind === 'column' ? [group.id] : []));
  const isNeedless = ({ fn, args }: AggregateCall): boolean => {
    if (IDEMPOTENT.has(fn)) return true;
    if (aggregateFunction(fn)?.keeps === true) return false;
    const values = args.flatMap((arg) => (arg.kind === 'column' ? [arg.id] : []));
    const withinGroup = plan.groupingSets === undefined ? groups : [];
    return isUniqueOn(plan.input, [...withinGroup, ...values]);
  };
  if (!plan.aggregates.some((each) => each.distinct && isNeedless(each))) return plan;
  const aggregates = plan.aggregates.map((each) => {
    return each.distinct && isNeedless(each) ? { ...each, distinct: false } : each;
  });
  return { ...plan, aggregates };
}

function split(plan: Aggregate, { ids }: OptimizerContext): Plan | undefined {
  if (plan.groupingSets !== undefined || hasVolatileExpressions(plan)) return undefined;
  const values = distinctValues(plan.aggregates.filter((each) => each.distinct));
  if (values === undefined || !plan.aggregates.every((each) => each.distinct || isSplittable(each))) return undefined;

  const fresh = (name: string, { type, nullable }: Pick<Expression, 'type' | 'nullable'>): Column => {
    return { id: ids.next(), name, type, nullable };
  };
  const partColumns: Column[] = [];
  const parts: AggregateCall[] = [];
  const part = (each: AggregateCall): Column => {
    const known = parts.findIndex((other) => aggregateEquals(other, each));
    const found = partColumns[known];
    if (found !== undefined) return found;
    const column = fresh(each.fn, each);
    parts.push(each);
    partColumns.push(column);
    return column;
  };
  const mergeColumns: Column[] = [];
  const merges: AggregateCall[] = [];
  const wholes = new Map<Column, Column>();
  const merged = (each: AggregateCall): Expression => {
    const from = part(each);
    const known = wholes.get(from);
    if (known !== undefined) return mergedValue(columnRef(known), each);
    const merge = merging(each.fn, from);
    const column = fresh(each.fn, merge);
    wholes.set(from, column);
    merges.push(merge);
    mergeColumns.push(column);
    return mergedValue(columnRef(column), each);
  };

  const taken = new Set(plan.columns.map((column) => column.id));
  const valueColumns = values.args.map((arg) => {
    const { name = 'value' } = plan.input.columns.find(({ id }) => arg.kind === 'column' && id === arg.id) ?? {};
    const column = fresh(name, arg);
    if (arg.kind !== 'column' || taken.has(arg.id)) return column;
    taken.add(arg.id);
    return { ...column, id: arg.id };
  });
  const results = plan.aggregates.map((each, i): Expression => {
    const { fn, filter } = each;
    const column = plan.columns[plan.groups.length + i];
    if (each.distinct && column !== undefined) {
      const passed = filter === undefined || values.filtered ? undefined : part(aggregateCall('count', [], { filter }));
      merges.push({
        ...each,
        args: valueColumns.map((value) => columnRef(value)),
        distinct: false,
        filter: passed && call('gt', [columnRef(passed), constant(0n, INT64)]),
      });
      mergeColumns.push(column);
      return columnRef(column);
    }
    if (fn !== 'avg') return merged(each);
    const sum = merged(aggregateCall('sum', each.args, { filter }));
    const counted = each.args.filter((arg) => arg.nullable);
    const count = merged(aggregateCall('count', counted, { filter }));
    return call('divide', [asDecimal(sum), asDecimal(count)]);
  });

  const groupColumns = plan.columns.slice(0, plan.groups.length);
  const inner: Aggregate = {
    kind: 'aggregate',
    columns: [...groupColumns, ...valueColumns, ...partColumns],
    input: plan.input,
    groups: [...plan.groups, ...values.args],
    aggregates: parts,
  };
  const outer: Aggregate = {
    kind: 'aggregate',
    columns: [...groupColumns, ...mergeColumns],
    input: inner,
    groups: groupColumns.map((column) => columnRef(column)),
    aggregates: merges,
  };
  if (plan.aggregates.every((each) => each.distinct)) return outer;
  const expressions = [...groupColumns.map((column) => columnRef(column)), ...results];
  return { kind: 'project', columns: plan.columns, input: outer, expressions };
}

/**
 * What the distinct aggregates take the different values of, where it is the same for all; `filtered`: it is NULL already
 * where their filter is not true. Arguments under a filter may fail for other rows, so only columns do for several filters.
 */
function distinctValues(
  calls: readonly AggregateCall[],
): { readonly args: readonly Expression[]; readonly filtered: boolean } | undefined {
  const [first] = calls;
  if (first === undefined || !calls.every(skipsNulls)) return undefined;
  const { args, filter } = first;
  if (!calls.every((each) => sameExpressions(each.args, args))) return undefined;
  if (calls.every((each) => each.filter === undefined)) return { args, filtered: false };
  if (filter !== undefined && calls.every((each) => each.filter && expressionEquals(each.filter, filter))) {
    const only = args.map((arg) => caseOf([{ when: filter, then: arg }], nullOf(arg.type)));
    return { args: only, filtered: true };
  }
  return args.every((arg) => arg.kind === 'column') ? { args, filtered: false } : undefined;
}

/** Whether rows with a NULL argument count for nothing, and the order of rows for nothing either. */
function skipsNulls({ fn, args, orderBy }: AggregateCall): boolean {
  const declaration = aggregateFunction(fn);
  return declaration?.nulls !== 'see' && declaration?.keeps !== true && args.length > 0 && orderBy.length === 0;
}

/** Whether the whole's value comes from those of parts. The mean of exact numbers is a quotient, of the same rounding. */
function isSplittable(each: AggregateCall): boolean {
  if (isMergeable(each)) return true;
  const [arg] = each.args;
  if (each.fn !== 'avg' || arg === undefined || each.orderBy.length > 0) return false;
  const sum = asDecimalType(aggregateCall('sum', each.args).type);
  return sum !== undefined && typeEquals(quotientRule(sum, COUNT), each.type);
}

const COUNT = decimal(19, 0);

/** Of integers and decimals. */
function asDecimal(value: Expression): Expression {
  return cast(value, asDecimalType(value.type) ?? value.type);
}
