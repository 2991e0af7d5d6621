import type { WindowPlace } from '../../compiler/functions/declaration.ts';
import { aggregateFunction, windowFunction } from '../../compiler/functions/resolve.ts';
import type { Expression, FrameBound, SortKey, WindowCall, WindowFrame } from '../../compiler/ir/expression.ts';
import type { PhysicalWindow } from '../../compiler/physical/plan.ts';
import { sameValue } from '../../compiler/types/compare.ts';
import { internalError, OrbitError, unreachable } from '../../compiler/types/error.ts';
import { toInteger, toNumber } from '../../compiler/types/narrow.ts';
import { isInterval, type Value } from '../../compiler/types/value.ts';
import { bind, pick, type ReferenceContext, type Row } from './context.ts';
import { evaluate, isTrue } from './evaluate.ts';
import type { Run } from './interpret.ts';
import { resolvedSignature } from './signature.ts';
import { compareByKeys, sortRows } from './sorting.ts';

type Values = readonly Value[];

/** Partitions in the order of their keys, NULL last, and in each its rows in order. */
export function interpretWindow(plan: PhysicalWindow, context: ReferenceContext, run: Run): readonly Values[] {
  const work = windowSteps(plan, context, run);
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}

type Steps<T> = Generator<undefined, T, undefined>;

/** Rows' results between two of the steps at which the work can be given up. */
const STEP_RESULTS = 64;

/** The same in short steps. */
export function* windowSteps(plan: PhysicalWindow, context: ReferenceContext, run: Run): Steps<readonly Values[]> {
  const { columns, rows } = run(plan.input, context);
  const bound = rows.map((row) => bind(columns, row, context.outer));
  const byPartition = plan.partitionBy.map((expression): SortKey => {
    return { expression, descending: false, nullsFirst: false };
  });
  const sorted = sortRows(bound, (row) => row, [...byPartition, ...plan.orderBy], context);
  for (const { frame } of plan.calls) checkFrame(frame, context);
  const results: Values[] = [];
  for (const partition of cut(sorted, plan.partitionBy, context)) {
    const places = partitionPlaces(partition, plan, context);
    const computed: Values[] = [];
    for (const call of plan.calls) computed.push(yield* computeCall(call, partition, places, plan.orderBy, context));
    partition.forEach((row, i) => {
      const values = computed.map((column) => column[i] ?? null);
      results.push(pick(plan.columns, bind(plan.results, values, row)));
    });
  }
  return results;
}

/** The runs of rows that agree on the expressions. */
function cut(rows: readonly Row[], by: readonly Expression[], context: ReferenceContext): readonly Row[][] {
  const parts: Row[][] = [];
  let last: Values | undefined;
  for (const row of rows) {
    const keys = by.map((expression) => evaluate(expression, row, context));
    const before = last;
    const same = before !== undefined && by.every(({ type }, i) => sameValue(keys[i] ?? null, before[i] ?? null, type));
    if (same) parts.at(-1)?.push(row);
    else parts.push([row]);
    last = keys;
  }
  return parts;
}

/** A row among its peers, which are rows that the order does not tell apart. */
interface Place {
  readonly peers: readonly [number, number];
  readonly group: number;
}

function partitionPlaces(rows: readonly Row[], plan: PhysicalWindow, context: ReferenceContext): readonly Place[] {
  const by = plan.orderBy.map((key) => key.expression);
  let start = 0;
  return cut(rows, by, context).flatMap((group, i) => {
    const peers = [start, start + group.length] as const;
    start += group.length;
    return group.map((): Place => ({ peers, group: i }));
  });
}

function* computeCall(
  call: WindowCall,
  rows: readonly Row[],
  places: readonly Place[],
  orderBy: readonly SortKey[],
  context: ReferenceContext,
): Steps<Values> {
  const args = rows.map((row) => call.args.map((arg) => evaluate(arg, row, context)));
  const frame = frames(call.frame, rows, places, orderBy, context);
  const own = windowFunction(call.fn);
  if (own !== undefined) {
    return yield* inSteps(rows.length, (position) => {
      const place: WindowPlace = {
        position,
        size: rows.length,
        peers: places[position]?.peers ?? [position, position + 1],
        groupsBefore: places[position]?.group ?? 0,
        frame: () => frame(position),
        args: (at) => args[at] ?? [],
        ignoreNulls: call.ignoreNulls,
      };
      return own.row(place);
    });
  }
  const fn = aggregateFunction(call.fn);
  if (fn === undefined) throw internalError(`no window function ${call.fn} in the catalogue`);
  const { filter } = call;
  const counts = rows.map((row, i) => {
    const skipped = fn.nulls !== 'see' && args[i]?.includes(null) === true;
    return !skipped && (filter === undefined || isTrue(filter, row, context));
  });
  const signature = resolvedSignature(call.args, call.type);
  return yield* inSteps(rows.length, (position) => {
    const state = fn.create(signature);
    for (const at of frame(position)) if (counts[at] === true) state.step(args[at] ?? []);
    return state.result();
  });
}

function* inSteps(count: number, compute: (position: number) => Value): Steps<Values> {
  const values: Value[] = [];
  for (let position = 0; position < count; position++) {
    if (position % STEP_RESULTS === 0) yield;
    values.push(compute(position));
  }
  return values;
}

/** The positions of each row's frame. */
function frames(
  frame: WindowFrame,
  rows: readonly Row[],
  places: readonly Place[],
  orderBy: readonly SortKey[],
  context: ReferenceContext,
): (position: number) => readonly number[] {
  const size = rows.length;
  const groups = [...new Set(places.map((place) => place.peers))];
  const start = boundary(frame.start, 'start', frame, rows, places, groups, orderBy, context);
  const end = boundary(frame.end, 'end', frame, rows, places, groups, orderBy, context);
  return (position) => {
    const [first, behind] = places[position]?.peers ?? [position, position + 1];
    const from = Math.max(0, start(position));
    const to = Math.min(size, end(position));
    const all = Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
    switch (frame.exclude) {
      case 'nothing':
        return all;
      case 'current':
        return all.filter((at) => at !== position);
      case 'group':
        return all.filter((at) => at < first || at >= behind);
      case 'ties':
        return all.filter((at) => at === position || at < first || at >= behind);
      default:
        return unreachable(frame.exclude);
    }
  };
}

/** The frame's first row, or the first behind its last, for a row. */
function boundary(
  bound: FrameBound,
  side: 'start' | 'end',
  frame: WindowFrame,
  rows: readonly Row[],
  places: readonly Place[],
  groups: readonly (readonly [number, number])[],
  orderBy: readonly SortKey[],
  context: ReferenceContext,
): (position: number) => number {
  const size = rows.length;
  const behind = side === 'end' ? 1 : 0;
  switch (bound.kind) {
    case 'unbounded':
      return () => (side === 'start' ? 0 : size);
    case 'current':
      if (frame.unit === 'rows') return (position) => position + behind;
      return (position) => places[position]?.peers[behind] ?? position + behind;
    case 'preceding':
    case 'following': {
      const offset = frameOffset(bound.offset, side, frame.unit, context);
      const direction = bound.kind === 'preceding' ? -1 : 1;
      switch (frame.unit) {
        case 'rows':
          return (position) => position + direction * Math.min(offset, size) + behind;
        case 'groups':
          return (position) => {
            const group = (places[position]?.group ?? 0) + direction * Math.min(offset, size);
            if (group < 0) return 0;
            return groups[group]?.[behind] ?? size;
          };
        case 'range': {
          const { key } = frame;
          const { reach } = bound;
          const [order] = orderBy;
          if (key === undefined || reach === undefined || order === undefined)
            throw internalError('a range without key');
          const sortKey = [{ ...order, expression: key }];
          const keys = rows.map((row) => [evaluate(key, row, context)]);
          const reaches = rows.map((row) => [evaluate(reach, row, context)]);
          return (position) => {
            const wanted = reaches[position] ?? [];
            const found = keys.findIndex((value) => {
              const comparison = compareByKeys(value, wanted, sortKey);
              return side === 'start' ? comparison >= 0 : comparison > 0;
            });
            return found < 0 ? size : found;
          };
        }
        default:
          return unreachable(frame.unit);
      }
    }
    default:
      return unreachable(bound);
  }
}

/** Offsets are looked at before any row is. */
export function checkFrame({ unit, start, end }: WindowFrame, context: ReferenceContext): void {
  if ('offset' in start) frameOffset(start.offset, 'start', unit, context);
  if ('offset' in end) frameOffset(end.offset, 'end', unit, context);
}

/** The checked offset of a frame; as a number where it counts rows or groups. */
export function frameOffset(
  expression: Expression,
  side: 'start' | 'end',
  unit: WindowFrame['unit'],
  context: ReferenceContext,
): number {
  const value = evaluate(expression, context.outer, context);
  const name = side === 'start' ? 'starting' : 'ending';
  const details = { range: expression.range };
  if (value === null) throw new OrbitError('null_value_not_allowed', `frame ${name} offset must not be null`, details);
  if (!isNegative(value)) return unit === 'range' ? 0 : Number(toInteger(value));
  const message =
    unit === 'range'
      ? 'invalid preceding or following size in window function'
      : `frame ${name} offset must not be negative`;
  throw new OrbitError('invalid_preceding_or_following_size', message, details);
}

const DAYS_PER_MONTH = 30n;
const MICROS_PER_DAY = 86_400_000_000n;

/** Not a number counts as negative: it is no distance. */
function isNegative(value: Value): boolean {
  if (isInterval(value)) {
    const days = BigInt(value.months) * DAYS_PER_MONTH + BigInt(value.days);
    return days * MICROS_PER_DAY + value.micros < 0n;
  }
  if (typeof value === 'bigint') return value < 0n;
  const number = toNumber(value);
  return Number.isNaN(number) || number < 0;
}
