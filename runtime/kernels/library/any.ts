import { call, defineFunction, type Expr, i32, i64, op, select } from '../../wasm/ir.ts';
import { bytesCompare } from './strings.ts';

/**
 * Tags of `any` values. Payloads: bool 0 or 1; int64 the value; float64 its bits; utf8 the text's address | length <<
 * 32; list and object the same for their encoded form (columns/nested.ts). In stored chunks the address is an offset
 * into the chunk's heap.
 */
export const ANY_TAG = { null: 0, bool: 1, int64: 2, float64: 3, utf8: 4, list: 5, object: 6 } as const;

/** A stored payload as kernels use it: heap offsets become addresses. */
export const anyPayload = defineFunction('any_payload', ['i32', 'i64', 'i32'], 'i64', (k, tag, payload, heap) => {
  k.if(op('i32.ge_u', tag, i32(ANY_TAG.utf8)), () => k.return(op('i64.add', payload, op('i64.extend_i32_u', heap))));
  k.return(op('i64.add', payload, i64(0)));
});

export const isAnyNumber = (tag: Expr): Expr =>
  op('i32.or', op('i32.eq', tag, i32(ANY_TAG.int64)), op('i32.eq', tag, i32(ANY_TAG.float64)));

/** The number of a payload as a float: an integer is rounded, as the host's conversion does. */
export function anyNumber(tag: Expr, payload: Expr): Expr {
  const isInteger = op('i32.eq', tag, i32(ANY_TAG.int64));
  return select(isInteger, op('f64.convert_i64_s', payload), op('f64.reinterpret_i64', payload));
}

/** What `anyCompare` gives for pairs whose order it does not know. */
export const UNDECIDED = 2;

/** Integers up to this magnitude are exact as floats. */
const EXACT = i64(2n ** 53n);

/** -1, 0 or 1 in the total order of dynamic values; UNDECIDED for lists, objects and an integer too large for a float. */
export const anyCompare = defineFunction('any_compare', ['i32', 'i64', 'i32', 'i64'], 'i32', (k, aTag, a, bTag, b) => {
  // Both kinds of numbers have the rank of the first.
  const rank = (tag: Expr): Expr => op('i32.sub', tag, op('i32.ge_u', tag, i32(ANY_TAG.float64)));
  const aRank = k.local('i32', rank(aTag));
  const bRank = k.local('i32', rank(bTag));
  k.if(op('i32.ne', aRank, bRank), () => k.return(select(op('i32.lt_u', aRank, bRank), i32(-1), i32(1))));
  k.if(op('i32.and', op('i32.eq', aTag, bTag), op('i32.le_u', aTag, i32(ANY_TAG.int64))), () =>
    // The payload of JSON's null says nothing.
    k.return(select(aTag, op('i32.sub', op('i64.gt_s', a, b), op('i64.lt_s', a, b)), i32(0))),
  );
  k.if(op('i32.gt_u', aTag, i32(ANY_TAG.utf8)), () => k.return(i32(UNDECIDED)));
  k.if(op('i32.eq', aTag, i32(ANY_TAG.utf8)), () => {
    const address = (payload: Expr): Expr => op('i32.wrap_i64', payload);
    const length = (payload: Expr): Expr => op('i32.wrap_i64', op('i64.shr_u', payload, i64(32)));
    k.return(call(bytesCompare, address(a), length(a), address(b), length(b)));
  });
  const isLarge = (tag: Expr, payload: Expr): Expr =>
    op('i32.and', op('i32.eq', tag, i32(ANY_TAG.int64)), op('i64.gt_u', op('i64.add', payload, EXACT), i64(2n ** 54n)));
  k.if(op('i32.or', isLarge(aTag, a), isLarge(bTag, b)), () => k.return(i32(UNDECIDED)));
  const x = k.local('f64', anyNumber(aTag, a));
  const y = k.local('f64', anyNumber(bTag, b));
  const xNaN = op('f64.ne', x, x);
  const yNaN = op('f64.ne', y, y);
  k.if(op('i32.or', xNaN, yNaN), () => k.return(op('i32.sub', xNaN, yNaN)));
  k.return(op('i32.sub', op('f64.gt', x, y), op('f64.lt', x, y)));
});
