/**
 * What operators cost, in units of one row passing through a simple one. Only relations between the figures matter:
 * they order joins and choose build sides.
 */

/** Inserting a row into a hash table, beside looking for its place. */
const BUILD = 2;
const PROBE = 1;
const OUTPUT = 1;
const COMPARED_PAIR = 0.3;

/** Up to this many rows a hash table stays in the processor's caches. */
const CACHED_ROWS = 16_384;
/** Each doubling beyond makes a lookup so much dearer, until every one of them misses. */
const MISS_PER_DOUBLING = 0.2;
const MOST_MISSES = 1.6;

function lookup(tableRows: number): number {
  if (tableRows <= CACHED_ROWS) return 1;
  return 1 + Math.min(MOST_MISSES, MISS_PER_DOUBLING * Math.log2(tableRows / CACHED_ROWS));
}

/** The cost of a hash join by itself, without its inputs. */
export function hashJoinCost(build: number, probe: number, output: number): number {
  return build * (BUILD + lookup(build)) + probe * PROBE * lookup(build) + output * OUTPUT;
}

export function nestedLoopCost(outer: number, inner: number, output: number): number {
  return inner + outer * Math.max(1, inner) * COMPARED_PAIR + output * OUTPUT;
}
