/**
 * Zeroed memory for encoded columns: shared between threads where the host has shared memory (a page that is not
 * cross-origin isolated has none).
 */
export function allocateBytes(size: number): Uint8Array {
  const padded = (size + 7) & ~7;
  if (typeof SharedArrayBuffer === 'undefined') return new Uint8Array(padded);
  return new Uint8Array(new SharedArrayBuffer(padded));
}

/** At least `needed`, growing by doubling so that repeated growth copies each element a constant number of times. */
export function grownCapacity(capacity: number, needed: number): number {
  let grown = Math.max(capacity, 16);
  while (grown < needed) grown *= 2;
  return grown;
}
