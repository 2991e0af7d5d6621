import type { AggregateCall, ColumnId } from '../../compiler/ir/expression.ts';
import { internalError } from '../../compiler/types/error.ts';
import { CONTEXT } from '../kernels/context.ts';
import { type RowScope, rowScope } from '../kernels/expression.ts';
import { indexed, loadField, type RowLayout, rowLayout } from '../kernels/memory.ts';
import { asI64, assignable, nullVal, or, type Val } from '../kernels/value.ts';
import { type Expr, i32, type Local, load, op } from '../wasm/ir.ts';
import { argument, initialise, rowAccess, settled, shifted, update } from './aggregate.ts';
import { type AggregateKernel, aggregateKernel, type StateShape, zeroState } from './aggregate-functions.ts';
import { BUILD_ROW, MATCHED, NULL_KEY } from './build-rows.ts';
import type { Operator, PipelineEmitter, Sink, Source } from './emitter.ts';
import { lookUp, whereDense } from './join-lookup.ts';
import { mark } from './join-probe.ts';
import { fieldAt, type JoinKey, type JoinState } from './join-state.ts';
import { type RowBlocks, requireRow, reserveRowBlocks, takeRow } from './rows.ts';

/**
 * A join whose build side is unique by the keys, with the aggregates of the probe rows of each key (Moerkotte and
 * Neumann, "Accelerating Queries with Group-By and Join by Groupjoin", VLDB 2011). The states are at the end of the
 * build rows. Where the keys number the entries of an array that is not much larger than the build side, they lie in an
 * array of their own by these numbers: a probe row then goes to its states at once, and does not even look whether there
 * is a build row.
 */
export interface GroupJoinState {
  readonly join: JoinState;
  readonly dense: DenseStates | undefined;
  /** Set when the probe side's code is generated: */
  kernels: readonly AggregateKernel[];
  layout: RowLayout | undefined;
  /** The addresses of the build rows that have met a probe row, one for each; undefined for dense states. */
  matched: RowBlocks | undefined;
}

/** Addresses, for each entry of the directory: a byte that says whether a probe row came, and its states. */
export interface DenseStates {
  readonly marks: number;
  readonly states: number;
}

export function groupJoinState(join: JoinState, dense: DenseStates | undefined): GroupJoinState {
  return { join, dense, kernels: [], layout: undefined, matched: undefined };
}

/** Bytes of an entry in the list of matched rows. */
export const MATCHED_ROW_BYTES = 4;

const ANY_NUMBER_OF_ROWS = 1n << 63n;

/** Bytes that the states take at most, whatever is found out of the arguments' values later. */
export function stateBytes(aggregates: readonly AggregateCall[]): number {
  const shapes = aggregates.flatMap(widestShapes);
  return shapes.length === 0 ? 0 : rowLayout(shapes).size;
}

/** Whether the states may take more than their own bytes. */
export function havePointers(aggregates: readonly AggregateCall[]): boolean {
  return aggregates.flatMap(widestShapes).some(({ lane }) => lane === 'view' || lane === 'any');
}

function widestShapes(call: AggregateCall): readonly StateShape[] {
  const args = call.args.map(({ type }) => nullVal(type));
  return aggregateKernel(call, args, ANY_NUMBER_OF_ROWS).shapes;
}

/** Where the states of a key are. */
interface Place {
  /** The address that the states' layout counts from. */
  readonly states: Expr;
  readonly isNew: Expr;
  /** Whatever stops the kernel comes first. */
  readonly prepare: () => void;
  readonly begin: () => void;
}

/** Updates the states of the build row that has the probe row's keys. */
export function groupJoinProbe(
  keys: readonly JoinKey[],
  aggregates: readonly AggregateCall[],
  state: GroupJoinState,
): Sink {
  return {
    emit: (e, scope) => {
      const { k } = e;
      const values = keys.map((key) => e.compiler.value(key.expression, scope));
      const inside = (place: (layout: RowLayout) => Place): void => {
        const inner = scope.branch();
        const args = aggregates.map((call) =>
          call.args.map((arg) => argument(e, arg, inner, call.filter !== undefined)),
        );
        const { layout, zeros } = e.once(state, () => laidOut(e, aggregates, args, state));
        const { states, isNew, prepare, begin } = place(layout);
        k.if(isNew, () => {
          prepare();
          initialise(e, layout, 0, zeros, states);
          begin();
        });
        const access = rowAccess(k, states, layout, 0);
        update(e, { aggregates }, { kernels: state.kernels, distinct: new Map() }, inner, access, args, undefined);
      };
      const { dense, join } = state;
      const [key] = values;
      if (dense === undefined || key === undefined || join.directory?.dense === undefined) {
        const row = lookUp(e, keys, values, join);
        k.if(row, () => inside(() => placeInRow(e, row, state)));
        return;
      }
      const { dense: entries } = join.directory;
      const marks = e.constantWord(dense.marks);
      const all = e.constantWord(dense.states);
      const search = (): void =>
        whereDense(
          e,
          key,
          () => entries,
          (entry) => {
            const index = k.keep(entry);
            const seen = k.keep(op('i32.add', marks, index));
            inside((layout) => ({
              states: k.keep(indexed(all, index, layout.size)),
              isNew: op('i32.eqz', load('i32.load8_u', seen)),
              prepare: () => {},
              begin: () => k.store('i32.store8', seen, 0, i32(1)),
            }));
          },
        );
      if (key.null_ === undefined) search();
      else k.if(op('i32.eqz', key.null_), search);
    },
  };
}

function placeInRow(e: PipelineEmitter, row: Local, state: GroupJoinState): Place {
  const { k } = e;
  const matched = e.once(state.join, () => {
    state.matched = reserveRowBlocks(e);
    return state.matched;
  });
  return {
    states: row,
    isNew: op('i32.eqz', op('i32.and', load('i32.load', row, BUILD_ROW.flags), i32(MATCHED))),
    prepare: () => requireRow(e, matched),
    begin: () => {
      mark(k, row);
      k.store('i32.store', takeRow(e, matched, MATCHED_ROW_BYTES), 0, row);
    },
  };
}

function laidOut(
  e: PipelineEmitter,
  aggregates: readonly AggregateCall[],
  args: readonly (readonly { readonly shape: Val }[])[],
  state: GroupJoinState,
): { readonly layout: RowLayout; readonly zeros: readonly Val[] } {
  const { layout: rows } = state.join;
  if (rows === undefined) throw internalError('a join is probed before it is built');
  state.kernels = aggregates.map((call, i) => {
    const shapes = (args[i] ?? []).map(({ shape }) => shape);
    return aggregateKernel(call, shapes, e.mostRows());
  });
  const shapes = state.kernels.flatMap((kernel) => kernel.shapes);
  const bytes = stateBytes(aggregates);
  const before = state.dense === undefined ? rows.size - bytes : 0;
  const layout = rowLayout(shapes, before);
  if (shapes.length > 0 && layout.size - before > bytes) throw internalError('states that are larger than their place');
  state.layout = layout;
  return { layout, zeros: shapes.map(zeroState) };
}

/** The columns of the result: of build rows, of their keys as the probe side has them, and aggregates. */
export interface GroupJoinColumns {
  readonly build: readonly ColumnId[];
  /** For each key. */
  readonly groups: readonly ColumnId[];
  /** For each aggregate. */
  readonly results: readonly ColumnId[];
}

/**
 * The build rows with their aggregates. all: those without a match too, with NULLs. matched: those with one. listed: the
 * same, but the morsels are of addresses. Matched rows count as those of `node`.
 */
export function groupJoinSource(
  { build, groups, results }: GroupJoinColumns,
  state: GroupJoinState,
  rows: 'all' | 'matched' | 'listed',
  node?: number | undefined,
): { readonly source: Source; readonly matched: Operator } {
  let found: Expr | undefined;
  return {
    source: {
      emit: (e, row) => {
        const { k } = e;
        const { layout: rowsLayout, fields, keyFields } = state.join;
        const { layout, kernels, dense } = state;
        if (rowsLayout === undefined || layout === undefined)
          throw internalError('groups are read before there are any');
        const base = k.local('i32');
        k.prologue(() => k.set(base, load('i32.load', e.ctx, CONTEXT.morsel)));
        const at =
          rows === 'listed'
            ? k.local('i32', load('i32.load', indexed(base, row, MATCHED_ROW_BYTES)))
            : k.local('i32', indexed(base, row, rowsLayout.size));
        const { states, isMatched } = dense === undefined ? inRow(e, at, rows) : inArray(e, at, state, dense);
        found = isMatched;
        const readers = new Map<ColumnId, () => Val>();
        const padded = (v: Val): Val =>
          rows === 'all' ? { ...v, null_: k.keep(or(v.null_, op('i32.eqz', isMatched)) ?? i32(0)) } : v;
        for (const id of build) readers.set(id, () => loadField(k, at, fieldAt(rowsLayout, fields.get(id) ?? -1)));
        groups.forEach((id, i) => {
          readers.set(id, () => padded(loadField(k, at, fieldAt(rowsLayout, keyFields[i] ?? -1))));
        });
        const scope = rowScope(new Map());
        let first = 0;
        const computed = kernels.map((kernel) => {
          const own = shifted(rowAccess(k, states, layout, 0), first);
          first += kernel.shapes.length;
          return () => settled(e, kernel.result(e, own, scope.define(new Map())));
        });
        // Where there was no match there are no states to look at.
        let held: readonly Val[] = [];
        if (rows === 'all') k.if(isMatched, () => (held = computed.map((compute) => inLocals(e, compute()))));
        results.forEach((id, i) => {
          const value = held[i];
          const compute = computed[i];
          if (value !== undefined) readers.set(id, () => padded(value));
          else if (compute !== undefined) readers.set(id, compute);
        });
        return rowScope(readers);
      },
    },
    matched: {
      emit: (e, scope: RowScope, next) => {
        if (found === undefined) throw internalError('no source');
        const isMatched = found;
        const count = (): void => {
          if (node !== undefined) e.count(node);
        };
        if (rows === 'all') {
          next(scope);
          return e.k.if(isMatched, count);
        }
        const pass = (): void => {
          next(scope);
          count();
        };
        if (rows === 'matched') e.k.if(isMatched, pass);
        else pass();
      },
    },
  };
}

interface FoundStates {
  readonly states: Expr;
  readonly isMatched: Expr;
}

function inRow({ k }: PipelineEmitter, row: Local, rows: 'all' | 'matched' | 'listed'): FoundStates {
  const flags = load('i32.load', row, BUILD_ROW.flags);
  return { states: row, isMatched: rows === 'listed' ? i32(1) : k.local('i32', op('i32.and', flags, i32(MATCHED))) };
}

function inArray(e: PipelineEmitter, row: Local, { join, layout }: GroupJoinState, dense: DenseStates): FoundStates {
  const { k } = e;
  const { layout: rows, keyFields, directory } = join;
  if (rows === undefined || layout === undefined) throw internalError('groups are read before there are any');
  const marks = e.constantWord(dense.marks);
  const all = e.constantWord(dense.states);
  const low = e.constantLong(directory?.dense?.low ?? 0n);
  const states = k.local('i32');
  const isMatched = k.local('i32', i32(0));
  // A row without a key has no number.
  const hasKey = op('i32.eqz', op('i32.and', load('i32.load', row, BUILD_ROW.flags), i32(NULL_KEY)));
  k.if(hasKey, () => {
    const key = asI64(loadField(k, row, fieldAt(rows, keyFields[0] ?? -1)));
    const index = k.local('i32', op('i32.wrap_i64', op('i64.sub', key, low)));
    k.set(states, indexed(all, index, layout.size));
    k.set(isMatched, load('i32.load8_u', op('i32.add', marks, index)));
  });
  return { states, isMatched };
}

/** The value for what is below the branch where it is computed. */
function inLocals({ k }: PipelineEmitter, v: Val): Val {
  const { val, assign } = assignable(k, v.type, v.lane, v.null_ !== undefined);
  assign(v);
  return { ...v, parts: val.parts, null_: val.null_ };
}
