import type { AggregateCall, ColumnId, Expression } from '../../compiler/ir/expression.ts';
import { internalError } from '../../compiler/types/error.ts';
import { INT32 } from '../../compiler/types/type.ts';
import { CONTEXT } from '../kernels/context.ts';
import type { RowScope } from '../kernels/expression.ts';
import { rowScope } from '../kernels/expression.ts';
import { indexed, loadField, type RowLayout, rowLayout, storeField } from '../kernels/memory.ts';
import { assignable, nullVal, or, type Val } from '../kernels/value.ts';
import { type Expr, i32, load, op } from '../wasm/ir.ts';
import { type AggregateKernel, aggregateKernel, type StateAccess, zeroState } from './aggregate-functions.ts';
import type { PipelineEmitter, Sink, Source } from './emitter.ts';
import {
  type DenseKey,
  denseEntries,
  denseKeys,
  findOrAdd,
  findOrAddAt,
  HASH_HEADER,
  type HashTable,
  rehash,
  requireRoom,
  reserveHashTable,
} from './hash-table.ts';
import { held } from './rows.ts';

/** What an aggregation's pipelines share: set when the input's pipeline is generated, read by those after it. */
export interface AggregateState {
  table: HashTable | undefined;
  dense: readonly DenseKey[] | undefined;
  layout: RowLayout | undefined;
  kernels: readonly AggregateKernel[];
  /** For aggregates over distinct values: a table of (group, values) each. */
  readonly distinct: Map<number, { readonly table: HashTable; readonly layout: RowLayout }>;
  groups: number;
}

export function aggregateState(): AggregateState {
  return { table: undefined, dense: undefined, layout: undefined, kernels: [], distinct: new Map(), groups: 0 };
}

export interface AggregateSpec {
  readonly groups: readonly Expression[];
  readonly aggregates: readonly AggregateCall[];
  /** How many rows are expected: a dense directory has not many more entries. */
  readonly expected: number;
  /** Groups that are expected: of those a dense directory should not have many times more entries either. */
  readonly expectedGroups: number;
  /** A dense directory has at most so many entries. */
  readonly mostDense: number;
}

const ENTRIES_OF_ROW = 4;
const ENTRIES_OF_GROUP = 16;
const DENSE_GROUPS = 1 << 16;
const MOST_DENSE_GROUPS = 1 << 25;

/** Entries of a dense directory at most: it is zeroed, so it must not be much larger than what comes. */
function denseLimit(e: PipelineEmitter, spec: AggregateSpec): number {
  const rows = e.mostRows();
  const certain = rows <= BigInt(MOST_DENSE_GROUPS) ? Number(rows) : spec.expected;
  const wanted = Math.min(ENTRIES_OF_ROW * certain, ENTRIES_OF_GROUP * spec.expectedGroups);
  return Math.min(MOST_DENSE_GROUPS, spec.mostDense, Math.max(DENSE_GROUPS, wanted));
}

/**
 * Updates the group of every row. Without groups the states live in locals while the kernel runs, and in the one row
 * between its calls.
 */
export function aggregate(spec: AggregateSpec, state: AggregateState): Sink {
  return {
    emit: (e, scope) => {
      const { k } = e;
      const keys = spec.groups.map((group) => e.compiler.value(group, scope));
      const argumentsOf = spec.aggregates.map((a) =>
        a.args.map((arg) => argument(e, arg, scope, a.filter !== undefined)),
      );
      const made = e.once(state, () => {
        state.kernels = spec.aggregates.map((a, i) =>
          aggregateKernel(
            a,
            (argumentsOf[i] ?? []).map((v) => v.shape),
            e.mostRows(),
          ),
        );
        const shapes = state.kernels.flatMap((kernel) => kernel.shapes);
        state.groups = keys.length;
        const layout = rowLayout([...keys, ...shapes], HASH_HEADER);
        state.layout = layout;
        const dense = keys.length === 0 ? undefined : denseKeys(keys, denseLimit(e, spec));
        state.dense = dense;
        const table = reserveHashTable(
          e,
          keys.length === 0 ? 0 : dense === undefined ? undefined : denseEntries(dense),
        );
        state.table = table;
        const only = keys.length === 0 ? stateLocals(e, table, layout, shapes.map(zeroState)) : undefined;
        return {
          shapes,
          layout,
          table,
          dense,
          only,
          distinct: reserveDistinct(e, spec, state, argumentsOf, keys.length),
        };
      });
      const { layout, table, shapes } = made;
      if (made.only !== undefined) {
        for (const t of made.distinct) requireRoom(e, t);
        return update(e, spec, state, scope, made.only, argumentsOf, undefined);
      }
      // With distinct tables all room is made sure of first: nothing may be half done when the kernel stops.
      if (made.distinct.length > 0) for (const t of [table, ...made.distinct]) requireRoom(e, t);
      const row = findOrAdd(e, table, keys, made.dense, layout, (fresh) =>
        initialise(e, layout, keys.length, shapes.map(zeroState), fresh),
      );
      update(e, spec, state, scope, rowAccess(k, row, layout, keys.length), argumentsOf, row);
    },
    functions: () => [rehash],
  };
}

/**
 * An argument. Under a FILTER it is evaluated only for rows that pass, since it may fail for others; what holds it is
 * then laid out by its type alone.
 */
export interface Argument {
  readonly shape: Val;
  readonly value: (scope: RowScope) => Val;
}

export function argument(e: PipelineEmitter, arg: Expression, scope: RowScope, filtered: boolean): Argument {
  if (filtered)
    return { shape: { ...nullVal(arg.type), null_: i32(0) }, value: (inner) => e.compiler.value(arg, inner) };
  const value = e.compiler.value(arg, scope);
  return { shape: value, value: () => value };
}

function reserveDistinct(
  e: PipelineEmitter,
  spec: AggregateSpec,
  state: AggregateState,
  args: readonly (readonly Argument[])[],
  groups: number,
): readonly HashTable[] {
  const tables: HashTable[] = [];
  spec.aggregates.forEach((call, i) => {
    if (!call.distinct) return;
    const shapes = (args[i] ?? []).map((a) => ({ ...a.shape, null_: undefined }));
    const group: Val = { type: INT32, lane: 'i32', parts: [i32(0)] };
    const table = reserveHashTable(e, undefined);
    state.distinct.set(i, { table, layout: rowLayout(groups > 0 ? [group, ...shapes] : shapes, HASH_HEADER) });
    tables.push(table);
  });
  return tables;
}

/** Updates a group's states, of which `access` is the place, by a row; `row`: the group's number, where values are told apart. */
export function update(
  e: PipelineEmitter,
  spec: Pick<AggregateSpec, 'aggregates'>,
  state: Pick<AggregateState, 'kernels' | 'distinct'>,
  scope: RowScope,
  access: StateAccess,
  args: readonly (readonly Argument[])[],
  row: Expr | undefined,
): void {
  const { k } = e;
  let first = 0;
  spec.aggregates.forEach((call, i) => {
    const kernel = state.kernels[i];
    if (kernel === undefined) throw internalError('an aggregate without a kernel');
    const own = shifted(access, first);
    first += kernel.shapes.length;
    const run = (inner: RowScope): void => {
      const values = (args[i] ?? []).map((a) => a.value(inner));
      let skip: Expr | undefined;
      for (const v of values) skip = or(skip, v.null_);
      const present = values.map((v) => ({ ...v, null_: undefined }));
      if (skip === undefined) step(present);
      else k.if(op('i32.eqz', skip), () => step(present));
    };
    const step = (present: readonly Val[]): void => {
      const distinct = state.distinct.get(i);
      if (distinct === undefined) return kernel.update(e, own, present);
      const group: Val[] = row === undefined ? [] : [{ type: INT32, lane: 'i32', parts: [row] }];
      const isNew = k.local('i32', i32(0));
      findOrAdd(e, distinct.table, [...group, ...present], undefined, distinct.layout, () => k.set(isNew, i32(1)));
      k.if(isNew, () => kernel.update(e, own, present));
    };
    if (call.filter === undefined) return run(scope);
    const inner = scope.branch();
    k.if(e.compiler.condition(call.filter, inner), () => run(inner));
  });
}

export function shifted(access: StateAccess, by: number): StateAccess {
  return { get: (i) => access.get(i + by), set: (i, v) => access.set(i + by, v) };
}

export function rowAccess(
  k: PipelineEmitter['k'],
  row: Expr,
  layout: RowLayout,
  keys: number,
  passing = false,
): StateAccess {
  const field = (i: number) => {
    const found = layout.fields[keys + i];
    if (found === undefined) throw internalError('a group row without its state');
    return found;
  };
  return {
    get: (i) => held(loadField(k, row, field(i)), passing),
    set: (i, v) => storeField(k, row, field(i), v),
  };
}

export function initialise(
  e: PipelineEmitter,
  layout: RowLayout,
  keys: number,
  states: readonly Val[],
  row: Expr,
): void {
  states.forEach((v, i) => {
    const field = layout.fields[keys + i];
    if (field !== undefined) storeField(e.k, row, field, v);
  });
}

/** The states of the only group in locals: read when the kernel starts, written back on every way out. */
function stateLocals(e: PipelineEmitter, table: HashTable, layout: RowLayout, states: readonly Val[]): StateAccess {
  const { k, ctx } = e;
  const row = k.local('i32');
  k.prologue(() => k.set(row, load('i32.load', ctx, table.blocks.next)));
  const held = states.map((state) => assignable(k, state.type, state.lane, state.null_ !== undefined));
  k.prologue(() => {
    held.forEach(({ assign }, i) => {
      const field = layout.fields[i];
      if (field !== undefined) assign(loadField(k, row, field));
    });
  });
  e.onExit(() => {
    held.forEach(({ val }, i) => {
      const field = layout.fields[i];
      if (field !== undefined) storeField(k, row, field, val);
    });
  });
  const at = (i: number) => {
    const found = held[i];
    if (found === undefined) throw internalError('a state that was not declared');
    return found;
  };
  return { get: (i) => at(i).val, set: (i, v) => at(i).assign(v) };
}

/** One thread's share of groups that several merge: those whose hash, or number, is `own` modulo `threads`. */
export interface MergeShare {
  readonly threads: number;
  /** Context offset of the u32 that says which share it is; set when the code is generated. */
  own: number | undefined;
}

/**
 * Merges group rows of another table into this one. A dense table's rows carry the number of their entry where others
 * carry their hash. `passing`: the rows go once they are merged, and the table is a hashed one whatever they come from.
 */
export function mergeGroups(
  state: AggregateState,
  passing = false,
  share?: MergeShare,
): { readonly source: Source; readonly sink: Sink } {
  const { layout } = state;
  const dense = passing ? undefined : state.dense;
  if (layout === undefined) throw internalError('groups are merged before there are any');
  const shapes = state.kernels.flatMap((kernel) => kernel.shapes);
  let other: Expr | undefined;
  const emit = (e: PipelineEmitter): void => {
    const { k } = e;
    if (other === undefined) throw internalError('no source');
    const from = other;
    if (share === undefined) return merge(e, from);
    const slot = e.layout.reserve(4);
    share.own = slot;
    const own = k.local('i32');
    k.prologue(() => k.set(own, load('i32.load', e.ctx, slot)));
    const part = op('i32.rem_u', load('i32.load', from), i32(share.threads));
    k.if(op('i32.eq', part, own), () => merge(e, from));
  };
  const merge = (e: PipelineEmitter, from: Expr): void => {
    const { k } = e;
    const table = reserveHashTable(e, passing ? undefined : state.table?.dense);
    state.table = table;
    let access: StateAccess;
    if (state.groups === 0) access = stateLocals(e, table, layout, shapes.map(zeroState));
    else {
      const keys = layout.fields.slice(0, state.groups).map((field) => held(loadField(k, from, field), passing));
      const fresh = (row: Expr): void => initialise(e, layout, keys.length, shapes.map(zeroState), row);
      const row =
        dense === undefined
          ? findOrAdd(e, table, keys, undefined, layout, fresh)
          : findOrAddAt(e, table, load('i32.load', from), keys, layout, fresh);
      access = rowAccess(k, row, layout, keys.length);
    }
    let first = 0;
    for (const kernel of state.kernels) {
      kernel.merge(e, shifted(access, first), shifted(rowAccess(k, from, layout, state.groups, passing), first));
      first += kernel.shapes.length;
    }
  };
  return {
    source: {
      emit: (e, row) => {
        const base = e.k.local('i32');
        e.k.prologue(() => e.k.set(base, load('i32.load', e.ctx, CONTEXT.morsel)));
        other = e.k.local('i32', indexed(base, row, layout.size));
        return rowScope(new Map());
      },
    },
    sink: { emit, functions: () => [rehash] },
  };
}

/** The groups as rows: keys, then results. `passing`: they go before the query ends. */
export function groupsSource(state: AggregateState, columns: readonly ColumnId[], passing = false): Source {
  return {
    emit: (e, row) => {
      const { k } = e;
      const layout = state.layout;
      if (layout === undefined) throw internalError('groups are read before there are any');
      const base = k.local('i32');
      k.prologue(() => k.set(base, load('i32.load', e.ctx, CONTEXT.morsel)));
      const address = k.local('i32', indexed(base, row, layout.size));
      const readers = new Map<ColumnId, () => Val>();
      const scope = rowScope(new Map());
      for (let i = 0; i < state.groups; i++) {
        const field = layout.fields[i];
        const id = columns[i];
        if (field !== undefined && id !== undefined) readers.set(id, () => held(loadField(k, address, field), passing));
      }
      let first = 0;
      state.kernels.forEach((kernel, i) => {
        const id = columns[state.groups + i];
        const own = shifted(rowAccess(k, address, layout, state.groups, passing), first);
        first += kernel.shapes.length;
        // A scope of its own: results go by ids that only mean something inside one aggregate.
        if (id !== undefined) readers.set(id, () => settled(e, kernel.result(e, own, scope.define(new Map()))));
      });
      return rowScope(readers);
    },
  };
}

export function settled(e: PipelineEmitter, v: Val): Val {
  return { ...v, parts: v.parts.map((p) => e.k.keep(p)), null_: v.null_ === undefined ? undefined : e.k.keep(v.null_) };
}
