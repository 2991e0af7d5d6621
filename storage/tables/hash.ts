/** A 32-bit hash of the bytes from `start` up to `end`, four bytes a step. */
export function hashBytes(bytes: Uint8Array, start: number, end: number): number {
  let hash = (end - start) ^ 0x9e3779b9;
  let i = start;
  for (const last = end - 3; i < last; i += 4) {
    const word = bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    hash = Math.imul(hash ^ word, 0x85ebca6b);
    hash ^= hash >>> 15;
  }
  let tail = 0;
  for (; i < end; i++) tail = (tail << 8) | bytes[i]!;
  return finish(hash ^ tail);
}

/** A 32-bit hash of a 64-bit integer given as two words. */
export function hashWords(low: number, high: number): number {
  return finish(Math.imul(low, 0x9e3779b1) ^ Math.imul(high, 0x85ebca77));
}

/** Spreads every bit over all others: the finalizer of MurmurHash3 (public domain). */
function finish(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
