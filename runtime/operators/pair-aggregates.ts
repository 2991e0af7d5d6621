import { FLOAT64, INT64 } from '../../compiler/types/type.ts';
import { asF64 } from '../kernels/functions/comparison.ts';
import { part, type Val } from '../kernels/value.ts';
import { type Expr, f64, i32, i64, op, select } from '../wasm/ir.ts';
import type { AggregateKernel, StateAccess, StateShape } from './aggregate-functions.ts';
import type { PipelineEmitter } from './emitter.ts';

/** Statistics of pairs (y, x), by the same sums as the row implementations in compiler/functions/regression.ts. */

const COUNT: StateShape = { type: INT64, lane: 'i64' };
const SUM: StateShape = { type: FLOAT64, lane: 'f64' };
const [N, SUM_X, SUM_Y, SXX, SYY, SXY] = [0, 1, 2, 3, 4, 5] as const;

const float = (e: Expr): Val => ({ type: FLOAT64, lane: 'f64', parts: [e] });
const add = (a: Expr, b: Expr): Expr => op('f64.add', a, b);
const subtract = (a: Expr, b: Expr): Expr => op('f64.sub', a, b);
const times = (a: Expr, b: Expr): Expr => op('f64.mul', a, b);
const over = (a: Expr, b: Expr): Expr => op('f64.div', a, b);
const isZero = (e: Expr): Expr => op('f64.eq', e, f64(0));

interface Moments {
  readonly k: PipelineEmitter['k'];
  readonly count: Expr;
  readonly n: Expr;
  readonly sumX: Expr;
  readonly sumY: Expr;
  readonly sxx: Expr;
  readonly syy: Expr;
  readonly sxy: Expr;
}

interface Statistic {
  readonly value: Expr;
  /** Where it is NULL beside groups without pairs. */
  readonly undefined_?: Expr;
}

const STATISTICS: Readonly<Record<string, (moments: Moments) => Statistic>> = {
  corr: ({ sxx, syy, sxy }) => ({
    value: over(sxy, op('f64.sqrt', times(sxx, syy))),
    undefined_: op('i32.or', isZero(sxx), isZero(syy)),
  }),
  covar_pop: ({ n, sxy }) => ({ value: over(sxy, n) }),
  covar_samp: ({ n, count, sxy }) => ({
    value: over(sxy, subtract(n, f64(1))),
    undefined_: op('i64.lt_s', count, i64(2)),
  }),
  regr_avgx: ({ n, sumX }) => ({ value: over(sumX, n) }),
  regr_avgy: ({ n, sumY }) => ({ value: over(sumY, n) }),
  regr_intercept: ({ n, sumX, sumY, sxx, sxy }) => ({
    value: subtract(over(sumY, n), over(times(over(sumX, n), sxy), sxx)),
    undefined_: isZero(sxx),
  }),
  regr_r2: ({ k, sxx, syy, sxy }) => {
    const value = k.local('f64', f64(1));
    k.if(op('f64.ne', syy, f64(0)), () => k.set(value, over(times(sxy, sxy), times(sxx, syy))));
    return { value, undefined_: isZero(sxx) };
  },
  regr_slope: ({ sxx, sxy }) => ({ value: over(sxy, sxx), undefined_: isZero(sxx) }),
  regr_sxx: ({ sxx }) => ({ value: sxx }),
  regr_sxy: ({ sxy }) => ({ value: sxy }),
  regr_syy: ({ syy }) => ({ value: syy }),
};

/** Whether the name is one of the statistics of pairs. */
export function isPairAggregate(fn: string): boolean {
  return fn === 'regr_count' || Object.hasOwn(STATISTICS, fn);
}

function momentsOf(k: PipelineEmitter['k'], state: StateAccess): Moments {
  const at = (index: number): Expr => k.keep(part(state.get(index)));
  const count = at(N);
  return {
    k,
    count,
    n: k.keep(op('f64.convert_i64_s', count)),
    sumX: at(SUM_X),
    sumY: at(SUM_Y),
    sxx: at(SXX),
    syy: at(SYY),
    sxy: at(SXY),
  };
}

function update({ k }: PipelineEmitter, state: StateAccess, yValue: Val, xValue: Val): void {
  const x = k.keep(asF64(xValue));
  const y = k.keep(asF64(yValue));
  const before = momentsOf(k, state);
  const n = k.keep(add(before.n, f64(1)));
  const sumX = k.keep(add(before.sumX, x));
  const sumY = k.keep(add(before.sumY, y));
  state.set(N, { ...COUNT, parts: [op('i64.add', before.count, i64(1))] });
  state.set(SUM_X, float(sumX));
  state.set(SUM_Y, float(sumY));
  k.if(
    op('f64.gt', n, f64(1)),
    () => {
      const dx = k.keep(subtract(times(x, n), sumX));
      const dy = k.keep(subtract(times(y, n), sumY));
      const scale = k.keep(over(f64(1), times(n, subtract(n, f64(1)))));
      state.set(SXX, float(add(before.sxx, times(times(dx, dx), scale))));
      state.set(SYY, float(add(before.syy, times(times(dy, dy), scale))));
      state.set(SXY, float(add(before.sxy, times(times(dx, dy), scale))));
    },
    () => {
      // Zero, or NaN for what is not finite.
      const zeroX = k.keep(subtract(x, x));
      const zeroY = k.keep(subtract(y, y));
      state.set(SXX, float(zeroX));
      state.set(SYY, float(zeroY));
      state.set(SXY, float(add(zeroX, zeroY)));
    },
  );
}

/** Sums about two means become sums about the common one (Schubert and Gertz, SSDBM 2018). */
function merge({ k }: PipelineEmitter, state: StateAccess, other: StateAccess): void {
  const b = momentsOf(k, other);
  k.if(op('i64.ne', b.count, i64(0)), () => {
    const a = momentsOf(k, state);
    const isFirst = k.keep(op('i64.eqz', a.count));
    const n = add(a.n, b.n);
    const dx = k.keep(subtract(over(a.sumX, a.n), over(b.sumX, b.n)));
    const dy = k.keep(subtract(over(a.sumY, a.n), over(b.sumY, b.n)));
    const weight = k.keep(over(times(a.n, b.n), n));
    const put = (index: number, mine: Expr, theirs: Expr, spread: Expr): void =>
      state.set(index, float(select(isFirst, theirs, add(add(mine, theirs), times(spread, weight)))));
    put(SXX, a.sxx, b.sxx, times(dx, dx));
    put(SYY, a.syy, b.syy, times(dy, dy));
    put(SXY, a.sxy, b.sxy, times(dx, dy));
    state.set(SUM_X, float(add(a.sumX, b.sumX)));
    state.set(SUM_Y, float(add(a.sumY, b.sumY)));
    state.set(N, { ...COUNT, parts: [op('i64.add', a.count, b.count)] });
  });
}

export function pairAggregate(fn: string): AggregateKernel {
  const statistic = Object.hasOwn(STATISTICS, fn) ? STATISTICS[fn] : undefined;
  return {
    shapes: [COUNT, SUM, SUM, SUM, SUM, SUM],
    update: (e, state, [y, x]) => {
      if (y !== undefined && x !== undefined) update(e, state, y, x);
    },
    merge,
    result: ({ k }, state) => {
      const moments = momentsOf(k, state);
      if (statistic === undefined) return { ...COUNT, parts: [moments.count] };
      const { value, undefined_ } = statistic(moments);
      const none = op('i64.eqz', moments.count);
      return { ...float(value), null_: k.keep(undefined_ === undefined ? none : op('i32.or', none, undefined_)) };
    },
  };
}

/** The product of floats; NULL until there is a factor. */
export const product: AggregateKernel = {
  shapes: [{ ...SUM, null_: i32(1) }],
  update: (_, state, [arg]) => {
    if (arg !== undefined) multiply(state, asF64(arg));
  },
  merge: ({ k }, state, other) => {
    const value = other.get(0);
    k.if(op('i32.eqz', value.null_ ?? i32(0)), () => multiply(state, part(value)));
  },
  result: (_, state) => state.get(0),
};

function multiply(state: StateAccess, by: Expr): void {
  const current = state.get(0);
  const value = times(select(current.null_ ?? i32(0), f64(1), part(current)), by);
  state.set(0, { ...float(value), null_: i32(0) });
}
