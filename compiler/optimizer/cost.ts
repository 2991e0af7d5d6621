/**
 * What operators cost, in units of one row passing through a simple one. Only relations between the figures matter:
 * they order joins and choose build sides. `npm run bench:calibrate` measures them.
 */

export const COSTS = {
  /** Inserting a row into a hash table, beside looking for its place. */
  build: 2,
  probe: 1,
  output: 1,
  comparedPair: 0.3,
  /** Up to this many rows a hash table stays in the processor's caches. */
  cachedRows: 16_384,
  /** Each doubling beyond makes a lookup so much dearer, until every one of them misses. */
  missPerDoubling: 0.2,
  mostMisses: 1.6,
} as const;

/** Of one row, in a hash table of so many. */
export function lookupCost(tableRows: number): number {
  if (tableRows <= COSTS.cachedRows) return 1;
  return 1 + Math.min(COSTS.mostMisses, COSTS.missPerDoubling * Math.log2(tableRows / COSTS.cachedRows));
}

/** The cost of a hash join by itself, without its inputs. */
export function hashJoinCost(build: number, probe: number, output: number): number {
  return build * (COSTS.build + lookupCost(build)) + probe * COSTS.probe * lookupCost(build) + output * COSTS.output;
}

/** Where both sides come in the order of the key no table is needed, and every key is near the one before. */
export function mergeJoinCost(build: number, probe: number, output: number): number {
  return build * (COSTS.build + 1) + probe * COSTS.probe + output * COSTS.output;
}

export function nestedLoopCost(outer: number, inner: number, output: number): number {
  return inner + outer * Math.max(1, inner) * COSTS.comparedPair + output * COSTS.output;
}
