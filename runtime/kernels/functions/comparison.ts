import { BOOL } from '../../../compiler/types/type.ts';
import { hasCanonicalBytes } from '../../columns/nested.ts';
import { call, type Expr, type FunctionBuilder, i32, op, select } from '../../wasm/ir.ts';
import { LIBRARY } from '../library/index.ts';
import { equal128, less128, type Words } from '../library/int128.ts';
import { viewEqual } from '../library/strings.ts';
import { asI64, asI128, or, part, type Val } from '../value.ts';
import { compareAnyVals } from './any.ts';
import { scratch } from './decimals.ts';
import { asF64 } from './floats.ts';
import { intervalLength } from './intervals.ts';
import { type FunctionKernel, strict } from './kernel.ts';

export type Comparison = 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge';

const SIGNED: Readonly<Record<Comparison, string>> = {
  eq: 'eq',
  ne: 'ne',
  lt: 'lt_s',
  le: 'le_s',
  gt: 'gt_s',
  ge: 'ge_s',
};

/** The result of a comparison from -1, 0 or 1. */
function fromOrder(comparison: Comparison, order: Expr): Expr {
  return op(`i32.${SIGNED[comparison]}`, order, i32(0));
}

/** NaN is equal to itself and greater than every number, as PostgreSQL and Arrow's total order of keys have it. */
function compareFloats(comparison: Comparison, a: Expr, b: Expr): Expr {
  switch (comparison) {
    case 'eq':
      return op('i32.or', op('f64.eq', a, b), op('i32.and', op('f64.ne', a, a), op('f64.ne', b, b)));
    case 'ne':
      return op('i32.eqz', compareFloats('eq', a, b));
    case 'lt':
      return op('i32.or', op('f64.lt', a, b), op('i32.and', op('f64.ne', b, b), op('f64.eq', a, a)));
    case 'gt':
      return compareFloats('lt', b, a);
    case 'le':
      return op('i32.eqz', compareFloats('lt', b, a));
    case 'ge':
      return op('i32.eqz', compareFloats('lt', a, b));
  }
}

export { asF64 } from './floats.ts';

function compare128(comparison: Comparison, a: Words, b: Words): Expr {
  switch (comparison) {
    case 'eq':
      return equal128(a, b);
    case 'ne':
      return op('i32.eqz', equal128(a, b));
    case 'lt':
      return less128(a, b);
    case 'gt':
      return less128(b, a);
    case 'le':
      return op('i32.eqz', less128(b, a));
    case 'ge':
      return op('i32.eqz', less128(a, b));
  }
}

/** Compares two values of one type that are not NULL. Undefined: there is no kernel for the type. */
export function compareVals(
  k: FunctionBuilder,
  scratch: () => Expr,
  comparison: Comparison,
  a: Val,
  b: Val,
): Expr | undefined {
  if (a.lane === 'i32' && b.lane === 'i32') return op(`i32.${SIGNED[comparison]}`, part(a), part(b));
  const integers = (v: Val): boolean => v.lane === 'i32' || v.lane === 'i64';
  if (integers(a) && integers(b)) return op(`i64.${SIGNED[comparison]}`, asI64(a), asI64(b));
  if ((integers(a) || a.lane === 'i128') && (integers(b) || b.lane === 'i128')) {
    return compare128(comparison, asI128(k, a), asI128(k, b));
  }
  const floats = (v: Val): boolean => v.lane === 'f32' || v.lane === 'f64';
  if (floats(a) && floats(b)) return compareFloats(comparison, k.keep(asF64(a)), k.keep(asF64(b)));
  if (a.lane === 'interval' && b.lane === 'interval') {
    return compare128(comparison, intervalLength(k, a), intervalLength(k, b));
  }
  if (a.lane === 'view' && b.lane === 'view') {
    const words = (v: Val): readonly [Expr, Expr] => [part(v), part(v, 1)];
    // A list is its bytes for equality only, and only if equal elements have equal bytes.
    const isList = a.type.kind === 'list';
    if (isList && !hasCanonicalBytes(a.type)) return undefined;
    if (comparison === 'eq') return viewEqual(k, words(a), words(b));
    if (comparison === 'ne') return op('i32.eqz', viewEqual(k, words(a), words(b)));
    if (isList) return undefined;
    return fromOrder(comparison, call(LIBRARY.viewCompare, ...words(a), ...words(b), scratch()));
  }
  return undefined;
}

function comparison(name: Comparison): FunctionKernel {
  return (call) => {
    const [left, right] = call.args;
    if (left === undefined || right === undefined) return undefined;
    const { compiler, scope, type } = call;
    const { kernel } = compiler;
    const a = compiler.value(left, scope);
    const b = compiler.value(right, scope);
    const either = or(a.null_, b.null_);
    const null_ = either === undefined ? undefined : kernel.k.keep(either);
    if (a.lane === 'any') return compareAnyVals(call, a, b, null_, (order) => fromOrder(name, order));
    const result = compareVals(kernel.k, () => scratch(kernel, 32), name, a, b);
    return result === undefined ? undefined : { type, lane: 'i32', parts: [result], null_ };
  };
}

/** NULL compares like a value here; the result is never NULL. */
function distinctness(negate: boolean): FunctionKernel {
  return (call) => {
    const { compiler, scope, type } = call;
    const [left, right] = call.args;
    if (left === undefined || right === undefined) return undefined;
    const { kernel } = compiler;
    const { k } = kernel;
    const a = compiler.value(left, scope);
    const b = compiler.value(right, scope);
    const either = or(a.null_, b.null_);
    const isSame = (equal: Expr): Expr => {
      const same =
        either === undefined ? equal : select(either, op('i32.and', a.null_ ?? i32(0), b.null_ ?? i32(0)), equal);
      return negate ? op('i32.eqz', same) : same;
    };
    if (a.lane === 'any') {
      return { ...compareAnyVals(call, a, b, either, (order) => isSame(fromOrder('eq', order))), null_: undefined };
    }
    const equal = compareVals(k, () => scratch(kernel, 32), 'eq', a, b);
    return equal === undefined ? undefined : { type, lane: 'i32', parts: [isSame(equal)] };
  };
}

/** `IS TRUE` and its kin: a test of truth that is never NULL. */
function truth(wanted: boolean, negate: boolean): FunctionKernel {
  return ({ compiler, scope, args: [arg], type }) => {
    if (arg === undefined) return undefined;
    const v = compiler.value(arg, scope);
    const value = wanted ? part(v) : op('i32.eqz', part(v));
    const holds = v.null_ === undefined ? value : op('i32.and', value, op('i32.eqz', v.null_));
    return { type, lane: 'i32', parts: [negate ? op('i32.eqz', holds) : holds] };
  };
}

function nullTest(negate: boolean): FunctionKernel {
  return ({ compiler, scope, args: [arg] }) => {
    if (arg === undefined) return undefined;
    const null_ = compiler.value(arg, scope).null_ ?? i32(0);
    return { type: BOOL, lane: 'i32', parts: [negate ? op('i32.eqz', null_) : null_] };
  };
}

export const COMPARISON_KERNELS: readonly (readonly [string, FunctionKernel])[] = [
  ['eq', comparison('eq')],
  ['ne', comparison('ne')],
  ['lt', comparison('lt')],
  ['le', comparison('le')],
  ['gt', comparison('gt')],
  ['ge', comparison('ge')],
  ['is_distinct', distinctness(true)],
  ['is_not_distinct', distinctness(false)],
  ['is_null', nullTest(false)],
  ['is_not_null', nullTest(true)],
  ['is_true', truth(true, false)],
  ['is_not_true', truth(true, true)],
  ['is_false', truth(false, false)],
  ['is_not_false', truth(false, true)],
  ['not', strict((_, [a]) => (a === undefined ? undefined : { lane: 'i32', parts: [op('i32.eqz', part(a))] }))],
];
