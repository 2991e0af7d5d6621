// FIPS 180-4 and the two common CRCs, over bytes. SHA-2's constants are what its definition says they are: the first
// bits of the fractional parts of roots of the first primes.

function primes(count: number): readonly bigint[] {
  const found: bigint[] = [];
  for (let n = 2n; found.length < count; n++) if (found.every((p) => n % p !== 0n)) found.push(n);
  return found;
}

/** The greatest integer whose power is at most the value. */
function root(value: bigint, power: bigint): bigint {
  let low = 0n;
  let high = 1n << (BigInt(value.toString(2).length) / power + 1n);
  while (low < high) {
    const middle = (low + high + 1n) >> 1n;
    if (middle ** power <= value) low = middle;
    else high = middle - 1n;
  }
  return low;
}

/** 64 bits behind the point of the square or cube root. */
const fraction = (prime: bigint, power: bigint): bigint => BigInt.asUintN(64, root(prime << (64n * power), power));

const PRIMES = primes(80);
const ROUND_64 = PRIMES.map((p) => fraction(p, 3n));
const ROUND_32 = ROUND_64.slice(0, 64).map((k) => Number(k >> 32n));
const SQUARES = PRIMES.slice(0, 16).map((p) => fraction(p, 2n));
const INITIAL_256 = SQUARES.slice(0, 8).map((h) => Number(h >> 32n));
/** The second words of the next eight, for the shorter hash. */
const INITIAL_224 = SQUARES.slice(8, 16).map((h) => Number(h & 0xffffffffn));

function padded(bytes: Uint8Array, block: number, lengthBytes: number): DataView {
  const size = Math.ceil((bytes.length + 1 + lengthBytes) / block) * block;
  const result = new Uint8Array(size);
  result.set(bytes);
  result[bytes.length] = 0x80;
  const view = new DataView(result.buffer);
  view.setBigUint64(size - 8, BigInt(bytes.length) * 8n);
  return view;
}

const rotate = (word: number, by: number): number => (word >>> by) | (word << (32 - by));

function sha2Short(bytes: Uint8Array, initial: readonly number[], length: number): Uint8Array {
  const view = padded(bytes, 64, 8);
  const state = Int32Array.from(initial);
  const words = new Int32Array(64);
  for (let at = 0; at < view.byteLength; at += 64) {
    for (let t = 0; t < 64; t++) {
      if (t < 16) {
        words[t] = view.getInt32(at + t * 4);
        continue;
      }
      const [x, y] = [words[t - 15]!, words[t - 2]!];
      const low = rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3);
      const high = rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10);
      words[t] = words[t - 16]! + low + words[t - 7]! + high;
    }
    let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
    for (let t = 0; t < 64; t++) {
      const one =
        (h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & f) ^ (~e & g)) + ROUND_32[t]! + words[t]!) | 0;
      const two = ((rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
    }
    for (const [i, word] of [a, b, c, d, e, f, g, h].entries()) state[i] = state[i]! + word;
  }
  return bytesOf(
    Array.from(state, (word) => BigInt(word >>> 0)),
    4,
  ).slice(0, length);
}

function bytesOf(words: readonly bigint[], size: number): Uint8Array {
  const bytes = new Uint8Array(words.length * size);
  for (const [i, word] of words.entries()) {
    for (let b = 0; b < size; b++) bytes[i * size + b] = Number((word >> BigInt(8 * (size - 1 - b))) & 0xffn);
  }
  return bytes;
}

const rotate64 = (word: bigint, by: bigint): bigint => (word >> by) | BigInt.asUintN(64, word << (64n - by));

function sha2Long(bytes: Uint8Array, initial: readonly bigint[], length: number): Uint8Array {
  const view = padded(bytes, 128, 16);
  let state = [...initial];
  const words: bigint[] = new Array(80).fill(0n);
  for (let at = 0; at < view.byteLength; at += 128) {
    for (let t = 0; t < 80; t++) {
      if (t < 16) {
        words[t] = view.getBigUint64(at + t * 8);
        continue;
      }
      const [x, y] = [words[t - 15]!, words[t - 2]!];
      const low = rotate64(x, 1n) ^ rotate64(x, 8n) ^ (x >> 7n);
      const high = rotate64(y, 19n) ^ rotate64(y, 61n) ^ (y >> 6n);
      words[t] = BigInt.asUintN(64, words[t - 16]! + low + words[t - 7]! + high);
    }
    let [a = 0n, b = 0n, c = 0n, d = 0n, e = 0n, f = 0n, g = 0n, h = 0n] = state;
    for (let t = 0; t < 80; t++) {
      const one =
        h + (rotate64(e, 14n) ^ rotate64(e, 18n) ^ rotate64(e, 41n)) + ((e & f) ^ (~e & g)) + ROUND_64[t]! + words[t]!;
      const two = (rotate64(a, 28n) ^ rotate64(a, 34n) ^ rotate64(a, 39n)) + ((a & b) ^ (a & c) ^ (b & c));
      [h, g, f, e, d, c, b, a] = [g, f, e, BigInt.asUintN(64, d + one), c, b, a, BigInt.asUintN(64, one + two)];
    }
    state = [a, b, c, d, e, f, g, h].map((word, i) => BigInt.asUintN(64, word + state[i]!));
  }
  return bytesOf(state, 8).slice(0, length);
}

export const sha224 = (bytes: Uint8Array): Uint8Array => sha2Short(bytes, INITIAL_224, 28);
export const sha256 = (bytes: Uint8Array): Uint8Array => sha2Short(bytes, INITIAL_256, 32);
export const sha384 = (bytes: Uint8Array): Uint8Array => sha2Long(bytes, SQUARES.slice(8), 48);
export const sha512 = (bytes: Uint8Array): Uint8Array => sha2Long(bytes, SQUARES.slice(0, 8), 64);

export function sha1(bytes: Uint8Array): Uint8Array {
  const view = padded(bytes, 64, 8);
  const state = Int32Array.from([0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0]);
  const words = new Int32Array(80);
  const mix = (t: number, b: number, c: number, d: number): number => {
    if (t < 20) return ((b & c) | (~b & d)) + 0x5a827999;
    if (t < 40) return (b ^ c ^ d) + 0x6ed9eba1;
    if (t < 60) return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
    return (b ^ c ^ d) + 0xca62c1d6;
  };
  for (let at = 0; at < view.byteLength; at += 64) {
    for (let t = 0; t < 80; t++) {
      words[t] =
        t < 16
          ? view.getInt32(at + t * 4)
          : rotate(words[t - 3]! ^ words[t - 8]! ^ words[t - 14]! ^ words[t - 16]!, 31);
    }
    let [a = 0, b = 0, c = 0, d = 0, e = 0] = state;
    for (let t = 0; t < 80; t++) {
      const next = (rotate(a, 27) + mix(t, b, c, d) + e + words[t]!) | 0;
      [e, d, c, b, a] = [d, c, rotate(b, 2), a, next];
    }
    for (const [i, word] of [a, b, c, d, e].entries()) state[i] = state[i]! + word;
  }
  return bytesOf(
    Array.from(state, (word) => BigInt(word >>> 0)),
    4,
  );
}

/** Reflected, as zip and iSCSI have it. */
function crc(polynomial: number): (bytes: Uint8Array) => number {
  const table = Int32Array.from({ length: 256 }, (_, byte) => {
    let rest = byte;
    for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ polynomial : rest >>> 1;
    return rest;
  });
  return (bytes) => {
    let state = -1;
    for (const byte of bytes) state = table[(state ^ byte) & 0xff]! ^ (state >>> 8);
    return ~state >>> 0;
  };
}

export const crc32 = crc(0xedb88320);
export const crc32c = crc(0x82f63b78);
