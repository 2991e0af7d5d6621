import { cast, columnRef, constant } from '../../compiler/ir/build.ts';
import { call } from '../../compiler/ir/call.ts';
import {
  type Column,
  type Expression,
  type FrameBound,
  type SortKey,
  WHOLE_PARTITION,
  type WindowCall,
  type WindowFrame,
} from '../../compiler/ir/expression.ts';
import { withFirstRows } from '../../compiler/physical/first-rows.ts';
import type { PhysicalPlan, PhysicalWindow } from '../../compiler/physical/plan.ts';
import * as T from '../../compiler/types/type.ts';
import { aggregateOf, ROUGH } from './make-aggregates.ts';
import { type Making, type Outside, Unfit } from './making.ts';
import { type Node, over, readable } from './node.ts';
import type { Random } from './random.ts';

/** The reference goes through a row's frame row by row. */
const MOST_ROWS = 400;
/** Lists of whole frames make rows long. */
const MOST_LISTED = 40;

export function makeWindow(making: Making, input: Node, outside: Outside): Node {
  const { random } = making;
  const columns = readable(input);
  if (input.free || input.rows.length > MOST_ROWS || columns.length === 0) throw new Unfit('no input for a window');
  return making.attempt(
    6,
    () => {
      const expressions = making.expressions(columns, outside);
      const partitionBy = random
        .shuffled(columns)
        .slice(0, random.integer(0, 2))
        .map((column) => (random.chance(0.9) ? columnRef(column) : expressions.of(T.INT32, 2)));
      // Rows that the order does not tell apart must be the same where it matters which of them comes first.
      const total = columns.length === input.plan.columns.length && random.chance(0.6);
      const orderBy = makeOrder(making, columns, total);
      const calls = Array.from({ length: random.pick([1, 1, 2, 3, 4]) }, () =>
        windowCall(making, input, outside, orderBy, total),
      );
      const results = calls.map(({ fn, type, nullable }) => making.newColumn(fn, type, nullable));
      const plan: PhysicalWindow = {
        kind: 'window',
        columns: [...input.plan.columns, ...results],
        input: input.plan,
        partitionBy,
        orderBy,
        calls,
        results,
      };
      const wanted = random.chance(0.5) ? onlyFirst(random, plan) : plan;
      const node = over(wanted, making.evaluate(wanted, [input], outside), [input]);
      const rough = results.filter((_, i) => ROUGH.has(calls[i]?.fn ?? ''));
      return { ...node, approximate: new Set([...node.approximate, ...rough.map(({ id }) => id)]) };
    },
    () => true,
  );
}

/** The first rows of each partition, if a call says which these are. */
function onlyFirst(random: Random, window: PhysicalWindow): PhysicalPlan {
  const ranks = window.results.filter((_, i) => COUNTING.has(window.calls[i]?.fn ?? ''));
  if (ranks.length === 0) return window;
  const rank = columnRef(random.pick(ranks));
  const limit = (): Expression => constant(BigInt(random.integer(1, 4)), T.INT64);
  const predicate = random.chance(0.5) ? call('le', [rank, limit()]) : call('gt', [limit(), rank]);
  const input = withFirstRows(window, predicate, random.integer(1, 40));
  return { kind: 'filter', columns: window.columns, input, predicate };
}

const COUNTING: ReadonlySet<string> = new Set(['row_number', 'rank', 'dense_rank']);

function makeOrder({ random }: Making, columns: readonly Column[], total: boolean): readonly SortKey[] {
  const chosen = total ? random.shuffled(columns) : random.shuffled(columns).slice(0, random.integer(0, 2));
  return chosen.map((column) => ({
    expression: columnRef(column),
    descending: random.chance(0.4),
    nullsFirst: random.chance(0.4),
  }));
}

const RANKS = ['rank', 'dense_rank', 'percent_rank', 'cume_dist'];
const NUMBERS = ['row_number', 'ntile'];
const SHIFTS = ['lag', 'lead'];
const PICKS = ['first_value', 'last_value', 'nth_value'];

function windowCall(
  making: Making,
  input: Node,
  outside: Outside,
  orderBy: readonly SortKey[],
  total: boolean,
): WindowCall {
  const { random } = making;
  const expressions = making.expressions(readable(input), outside);
  const own = (fn: string, args: readonly Expression[], type: T.Type, nullable: boolean): WindowCall => ({
    fn,
    args,
    ignoreNulls: PICKING.has(fn) && random.chance(0.4),
    frame: PICKS.includes(fn) ? makeFrame(making, orderBy, total) : WHOLE_PARTITION,
    type,
    nullable,
  });
  const kind = random.weighted([
    [2, 'rank'],
    [total ? 2 : 0, 'number'],
    [total ? 3 : 0, 'shift'],
    [total ? 3 : 0, 'pick'],
    [6, 'aggregate'],
  ]);
  const number = (): Expression => constant(BigInt(random.integer(-1, 4)), T.INT64);
  switch (kind) {
    case 'rank': {
      const fn = random.pick(RANKS);
      return own(fn, [], fn.endsWith('rank') && fn !== 'percent_rank' ? T.INT64 : T.FLOAT64, false);
    }
    case 'number': {
      const fn = random.pick(NUMBERS);
      if (fn === 'row_number') return own(fn, [], T.INT64, false);
      return own(fn, [constant(random.integer(1, 9), T.INT32)], T.INT32, true);
    }
    case 'shift': {
      const value = expressions.of(expressions.someType(), random.integer(0, 1));
      const by = random.chance(0.7) ? number() : cast(expressions.of(T.INT8, 0), T.INT64);
      const args = random.pick([[value], [value, by], [value, by, expressions.leaf(value.type)]]);
      return own(random.pick(SHIFTS), args, value.type, true);
    }
    case 'pick': {
      const fn = random.pick(PICKS);
      const value = expressions.of(expressions.someType(), random.integer(0, 1));
      const args = fn === 'nth_value' ? [value, constant(BigInt(random.integer(1, 5)), T.INT64)] : [value];
      return own(fn, args, value.type, true);
    }
    default:
      return overFrame(making, input, outside, orderBy, total);
  }
}

const PICKING: ReadonlySet<string> = new Set([...SHIFTS, ...PICKS]);

/** What depends on the order of its rows needs one without ties; a value that is any of the frame's is no answer. */
function overFrame(
  making: Making,
  input: Node,
  outside: Outside,
  orderBy: readonly SortKey[],
  total: boolean,
): WindowCall {
  return making.attempt(
    8,
    () => {
      const { fn, args, filter, type, nullable } = aggregateOf(making, input, outside, []);
      if (fn === 'any_value') throw new Unfit(fn);
      const lists = fn === 'string_agg' || fn === 'array_agg';
      if (lists && (!total || input.rows.length > MOST_LISTED)) throw new Unfit(fn);
      // Sums of floats must not depend on the order of their terms, nor on what was taken out again.
      const frame = makeFrame(making, orderBy, total);
      return { fn, args, filter, ignoreNulls: false, frame, type, nullable };
    },
    () => true,
  );
}

function makeFrame(making: Making, orderBy: readonly SortKey[], total: boolean): WindowFrame {
  const { random } = making;
  if (random.chance(0.2)) return WHOLE_PARTITION;
  const unit = random.pick(total ? (['rows', 'rows', 'groups', 'range'] as const) : (['groups', 'range'] as const));
  const exclude = random.chance(0.7)
    ? 'nothing'
    : random.pick(total ? (['current', 'group', 'ties'] as const) : (['group'] as const));
  const [order] = orderBy;
  const range = unit === 'range' && orderBy.length === 1 && order !== undefined ? rangeOver(making, order) : undefined;
  const places = unit === 'range' && range === undefined ? [0, 2, 4] : [0, 1, 2, 3, 4];
  const start = random.pick(places.filter((place) => place < 4));
  const end = random.pick(places.filter((place) => place >= Math.max(start, 1)));
  const bound = (place: number): FrameBound => {
    if (place === 0 || place === 4) return { kind: 'unbounded' };
    if (place === 2) return { kind: 'current' };
    const kind = place === 1 ? 'preceding' : 'following';
    if (range !== undefined) return range.bound(kind);
    return { kind, offset: constant(BigInt(random.pick([0, 1, 1, 2, 3, 20, 100_000])), T.INT64) };
  };
  return { unit, start: bound(start), end: bound(end), exclude, key: range?.key };
}

interface RangeOver {
  readonly key: Expression;
  readonly bound: (kind: 'preceding' | 'following') => FrameBound;
}

/** Ranges over keys whose neighbours can be computed without failing. */
function rangeOver({ random }: Making, { expression, descending }: SortKey): RangeOver | undefined {
  const over = (key: Expression, offset: () => Expression): RangeOver => ({
    key,
    bound: (kind) => {
      const by = offset();
      const fn = (kind === 'preceding') === descending ? 'add' : 'subtract';
      return { kind, offset: by, reach: call(fn, [key, by]) };
    },
  });
  switch (expression.type.kind) {
    case 'int8':
    case 'int16':
    case 'int32':
      return over(cast(expression, T.INT64), () => constant(BigInt(random.pick([0, 1, 5, 100, 40_000])), T.INT64));
    case 'float32':
    case 'float64':
      return over(cast(expression, T.FLOAT64), () => constant(random.pick([0, 0.5, 2, 1000]), T.FLOAT64));
    case 'date':
    case 'timestamp': {
      const interval = () => ({ months: random.pick([0, 0, 1, 13]), days: random.pick([0, 1, 40]), micros: 0n });
      return over(cast(expression, T.TIMESTAMP), () => constant(interval(), T.INTERVAL));
    }
    default:
      return undefined;
  }
}
