const TWO_16 = 65_536;
const TWO_32 = 4_294_967_296;

/** Stores a whole number within ±2^53 as two words at `at`, low word first. */
export function putNumber(words: Int32Array, at: number, value: number): void {
  const high = Math.floor(value / TWO_32);
  words[at] = value - high * TWO_32;
  words[at + 1] = high;
}

/**
 * Stores ±(upper * 10^9 + lower), where upper < 2^42 and lower < 10^9, without making a BigInt. Returns false, with
 * nothing stored, if the result does not fit 64 bits.
 */
export function putDigits(words: Int32Array, at: number, negative: boolean, upper: number, lower: number): boolean {
  // upper = a * 2^16 + b, so the product is p * 2^16 + q, both below 2^53; p is cut again where 32 bits end.
  const a = Math.floor(upper / TWO_16);
  const b = upper - a * TWO_16;
  const p = a * 1e9;
  const q = b * 1e9 + lower;
  const pHigh = Math.floor(p / TWO_16);
  const sum = (p - pHigh * TWO_16) * TWO_16 + q;
  const carry = Math.floor(sum / TWO_32);
  const high = pHigh + carry;
  const low = sum - carry * TWO_32;
  if (high > 0x7fff_ffff) return false;
  if (negative) {
    words[at] = -low;
    words[at + 1] = low === 0 ? -high : -high - 1;
  } else {
    words[at] = low;
    words[at + 1] = high;
  }
  return true;
}

/** Stores a 64-bit integer. */
export function putBigint(words: Int32Array, at: number, value: bigint): void {
  words[at] = Number(BigInt.asIntN(32, value));
  words[at + 1] = Number(BigInt.asIntN(32, value >> 32n));
}
