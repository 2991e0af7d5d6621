import {
  call,
  defineFunction,
  type Expr,
  type FunctionBuilder,
  i32,
  type Local,
  load,
  op,
  select,
} from '../../wasm/ir.ts';
import { indexed } from '../memory.ts';
import { bytesEqual } from './strings.ts';

export const NOT_FOUND = -1;

/**
 * Those of the 16 places from `at` on where both the first and the last byte of a needle fit, in their order. `first` and
 * `last` hold these bytes 16 times, `reach` is the distance between them.
 */
function forCandidates(
  k: FunctionBuilder,
  at: Expr,
  reach: Expr,
  first: Expr,
  last: Expr,
  body: (place: Local) => void,
): void {
  const begins = op('i8x16.eq', load('v128.load', at), first);
  const ends = op('i8x16.eq', load('v128.load', op('i32.add', at, reach)), last);
  const candidates = k.local('i32', op('i8x16.bitmask', op('v128.and', begins, ends)));
  k.while(
    () => candidates,
    () => {
      const place = k.local('i32', op('i32.add', at, op('i32.ctz', candidates)));
      body(place);
      k.set(candidates, op('i32.and', candidates, op('i32.sub', candidates, i32(1))));
    },
  );
}

/**
 * Where the needle of at least one byte first occurs in a text, or NOT_FOUND. 16 places at a time are candidates where
 * both the first and the last byte fit (`first` and `last` hold them 16 times). Reads 15 bytes behind the text.
 */
export const findBytes = defineFunction(
  'find_bytes',
  ['i32', 'i32', 'i32', 'i32', 'v128', 'v128'],
  'i32',
  (k, text, length, needle, needleLength, first, last) => {
    k.if(op('i32.gt_u', needleLength, length), () => k.return(i32(NOT_FOUND)));
    const at = k.local('i32', text);
    const end = k.local('i32', op('i32.sub', op('i32.add', text, length), needleLength));
    const reach = k.local('i32', op('i32.sub', needleLength, i32(1)));
    k.while(
      () => op('i32.le_u', at, end),
      () => {
        forCandidates(k, at, reach, first, last, (place) => {
          k.if(op('i32.gt_u', place, end), () => k.return(i32(NOT_FOUND)));
          k.if(call(bytesEqual, place, needle, needleLength), () => k.return(op('i32.sub', place, text)));
        });
        k.set(at, op('i32.add', at, i32(16)));
      },
    );
    k.return(i32(NOT_FOUND));
  },
);

/**
 * Which of at most 32 texts that lie one behind the other contain the needle: bit i of the result stands for the text
 * between the i-th of the u32 `offsets` into `heap` and the next. Otherwise as `find_bytes`.
 */
export const rowsWithBytes = defineFunction(
  'rows_with_bytes',
  ['i32', 'i32', 'i32', 'i32', 'i32', 'v128', 'v128'],
  'i32',
  (k, offsets, heap, count, needle, needleLength, first, last) => {
    const rows = k.local('i32', i32(0));
    const row = k.local('i32', i32(0));
    const at = k.local('i32', op('i32.add', heap, load('i32.load', offsets)));
    const stop = k.local('i32', op('i32.add', heap, load('i32.load', indexed(offsets, count, 4))));
    const reach = k.local('i32', op('i32.sub', needleLength, i32(1)));
    const rowEnd = (): Expr => op('i32.add', heap, load('i32.load', indexed(offsets, row, 4), 4));
    k.while(
      () => op('i32.lt_u', op('i32.add', at, reach), stop),
      () => {
        forCandidates(k, at, reach, first, last, (place) => {
          k.if(op('i32.ge_u', op('i32.add', place, reach), stop), () => k.return(rows));
          k.if(call(bytesEqual, place, needle, needleLength), () => {
            k.while(
              () => op('i32.le_u', rowEnd(), place),
              () => k.set(row, op('i32.add', row, i32(1))),
            );
            // Not where it begins in one text and ends in the next.
            const within = op('i32.lt_u', op('i32.add', place, reach), rowEnd());
            k.set(rows, op('i32.or', rows, op('i32.shl', within, row)));
          });
        });
        k.set(at, op('i32.add', at, i32(16)));
      },
    );
    k.return(rows);
  },
);

/** A byte 16 times. */
export const splatByte = (address: Expr): Expr => op('i8x16.splat', load('i32.load8_u', address));

/** The first place from `at` on that holds the byte, or `end`. Reads 15 bytes behind the text. */
const scanByte = defineFunction('scan_byte', ['i32', 'i32', 'i32'], 'i32', (k, at, end, byte) => {
  const wanted = k.local('v128', op('i8x16.splat', byte));
  const found = k.local('i32');
  k.while(
    () => op('i32.lt_u', at, end),
    () => {
      k.set(found, op('i8x16.bitmask', op('i8x16.eq', load('v128.load', at), wanted)));
      k.if(found, () => {
        k.set(at, op('i32.add', at, op('i32.ctz', found)));
        k.return(select(op('i32.lt_u', at, end), at, end));
      });
      k.set(at, op('i32.add', at, i32(16)));
    },
  );
  k.return(end);
});

/** In compiled patterns: bytes that no text has. */
export const MATCH_ONE = 0xfe;
export const MATCH_MANY = 0xff;

/** Bytes of the code point that begins with the byte. */
export function pointBytes(byte: Expr): Expr {
  const long = op('i32.add', op('i32.ge_u', byte, i32(0xe0)), op('i32.ge_u', byte, i32(0xf0)));
  return op('i32.add', op('i32.add', i32(1), op('i32.ge_u', byte, i32(0xc0))), long);
}

/** The byte, in lower case where `fold` is 1 and it is an ASCII letter. */
export function foldByte(byte: Expr, fold: Expr): Expr {
  const isUpper = op('i32.lt_u', op('i32.sub', byte, i32(0x41)), i32(26));
  return op('i32.or', byte, op('i32.shl', op('i32.and', isUpper, fold), i32(5)));
}

/**
 * Whether the whole text matches a compiled pattern: text bytes, MATCH_ONE for any code point, MATCH_MANY for any
 * text. Goes back to the last MATCH_MANY only, so it takes at most text × pattern steps; a text byte behind it is
 * searched for 16 places at a time. With `fold` 1 the text's ASCII letters count as lower case.
 */
export const matchPattern = defineFunction(
  'match_pattern',
  ['i32', 'i32', 'i32', 'i32', 'i32'],
  'i32',
  (k, text, length, pattern, patternLength, fold) => {
    const at = k.local('i32', text);
    const end = k.local('i32', op('i32.add', text, length));
    const atom = k.local('i32', pattern);
    const patternEnd = k.local('i32', op('i32.add', pattern, patternLength));
    const retryAtom = k.local('i32', i32(0));
    const retryAt = k.local('i32', i32(0));
    const wanted = k.local('i32');
    const byte = k.local('i32');
    const step = (width: Expr): void => {
      k.set(atom, op('i32.add', atom, i32(1)));
      k.set(at, op('i32.add', at, width));
    };
    /** Moves on to the first place from `retryAt` on where what follows MATCH_MANY can begin. */
    const seek = (): void => {
      k.set(wanted, load('i32.load8_u', retryAtom));
      const searchable = op('i32.and', op('i32.lt_u', wanted, i32(MATCH_ONE)), op('i32.eqz', fold));
      k.if(searchable, () => k.set(retryAt, call(scanByte, retryAt, end, wanted)));
      k.set(at, retryAt);
      k.set(atom, retryAtom);
    };
    k.while(
      () => op('i32.lt_u', at, end),
      (_, next) => {
        k.set(byte, load('i32.load8_u', at));
        k.if(op('i32.lt_u', atom, patternEnd), () => {
          k.set(wanted, load('i32.load8_u', atom));
          k.if(op('i32.eq', wanted, i32(MATCH_MANY)), () => {
            k.set(retryAtom, op('i32.add', atom, i32(1)));
            k.if(op('i32.eq', retryAtom, patternEnd), () => k.return(i32(1)));
            k.set(retryAt, at);
            seek();
            k.branch(next);
          });
          k.if(op('i32.eq', wanted, i32(MATCH_ONE)), () => {
            step(pointBytes(byte));
            k.branch(next);
          });
          k.if(op('i32.eq', wanted, foldByte(byte, fold)), () => {
            step(i32(1));
            k.branch(next);
          });
        });
        k.if(op('i32.eqz', retryAtom), () => k.return(i32(0)));
        k.set(retryAt, op('i32.add', retryAt, pointBytes(k.keep(load('i32.load8_u', retryAt)))));
        seek();
      },
    );
    k.while(
      () => op('i32.lt_u', atom, patternEnd),
      () => {
        k.if(op('i32.ne', load('i32.load8_u', atom), i32(MATCH_MANY)), () => k.return(i32(0)));
        k.set(atom, op('i32.add', atom, i32(1)));
      },
    );
    k.return(i32(1));
  },
);

/** The pattern's compiled form, never longer, written to `out`: its length, or NOT_FOUND if it ends with the escape byte. */
export const compilePattern = defineFunction(
  'compile_pattern',
  ['i32', 'i32', 'i32', 'i32'],
  'i32',
  (k, pattern, length, escapeByte, out) => {
    const at = k.local('i32', pattern);
    const end = k.local('i32', op('i32.add', pattern, length));
    const to = k.local('i32', out);
    const byte: Local = k.local('i32');
    const step = (value: Expr): void => {
      k.store('i32.store8', to, 0, value);
      k.set(to, op('i32.add', to, i32(1)));
      k.set(at, op('i32.add', at, i32(1)));
    };
    k.while(
      () => op('i32.lt_u', at, end),
      (_, next) => {
        k.set(byte, load('i32.load8_u', at));
        k.if(op('i32.eq', byte, escapeByte), () => {
          k.set(at, op('i32.add', at, i32(1)));
          k.if(op('i32.eq', at, end), () => k.return(i32(NOT_FOUND)));
          step(load('i32.load8_u', at));
          k.branch(next);
        });
        const isMany = op('i32.eq', byte, i32(0x25));
        step(select(isMany, i32(MATCH_MANY), select(op('i32.eq', byte, i32(0x5f)), i32(MATCH_ONE), byte)));
      },
    );
    k.return(op('i32.sub', to, out));
  },
);

/** Whether all bytes are ASCII, 16 at a time. Reads 15 bytes behind the text. */
export const isAsciiBytes = defineFunction('is_ascii_bytes', ['i32', 'i32'], 'i32', (k, text, length) => {
  const at = k.local('i32');
  const high = k.local('i32');
  k.while(
    () => op('i32.le_u', op('i32.add', at, i32(16)), length),
    () => {
      k.if(op('i8x16.bitmask', load('v128.load', op('i32.add', text, at))), () => k.return(i32(0)));
      k.set(at, op('i32.add', at, i32(16)));
    },
  );
  k.set(high, op('i8x16.bitmask', load('v128.load', op('i32.add', text, at))));
  k.return(op('i32.eqz', op('i32.and', high, op('i32.sub', op('i32.shl', i32(1), op('i32.sub', length, at)), i32(1)))));
});

const HIGH_BITS = { kind: 'const', type: 'i64', value: BigInt.asIntN(64, 0x8080808080808080n) } as const;

/** Whether the text of a view is ASCII. */
export function isAsciiView(k: FunctionBuilder, low: Expr, high: Expr): Expr {
  const result = k.local('i32');
  const length = k.keep(op('i32.wrap_i64', low));
  k.if(
    op('i32.gt_u', length, i32(12)),
    () => k.set(result, call(isAsciiBytes, op('i32.wrap_i64', high), length)),
    () => {
      // The length in the first word is at most 12: no high bit comes from it.
      k.set(result, op('i64.eqz', op('i64.and', op('i64.or', low, high), HIGH_BITS)));
    },
  );
  return result;
}
