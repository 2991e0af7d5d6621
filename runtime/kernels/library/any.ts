import { ANY_TAG } from '../../columns/any-tag.ts';
import { defineFunction, type Expr, i32, i64, op, select } from '../../wasm/ir.ts';

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
