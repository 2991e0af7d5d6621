import { BOOL } from '../../../compiler/types/type.ts';
import { hasCanonicalBytes } from '../../columns/nested.ts';
import { call, type Expr, type FunctionBuilder, i32, op, select } from '../../wasm/ir.ts';
import { LIBRARY } from '../library/index.ts';
import { viewEqual } from '../library/strings.ts';
import { or, part, type Val } from '../value.ts';
import { compareAnyVals, knownPair } from './any.ts';
import { scratch } from './decimals.ts';
import { type FunctionKernel, strict } from './kernel.ts';
import { listOrder } from './nested-order.ts';
import { type Comparison, compareScalars, fromOrder } from './scalar-order.ts';

export { asF64 } from './floats.ts';
export type { Comparison } from './scalar-order.ts';

/**
 * Compares two values of one type that are not NULL; for NULLs it gives something. `scratch` is the address of 32
 * bytes, for those of two short texts.
 */
export function compareVals(
  k: FunctionBuilder,
  scratch: () => Expr,
  comparison: Comparison,
  a: Val,
  b: Val,
): Expr | undefined {
  const known = knownPair(a, b);
  if (known !== undefined) return compareScalars(k, comparison, ...known);
  if (a.lane === 'any' && b.lane === 'any') return fromOrder(comparison, compareAnyVals(k, a, b));
  if (a.lane !== 'view' || b.lane !== 'view') return compareScalars(k, comparison, a, b);
  const words = (v: Val): readonly [Expr, Expr] => [part(v), part(v, 1)];
  const isList = a.type.kind === 'list';
  // A list is its bytes for equality only, and only if equal elements have equal bytes.
  if (!isList || hasCanonicalBytes(a.type)) {
    if (comparison === 'eq') return viewEqual(k, words(a), words(b));
    if (comparison === 'ne') return op('i32.eqz', viewEqual(k, words(a), words(b)));
  }
  if (isList) return fromOrder(comparison, compareLists(k, scratch, a, b));
  return fromOrder(comparison, call(LIBRARY.viewCompare, ...words(a), ...words(b), scratch()));
}

function compareLists(k: FunctionBuilder, scratch: () => Expr, a: Val, b: Val): Expr {
  const order = k.local('i32', i32(0));
  if (a.type.kind !== 'list') return order;
  const { element } = a.type;
  const compare = (): void => {
    const room = k.keep(scratch());
    const x = call(LIBRARY.viewText, part(a), part(a, 1), room);
    const y = call(LIBRARY.viewText, part(b), part(b, 1), op('i32.add', room, i32(16)));
    k.set(order, call(listOrder(element), x, y));
  };
  const null_ = or(a.null_, b.null_);
  // The addresses of NULLs lead nowhere.
  if (null_ === undefined) compare();
  else k.if(op('i32.eqz', null_), compare);
  return order;
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
