import { internalError } from '../../compiler/types/error.ts';
import { loadField } from '../kernels/memory.ts';
import { type Expr, i32, op, select } from '../wasm/ir.ts';
import { compareKeys } from './sort-order.ts';
import type { PreparedBound, PreparedCall, WindowEmitter } from './window.ts';

/** Positions from `start` to before `end`; `end` is never before `start`. */
export interface Range {
  readonly start: Expr;
  readonly end: Expr;
}

/** The frames of calls for the current row. */
export interface Frames {
  /** As the bounds say, nothing excluded. Both ends go forward only while rows of one partition go by. */
  readonly bounds: (call: PreparedCall) => Range;
  /** Without what is excluded: ranges in order, some maybe empty. */
  readonly ranges: (call: PreparedCall) => readonly Range[];
}

export function createFrames(w: WindowEmitter): Frames {
  const { k } = w.e;
  const known = new Map<string, Range>();
  const bounds = (call: PreparedCall): Range => {
    const { start, end, key } = call;
    const { unit } = call.call.frame;
    const name = JSON.stringify([unit, start, end, key]);
    const before = known.get(name);
    if (before !== undefined) return before;
    const from = k.keep(boundary(w, call, start, 'start'));
    const to = k.keep(boundary(w, call, end, 'end'));
    const certain = start.kind === 'unbounded' && (end.kind === 'unbounded' || end.kind === 'current');
    const range = { start: from, end: certain ? to : k.keep(select(op('i32.gt_u', from, to), from, to)) };
    known.set(name, range);
    return range;
  };
  return {
    bounds,
    ranges: (call) => {
      const all = bounds(call);
      const { exclude } = call.call.frame;
      if (exclude === 'nothing') return [all];
      const next = op('i32.add', w.position, i32(1));
      const [low, high] = exclude === 'current' ? [w.position, next] : [w.peers.start(), w.peers.end()];
      const clamp = (at: Expr): Expr => {
        const atLeast = k.keep(select(op('i32.lt_u', at, all.start), all.start, at));
        return k.keep(select(op('i32.gt_u', atLeast, all.end), all.end, atLeast));
      };
      const own = exclude === 'ties' ? [{ start: clamp(w.position), end: clamp(k.keep(next)) }] : [];
      return [{ start: all.start, end: clamp(k.keep(low)) }, ...own, { start: clamp(k.keep(high)), end: all.end }];
    },
  };
}

/** The frame's first position, or the first behind its last. */
function boundary(w: WindowEmitter, call: PreparedCall, bound: PreparedBound, side: 'start' | 'end'): Expr {
  const { unit } = call.call.frame;
  switch (bound.kind) {
    case 'unbounded':
      return side === 'start' ? w.partition.start : w.partition.end();
    case 'current':
      if (unit !== 'rows') return side === 'start' ? w.peers.start() : w.peers.end();
      return side === 'start' ? w.position : op('i32.add', w.position, i32(1));
    case 'reach':
      return reached(w, call, bound.column, side);
    case 'preceding':
    case 'following': {
      const offset = w.e.constantWord(bound.offset);
      return unit === 'groups'
        ? groupAt(w, bound.kind === 'preceding', offset, side)
        : rowsAway(w, bound.kind === 'preceding', offset, side);
    }
  }
}

function rowsAway(w: WindowEmitter, preceding: boolean, offset: Expr, side: 'start' | 'end'): Expr {
  const { k } = w.e;
  const from = side === 'start' ? w.position : k.keep(op('i32.add', w.position, i32(1)));
  if (preceding) {
    const distance = op('i32.sub', from, w.partition.start);
    return select(op('i32.gt_u', distance, offset), op('i32.sub', from, offset), w.partition.start);
  }
  const end = w.partition.end();
  const distance = op('i32.sub', end, from);
  return select(op('i32.gt_u', distance, offset), op('i32.add', from, offset), end);
}

/** The start of the group of peers that is so many groups away, or of the next one for the end of a frame. */
function groupAt(w: WindowEmitter, preceding: boolean, offset: Expr, side: 'start' | 'end'): Expr {
  const { k } = w.e;
  const at = w.variable();
  const group = w.variable();
  w.once(w.partition.start, () => {
    at.set(w.partition.start);
    group.set(i32(0));
  });
  const end = w.partition.end();
  const own = k.keep(side === 'start' ? w.peers.before() : op('i32.add', w.peers.before(), i32(1)));
  const target = k.keep(
    preceding ? select(op('i32.gt_u', own, offset), op('i32.sub', own, offset), i32(0)) : op('i32.add', own, offset),
  );
  const position = at.get();
  const number = group.get();
  k.while(
    () => op('i32.and', op('i32.lt_u', number, target), op('i32.lt_u', position, end)),
    () => {
      k.set(position, op('i32.add', position, i32(1)));
      const next = k.local('i32', op('i32.eq', position, end));
      k.if(op('i32.eqz', next), () =>
        k.set(next, op('i32.eqz', w.samePeers(w.rowAt(position), w.rowAt(op('i32.sub', position, i32(1)))))),
      );
      k.set(number, op('i32.add', number, next));
      at.set(position);
      group.set(number);
      w.e.checkBudget();
    },
  );
  return position;
}

/** The first row that does not sort before what the row reaches for, or, for an end, the first that sorts behind it. */
function reached(w: WindowEmitter, call: PreparedCall, column: number, side: 'start' | 'end'): Expr {
  const { k } = w.e;
  const order = w.order();
  if (call.key === undefined || order === undefined) throw internalError('a range without a key');
  const keyField = w.field(call.key);
  const reach = loadField(k, w.row, w.field(column));
  const at = w.variable();
  w.once(w.partition.start, () => at.set(w.partition.start));
  const end = w.partition.end();
  const position = at.get();
  k.while(
    () => op('i32.lt_u', position, end),
    (exit) => {
      const key = loadField(k, w.rowAt(position), keyField);
      const before = k.local('i32');
      const [a, b] = side === 'start' ? [key, reach] : [reach, key];
      compareKeys(
        w.e,
        [order],
        () => a,
        () => b,
        (value) => k.set(before, value),
      );
      k.branch(exit, side === 'start' ? op('i32.eqz', before) : before);
      k.set(position, op('i32.add', position, i32(1)));
      at.set(position);
      w.e.checkBudget();
    },
  );
  return position;
}
