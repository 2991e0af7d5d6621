import type { ColumnId, Expression } from '../../compiler/ir/expression.ts';
import { internalError } from '../../compiler/types/error.ts';
import { FLOAT64, INT32, INT64 } from '../../compiler/types/type.ts';
import { type RowScope, rowScope } from '../kernels/expression.ts';
import { loadField } from '../kernels/memory.ts';
import { asI64, assignable, laneOf, part, type Val, zeroOf } from '../kernels/value.ts';
import { type Expr, f64, i32, i64, type Local, op, select } from '../wasm/ir.ts';
import type { PreparedCall, WindowEmitter } from './window.ts';
import { aggregateOverFrame } from './window-aggregates.ts';
import type { Frames, Range } from './window-frames.ts';
import { looksAhead, positionLists, type RowPicker } from './window-picks.ts';

/** The result of one call for the current row. */
export function emitCall(w: WindowEmitter, call: PreparedCall, frames: Frames): Val {
  const { k } = w.e;
  const { start } = w.partition;
  const count = (from: Expr, to: Expr): Val => {
    const number = op('i64.extend_i32_u', op('i32.sub', to, from));
    return { type: INT64, lane: 'i64', parts: [k.keep(number)], range: [0n, BigInt(w.spec.rows)] };
  };
  const next = (at: Expr): Expr => op('i32.add', at, i32(1));
  const real = (number: Expr): Expr => op('f64.convert_i32_u', number);
  const float = (value: Expr): Val => ({ type: FLOAT64, lane: 'f64', parts: [k.keep(value)] });
  switch (call.call.fn) {
    case 'row_number':
      return count(start, next(w.position));
    case 'rank':
      return count(start, next(w.peers.start()));
    case 'dense_rank':
      return count(i32(0), next(w.peers.before()));
    case 'percent_rank': {
      const others = k.keep(op('i32.sub', op('i32.sub', w.partition.end(), start), i32(1)));
      const share = op('f64.div', real(op('i32.sub', w.peers.start(), start)), real(others));
      return float(select(op('i32.eqz', others), f64(0), share));
    }
    case 'cume_dist': {
      const size = op('i32.sub', w.partition.end(), start);
      return float(op('f64.div', real(op('i32.sub', w.peers.end(), start)), real(size)));
    }
    case 'ntile':
      return bucket(w, call);
    case 'lag':
    case 'lead':
      return shifted(w, call);
    case 'first_value':
    case 'last_value':
    case 'nth_value':
      return picked(w, call, frames);
    default:
      return aggregateOverFrame(w, call, frames);
  }
}

const NO_COLUMNS: RowScope = rowScope(new Map());

/** An argument for the row at an address: a column of it, or a constant. */
function argument(w: WindowEmitter, expression: Expression | undefined, row: Expr): Val | undefined {
  if (expression === undefined) return undefined;
  if (expression.kind === 'column') return loadField(w.e.k, row, w.field(expression.id));
  return { ...w.e.compiler.value(expression, NO_COLUMNS), stable: true };
}

function columnOf(call: PreparedCall): ColumnId | undefined {
  const [arg] = call.call.args;
  return arg?.kind === 'column' ? arg.id : undefined;
}

function bucket(w: WindowEmitter, { call }: PreparedCall): Val {
  const { k } = w.e;
  const { start } = w.partition;
  const arg = argument(w, call.args[0], w.rowAt(start));
  if (arg === undefined) throw internalError('ntile without an argument');
  const present = arg.null_ === undefined ? i32(1) : op('i32.eqz', arg.null_);
  const buckets = k.keep(part(arg));
  w.e.compiler.kernel.failIf(op('i32.and', present, op('i32.le_s', buckets, i32(0))), {
    code: 'invalid_argument_for_ntile',
    message: 'argument of ntile must be greater than zero',
    range: call.range,
  });
  const size = k.keep(op('i32.sub', w.partition.end(), start));
  const position = k.keep(op('i32.sub', w.position, start));
  const result = k.local('i32', i32(0));
  // The first `larger` buckets have a row more than the others.
  k.if(present, () => {
    const least = k.keep(op('i32.div_u', size, buckets));
    const larger = k.keep(op('i32.rem_u', size, buckets));
    const inLarger = k.keep(op('i32.mul', larger, op('i32.add', least, i32(1))));
    k.if(
      op('i32.lt_u', position, inLarger),
      () => k.set(result, op('i32.div_u', position, op('i32.add', least, i32(1)))),
      () => k.set(result, op('i32.add', larger, op('i32.div_u', op('i32.sub', position, inLarger), least))),
    );
    k.set(result, op('i32.add', result, i32(1)));
  });
  return { type: INT32, lane: 'i32', parts: [result], null_: arg.null_ };
}

function shifted(w: WindowEmitter, prepared: PreparedCall): Val {
  const { k } = w.e;
  const { call } = prepared;
  const back = call.fn === 'lag';
  const [, by, otherwise] = call.args;
  const offset = argument(w, by, w.row);
  const distance = offset === undefined ? i64(1) : k.keep(asI64(offset));
  const found = k.local('i32', i32(0));
  const at = k.local('i32', i32(0));
  const lists = call.ignoreNulls ? positionLists(w, call.args[0]) : undefined;
  const find = (): void => {
    const shift = k.keep(back ? op('i64.sub', i64(0), distance) : distance);
    if (lists === undefined) {
      const end = looksAhead(call) ? w.partition.end() : op('i32.add', w.position, i32(1));
      return between(w, shift, w.position, w.partition.start, end, found, at);
    }
    k.if(
      op('i64.eqz', shift),
      () => {
        k.set(found, i32(1));
        k.set(at, w.position);
      },
      () => {
        // Among the rows that count: behind this one the next has distance 1, before it the last has -1.
        lists.advance(w.partition.end());
        const isBack = op('i64.lt_s', shift, i64(0));
        const own = k.keep(
          select(isBack, lists.before(w.position), lists.before(k.keep(op('i32.add', w.position, i32(1))))),
        );
        const away = k.keep(select(isBack, shift, op('i64.sub', shift, i64(1))));
        const number = k.local('i32', i32(0));
        between(w, away, own, lists.before(w.partition.start), lists.before(w.partition.end()), found, number);
        k.if(found, () => k.set(at, lists.at(number)));
      },
    );
  };
  const isKnown = offset?.null_ === undefined ? undefined : op('i32.eqz', offset.null_);
  if (isKnown === undefined) find();
  else k.if(isKnown, find);
  const fallback = argument(w, otherwise, w.row);
  return valueOrElse(w, prepared, found, at, fallback, isKnown);
}

/** Whether `from + shift` lies in `low` to before `high`, and where: distances are any 64-bit numbers. */
function between(w: WindowEmitter, shift: Expr, from: Expr, low: Expr, high: Expr, found: Local, at: Local): void {
  const { k } = w.e;
  const least = op('i64.extend_i32_s', op('i32.sub', low, from));
  const behind = op('i64.extend_i32_s', op('i32.sub', high, from));
  k.set(found, op('i32.and', op('i64.ge_s', shift, least), op('i64.lt_s', shift, behind)));
  k.set(at, op('i32.add', from, op('i32.wrap_i64', shift)));
}

/** The value of the call's first argument in the row found, or the other one. */
function valueOrElse(
  w: WindowEmitter,
  prepared: PreparedCall,
  found: Expr,
  at: Expr,
  otherwise: Val | undefined,
  isKnown: Expr | undefined,
): Val {
  const { k } = w.e;
  const { call } = prepared;
  const result = assignable(k, call.type, laneOf(call.type), true);
  const none: Val = {
    type: call.type,
    lane: result.val.lane,
    parts: result.val.parts.map((each) => zeroOf(each.type)),
    null_: i32(1),
  };
  k.if(
    found,
    () => {
      const value = argument(w, call.args[0], w.rowAt(at));
      result.assign(value ?? none);
    },
    () => {
      if (otherwise === undefined || isKnown === undefined) result.assign(otherwise ?? none);
      else
        k.if(
          isKnown,
          () => result.assign(otherwise),
          () => result.assign(none),
        );
    },
  );
  const id = columnOf(prepared);
  const range = otherwise === undefined && id !== undefined ? w.field(id).range : undefined;
  return { ...result.val, range, stable: true };
}

function picked(w: WindowEmitter, prepared: PreparedCall, frames: Frames): Val {
  const { k } = w.e;
  const { call } = prepared;
  const ranges = frames.ranges(prepared);
  const lists = call.ignoreNulls ? positionLists(w, call.args[0]) : undefined;
  lists?.advance(frames.bounds(prepared).end);
  const found = k.local('i32', i32(0));
  const at = k.local('i32', i32(0));
  const number = call.fn === 'nth_value' ? argument(w, call.args[1], w.row) : undefined;
  const picker = rowPicker(w, lists);
  const pick = (left: Expr): void => pickFrom(w, picker, ranges, left, found, at, call.fn === 'last_value');
  if (number === undefined) pick(i64(0));
  else {
    const n = k.keep(asI64(number));
    const present = number.null_ === undefined ? i32(1) : op('i32.eqz', number.null_);
    w.e.compiler.kernel.failIf(op('i32.and', present, op('i64.le_s', n, i64(0))), {
      code: 'invalid_argument_for_nth_value',
      message: 'argument of nth_value must be greater than zero',
      range: call.range,
    });
    k.if(present, () => pick(k.keep(op('i64.sub', n, i64(1)))));
  }
  return valueOrElse(w, prepared, found, at, undefined, undefined);
}

/** The row of that number in the ranges, from the first on or from the last back. */
function pickFrom(
  w: WindowEmitter,
  picker: RowPicker,
  ranges: readonly Range[],
  number: Expr,
  found: Local,
  at: Local,
  fromEnd: boolean,
): void {
  const { k } = w.e;
  const left = k.local('i64', number);
  for (const range of fromEnd ? [...ranges].reverse() : ranges) {
    k.if(op('i32.eqz', found), () => {
      const low = k.keep(picker.before(range.start));
      const high = k.keep(picker.before(range.end));
      const size = k.keep(op('i64.extend_i32_u', op('i32.sub', high, low)));
      k.if(
        op('i64.lt_u', left, size),
        () => {
          const away = op('i32.wrap_i64', left);
          const place = fromEnd ? op('i32.sub', op('i32.sub', high, i32(1)), away) : op('i32.add', low, away);
          k.set(found, i32(1));
          k.set(at, picker.at(k.keep(place)));
        },
        () => k.set(left, op('i64.sub', left, size)),
      );
    });
  }
}

function rowPicker(w: WindowEmitter, lists: RowPicker | undefined): RowPicker {
  return lists ?? { before: (position) => w.e.k.keep(position), at: (number) => number };
}
