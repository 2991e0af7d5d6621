import type { ColumnId, Expression } from '../../compiler/ir/expression.ts';
import { internalError } from '../../compiler/types/error.ts';
import type { RowScope } from '../kernels/expression.ts';
import { indexed, loadField } from '../kernels/memory.ts';
import { declaredLane, or, type Val } from '../kernels/value.ts';
import { type Expr, i32, type Local, load, op } from '../wasm/ir.ts';
import { orderVals } from './aggregate-functions.ts';
import type { Operator, PipelineEmitter } from './emitter.ts';
import { fieldOf, type InnerRun, loopOver, type NestedLoopSpec } from './nested-loop.ts';
import type { SortState } from './sort.ts';

/** The inner side of a range join, sorted by its equality keys and then by what lies between bounds. */
export interface SortedInner {
  readonly sort: SortState;
  /** Address of the array of row addresses, and their number. */
  readonly array: number;
  readonly count: number;
}

export interface RangeSpec extends NestedLoopSpec {
  /** Values of the outer row for the inner side's equality keys. */
  readonly keys: readonly Expression[];
  readonly lower?: { readonly value: Expression; readonly strict: boolean } | undefined;
  readonly upper?: { readonly value: Expression; readonly strict: boolean } | undefined;
  readonly nearest: boolean;
}

/** Only rows for which all of the expressions have a value. */
export function present(expressions: readonly Expression[]): Operator {
  return {
    emit: (e, scope, next) => {
      let null_: Expr | undefined;
      for (const expression of expressions) null_ = or(null_, e.compiler.value(expression, scope).null_);
      if (null_ === undefined) next(scope);
      // In a local, or there would be no code at all for what is always NULL, and no layout of the rows.
      else e.k.if(e.k.local('i32', op('i32.eqz', null_)), () => next(scope));
    },
  };
}

/** For each outer row the run of inner rows with its keys and within its bounds, by binary search. */
export function rangeJoin(spec: RangeSpec, inner: SortedInner): Operator {
  return loopOver(spec, (e, scope) => findRun(e, scope, spec, inner));
}

function findRun(e: PipelineEmitter, scope: RowScope, spec: RangeSpec, { sort, array, count }: SortedInner): InnerRun {
  const { k } = e;
  const { layout } = sort;
  if (layout === undefined) throw internalError('a range join over rows that are not there');
  const base = e.constantWord(array);
  const all = e.constantWord(count);
  const outer = (expression: Expression): Val => declaredLane(k, e.compiler.value(expression, scope));
  const keys = spec.keys.map(outer);
  const lower = spec.lower && { value: outer(spec.lower.value), strict: spec.lower.strict };
  const upper = spec.upper && { value: outer(spec.upper.value), strict: spec.upper.strict };
  let null_: Expr | undefined;
  for (const v of [...keys, ...(lower ? [lower.value] : []), ...(upper ? [upper.value] : [])])
    null_ = or(null_, v.null_);
  const addressOf = (index: Local): Expr => load('i32.load', indexed(base, index, 4));
  const innerKey = (row: Expr, i: number): Val => {
    const field = layout.fields[sort.keys[i]?.field ?? -1];
    if (field === undefined) throw internalError('a range join without its keys');
    return declaredLane(k, { ...loadField(k, row, field), null_: undefined });
  };

  /** Sets `result` to whether the row's keys, and then `last` of it, come before the outer row's. */
  const before = (row: Expr, result: Local, last: (place: Val) => Expr): void => {
    k.block((decided) => {
      keys.forEach((key, i) => {
        const own = innerKey(row, i);
        const present_ = { ...key, null_: undefined };
        k.if(orderVals(e, own, present_), () => {
          k.set(result, i32(1));
          k.branch(decided);
        });
        k.if(orderVals(e, present_, own), () => {
          k.set(result, i32(0));
          k.branch(decided);
        });
      });
      k.set(result, last(innerKey(row, keys.length)));
    });
  };
  /** The first row between two positions that does not come before. */
  const search = (low: Local, last: (place: Val) => Expr): void => {
    const high = k.local('i32', all);
    const isBefore = k.local('i32');
    k.while(
      () => op('i32.lt_u', low, high),
      () => {
        const middle = k.local('i32', op('i32.shr_u', op('i32.add', low, high), i32(1)));
        before(k.local('i32', addressOf(middle)), isBefore, last);
        k.if(
          isBefore,
          () => k.set(low, op('i32.add', middle, i32(1))),
          () => k.set(high, middle),
        );
      },
    );
  };
  const value = (bound: { readonly value: Val }): Val => ({ ...bound.value, null_: undefined });
  const toStart = (place: Val): Expr => {
    if (lower === undefined) return i32(0);
    return lower.strict ? op('i32.eqz', orderVals(e, value(lower), place)) : orderVals(e, place, value(lower));
  };
  const toEnd = (place: Val): Expr => {
    if (upper === undefined) return i32(1);
    return upper.strict ? orderVals(e, place, value(upper)) : op('i32.eqz', orderVals(e, value(upper), place));
  };

  const from = k.local('i32', i32(0));
  const to = k.local('i32', i32(0));
  const find = (): void => {
    const sameKeys = (index: Local): void => {
      // The row stands on the right side of the bound, so only the keys are left to compare.
      const row = k.local('i32', addressOf(index));
      keys.forEach((key, i) => {
        const own = innerKey(row, i);
        const present_ = { ...key, null_: undefined };
        const differs = spec.upper === undefined ? orderVals(e, present_, own) : orderVals(e, own, present_);
        k.if(differs, () => k.set(to, from));
      });
    };
    if (spec.nearest && upper !== undefined && lower === undefined) {
      search(to, toEnd);
      k.set(from, to);
      k.if(to, () => {
        k.set(from, op('i32.sub', to, i32(1)));
        sameKeys(from);
      });
      return;
    }
    if (keys.length > 0 || lower !== undefined) search(from, toStart);
    if (spec.nearest && upper === undefined) {
      k.set(to, from);
      k.if(op('i32.lt_u', from, all), () => {
        k.set(to, op('i32.add', from, i32(1)));
        sameKeys(from);
      });
      return;
    }
    k.set(to, from);
    if (keys.length > 0 || upper !== undefined) search(to, toEnd);
    else k.set(to, all);
    if (spec.nearest) k.if(op('i32.lt_u', from, to), () => k.set(from, op('i32.sub', to, i32(1))));
  };
  if (null_ === undefined) find();
  else k.if(op('i32.eqz', null_), find);
  return { from, to, address: addressOf, field: (id: ColumnId) => fieldOf(layout, sort.fields, id) };
}
