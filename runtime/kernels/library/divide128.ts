import { call, defineFunction, type Expr, i32, i64, type Local, load, op } from '../../wasm/ir.ts';
import {
  add128,
  isZero128,
  lessUnsigned128,
  loadWords,
  multiplyHighUnsigned,
  negateBy,
  signOf,
  storeWords,
  subtract128,
  type Words,
  words,
} from './int128.ts';

const LOW_HALF = i64(0xffffffffn);
const HALF_BASE = i64(0x100000000n);

/**
 * `high:low / divisor`, unsigned, for a high word below the divisor: the quotient fits one word. Long division by
 * digits of 32 bits with estimated quotient digits (Knuth, TAOCP 2, 4.3.1, algorithm D).
 */
const divideTwoWords = defineFunction('divide_two_words', ['i64', 'i64', 'i64'], 'i64', (k, low, high, divisor) => {
  k.if(op('i64.eqz', high), () => k.return(op('i64.div_u', low, divisor)));
  const shift = k.local('i64', op('i64.clz', divisor));
  const d = k.local('i64', op('i64.shl', divisor, shift));
  const dHigh = k.local('i64', op('i64.shr_u', d, i64(32)));
  const dLow = k.local('i64', op('i64.and', d, LOW_HALF));
  // A shift by 64 is one by 0, so the bits that come over are taken in two steps.
  const over = op('i64.shr_u', op('i64.shr_u', low, i64(1)), op('i64.xor', shift, i64(63)));
  const rest = k.local('i64', op('i64.or', op('i64.shl', high, shift), over));
  const tail = k.local('i64', op('i64.shl', low, shift));

  const digit = (next: Expr): Local => {
    const estimate = k.local('i64', op('i64.div_u', rest, dHigh));
    const left = k.local('i64', op('i64.sub', rest, op('i64.mul', estimate, dHigh)));
    k.block((exact) => {
      k.loop((again) => {
        const tooLarge = op(
          'i32.or',
          op('i64.ge_u', estimate, HALF_BASE),
          op('i64.gt_u', op('i64.mul', estimate, dLow), op('i64.or', op('i64.shl', left, i64(32)), next)),
        );
        k.branch(exact, op('i32.eqz', tooLarge));
        k.set(estimate, op('i64.sub', estimate, i64(1)));
        k.set(left, op('i64.add', left, dHigh));
        k.branch(again, op('i64.lt_u', left, HALF_BASE));
      });
    });
    const dividend = op('i64.add', op('i64.shl', rest, i64(32)), next);
    k.set(rest, op('i64.sub', dividend, op('i64.mul', estimate, d)));
    return estimate;
  };
  const first = digit(k.local('i64', op('i64.shr_u', tail, i64(32))));
  const second = digit(k.local('i64', op('i64.and', tail, LOW_HALF)));
  k.return(op('i64.add', op('i64.shl', first, i64(32)), second));
});

/** `n / d`, unsigned, d not 0: the quotient is stored at `out`, the remainder behind it. */
const divideUnsigned = defineFunction(
  'divide_128u',
  ['i64', 'i64', 'i64', 'i64', 'i32'],
  undefined,
  (k, nLow, nHigh, dLow, dHigh, out) => {
    k.if(op('i64.eqz', dHigh), () => {
      const quotientHigh = k.local('i64', i64(0));
      const rest = k.local('i64', nHigh);
      k.if(op('i64.ge_u', nHigh, dLow), () => {
        k.set(quotientHigh, op('i64.div_u', nHigh, dLow));
        k.set(rest, op('i64.sub', nHigh, op('i64.mul', quotientHigh, dLow)));
      });
      const quotient = k.local('i64', call(divideTwoWords, nLow, rest, dLow));
      storeWords(k, out, 0, [quotient, quotientHigh]);
      storeWords(k, out, 16, [op('i64.sub', nLow, op('i64.mul', quotient, dLow)), i64(0)]);
      k.return();
    });
    // The quotient fits one word. The divisor's leading 64 bits give it, or one more, or two more (Hacker's Delight, 9-5).
    const shift = k.local('i64', op('i64.clz', dHigh));
    const over = op('i64.shr_u', op('i64.shr_u', dLow, i64(1)), op('i64.xor', shift, i64(63)));
    const leading = k.local('i64', op('i64.or', op('i64.shl', dHigh, shift), over));
    const halfHigh = op('i64.shr_u', nHigh, i64(1));
    const halfLow = op('i64.or', op('i64.shl', nHigh, i64(63)), op('i64.shr_u', nLow, i64(1)));
    const estimate = k.local('i64', call(divideTwoWords, halfLow, halfHigh, leading));
    k.set(estimate, op('i64.shr_u', estimate, op('i64.xor', shift, i64(63))));
    k.if(op('i64.ne', estimate, i64(0)), () => k.set(estimate, op('i64.sub', estimate, i64(1))));
    const productHigh = op('i64.add', call(multiplyHighUnsigned, estimate, dLow), op('i64.mul', estimate, dHigh));
    const product: Words = [k.local('i64', op('i64.mul', estimate, dLow)), k.local('i64', productHigh)];
    const rest = subtract128(k, [nLow, nHigh], product);
    const restLow = k.local('i64', rest[0]);
    const restHigh = k.local('i64', rest[1]);
    k.if(op('i32.eqz', lessUnsigned128([restLow, restHigh], [dLow, dHigh])), () => {
      k.set(estimate, op('i64.add', estimate, i64(1)));
      const less = subtract128(k, [restLow, restHigh], [dLow, dHigh]);
      k.set(restLow, less[0]);
      k.set(restHigh, less[1]);
    });
    storeWords(k, out, 0, [estimate, i64(0)]);
    storeWords(k, out, 16, [restLow, restHigh]);
  },
);

/** How a quotient becomes a whole number. */
export const ROUNDING = { truncate: 0, nearest: 1, floor: 2, ceiling: 3 } as const;
export type Rounding = keyof typeof ROUNDING;

/**
 * `n / d`, signed, d not 0, stored at `out`, rounded as told, and behind it the remainder of truncating division, which
 * has the dividend's sign. Halves are rounded away from zero. `out` needs 32 bytes.
 */
export const divide128 = defineFunction(
  'divide_128',
  ['i64', 'i64', 'i64', 'i64', 'i32', 'i32'],
  undefined,
  (k, nLow, nHigh, dLow, dHigh, rounding, out) => {
    const nSign = signOf(k, [nLow, nHigh]);
    const sign = k.local('i64', op('i64.xor', nSign, signOf(k, [dLow, dHigh])));
    const n = negateBy(k, [nLow, nHigh], nSign);
    const d = negateBy(k, [dLow, dHigh], signOf(k, [dLow, dHigh]));
    k.call(divideUnsigned, ...n, ...d, out);
    const rest = loadWords(k, out, 16);
    const up = k.local('i32', i32(0));
    const inexact = op('i32.eqz', isZero128(rest));
    k.if(op('i32.eq', rounding, i32(ROUNDING.nearest)), () =>
      k.set(up, op('i32.eqz', lessUnsigned128(rest, subtract128(k, d, rest)))),
    );
    const negative = op('i64.ne', sign, i64(0));
    k.if(op('i32.eq', rounding, i32(ROUNDING.floor)), () => k.set(up, op('i32.and', inexact, negative)));
    k.if(op('i32.eq', rounding, i32(ROUNDING.ceiling)), () =>
      k.set(up, op('i32.and', inexact, op('i32.eqz', negative))),
    );
    const magnitude = add128(k, loadWords(k, out), [k.local('i64', op('i64.extend_i32_u', up)), i64(0)]);
    storeWords(k, out, 0, negateBy(k, magnitude, sign));
    storeWords(k, out, 16, negateBy(k, rest, nSign));
  },
);

const LIMIT = words(10n ** 38n);

/** `quotient:rest = (quotient:rest) * factor / divisor` at `out` (32 bytes); 1 if the quotient passes 38 digits. */
const extendQuotient = defineFunction('extend_quotient', ['i64', 'i64', 'i32'], 'i32', (k, factor, divisor, out) => {
  const quotient = loadWords(k, out);
  const rest = k.local('i64', load('i64.load', out, 16));
  k.if(op('i64.ne', call(multiplyHighUnsigned, quotient[1], factor), i64(0)), () => k.return(i32(1)));
  const cross = k.local('i64', op('i64.mul', quotient[1], factor));
  const high = k.local('i64', op('i64.add', call(multiplyHighUnsigned, quotient[0], factor), cross));
  const low = k.local('i64', op('i64.mul', quotient[0], factor));
  const tooLong = op('i32.eqz', lessUnsigned128([low, high], LIMIT));
  k.if(op('i32.or', op('i64.lt_u', high, cross), tooLong), () => k.return(i32(1)));
  // The rest is below the divisor, so these digits are below the factor: they fit the word that the factor fits.
  const restLow = k.local('i64', op('i64.mul', rest, factor));
  const restHigh = call(multiplyHighUnsigned, rest, factor);
  const digits = k.local('i64', call(divideTwoWords, restLow, restHigh, divisor));
  storeWords(k, out, 0, add128(k, [low, high], [digits, i64(0)]));
  k.store('i64.store', out, 16, op('i64.sub', restLow, op('i64.mul', digits, divisor)));
  k.return(i32(0));
});

/** The largest power of ten of one step below. */
export const STEP_DIGITS = 18;

/**
 * `n * first * 10^(18 * steps) / d` for a divisor of one word (its magnitude), not 0, with halves rounded away from
 * zero, stored at `out` (32 bytes). `sign` is 0 or -1, the divisor's. 1 if the quotient passes 38 digits.
 */
export const divideScaled = defineFunction(
  'divide_scaled',
  ['i64', 'i64', 'i64', 'i64', 'i64', 'i32', 'i32'],
  'i32',
  (k, nLow, nHigh, divisor, divisorSign, first, steps, out) => {
    const nSign = signOf(k, [nLow, nHigh]);
    const n = negateBy(k, [nLow, nHigh], nSign);
    k.call(divideUnsigned, ...n, divisor, i64(0), out);
    k.if(call(extendQuotient, first, divisor, out), () => k.return(i32(1)));
    k.while(
      () => steps,
      () => {
        k.if(call(extendQuotient, i64(10n ** BigInt(STEP_DIGITS)), divisor, out), () => k.return(i32(1)));
        k.set(steps, op('i32.sub', steps, i32(1)));
      },
    );
    const rest = k.local('i64', load('i64.load', out, 16));
    const up = k.local('i64', op('i64.extend_i32_u', op('i64.ge_u', rest, op('i64.sub', divisor, rest))));
    const magnitude = add128(k, loadWords(k, out), [up, i64(0)]);
    storeWords(k, out, 0, negateBy(k, magnitude, k.keep(op('i64.xor', nSign, divisorSign))));
    k.return(i32(0));
  },
);
