import { call, defineFunction, type Expr, type FunctionBuilder, i32, i64, op } from '../../wasm/ir.ts';

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

/** The high word of the product of two unsigned integers: the signed one, corrected for what the sign bits stand for. */
export const multiplyHighUnsigned = defineFunction('multiply_high_u', ['i64', 'i64'], 'i64', (k, a, b) => {
  const correction = op(
    'i64.add',
    op('i64.and', op('i64.shr_s', a, i64(63)), b),
    op('i64.and', op('i64.shr_s', b, i64(63)), a),
  );
  k.return(op('i64.add', call(multiplyHigh, a, b), correction));
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

/** `value` where `sign` is 0, its negation where it is -1. */
export function negateBy(k: FunctionBuilder, value: Words, sign: Expr): Words {
  return subtract128(k, [k.keep(op('i64.xor', value[0], sign)), k.keep(op('i64.xor', value[1], sign))], [sign, sign]);
}

/** -1 for a negative value, 0 for others. */
export function signOf(k: FunctionBuilder, value: Words): Expr {
  return k.keep(op('i64.shr_s', value[1], i64(63)));
}

export function less128(a: Words, b: Words): Expr {
  const lowLess = op('i32.and', op('i64.eq', a[1], b[1]), op('i64.lt_u', a[0], b[0]));
  return op('i32.or', op('i64.lt_s', a[1], b[1]), lowLess);
}

export function lessUnsigned128(a: Words, b: Words): Expr {
  const lowLess = op('i32.and', op('i64.eq', a[1], b[1]), op('i64.lt_u', a[0], b[0]));
  return op('i32.or', op('i64.lt_u', a[1], b[1]), lowLess);
}

export function equal128(a: Words, b: Words): Expr {
  return op('i64.eqz', op('i64.or', op('i64.xor', a[0], b[0]), op('i64.xor', a[1], b[1])));
}

export function isZero128(a: Words): Expr {
  return op('i64.eqz', op('i64.or', a[0], a[1]));
}

/** A constant of 128 bits. */
export function words(value: bigint): Words {
  return [i64(BigInt.asIntN(64, value)), i64(value >> 64n)];
}

/**
 * The product of two unsigned 128-bit integers, stored at `out`. 1 if it needs more than 127 bits: then one factor has
 * a high word, or the sum of the cross products has.
 */
const multiplyUnsigned = defineFunction(
  'multiply_128u',
  ['i64', 'i64', 'i64', 'i64', 'i32'],
  'i32',
  (k, aLow, aHigh, bLow, bHigh, out) => {
    k.if(op('i32.and', op('i64.ne', aHigh, i64(0)), op('i64.ne', bHigh, i64(0))), () => k.return(i32(1)));
    // One of the high words is zero, so one of the cross products is.
    const crossHigh = op('i64.or', call(multiplyHighUnsigned, aHigh, bLow), call(multiplyHighUnsigned, aLow, bHigh));
    k.if(op('i64.ne', crossHigh, i64(0)), () => k.return(i32(1)));
    const cross = k.local('i64', op('i64.add', op('i64.mul', aHigh, bLow), op('i64.mul', aLow, bHigh)));
    const high = k.local('i64', op('i64.add', call(multiplyHighUnsigned, aLow, bLow), cross));
    k.store('i64.store', out, 0, op('i64.mul', aLow, bLow));
    k.store('i64.store', out, 8, high);
    k.return(op('i32.or', op('i64.lt_u', high, cross), op('i64.lt_s', high, i64(0))));
  },
);

/** The product of two signed 128-bit integers, stored at `out`. 1 if its magnitude needs more than 127 bits. */
export const multiply128 = defineFunction(
  'multiply_128',
  ['i64', 'i64', 'i64', 'i64', 'i32'],
  'i32',
  (k, aLow, aHigh, bLow, bHigh, out) => {
    const aSign = signOf(k, [aLow, aHigh]);
    const bSign = signOf(k, [bLow, bHigh]);
    const a = negateBy(k, [aLow, aHigh], aSign);
    const b = negateBy(k, [bLow, bHigh], bSign);
    k.if(call(multiplyUnsigned, a[0], a[1], b[0], b[1], out), () => k.return(i32(1)));
    const sign = k.keep(op('i64.xor', aSign, bSign));
    const product = loadWords(k, out);
    const signed = negateBy(k, product, sign);
    storeWords(k, out, 0, signed);
    k.return(i32(0));
  },
);

export function loadWords(k: FunctionBuilder, address: Expr, offset = 0): Words {
  return [
    k.keep({ kind: 'load', type: 'i64', name: 'i64.load', address, offset }),
    k.keep({ kind: 'load', type: 'i64', name: 'i64.load', address, offset: offset + 8 }),
  ];
}

export function storeWords(k: FunctionBuilder, address: Expr, offset: number, value: Words): void {
  k.store('i64.store', address, offset, value[0]);
  k.store('i64.store', address, offset + 8, value[1]);
}
