import type { Expression } from '../../compiler/ir/expression.ts';
import { internalError } from '../../compiler/types/error.ts';
import { INT64 } from '../../compiler/types/type.ts';
import { rowScope } from '../kernels/expression.ts';
import { subtract128 } from '../kernels/library/int128.ts';
import { indexed, loadField, type RowLayout, rowLayout, storeField } from '../kernels/memory.ts';
import { asI64, asI128, or, part, type Val } from '../kernels/value.ts';
import { type Expr, i32, i64, load, op } from '../wasm/ir.ts';
import { type AggregateKernel, aggregateKernel, type StateAccess, zeroState } from './aggregate-functions.ts';
import type { PreparedCall, WindowEmitter } from './window.ts';
import type { Frames, Range } from './window-frames.ts';

/**
 * Aggregates over frames, in one of three ways:
 *
 * - the frame begins with the partition: one state that rows are added to;
 * - rows can be taken out again without a trace (counts, sums of integers and decimals): one state that follows both
 *   ends of the frame;
 * - a tree of states of 16 rows, of 16 such states and so on over all rows, of which each frame takes the few largest
 *   that lie in it (Leis et al., "Efficient Processing of Window Functions in Analytical SQL Queries", VLDB 2015). It
 *   grows as far as frames reach. Sums of floats add up in this order: rows and states at the frame's left edge from
 *   left to right, level by level, those at the right edge from right to left.
 */
export function aggregateOverFrame(w: WindowEmitter, prepared: PreparedCall, frames: Frames): Val {
  const { call, start } = prepared;
  const arg = call.args.map((expression) => shapeOf(w, expression));
  const kernel = aggregateKernel(
    { ...call, distinct: false, orderBy: [], filter: undefined },
    arg,
    BigInt(w.spec.rows),
  );
  const whole = call.frame.exclude === 'nothing';
  if (whole && start.kind === 'unbounded') return running(w, prepared, kernel, frames);
  if (whole && isRemovable(call.fn, arg[0])) return sliding(w, prepared, kernel, frames);
  return overTree(w, prepared, kernel, frames);
}

const NO_COLUMNS = rowScope(new Map());

function shapeOf(w: WindowEmitter, expression: Expression): Val {
  if (expression.kind === 'column') {
    const { type, lane, range, nullOffset } = w.field(expression.id);
    return { type, lane, range, parts: [], null_: nullOffset === undefined ? undefined : i32(0) };
  }
  return w.e.compiler.value(expression, NO_COLUMNS);
}

/** Calls `step` with the arguments of the row, unless one is NULL. */
function withArguments(
  w: WindowEmitter,
  { call }: PreparedCall,
  row: Expr,
  step: (args: readonly Val[]) => void,
): void {
  const { k, compiler } = w.e;
  const values = call.args.map((expression) =>
    expression.kind === 'column' ? loadField(k, row, w.field(expression.id)) : compiler.value(expression, NO_COLUMNS),
  );
  let skip: Expr | undefined;
  for (const v of values) skip = or(skip, v.null_);
  const present = values.map((v): Val => ({ ...v, null_: undefined, stable: true }));
  if (skip === undefined) step(present);
  else k.if(op('i32.eqz', skip), () => step(present));
}

interface StateRow {
  readonly layout: RowLayout;
  readonly at: (address: Expr) => StateAccess;
  readonly clear: (address: Expr) => void;
}

function stateRow(w: WindowEmitter, kernel: AggregateKernel): StateRow {
  const { k } = w.e;
  const layout = rowLayout(kernel.shapes);
  const field = (index: number) => {
    const found = layout.fields[index];
    if (found === undefined) throw internalError('a state without its field');
    return found;
  };
  return {
    layout,
    at: (address) => ({
      get: (index) => loadField(k, address, field(index)),
      set: (index, value) => storeField(k, address, field(index), value),
    }),
    clear: (address) => {
      kernel.shapes.forEach((shape, i) => {
        storeField(k, address, field(i), zeroState(shape));
      });
    },
  };
}

/** One state that has taken the rows of the partition up to the frame's end. */
function running(w: WindowEmitter, prepared: PreparedCall, kernel: AggregateKernel, frames: Frames): Val {
  const { e, spec } = w;
  const { k } = e;
  const rows = stateRow(w, kernel);
  const address = e.constantWord(spec.allocate(rows.layout.size));
  const state = rows.at(address);
  const done = w.variable();
  const { end } = frames.bounds(prepared);
  w.once(w.partition.start, () => {
    rows.clear(address);
    done.set(w.partition.start);
  });
  const at = done.get();
  k.while(
    () => op('i32.lt_u', at, end),
    () => {
      withArguments(w, prepared, w.rowAt(at), (args) => kernel.update(e, state, args));
      k.set(at, op('i32.add', at, i32(1)));
      done.set(at);
      e.checkBudget();
    },
  );
  return kernel.result(e, state, NO_COLUMNS);
}

/** Whether a row that was added can be taken out again, exactly. */
function isRemovable(fn: string, arg: Val | undefined): boolean {
  if (fn === 'count' || fn === 'count_if') return true;
  return (fn === 'sum' || fn === 'avg') && arg !== undefined && arg.lane !== 'f32' && arg.lane !== 'f64';
}

/** One state that has taken the rows of the frame: rows come in at its end and go out at its start. */
function sliding(w: WindowEmitter, prepared: PreparedCall, kernel: AggregateKernel, frames: Frames): Val {
  const { e, spec } = w;
  const { k } = e;
  const { fn } = prepared.call;
  const rows = stateRow(w, kernel);
  const address = e.constantWord(spec.allocate(rows.layout.size));
  const members = e.constantWord(spec.allocate(8));
  const state = rows.at(address);
  const low = w.variable();
  const high = w.variable();
  const { start, end } = frames.bounds(prepared);
  w.once(w.partition.start, () => {
    rows.clear(address);
    k.store('i64.store', members, 0, i64(0));
    low.set(w.partition.start);
    high.set(w.partition.start);
  });
  const countBy = (by: number): void =>
    k.store('i64.store', members, 0, op('i64.add', load('i64.load', members), i64(by)));
  const follow = (to: Expr, variable: typeof low, step: (args: readonly Val[]) => void): void => {
    const at = variable.get();
    k.while(
      () => op('i32.lt_u', at, to),
      () => {
        withArguments(w, prepared, w.rowAt(at), step);
        k.set(at, op('i32.add', at, i32(1)));
        variable.set(at);
        e.checkBudget();
      },
    );
  };
  follow(end, high, (args) => {
    kernel.update(e, state, args);
    countBy(1);
  });
  follow(start, low, (args) => {
    remove(w, fn, kernel, state, args);
    countBy(-1);
  });
  if (fn === 'count' || fn === 'count_if') return kernel.result(e, state, NO_COLUMNS);
  // A sum of no rows is NULL, though the state has seen some.
  const sum = state.get(0);
  state.set(0, { ...sum, null_: op('i64.eqz', load('i64.load', members)) });
  return kernel.result(e, state, NO_COLUMNS);
}

function remove(w: WindowEmitter, fn: string, kernel: AggregateKernel, state: StateAccess, args: readonly Val[]): void {
  const { e } = w;
  const { k } = e;
  const subtractFrom = (index: number, amount: Expr): void =>
    state.set(index, { type: INT64, lane: 'i64', parts: [op('i64.sub', part(state.get(index)), amount)] });
  const [arg] = args;
  if (fn === 'count') return subtractFrom(0, i64(1));
  if (arg === undefined) throw internalError(`${fn} without an argument`);
  if (fn === 'count_if') return subtractFrom(0, op('i64.extend_i32_u', part(arg)));
  const shape = kernel.shapes[0];
  const current = state.get(0);
  const parts =
    shape?.lane === 'i64'
      ? [k.keep(op('i64.sub', part(current), asI64(arg)))]
      : subtract128(k, [part(current), part(current, 1)], asI128(k, arg));
  state.set(0, { ...current, parts, null_: i32(0) });
  if (fn === 'avg') subtractFrom(1, i64(1));
}

const FANOUT_BITS = 4;
const FANOUT = 1 << FANOUT_BITS;

function overTree(w: WindowEmitter, prepared: PreparedCall, kernel: AggregateKernel, frames: Frames): Val {
  const { e } = w;
  const { k } = e;
  const rows = stateRow(w, kernel);
  const { size } = rows.layout;
  const levels = treeLevels(w, size);
  const built = w.variable();
  const nodeAt = (level: Expr, index: Expr): Expr =>
    k.keep(indexed(k.keep(load('i32.load', indexed(levels, level, 4))), index, size));
  const low4 = (index: Expr): Expr => op('i32.and', index, i32(FANOUT - 1));
  const up = (index: Expr): Expr => op('i32.shr_u', index, i32(FANOUT_BITS));

  // Rows enter the first level's last state; a state that is complete enters the one above it.
  const { end } = frames.bounds(prepared);
  const at = built.get();
  k.while(
    () => op('i32.lt_u', at, end),
    () => {
      const leaf = k.local('i32', nodeAt(i32(1), up(at)));
      k.if(op('i32.eqz', low4(at)), () => rows.clear(leaf));
      withArguments(w, prepared, w.rowAt(at), (args) => kernel.update(e, rows.at(leaf), args));
      k.set(at, op('i32.add', at, i32(1)));
      const level = k.local('i32', i32(1));
      const index = k.local('i32', at);
      k.while(
        () => op('i32.eqz', low4(index)),
        () => {
          const child = k.local('i32', op('i32.sub', up(index), i32(1)));
          const from = k.local('i32', nodeAt(level, child));
          k.set(level, op('i32.add', level, i32(1)));
          const parent = k.local('i32', nodeAt(level, up(child)));
          k.if(op('i32.eqz', low4(child)), () => rows.clear(parent));
          kernel.merge(e, rows.at(parent), rows.at(from));
          k.set(index, up(index));
        },
      );
      built.set(at);
      e.checkBudget();
    },
  );

  const result = e.constantWord(w.spec.allocate(size));
  rows.clear(result);
  const state = rows.at(result);
  for (const range of frames.ranges(prepared)) takeRange(range);
  return kernel.result(e, state, NO_COLUMNS);

  function takeRange(range: Range): void {
    const from = k.local('i32', range.start);
    const to = k.local('i32', range.end);
    const level = k.local('i32', i32(0));
    const take = (index: Expr): void => {
      k.if(
        op('i32.eqz', level),
        () => withArguments(w, prepared, w.rowAt(index), (args) => kernel.update(e, state, args)),
        () => kernel.merge(e, state, rows.at(nodeAt(level, index))),
      );
    };
    const step = (next: typeof from, by: number): void => k.set(next, op('i32.add', next, i32(by)));
    k.while(
      () => op('i32.lt_u', from, to),
      () => {
        const together = op('i32.eq', up(from), up(to));
        k.while(
          () => op('i32.and', op('i32.lt_u', from, to), op('i32.or', together, op('i32.ne', low4(from), i32(0)))),
          () => {
            take(from);
            step(from, 1);
          },
        );
        k.while(
          () => op('i32.and', op('i32.lt_u', from, to), op('i32.ne', low4(to), i32(0))),
          () => {
            step(to, -1);
            take(to);
          },
        );
        k.set(from, up(from));
        k.set(to, up(to));
        k.set(level, op('i32.add', level, i32(1)));
      },
    );
  }
}

/** The address of an array with the address of each level's states; level 0 is the rows themselves. */
function treeLevels(w: WindowEmitter, size: number): Expr {
  return w.batchWord(({ rows, allocate, list }) => {
    const addresses = [0];
    for (let nodes = rows; ; ) {
      nodes = Math.floor(nodes / FANOUT) + 1;
      addresses.push(allocate(nodes * size));
      if (nodes === 1) break;
    }
    return list(addresses);
  });
}
