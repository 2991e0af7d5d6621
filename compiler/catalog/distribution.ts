import { textPosition } from './position.ts';

/** Values of some rows of a column: positions, NaN for NULL; or texts. */
export type Cells = Float64Array | readonly (string | null)[];

/** How a column's values are distributed. Fractions are of the rows that are not NULL. */
export interface Distribution {
  /** The most common values, by position or text. */
  readonly common: ReadonlyMap<number | string, number>;
  readonly commonFraction: number;
  /** Positions that cut the other values into parts of as many rows each, ends included; ascending. Empty: too few values. */
  readonly bounds: Float64Array;
  /** Between the values and the order of rows, from -1 to 1: near ±1, a range lies in few chunks. */
  readonly correlation: number;
  /** No row of the sample has a lesser value than the one before it, nor its neighbour in the table than itself. */
  readonly ascending: boolean;
  /** Characters of texts; 0 for other types. */
  readonly averageLength: number;
}

const MOST_COMMON = 64;
/** Rarer values in a sample tell nothing about their frequency. */
const LEAST_SEEN = 4;
/** Common values come so much more often than the average. */
const LEAST_EXCESS = 1.25;
const BUCKETS = 64;
const ROWS_PER_BUCKET = 4;

/**
 * The distribution of which the cells are a sample, in the order of rows (as in Poosala et al., "Improved Histograms for
 * Selectivity Estimation of Range Predicates", SIGMOD 1996: compressed, equi-depth). `neighbours` are the rows after those
 * of the sample.
 */
export function distributionOf(cells: Cells, neighbours?: () => Cells | undefined): Distribution {
  const counts = new Map<number | string, number>();
  const positions: number[] = [];
  let rows = 0;
  let characters = 0;
  for (const cell of cells) {
    if (cell === null || (typeof cell === 'number' && Number.isNaN(cell))) continue;
    rows++;
    if (typeof cell === 'string') characters += cell.length;
    counts.set(cell, (counts.get(cell) ?? 0) + 1);
    positions.push(typeof cell === 'string' ? textPosition(cell) : cell);
  }
  const least = Math.max(LEAST_SEEN, LEAST_EXCESS * (rows / Math.max(1, counts.size)));
  // Where a few values are all there is, each of them is known as exactly as the sample allows.
  const few = counts.size <= MOST_COMMON && rows >= LEAST_SEEN * counts.size;
  const frequent = [...counts].filter(([, count]) => few || count >= least).sort((a, b) => b[1] - a[1]);
  const common = new Map<number | string, number>();
  let commonRows = 0;
  for (const [value, count] of frequent.slice(0, MOST_COMMON)) {
    common.set(value, count / rows);
    commonRows += count;
  }
  const others: number[] = [];
  for (const cell of cells) {
    if (cell === null || (typeof cell === 'number' && Number.isNaN(cell)) || common.has(cell)) continue;
    others.push(typeof cell === 'string' ? textPosition(cell) : cell);
  }
  return {
    common,
    commonFraction: rows === 0 ? 0 : commonRows / rows,
    bounds: equiDepth(Float64Array.from(others).sort()),
    correlation: correlationOf(positions),
    ascending: ascends(positions) && (neighbours === undefined || inPairs(cells, neighbours())),
    averageLength: rows === 0 ? 0 : characters / rows,
  };
}

function ascends(positions: readonly number[]): boolean {
  return positions.every((position, i) => i === 0 || (positions[i - 1] ?? position) <= position);
}

function inPairs(cells: Cells, neighbours: Cells | undefined): boolean {
  if (neighbours === undefined) return false;
  for (let i = 0; i < cells.length; i++) {
    const [cell, neighbour] = [cells[i], neighbours[i]];
    if (typeof cell === 'number' && typeof neighbour === 'number' && neighbour < cell) return false;
  }
  return true;
}

function equiDepth(sorted: Float64Array): Float64Array {
  const buckets = Math.min(BUCKETS, Math.floor(sorted.length / ROWS_PER_BUCKET));
  if (buckets < 2) return new Float64Array(0);
  return Float64Array.from({ length: buckets + 1 }, (_, i) => {
    return sorted[Math.min(sorted.length - 1, Math.round((i * sorted.length) / buckets))] ?? 0;
  });
}

/** Spearman's, of the values with their places. */
function correlationOf(positions: readonly number[]): number {
  const n = positions.length;
  if (n < 2) return 0;
  const order = Uint32Array.from(positions.keys()).sort((a, b) => (positions[a] ?? 0) - (positions[b] ?? 0) || a - b);
  const ranks = new Float64Array(n);
  for (let from = 0; from < n; ) {
    let to = from + 1;
    while (to < n && positions[order[to] ?? 0] === positions[order[from] ?? 0]) to++;
    for (let i = from; i < to; i++) ranks[order[i] ?? 0] = (from + to - 1) / 2;
    from = to;
  }
  const middle = (n - 1) / 2;
  let product = 0;
  let ofRanks = 0;
  let ofPlaces = 0;
  for (let i = 0; i < n; i++) {
    const rank = (ranks[i] ?? 0) - middle;
    product += rank * (i - middle);
    ofRanks += rank * rank;
    ofPlaces += (i - middle) ** 2;
  }
  return ofRanks === 0 ? 0 : product / Math.sqrt(ofRanks * ofPlaces);
}

/**
 * What is to be seen of a column in a sample of so large a part of its table, taken in runs of neighbouring rows:
 * `runs[i]` is the run of row i. `nulls` is a fraction, `distinct` a guess of the whole table's values.
 */
export function seenIn(
  cells: Cells,
  runs: readonly number[],
  part: number,
): { readonly nulls: number; readonly distinct: number; readonly min?: number; readonly max?: number } {
  /** The run that a value was met in last, and the number of runs that it was met in. */
  const met = new Map<number | string, { run: number; runs: number }>();
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let rows = 0;
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i] ?? null;
    if (cell === null || (typeof cell === 'number' && Number.isNaN(cell))) continue;
    rows++;
    const run = runs[i] ?? 0;
    const known = met.get(cell);
    if (known === undefined) met.set(cell, { run, runs: 1 });
    else if (known.run !== run) {
      known.run = run;
      known.runs++;
    }
    if (typeof cell === 'string') continue;
    if (cell < min) min = cell;
    if (cell > max) max = cell;
  }
  const nulls = cells.length === 0 ? 0 : 1 - rows / cells.length;
  return { nulls, distinct: scaledUp(met.values(), part), ...(min <= max ? { min, max } : {}) };
}

/**
 * Haas and Stokes, "Estimating the Number of Classes in a Finite Population", 1998: their Duj1, with runs in place of
 * rows, since neighbours are often alike.
 */
function scaledUp(met: Iterable<{ readonly runs: number }>, part: number): number {
  let values = 0;
  let meetings = 0;
  let once = 0;
  for (const { runs } of met) {
    values++;
    meetings += runs;
    if (runs === 1) once++;
  }
  return values === 0 ? 0 : values / Math.max(1e-9, 1 - ((1 - part) * once) / meetings);
}

/** The fraction of values below the bound; undefined if the distribution does not tell. */
export function fractionBelow({ common, commonFraction, bounds }: Distribution, bound: number): number | undefined {
  const others = 1 - commonFraction;
  if (bounds.length === 0 && others > UNEXPLAINED) return undefined;
  let below = 0;
  for (const [value, fraction] of common) {
    if ((typeof value === 'string' ? textPosition(value) : value) < bound) below += fraction;
  }
  return bounds.length === 0 ? below : below + others * partBelow(bounds, bound);
}

/** Values that neither the common ones nor a histogram account for. */
const UNEXPLAINED = 0.05;

function partBelow(bounds: Float64Array, bound: number): number {
  const buckets = bounds.length - 1;
  let low = 0;
  let high = bounds.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((bounds[middle] ?? 0) < bound) low = middle + 1;
    else high = middle;
  }
  if (low === 0) return 0;
  if (low > buckets) return 1;
  const from = bounds[low - 1] ?? 0;
  const to = bounds[low] ?? 0;
  return (low - 1 + (to > from ? (bound - from) / (to - from) : 0)) / buckets;
}
