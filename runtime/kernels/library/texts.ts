import { call, defineFunction, type Expr, i32, i64, load, op } from '../../wasm/ir.ts';
import { pointBytes } from './search.ts';
import { viewLength } from './strings.ts';

const HIGH_BITS = BigInt.asIntN(64, 0x8080808080808080n);
/** The byte in every byte of a word. */
const everyByte = (byte: number): Expr => i64(BigInt.asIntN(64, BigInt(byte) * 0x0101010101010101n));

/** How many of eight bytes continue a code point: 10xxxxxx. */
function continuations(word: Expr): Expr {
  const notSecond = op('i64.xor', op('i64.shl', word, i64(1)), i64(-1));
  return op('i64.popcnt', op('i64.and', op('i64.and', word, notSecond), i64(HIGH_BITS)));
}

/** The number of code points in the bytes. Reads 7 bytes behind them. */
export const countPoints = defineFunction('count_points', ['i32', 'i32'], 'i32', (k, text, length) => {
  const at = k.local('i32');
  const more = k.local('i64');
  const word = k.local('i64');
  k.while(
    () => op('i32.le_u', op('i32.add', at, i32(8)), length),
    () => {
      k.set(word, load('i64.load', op('i32.add', text, at)));
      k.set(more, op('i64.add', more, continuations(word)));
      k.set(at, op('i32.add', at, i32(8)));
    },
  );
  k.if(op('i32.lt_u', at, length), () => {
    const rest = op('i64.extend_i32_u', op('i32.sub', length, at));
    const keep = op('i64.sub', op('i64.shl', i64(1), op('i64.shl', rest, i64(3))), i64(1));
    k.set(word, op('i64.and', load('i64.load', op('i32.add', text, at)), keep));
    k.set(more, op('i64.add', more, continuations(word)));
  });
  k.return(op('i32.sub', length, op('i32.wrap_i64', more)));
});

/** The number of code points of a view's text. */
export const viewPoints = defineFunction('view_points', ['i64', 'i64'], 'i32', (k, low, high) => {
  const length = k.local('i32', viewLength(low));
  k.if(op('i32.gt_u', length, i32(12)), () => k.return(call(countPoints, op('i32.wrap_i64', high), length)));
  // The length itself, at most 12, continues nothing, and neither does the padding.
  k.return(op('i32.sub', length, op('i32.wrap_i64', op('i64.add', continuations(low), continuations(high)))));
});

/** The address `count` code points behind `text`, or `end` if there are fewer. */
export const skipPoints = defineFunction('skip_points', ['i32', 'i32', 'i64'], 'i32', (k, text, end, count) => {
  const at = k.local('i32', text);
  const left = k.local('i64', count);
  k.while(
    () => op('i32.and', op('i64.gt_s', left, i64(0)), op('i32.lt_u', at, end)),
    () => {
      k.set(at, op('i32.add', at, pointBytes(k.keep(load('i32.load8_u', at)))));
      k.set(left, op('i64.sub', left, i64(1)));
    },
  );
  k.return(at);
});

/** Copies in words, so up to 7 bytes behind the target are written too. */
export const copyText = defineFunction('copy_text', ['i32', 'i32', 'i32'], undefined, (k, target, source, length) => {
  k.if(op('i32.gt_u', length, i32(64)), () => {
    k.copy(target, source, length);
    k.return();
  });
  const at = k.local('i32');
  k.while(
    () => op('i32.lt_u', at, length),
    () => {
      k.store('i64.store', op('i32.add', target, at), 0, load('i64.load', op('i32.add', source, at)));
      k.set(at, op('i32.add', at, i32(8)));
    },
  );
});

/** The bit that makes an ASCII letter lower case. */
const CASE_BIT = 2n;

/**
 * Eight ASCII bytes with the case of the letters changed that lie between two bounds: sums with the bounds carry into
 * the high bit of a byte exactly where the byte reaches them.
 */
export function changeCase(word: Expr, reaches: Expr, passes: Expr): Expr {
  const changed = op(
    'i64.and',
    op('i64.xor', op('i64.add', word, reaches), op('i64.add', word, passes)),
    i64(HIGH_BITS),
  );
  return op('i64.xor', word, op('i64.shr_u', changed, i64(CASE_BIT)));
}

/** What `changeCase` adds to find the 26 letters from `first` on. */
export function caseBounds(first: 'A' | 'a'): readonly [reaches: Expr, passes: Expr] {
  const code = first.charCodeAt(0);
  return [everyByte(0x80 - code), everyByte(0x80 - code - 26)];
}

/** `changeCase` over a text; writes whole words. */
export const changeTextCase = defineFunction(
  'change_text_case',
  ['i32', 'i32', 'i32', 'i64', 'i64'],
  undefined,
  (k, target, source, length, reaches, passes) => {
    const at = k.local('i32');
    const word = k.local('i64');
    k.while(
      () => op('i32.lt_u', at, length),
      () => {
        k.set(word, load('i64.load', op('i32.add', source, at)));
        k.store('i64.store', op('i32.add', target, at), 0, changeCase(word, reaches, passes));
        k.set(at, op('i32.add', at, i32(8)));
      },
    );
  },
);

/** 1 if the byte is one of the ASCII characters whose bits are set in the two words. */
function inSet(byte: Expr, low: Expr, high: Expr): Expr {
  const place = op('i64.extend_i32_u', byte);
  const word = {
    kind: 'select',
    type: 'i64',
    condition: op('i32.lt_u', byte, i32(64)),
    then: low,
    otherwise: high,
  } as const;
  const bit = op('i32.wrap_i64', op('i64.and', op('i64.shr_u', word, place), i64(1)));
  return op('i32.and', bit, op('i32.lt_u', byte, i32(0x80)));
}

/** The first byte from `text` on that is not in the set, or `end`. */
export const trimStart = defineFunction(
  'trim_start',
  ['i32', 'i32', 'i64', 'i64'],
  'i32',
  (k, text, end, low, high) => {
    const at = k.local('i32', text);
    const byte = k.local('i32');
    k.while(
      () => op('i32.lt_u', at, end),
      (exit) => {
        k.set(byte, load('i32.load8_u', at));
        k.branch(exit, op('i32.eqz', inSet(byte, low, high)));
        k.set(at, op('i32.add', at, i32(1)));
      },
    );
    k.return(at);
  },
);

/** The place behind the last byte before `end` that is not in the set, or `text`. */
export const trimEnd = defineFunction('trim_end', ['i32', 'i32', 'i64', 'i64'], 'i32', (k, text, end, low, high) => {
  const at = k.local('i32', end);
  const byte = k.local('i32');
  k.while(
    () => op('i32.gt_u', at, text),
    (exit) => {
      k.set(byte, load('i32.load8_u', op('i32.sub', at, i32(1))));
      k.branch(exit, op('i32.eqz', inSet(byte, low, high)));
      k.set(at, op('i32.sub', at, i32(1)));
    },
  );
  k.return(at);
});
