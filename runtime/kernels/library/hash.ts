import { call, defineFunction, type Expr, i32, i64, load, op, select } from '../../wasm/ir.ts';
import { INLINE_BYTES, viewLength } from './strings.ts';

/** 2^64 divided by the golden ratio: multiplication spreads neighbours far apart (Knuth, TAOCP 3, section 6.4). */
const GOLDEN = 0x9e3779b97f4a7c15n;
const OTHER = 0xd6e8feb86659fd93n;

/** The hash of one 64-bit word; its high bits are the good ones. */
export function hashWord(word: Expr): Expr {
  return op('i64.mul', word, i64(GOLDEN));
}

/** The hash of several words, from the hash of those before. */
export function hashMore(hash: Expr, word: Expr): Expr {
  return op('i64.mul', op('i64.xor', op('i64.rotl', hash, i64(29)), word), i64(OTHER));
}

/** What hash tables index by: 32 bits with entropy in the high ones. */
export function hashBits(hash: Expr): Expr {
  return op('i32.wrap_i64', op('i64.shr_u', hash, i64(32)));
}

const hashBytes = defineFunction('hash_bytes', ['i32', 'i32'], 'i64', (k, text, length) => {
  const hash = k.local('i64', hashWord(op('i64.extend_i32_u', length)));
  const at = k.local('i32');
  k.while(
    () => op('i32.le_u', op('i32.add', at, i32(8)), length),
    () => {
      k.set(hash, hashMore(hash, load('i64.load', op('i32.add', text, at))));
      k.set(at, op('i32.add', at, i32(8)));
    },
  );
  // More than 12 bytes long: the last word may overlap the one before.
  k.set(hash, hashMore(hash, load('i64.load', op('i32.sub', op('i32.add', text, length), i32(8)))));
  k.return(op('i64.xor', hash, op('i64.shr_u', hash, i64(31))));
});

/** The hash of a text by its view: equal texts have equal hashes, wherever they lie. */
export const viewHash = defineFunction('view_hash', ['i64', 'i64'], 'i64', (k, low, high) => {
  k.if(op('i32.gt_u', viewLength(low), i32(INLINE_BYTES)), () =>
    k.return(hashWord(call(hashBytes, op('i32.wrap_i64', high), viewLength(low)))),
  );
  const mixed = k.local('i64', hashMore(hashWord(low), high));
  k.return(hashWord(op('i64.xor', mixed, op('i64.shr_u', mixed, i64(32)))));
});

/** A float's bits such that equal values have equal bits: one zero, one NaN. */
export function canonicalFloat(value: Expr): Expr {
  const bits = op('i64.reinterpret_f64', op('f64.add', value, { kind: 'const', type: 'f64', value: 0 }));
  return select(op('f64.eq', value, value), bits, i64(0x7ff8000000000000n));
}
