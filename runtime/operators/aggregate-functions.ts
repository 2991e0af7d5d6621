import type { AggregateCall, ColumnId, Expression } from '../../compiler/ir/expression.ts';
import { internalError } from '../../compiler/types/error.ts';
import { BOOL, decimal, FLOAT64, INT64, isNumeric, type Type } from '../../compiler/types/type.ts';
import type { ExpressionCompiler, RowScope } from '../kernels/expression.ts';
import { checkBounds, outOfRange } from '../kernels/functions/bounds.ts';
import { asF64, compareVals } from '../kernels/functions/comparison.ts';
import { add128 } from '../kernels/library/int128.ts';
import { asI64, asI128, I64_RANGE, LANE_PARTS, type Lane, part, rangeOf, type Val, zeroOf } from '../kernels/value.ts';
import { type Expr, f64, i32, i64, op, select } from '../wasm/ir.ts';
import type { PipelineEmitter } from './emitter.ts';
import { intervalLength } from './keys.ts';
import { isPairAggregate, pairAggregate, product } from './pair-aggregates.ts';
import { persistent } from './rows.ts';

/** One value of an aggregate's state. `null_` present: the state starts as NULL. */
export type StateShape = Pick<Val, 'type' | 'lane' | 'null_' | 'range'>;

/** Where a state lives: in locals of the kernel (no groups) or in the group's row. */
export interface StateAccess {
  readonly get: (index: number) => Val;
  readonly set: (index: number, value: Val) => void;
}

/** How an aggregate is computed: a state of some values, updated by rows, merged, and read at the end. */
export interface AggregateKernel {
  readonly shapes: readonly StateShape[];
  /** For a row whose arguments are not NULL. */
  readonly update: (e: PipelineEmitter, state: StateAccess, args: readonly Val[]) => void;
  readonly merge: (e: PipelineEmitter, state: StateAccess, other: StateAccess) => void;
  readonly result: (e: PipelineEmitter, state: StateAccess, scope: RowScope) => Val;
}

const shape = (type: Type, lane: Lane, nullable = false): StateShape => ({
  type,
  lane,
  null_: nullable ? i32(1) : undefined,
});
const COUNT = shape(INT64, 'i64');
const int64 = (e: Expr): Val => ({ type: INT64, lane: 'i64', parts: [e] });
const float = (e: Expr): Val => ({ type: FLOAT64, lane: 'f64', parts: [e] });

/** Whether there is a kernel for the aggregate. */
export function hasAggregateKernel({ fn, args, orderBy }: AggregateCall): boolean {
  switch (fn) {
    case 'count':
    case 'count_if':
    case 'min':
    case 'max':
    case 'bool_and':
    case 'bool_or':
    case 'var_samp':
    case 'var_pop':
    case 'stddev_samp':
    case 'stddev_pop':
      return true;
    case 'sum':
    case 'avg':
      return args.every(({ type }) => isNumeric(type));
    case 'any_value':
    case 'arg_min':
    case 'arg_max':
      return orderBy.length === 0;
    case 'bit_and':
    case 'bit_or':
    case 'bit_xor':
    case 'product':
      return true;
    default:
      return isPairAggregate(fn);
  }
}

/** `rows`: no group has more rows than this. */
export function aggregateKernel(call: AggregateCall, args: readonly Val[], rows: bigint): AggregateKernel {
  const [arg, second] = args;
  if (isPairAggregate(call.fn)) return pairAggregate(call.fn);
  switch (call.fn) {
    case 'count':
      return counting;
    case 'sum':
      if (arg !== undefined) return summing(call, arg, rows);
      break;
    case 'avg':
      if (arg !== undefined) return averaging(call, arg, rows);
      break;
    case 'min':
    case 'max':
      if (arg !== undefined) return extreme(call.fn, arg);
      break;
    case 'any_value':
      if (arg !== undefined) return anyValue(arg);
      break;
    case 'bool_and':
    case 'bool_or':
      return boolean(call.fn);
    case 'count_if':
      return countIf;
    case 'product':
      return product;
    case 'bit_and':
    case 'bit_or':
    case 'bit_xor':
      if (arg !== undefined) return bits(call, arg);
      break;
    case 'arg_min':
    case 'arg_max':
      if (arg !== undefined && second !== undefined) return argumentOf(call.fn, arg, second);
      break;
    case 'var_samp':
    case 'var_pop':
    case 'stddev_samp':
    case 'stddev_pop':
      if (arg !== undefined && (arg.lane === 'f64' || arg.lane === 'f32')) return variance(call.fn);
      break;
    default:
  }
  throw internalError(`there is no kernel for ${call.fn} over these types`);
}

function addTo(state: StateAccess, index: number, amount: Expr): void {
  state.set(index, int64(op('i64.add', part(state.get(index)), amount)));
}

const counting: AggregateKernel = {
  shapes: [COUNT],
  update: (_, state) => addTo(state, 0, i64(1)),
  merge: (_, state, other) => addTo(state, 0, part(other.get(0))),
  result: (_, state) => ({ ...state.get(0), null_: undefined }),
};

const countIf: AggregateKernel = {
  ...counting,
  update: (_, state, [arg]) => {
    if (arg !== undefined) addTo(state, 0, op('i64.extend_i32_u', part(arg)));
  },
};

/** The sum's type, whatever the call makes of it: what the state holds. */
function sumShape(arg: Val, type: Type, rows: bigint): StateShape {
  if (arg.lane === 'f64' || arg.lane === 'f32') return shape(FLOAT64, 'f64', true);
  const [low, high] = rangeOf(arg);
  const range: readonly [bigint, bigint] = [low < 0n ? low * rows : 0n, high > 0n ? high * rows : 0n];
  // Statistics that prove the sum to fit 64 bits save the carry of every addition.
  const narrow = arg.lane !== 'i128' && range[0] >= I64_RANGE[0] && range[1] <= I64_RANGE[1];
  return { ...shape(type, narrow ? 'i64' : 'i128', true), range: narrow ? range : [-(2n ** 127n), 2n ** 127n - 1n] };
}

function addValue(e: PipelineEmitter, state: StateAccess, shape: StateShape, arg: Val): void {
  const current = state.get(0);
  const parts =
    shape.lane === 'f64'
      ? [op('f64.add', part(current), asF64(arg))]
      : shape.lane === 'i64'
        ? [op('i64.add', part(current), asI64(arg))]
        : add128(e.k, [part(current), part(current, 1)], asI128(e.k, arg));
  state.set(0, { ...shape, parts, null_: i32(0) });
}

function summing(call: AggregateCall, arg: Val, rows: bigint): AggregateKernel {
  const sum = sumShape(arg, call.type, rows);
  return {
    shapes: [sum],
    update: (e, state, [value]) => {
      if (value !== undefined) addValue(e, state, sum, value);
    },
    merge: (e, state, other) => {
      const value = other.get(0);
      e.k.if(op('i32.eqz', value.null_ ?? i32(0)), () => addValue(e, state, sum, value));
    },
    result: (e, state) => {
      const value = { ...state.get(0), type: call.type, range: sum.range };
      if (sum.lane === 'f64') return { ...value, range: undefined };
      const type: Type = call.type;
      const limit = type.kind === 'decimal' ? 10n ** BigInt(type.precision) - 1n : I64_RANGE[1];
      checkBounds(
        e.compiler.kernel,
        value,
        [-limit - (type.kind === 'decimal' ? 0n : 1n), limit],
        value.null_,
        outOfRange(type, call.range),
      );
      if (type.kind === 'int64' && value.lane === 'i128')
        return { ...value, lane: 'i64', parts: [part(value)], range: I64_RANGE };
      return value.lane === 'i128' ? { ...value, range: undefined } : value;
    },
  };
}

function averaging(call: AggregateCall, arg: Val, rows: bigint): AggregateKernel {
  const exact = arg.lane !== 'f64' && arg.lane !== 'f32';
  const sumType: Type = exact ? decimal(38, arg.type.kind === 'decimal' ? arg.type.scale : 0) : FLOAT64;
  const inner = summing({ ...call, type: sumType }, arg, rows);
  return {
    shapes: [...inner.shapes, COUNT],
    update: (e, state, args) => {
      inner.update(e, state, args);
      addTo(state, 1, i64(1));
    },
    merge: (e, state, other) => {
      inner.merge(e, state, other);
      addTo(state, 1, part(other.get(1)));
    },
    result: (e, state, scope) => {
      const sum = inner.result(e, state, scope);
      const count: Val = exact
        ? { ...state.get(1), type: decimal(19, 0), null_: undefined }
        : float(op('f64.convert_i64_s', part(state.get(1))));
      if (!exact) return { ...float(op('f64.div', part(sum), part(count))), null_: sum.null_ };
      return divide(e.compiler, scope, call, sum, count);
    },
  };
}

/** Ids for values that have no column: negative ones are never given out by the compiler. */
const SUM_ID: ColumnId = -1_000_001;
const COUNT_ID: ColumnId = -1_000_002;

function divide(compiler: ExpressionCompiler, scope: RowScope, call: AggregateCall, sum: Val, count: Val): Val {
  const column = (id: ColumnId, v: Val): Expression => ({
    kind: 'column',
    id,
    type: v.type,
    nullable: v.null_ !== undefined,
  });
  const inner = scope.define(
    new Map([
      [SUM_ID, () => sum],
      [COUNT_ID, () => count],
    ]),
  );
  // A group without values has no sum, so the division by its count of zero is never looked at.
  const divisor: Val = count;
  const expression: Expression = {
    kind: 'call',
    fn: 'divide',
    args: [column(SUM_ID, sum), column(COUNT_ID, divisor)],
    type: call.type,
    nullable: true,
    range: call.range,
  };
  // Bypasses the memo: the ids stand for other values in other aggregates.
  return compiler.value({ ...expression, range: call.range }, inner);
}

function extreme(fn: 'min' | 'max', arg: Val): AggregateKernel {
  const value: StateShape = { type: arg.type, lane: arg.lane, range: arg.range, null_: i32(1) };
  const update = (e: PipelineEmitter, state: StateAccess, candidate: Val): void => {
    const { k } = e;
    const current = state.get(0);
    const better = k.local('i32', current.null_ ?? i32(0));
    k.if(op('i32.eqz', better), () => {
      const isBetter = orderVals(e, fn === 'min' ? candidate : current, fn === 'min' ? current : candidate);
      k.set(better, isBetter);
    });
    k.if(better, () => state.set(0, { ...persistent(e, candidate), null_: i32(0) }));
  };
  return {
    shapes: [value],
    update: (e, state, [candidate]) => {
      if (candidate !== undefined) update(e, state, candidate);
    },
    merge: (e, state, other) => {
      const candidate = other.get(0);
      e.k.if(op('i32.eqz', candidate.null_ ?? i32(0)), () => update(e, state, { ...candidate, null_: undefined }));
    },
    result: (_, state) => state.get(0),
  };
}

/** Whether `a` sorts before `b`; neither is NULL. */
export function orderVals(e: Pick<PipelineEmitter, 'k' | 'ctx' | 'layout'>, a: Val, b: Val): Expr {
  const { k, ctx, layout } = e;
  if (a.lane === 'interval' && b.lane === 'interval') {
    const [aDays, aMicros] = intervalLength(k, a);
    const [bDays, bMicros] = intervalLength(k, b);
    return select(op('i64.eq', aDays, bDays), op('i64.lt_s', aMicros, bMicros), op('i64.lt_s', aDays, bDays));
  }
  const less = compareVals(k, () => k.keep(op('i32.add', ctx, i32(layout.reserve(32)))), 'lt', a, b);
  if (less === undefined) throw internalError(`values of type ${a.type.kind} have no order`);
  return less;
}

function anyValue(arg: Val): AggregateKernel {
  const value: StateShape = { type: arg.type, lane: arg.lane, range: arg.range, null_: i32(1) };
  const update = (e: PipelineEmitter, state: StateAccess, candidate: Val): void => {
    e.k.if(state.get(0).null_ ?? i32(0), () => state.set(0, { ...persistent(e, candidate), null_: i32(0) }));
  };
  return {
    shapes: [value],
    update: (e, state, [candidate]) => {
      if (candidate !== undefined) update(e, state, candidate);
    },
    merge: (e, state, other) => {
      const candidate = other.get(0);
      e.k.if(op('i32.eqz', candidate.null_ ?? i32(0)), () => update(e, state, { ...candidate, null_: undefined }));
    },
    result: (_, state) => state.get(0),
  };
}

function boolean(fn: 'bool_and' | 'bool_or'): AggregateKernel {
  const update = (state: StateAccess, value: Expr): void => {
    const current = state.get(0);
    const combined = op(fn === 'bool_and' ? 'i32.and' : 'i32.or', part(current), value);
    state.set(0, { type: BOOL, lane: 'i32', parts: [select(current.null_ ?? i32(0), value, combined)], null_: i32(0) });
  };
  return {
    shapes: [shape(BOOL, 'i32', true)],
    update: (_, state, [arg]) => {
      if (arg !== undefined) update(state, part(arg));
    },
    merge: (e, state, other) => {
      const value = other.get(0);
      e.k.if(op('i32.eqz', value.null_ ?? i32(0)), () => update(state, part(value)));
    },
    result: (_, state) => state.get(0),
  };
}

/** Bits of integers, in the lane that the integers come in. */
function bits({ fn, type }: AggregateCall, arg: Val): AggregateKernel {
  const lane = arg.lane === 'i32' ? 'i32' : 'i64';
  const combine = ({ bit_and: 'and', bit_or: 'or', bit_xor: 'xor' } as const)[
    fn === 'bit_and' || fn === 'bit_or' ? fn : 'bit_xor'
  ];
  const update = (state: StateAccess, value: Expr): void => {
    const current = state.get(0);
    const combined = op(`${lane}.${combine}`, part(current), value);
    state.set(0, { type, lane, parts: [select(current.null_ ?? i32(0), value, combined)], null_: i32(0) });
  };
  return {
    shapes: [shape(type, lane, true)],
    update: (e, state, [value]) => {
      if (value !== undefined) update(state, e.k.keep(lane === 'i32' ? part(value) : asI64(value)));
    },
    merge: (e, state, other) => {
      const value = other.get(0);
      e.k.if(op('i32.eqz', value.null_ ?? i32(0)), () => update(state, part(value)));
    },
    result: (_, state) => state.get(0),
  };
}

/** The value beside the least or greatest key, and the key. */
function argumentOf(fn: 'arg_min' | 'arg_max', value: Val, key: Val): AggregateKernel {
  const nullable = (v: Val): StateShape => ({ type: v.type, lane: v.lane, range: v.range, null_: i32(1) });
  const update = (e: PipelineEmitter, state: StateAccess, candidate: Val, by: Val): void => {
    const { k } = e;
    const current = state.get(1);
    const better = k.local('i32', current.null_ ?? i32(0));
    k.if(op('i32.eqz', better), () => {
      k.set(better, orderVals(e, fn === 'arg_min' ? by : current, fn === 'arg_min' ? current : by));
    });
    k.if(better, () => {
      state.set(0, { ...persistent(e, candidate), null_: i32(0) });
      state.set(1, { ...persistent(e, by), null_: i32(0) });
    });
  };
  return {
    shapes: [nullable(value), nullable(key)],
    update: (e, state, [candidate, by]) => {
      if (candidate !== undefined && by !== undefined) update(e, state, candidate, by);
    },
    merge: (e, state, other) => {
      const [candidate, by] = [other.get(0), other.get(1)];
      e.k.if(op('i32.eqz', by.null_ ?? i32(0)), () => {
        update(e, state, { ...candidate, null_: undefined }, { ...by, null_: undefined });
      });
    },
    result: (_, state) => state.get(0),
  };
}

/** Welford's running mean and sum of squared differences; merged by Chan's formula. */
function variance(fn: 'var_samp' | 'var_pop' | 'stddev_samp' | 'stddev_pop'): AggregateKernel {
  const count = (state: StateAccess): Expr => part(state.get(0));
  return {
    shapes: [COUNT, shape(FLOAT64, 'f64'), shape(FLOAT64, 'f64')],
    update: (e, state, [arg]) => {
      if (arg === undefined) return;
      const { k } = e;
      const x = k.keep(asF64(arg));
      const n = k.keep(op('i64.add', count(state), i64(1)));
      const mean = k.keep(part(state.get(1)));
      const delta = k.keep(op('f64.sub', x, mean));
      const next = k.keep(op('f64.add', mean, op('f64.div', delta, op('f64.convert_i64_s', n))));
      state.set(0, int64(n));
      state.set(2, float(op('f64.add', part(state.get(2)), op('f64.mul', delta, op('f64.sub', x, next)))));
      state.set(1, float(next));
    },
    merge: (e, state, other) => {
      const { k } = e;
      k.if(op('i64.ne', count(other), i64(0)), () => {
        const a = k.keep(op('f64.convert_i64_s', count(state)));
        const b = k.keep(op('f64.convert_i64_s', count(other)));
        const n = k.keep(op('f64.add', a, b));
        const delta = k.keep(op('f64.sub', part(other.get(1)), part(state.get(1))));
        const square = op('f64.div', op('f64.mul', op('f64.mul', delta, delta), op('f64.mul', a, b)), n);
        state.set(2, float(op('f64.add', op('f64.add', part(state.get(2)), part(other.get(2))), square)));
        state.set(1, float(op('f64.add', part(state.get(1)), op('f64.div', op('f64.mul', delta, b), n))));
        addTo(state, 0, count(other));
      });
    },
    result: (e, state) => {
      const least = fn.endsWith('samp') ? 2n : 1n;
      const n = op('f64.convert_i64_s', fn.endsWith('samp') ? op('i64.sub', count(state), i64(1)) : count(state));
      const value = op('f64.div', part(state.get(2)), n);
      const result = fn.startsWith('stddev') ? op('f64.sqrt', op('f64.max', value, f64(0))) : value;
      return { ...float(result), null_: e.k.keep(op('i64.lt_s', count(state), i64(least))) };
    },
  };
}

export function zeroState(shape: StateShape): Val {
  return {
    type: shape.type,
    lane: shape.lane,
    parts: LANE_PARTS[shape.lane].map(zeroOf),
    null_: shape.null_,
    range: shape.range,
  };
}
