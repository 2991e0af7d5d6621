import { cast, columnRef, constant } from '../../compiler/ir/build.ts';
import { aggregateCall } from '../../compiler/ir/call.ts';
import type { AggregateCall, Column, Expression, SortKey } from '../../compiler/ir/expression.ts';
import type { HashAggregate } from '../../compiler/physical/plan.ts';
import * as T from '../../compiler/types/type.ts';
import { showRow } from './compare.ts';
import type { Expressions } from './expressions.ts';
import { type Making, type Outside, Unfit } from './making.ts';
import { type Node, over, readable } from './node.ts';

/** The reference looks for a row's group among all groups. */
const MOST_COMPARISONS = 100_000;

function checkGroups(making: Making, input: Node, groups: readonly Expression[], outside: Outside): void {
  if (input.rows.length ** 2 < MOST_COMPARISONS) return;
  const columns = groups.map(({ type, nullable }) => making.newColumn('tried', type, nullable));
  const plan = { kind: 'project', columns, input: input.plan, expressions: groups } as const;
  const keys = making.evaluate(plan, [input], outside).map((row) => showRow(row));
  if (new Set(keys).size * keys.length > MOST_COMPARISONS) throw new Unfit('too many groups');
}

export function makeAggregate(making: Making, input: Node, outside: Outside, groupCount: number): Node {
  const { random } = making;
  const expressions = making.expressions(readable(input), outside);
  return making.attempt(
    8,
    () => {
      const groups = Array.from({ length: groupCount }, () => groupOf(making, input, expressions));
      checkGroups(making, input, groups, outside);
      const calls = Array.from({ length: random.integer(groupCount === 0 ? 1 : 0, 4) }, () =>
        aggregateOf(making, input, outside, groups),
      );
      return aggregateNode(making, input, outside, groups, calls);
    },
    ({ rows }) => rows.length > 0,
  );
}

export function aggregateNode(
  making: Making,
  input: Node,
  outside: Outside,
  groups: readonly Expression[],
  calls: readonly AggregateCall[],
): Node {
  const available = new Set(input.plan.columns.map(({ id }) => id));
  const columns = [
    ...groups.map((group): Column => {
      const keeps = group.kind === 'column' && available.delete(group.id);
      const { type, nullable } = group;
      return keeps ? { id: group.id, name: 'group', type, nullable } : making.newColumn('group', type, nullable);
    }),
    ...calls.map(({ fn, type, nullable }) => making.newColumn(fn, type, nullable)),
  ];
  const plan: HashAggregate = { kind: 'hashAggregate', columns, input: input.plan, groups, aggregates: calls };
  const rows = making.evaluate(plan, [input], outside);
  const rough = columns.filter((_, i) => ROUGH.has(calls[i - groups.length]?.fn ?? ''));
  // A group of another zero is the same group.
  const counted =
    input.free && groups.length === 0 && calls.every(({ fn, args }) => fn === 'count' && args.length === 0);
  return {
    ...over(plan, rows, [input]),
    free: input.free && !counted,
    approximate: new Set(rough.map(({ id }) => id)),
    exact: new Set(
      groups.flatMap((group, i) =>
        group.kind === 'column' && input.exact.has(group.id) ? [columns[i]?.id ?? -1] : [],
      ),
    ),
  };
}

/** Statistics of one number, and of pairs of numbers. */
const STATISTICS = ['var_samp', 'var_pop', 'stddev_samp', 'stddev_pop'] as const;
const PAIRS = ['covar_pop', 'covar_samp', 'regr_avgx', 'regr_avgy', 'regr_sxx', 'regr_sxy', 'regr_syy'] as const;
/** Of floats, these depend on the order in which rows are combined. */
export const ROUGH: ReadonlySet<string> = new Set([...STATISTICS, ...PAIRS, 'product']);

function groupOf(making: Making, input: Node, expressions: Expressions): Expression {
  const { random } = making;
  const columns = readable(input);
  if (columns.length > 0 && random.chance(0.75)) return columnRef(random.pick(columns));
  return expressions.of(random.pick(GROUP_TYPES), 2);
}

const GROUP_TYPES: readonly T.Type[] = [T.BOOL, T.INT32, T.UTF8, T.DATE, T.INT8, T.decimal(18, 3), T.ANY];

export function aggregateOf(
  making: Making,
  input: Node,
  outside: Outside,
  groups: readonly Expression[],
): AggregateCall {
  const { random } = making;
  const expressions = making.expressions(readable(input), outside);
  const columns = readable(input);
  const some = (fits: (type: T.Type) => boolean, otherwise: T.Type): Expression => {
    const fitting = columns.filter(({ type }) => fits(type));
    if (fitting.length > 0 && random.chance(0.8)) return columnRef(random.pick(fitting));
    return expressions.of(fitting.length > 0 ? random.pick(fitting).type : otherwise, 1);
  };
  const fn = random.pick([
    'count',
    'count',
    'sum',
    'sum',
    'sum',
    'avg',
    'min',
    'max',
    'min',
    'max',
    'any_value',
    'bool_and',
    'bool_or',
    'count_if',
    'var_samp',
    'var_pop',
    'stddev_samp',
    'stddev_pop',
    'string_agg',
    'array_agg',
    'bit_and',
    'bit_xor',
    'product',
    'regr_count',
    random.pick(PAIRS),
    'arg_min',
    'arg_max',
    'median',
    'quantile_disc',
    'mode',
  ]);
  const options = {
    distinct: random.chance(0.2) && !ROUGH.has(fn) && fn !== 'any_value',
    filter: random.chance(0.2) ? expressions.condition(2) : undefined,
  };
  switch (fn) {
    case 'count':
      return random.chance(0.4)
        ? aggregateCall(fn, [], { ...options, distinct: false })
        : aggregateCall(fn, [expressions.leaf(expressions.someType())], options);
    case 'sum':
    case 'avg':
      return aggregateCall(fn, [summand(making, input, some)], options);
    case 'min':
    case 'max':
      return aggregateCall(fn, [some(() => true, T.UTF8)], options);
    case 'string_agg': {
      const text = some(({ kind }) => kind === 'utf8', T.UTF8);
      return aggregateCall(fn, [text, constant(', ', T.UTF8)], {
        ...options,
        distinct: false,
        orderBy: ordered(making, text),
      });
    }
    case 'array_agg': {
      const value = some(() => true, T.INT32);
      return aggregateCall(fn, [value], { ...options, orderBy: ordered(making, value) });
    }
    case 'any_value':
      // Only a group's own value is the same whichever row it is taken from.
      return aggregateCall(fn, [groups.length > 0 ? random.pick(groups) : constant('x', T.UTF8)], options);
    case 'bit_and':
    case 'bit_xor':
      return aggregateCall(fn, [some((type) => T.isInteger(type), T.INT32)], options);
    case 'arg_min':
    case 'arg_max': {
      // The value follows from the key: of rows with equal keys any may be taken.
      const key = some(({ kind }) => kind !== 'any' && kind !== 'float32' && kind !== 'float64', T.INT32);
      const value = random.pick([key, constant('x', T.UTF8)]);
      return aggregateCall(fn, [value, key], options);
    }
    case 'median':
    case 'product':
      return aggregateCall(fn, [small(some)], options);
    case 'mode':
      return aggregateCall(fn, [some(({ kind }) => kind !== 'any' && kind !== 'interval', T.UTF8)], options);
    case 'quantile_disc': {
      const value = some(({ kind }) => kind !== 'any' && kind !== 'interval', T.UTF8);
      return aggregateCall(fn, [value, constant(0.3, T.FLOAT64), constant(random.chance(0.5), T.BOOL)], options);
    }
    case 'regr_count':
    case 'covar_pop':
    case 'covar_samp':
    case 'regr_avgx':
    case 'regr_avgy':
    case 'regr_sxx':
    case 'regr_sxy':
    case 'regr_syy':
      return aggregateCall(fn, [small(some), small(some)], options);
    case 'bool_and':
    case 'bool_or':
    case 'count_if':
      return aggregateCall(fn, [expressions.condition(2)], options);
    default:
      return aggregateCall(fn, [small(some)], options);
  }
}

/** A float of few digits. */
function small(some: (fits: (type: T.Type) => boolean, otherwise: T.Type) => Expression): Expression {
  return cast(
    some(({ kind }) => kind === 'int8' || kind === 'int16', T.INT16),
    T.FLOAT64,
  );
}

/** An order in which only equal values change places. */
function ordered({ random }: Making, expression: Expression): readonly SortKey[] {
  return [{ expression, descending: random.chance(0.5), nullsFirst: random.chance(0.5) }];
}

/** Something to add up: floats only where no order of additions makes a difference. */
function summand(
  making: Making,
  input: Node,
  some: (fits: (type: T.Type) => boolean, otherwise: T.Type) => Expression,
): Expression {
  const floats = input.plan.columns.filter(({ id }) => input.exact.has(id));
  if (floats.length > 0 && making.random.chance(0.3)) return columnRef(making.random.pick(floats));
  if (making.random.chance(0.1))
    return cast(
      some(({ kind }) => kind === 'int32', T.INT32),
      T.FLOAT64,
    );
  return some((type) => T.isInteger(type) || type.kind === 'decimal' || type.kind === 'interval', T.INT32);
}
