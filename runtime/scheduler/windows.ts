import { windowFunction } from '../../compiler/functions/resolve.ts';
import { columnRef, nullOf } from '../../compiler/ir/build.ts';
import { expressionEquals } from '../../compiler/ir/equal.ts';
import type { Column, ColumnId, Expression, FrameBound, SortKey, WindowCall } from '../../compiler/ir/expression.ts';
import type { PhysicalWindow } from '../../compiler/physical/plan.ts';
import { internalError } from '../../compiler/types/error.ts';
import { BOOL } from '../../compiler/types/type.ts';
import { hasAggregateKernel } from '../operators/aggregate-functions.ts';
import type { Source } from '../operators/emitter.ts';
import type { SortState } from '../operators/sort.ts';
import {
  BATCH,
  type BatchMemory,
  type PreparedBound,
  type PreparedCall,
  rowsBack,
  windowSource,
} from '../operators/window.ts';
import { frameOffset } from '../reference/windows.ts';
import type { OpenSource, SourceMorsel } from './pipeline.ts';
import type { Outer, Query } from './query.ts';
import { allocate, allocateZeroed, type Task } from './task.ts';
import { hostContext } from './values-context.ts';

/** Windows: what their sort must keep, and the source that walks through the sorted rows. */

/** A window whose partition, order and arguments are columns of its rows. */
export interface PreparedWindow {
  /** What is computed for every row beside the input's columns. */
  readonly extra: readonly { readonly column: Column; readonly expression: Expression }[];
  readonly keys: readonly SortKey[];
  readonly partitionKeys: number;
  readonly calls: readonly (Omit<PreparedCall, 'start' | 'end'> & {
    readonly start: UnboundedBound;
    readonly end: UnboundedBound;
  })[];
  /** The input's columns that are put out. */
  readonly columns: readonly ColumnId[];
}

/** A bound whose offset may be larger than the number of rows. */
type UnboundedBound = PreparedBound;

/** Ids of computed columns: negative ones are never given out by the compiler. */
const FIRST_ID: ColumnId = -2_000_000;

export function hasWindowKernel(call: WindowCall): boolean {
  if (windowFunction(call.fn) !== undefined) return true;
  return hasAggregateKernel({ ...call, distinct: false, orderBy: [] });
}

export function prepareWindow(query: Query, plan: PhysicalWindow, outer: Outer): PreparedWindow {
  const extra: { readonly column: Column; readonly expression: Expression }[] = [];
  const input = new Set(plan.input.columns.map((column) => column.id));
  const asColumn = (expression: Expression): Expression => {
    if (expression.kind === 'constant' || (expression.kind === 'column' && input.has(expression.id))) return expression;
    const known = extra.find((each) => expressionEquals(each.expression, expression));
    if (known !== undefined) return columnRef(known.column);
    const { type, nullable } = expression;
    const column: Column = { id: FIRST_ID - extra.length, name: 'window', type, nullable };
    extra.push({ column, expression });
    return columnRef(column);
  };
  const idOf = (expression: Expression): ColumnId => {
    const column = asColumn(expression);
    if (column.kind === 'column') return column.id;
    // A constant key: all rows are in reach of each other.
    const made: Column = { id: FIRST_ID - extra.length, name: 'window', type: column.type, nullable: column.nullable };
    extra.push({ column: made, expression });
    return made.id;
  };
  const context = hostContext(query, outer);
  const bound = (call: WindowCall, of: FrameBound, side: 'start' | 'end'): PreparedBound => {
    if (of.kind === 'unbounded' || of.kind === 'current') return of;
    const offset = frameOffset(of.offset, side, call.frame.unit, context);
    return of.reach === undefined ? { kind: of.kind, offset } : { kind: 'reach', column: idOf(of.reach) };
  };
  const calls = plan.calls.flatMap((call, i) => {
    const result = plan.results[i];
    if (result === undefined) return [];
    const { frame } = call;
    return [
      {
        call: { ...call, args: filteredArguments(call).map(asColumn), filter: undefined },
        result,
        start: bound(call, frame.start, 'start'),
        end: bound(call, frame.end, 'end'),
        key: frame.key && idOf(frame.key),
      },
    ];
  });
  const byPartition = plan.partitionBy.filter((expression) => expression.kind !== 'constant');
  const orderBy = plan.orderBy.filter(({ expression }) => expression.kind !== 'constant');
  return {
    extra,
    keys: [
      ...byPartition.map((expression) => ({ expression: asColumn(expression), descending: false, nullsFirst: false })),
      ...orderBy.map((key) => ({ ...key, expression: asColumn(key.expression) })),
    ],
    partitionKeys: byPartition.length,
    calls,
    columns: plan.columns.flatMap(({ id }) => (input.has(id) ? [id] : [])),
  };
}

/** The arguments, NULL for rows that do not pass the filter: aggregates leave those out. */
function filteredArguments({ args, filter }: WindowCall): readonly Expression[] {
  if (filter === undefined) return args;
  const present: Expression = { kind: 'constant', value: true, type: BOOL, nullable: false };
  return (args.length === 0 ? [present] : args).map((arg) => ({
    kind: 'case',
    branches: [{ when: filter, then: arg }],
    otherwise: nullOf(arg.type),
    type: arg.type,
    nullable: true,
  }));
}

/** Rows of one morsel. */
const MORSEL_ROWS = 65_536;

/** A window's source, and what lays a batch of rows before it. */
export interface WindowReader {
  readonly source: Source;
  /** Takes the task's memory; the rows are those of the sorted array of addresses. */
  readonly begin: (task: Task, array: number, rows: number) => void;
  /** How many rows before each row suffice, if partitions need not be whole. */
  readonly back: number | undefined;
  /** Goes on with rows of the array behind those of the batch before, the first `known` of which are its last. */
  readonly goOn: (array: number, known: number, rows: number) => void;
  /** The next rows of the batch. */
  readonly next: () => SourceMorsel | undefined;
}

/** Positions are u32, and so are their addresses' distances. */
const MOST_POSITIONS = 2 ** 31;

/** Words of a batch's record: the source's own, and those of a call. */
const OWN_WORDS = 16;
const CALL_WORDS = 24;

/** Of `most` rows at most, whether their texts go with their batch or stay. */
export function windowReader(
  query: Query,
  prepared: PreparedWindow,
  state: SortState,
  most: number,
  passing: boolean,
): WindowReader {
  const { memory } = query;
  const limited = (bound: PreparedBound): PreparedBound =>
    'offset' in bound ? { ...bound, offset: Math.min(bound.offset, most) } : bound;
  const bytes = (OWN_WORDS + prepared.calls.length * CALL_WORDS) * 4;
  const record = allocateZeroed(query, bytes);
  const makers: { readonly offset: number; readonly make: (batch: BatchMemory) => number }[] = [];
  let reserved: number = BATCH.first;
  const allocateIn =
    (task: Task) =>
    (wanted: number): number => {
      const address = allocate(task, Math.max(wanted, 8));
      memory.u8().fill(0, address, address + 8);
      return address;
    };
  const calls = prepared.calls.map((call) => ({ ...call, start: limited(call.start), end: limited(call.end) }));
  const source = windowSource(state, {
    columns: prepared.columns,
    partitionKeys: prepared.partitionKeys,
    calls,
    rows: most,
    batch: {
      address: record,
      reserve: (make) => {
        const offset = reserved;
        reserved += 4;
        if (reserved > bytes) throw internalError('a window keeps more than its record has room for');
        if (make !== undefined) makers.push({ offset, make });
        return offset;
      },
    },
    allocate: allocateIn(query),
    passing,
  });
  let from = 0;
  let total = 0;
  return {
    source,
    begin: (task, array, rows) => {
      const words = new Uint32Array(bytes / 4);
      words[BATCH.array / 4] = array;
      words[BATCH.rows / 4] = rows;
      const list = (elements: readonly number[]): number => {
        const address = allocate(task, elements.length * 4);
        memory.u32().set(elements, address / 4);
        return address;
      };
      for (const { offset, make } of makers) words[offset / 4] = make({ rows, allocate: allocateIn(task), list });
      memory.u32().set(words, record / 4);
      from = 0;
      total = rows;
    },
    back: most < MOST_POSITIONS ? rowsBack(calls) : undefined,
    goOn: (array, known, rows) => {
      memory.view().setUint32(record + BATCH.array, (array - (total - known) * 4) >>> 0, true);
      total += rows - known;
      memory.view().setUint32(record + BATCH.rows, total, true);
    },
    next: () => {
      if (from >= total) return undefined;
      const morsel = { address: from, rows: Math.min(MORSEL_ROWS, total - from) };
      from += morsel.rows;
      return morsel;
    },
  };
}

/** Reads the rows of a sorted array of addresses with the results of the window's calls. */
export function openWindow(
  query: Query,
  prepared: PreparedWindow,
  state: SortState,
  array: number,
  rows: number,
): OpenSource {
  const reader = windowReader(query, prepared, state, rows, false);
  let begun = false;
  const next = (): SourceMorsel | undefined => {
    if (!begun) reader.begin(query, array, rows);
    begun = true;
    return reader.next();
  };
  return { source: reader.source, next, parallel: false, mostRows: BigInt(rows) };
}
