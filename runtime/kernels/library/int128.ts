import { defineFunction, type Expr, type FunctionBuilder, i64, op } from '../../wasm/ir.ts';

export type Words = readonly [low: Expr, high: Expr];

/** The high word of the product of two signed 64-bit integers, from four 32-bit products (Warren, Hacker's Delight, 8-2). */
export const multiplyHigh = defineFunction('multiply_high', ['i64', 'i64'], 'i64', (k, a, b) => {
  const mask = i64(0xffffffffn);
  const aLow = k.local('i64', op('i64.and', a, mask));
  const bLow = k.local('i64', op('i64.and', b, mask));
  const aHigh = k.local('i64', op('i64.shr_s', a, i64(32)));
  const bHigh = k.local('i64', op('i64.shr_s', b, i64(32)));
  const low = op('i64.mul', aLow, bLow);
  const middle = k.local('i64', op('i64.add', op('i64.mul', aHigh, bLow), op('i64.shr_u', low, i64(32))));
  const cross = k.local('i64', op('i64.add', op('i64.and', middle, mask), op('i64.mul', aLow, bHigh)));
  const high = op('i64.add', op('i64.mul', aHigh, bHigh), op('i64.shr_s', middle, i64(32)));
  k.return(op('i64.add', high, op('i64.shr_s', cross, i64(32))));
});

export function add128(k: FunctionBuilder, a: Words, b: Words): Words {
  const low = k.local('i64', op('i64.add', a[0], b[0]));
  const carry = op('i64.extend_i32_u', op('i64.lt_u', low, a[0]));
  return [low, k.local('i64', op('i64.add', op('i64.add', a[1], b[1]), carry))];
}

export function subtract128(k: FunctionBuilder, a: Words, b: Words): Words {
  const low = k.local('i64', op('i64.sub', a[0], b[0]));
  const borrow = op('i64.extend_i32_u', op('i64.lt_u', a[0], b[0]));
  return [low, k.local('i64', op('i64.sub', op('i64.sub', a[1], b[1]), borrow))];
}

export function less128(a: Words, b: Words): Expr {
  const lowLess = op('i32.and', op('i64.eq', a[1], b[1]), op('i64.lt_u', a[0], b[0]));
  return op('i32.or', op('i64.lt_s', a[1], b[1]), lowLess);
}

export function equal128(a: Words, b: Words): Expr {
  return op('i64.eqz', op('i64.or', op('i64.xor', a[0], b[0]), op('i64.xor', a[1], b[1])));
}
