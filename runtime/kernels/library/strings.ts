import { call, defineFunction, type Expr, type FunctionBuilder, i32, i64, load, op, select } from '../../wasm/ir.ts';

/** Views up to this many bytes hold their text themselves. */
export const INLINE_BYTES = 12;

/** The first word of the view of `length` bytes at `text`. Reads 4 bytes at `text` whatever the length. */
export const viewLow = defineFunction('view_low', ['i32', 'i32'], 'i64', (k, text, length) => {
  const shift = k.keep(
    select(op('i32.lt_u', length, i32(4)), op('i32.mul', op('i32.sub', i32(4), length), i32(8)), i32(0)),
  );
  // A shift by 32 is a shift by 0 in WebAssembly, hence the empty string's case of its own.
  const masked = op('i32.shr_u', op('i32.shl', load('i32.load', text), shift), shift);
  const prefix = select(length, masked, i32(0));
  k.return(op('i64.or', op('i64.shl', op('i64.extend_i32_u', prefix), i64(32)), op('i64.extend_i32_u', length)));
});

/** The second word: the rest of a short text, or the address of a long one. Reads 12 bytes at `text`. */
export const viewHigh = defineFunction('view_high', ['i32', 'i32'], 'i64', (k, text, length) => {
  k.if(op('i32.gt_u', length, i32(INLINE_BYTES)), () => k.return(op('i64.extend_i32_u', text)));
  k.if(op('i32.le_u', length, i32(4)), () => k.return(i64(0)));
  const shift = k.keep(op('i64.extend_i32_u', op('i32.mul', op('i32.sub', i32(INLINE_BYTES), length), i32(8))));
  k.return(op('i64.shr_u', op('i64.shl', load('i64.load', text, 4), shift), shift));
});

export const viewLength = (low: Expr): Expr => op('i32.wrap_i64', low);

/** Whether a view holds its text itself. */
const isInline = (low: Expr): Expr => op('i32.le_u', viewLength(low), i32(INLINE_BYTES));

/** Whether the `length` bytes at `a` and at `b` are the same; reads in words, then bytes. */
export const bytesEqual = defineFunction('bytes_equal', ['i32', 'i32', 'i32'], 'i32', (k, a, b, length) => {
  const at = k.local('i32');
  k.while(
    () => op('i32.le_u', op('i32.add', at, i32(8)), length),
    () => {
      k.if(op('i64.ne', load('i64.load', op('i32.add', a, at)), load('i64.load', op('i32.add', b, at))), () =>
        k.return(i32(0)),
      );
      k.set(at, op('i32.add', at, i32(8)));
    },
  );
  k.while(
    () => op('i32.lt_u', at, length),
    () => {
      k.if(op('i32.ne', load('i32.load8_u', op('i32.add', a, at)), load('i32.load8_u', op('i32.add', b, at))), () =>
        k.return(i32(0)),
      );
      k.set(at, op('i32.add', at, i32(1)));
    },
  );
  k.return(i32(1));
});

/** For two views whose first words are equal and whose second words are not. */
export const viewEqualRest = defineFunction('view_equal_rest', ['i64', 'i64', 'i64'], 'i32', (k, low, aHigh, bHigh) => {
  k.if(isInline(low), () => k.return(i32(0)));
  k.return(call(bytesEqual, op('i32.wrap_i64', aHigh), op('i32.wrap_i64', bHigh), viewLength(low)));
});

/** Whether two texts are equal: most pairs are decided by the words in hand. */
export function viewEqual(k: FunctionBuilder, a: readonly [Expr, Expr], b: readonly [Expr, Expr]): Expr {
  const result = k.local('i32', i32(0));
  k.if(op('i64.eq', a[0], b[0]), () => {
    k.set(result, op('i64.eq', a[1], b[1]));
    k.if(op('i32.eqz', result), () => k.set(result, call(viewEqualRest, a[0], a[1], b[1])));
  });
  return result;
}

/** -1, 0 or 1 by bytes (which is code point order), then by length. */
export const bytesCompare = defineFunction(
  'bytes_compare',
  ['i32', 'i32', 'i32', 'i32'],
  'i32',
  (k, a, aLength, b, bLength) => {
    const at = k.local('i32');
    const shorter = k.local('i32', select(op('i32.lt_u', aLength, bLength), aLength, bLength));
    k.block((differs) => {
      k.while(
        () => op('i32.le_u', op('i32.add', at, i32(8)), shorter),
        (exit) => {
          k.branch(exit, op('i64.ne', load('i64.load', op('i32.add', a, at)), load('i64.load', op('i32.add', b, at))));
          k.set(at, op('i32.add', at, i32(8)));
        },
      );
      k.while(
        () => op('i32.lt_u', at, shorter),
        () => {
          k.branch(
            differs,
            op('i32.ne', load('i32.load8_u', op('i32.add', a, at)), load('i32.load8_u', op('i32.add', b, at))),
          );
          k.set(at, op('i32.add', at, i32(1)));
        },
      );
      k.return(op('i32.sub', op('i32.gt_u', aLength, bLength), op('i32.lt_u', aLength, bLength)));
    });
    const less = op('i32.lt_u', load('i32.load8_u', op('i32.add', a, at)), load('i32.load8_u', op('i32.add', b, at)));
    k.return(select(less, i32(-1), i32(1)));
  },
);

const swap32 = (e: Expr): Expr =>
  op(
    'i32.or',
    op('i32.rotl', op('i32.and', e, i32(0x00ff00ff)), i32(24)),
    op('i32.rotl', op('i32.and', e, i32(0xff00ff00)), i32(8)),
  );

/**
 * The address of a view's text. An inline text is written to `scratch` (16 bytes) first: its bytes live in the words.
 */
export const viewText = defineFunction('view_text', ['i64', 'i64', 'i32'], 'i32', (k, low, high, scratch) => {
  k.if(op('i32.gt_u', viewLength(low), i32(INLINE_BYTES)), () => k.return(op('i32.wrap_i64', high)));
  k.store('i32.store', scratch, 0, op('i32.wrap_i64', op('i64.shr_u', low, i64(32))));
  k.store('i64.store', scratch, 4, high);
  k.return(scratch);
});

/** Compares two views; needs 32 bytes of scratch where both texts may be inline. */
export const viewCompare = defineFunction(
  'view_compare',
  ['i64', 'i64', 'i64', 'i64', 'i32'],
  'i32',
  (k, aLow, aHigh, bLow, bHigh, scratch) => {
    const a = k.local('i32', swap32(k.keep(op('i32.wrap_i64', op('i64.shr_u', aLow, i64(32))))));
    const b = k.local('i32', swap32(k.keep(op('i32.wrap_i64', op('i64.shr_u', bLow, i64(32))))));
    // The padding of short texts is zeros: it sorts before every byte but a zero byte, and then the length decides below.
    k.if(op('i32.ne', a, b), () => k.return(select(op('i32.lt_u', a, b), i32(-1), i32(1))));
    const aText = call(viewText, aLow, aHigh, scratch);
    const bText = call(viewText, bLow, bHigh, op('i32.add', scratch, i32(16)));
    k.return(call(bytesCompare, aText, viewLength(aLow), bText, viewLength(bLow)));
  },
);
