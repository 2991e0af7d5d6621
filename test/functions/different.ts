import type { Value } from '../../compiler/types/value.ts';

/** What the generated calls of a function need to be asked of another engine, and where its answers may differ. */
export interface Difference {
  /** The call in the other engine, or its name there. `none`: it has a function of the name that is another one. */
  readonly postgres?: string | ((args: readonly string[]) => string);
  readonly duckdb?: string | ((args: readonly string[]) => string);
  /** Why, and for which calls. */
  readonly excuses?: (args: readonly Value[], ours: string, theirs: string) => boolean;
}

const notAscii = (args: readonly Value[]): boolean => args.some((arg) => typeof arg === 'string' && /[^ -~]/.test(arg));

export const DIFFERENT: Readonly<Record<string, Difference>> = {
  // The grammar has a form of its own for the name.
  normalize: { postgres: (args) => `pg_catalog.normalize(${args.join(', ')})` },
  // -n overflows in PostgreSQL, and the whole text comes out.
  right: { excuses: ([, n]) => n === -(2 ** 31) },
  // DuckDB counts bytes.
  levenshtein: { excuses: notAscii },
  damerau_levenshtein: { excuses: notAscii },
  hamming: { excuses: notAscii },
  jaccard: { excuses: notAscii },
  jaro_similarity: { excuses: notAscii },
  jaro_winkler_similarity: { excuses: notAscii },
  // DuckDB draws a bar of NaN.
  bar: { excuses: (args) => args.includes(Number.NaN) },
  // NULL as group or options means something to DuckDB.
  regexp_extract: { excuses: (args) => args.slice(2).includes(null) },
  // Lists of lists are lists here, and matrices in PostgreSQL, which counts their numbers.
  cardinality: { excuses: ([items]) => Array.isArray(items) && items.some(Array.isArray) },
  // Those of DuckDB have no order.
  list_distinct: {
    duckdb: (args) => `list_sort(list_distinct(${args.join(', ')}))`,
    excuses: ([items]) => Array.isArray(items) && items.includes(Number.NaN),
  },
  list_unique: { excuses: ([items]) => Array.isArray(items) && items.includes(Number.NaN) },
  // PostgreSQL has no list of lists to fill.
  array_fill: { excuses: (_args, _ours, theirs) => theirs.startsWith('error 42704') },
  list_intersect: {
    duckdb: (args) => `list_sort(list_intersect(${args.join(', ')}))`,
    excuses: (args) => args.includes(null),
  },
  // Of the most frequent elements ours is the least, as in PostgreSQL's mode().
  list_mode: { duckdb: (args) => `list_mode(list_sort(${args.join(', ')}))` },
  if: { duckdb: (args) => `(if(${args.join(', ')}))` },
  ifnull: { duckdb: (args) => `(ifnull(${args.join(', ')}))` },
  // DuckDB fails where statistics meet infinity or NaN; PostgreSQL's give NaN.
  ...Object.fromEntries(
    [
      'avg',
      'sum',
      'var_samp',
      'var_pop',
      'stddev_samp',
      'stddev_pop',
      'mad',
      'median',
      'entropy',
      'skewness',
      'kurtosis',
      'kurtosis_pop',
      'sem',
      'product',
    ].map((name) => [
      `list_${name}`,
      {
        excuses: ([items]: readonly Value[]) =>
          Array.isArray(items) && items.some((v: Value) => typeof v === 'number' && !(Math.abs(v) < 1e100)),
      },
    ]),
  ),
  ...Object.fromEntries(
    ['distance', 'inner_product', 'negative_inner_product', 'cosine_similarity', 'cosine_distance'].map((name) => [
      `list_${name}`,
      {
        excuses: (args: readonly Value[], ours: string) =>
          ours === 'NaN' ||
          args.some(
            (items) =>
              Array.isArray(items) && items.some((v: Value) => typeof v === 'number' && !(Math.abs(v) < 1e100)),
          ),
      },
    ]),
  ),
  arraycontains: { excuses: ([items]) => Array.isArray(items) && items.some(Array.isArray) },
  arraycontained: { excuses: ([items]) => Array.isArray(items) && items.some(Array.isArray) },
  arrayoverlap: { excuses: ([items]) => Array.isArray(items) && items.some(Array.isArray) },
  // DuckDB rounds NaN to zero for negative places.
  round: { excuses: (args) => args.includes(Number.NaN) },
  // NULL as options, or as a list with a bad size, is an error in DuckDB.
  regexp_full_match: { excuses: (args) => args[2] === null },
  list_resize: { excuses: (args) => args[0] === null },
  // DuckDB's estimate of a few values is off by one now and then.
  list_approx_count_distinct: { excuses: (_args, ours, theirs) => Math.abs(Number(ours) - Number(theirs)) === 1 },
  // An empty format is an error in DuckDB.
  strftime: { excuses: ([, format]) => format === '' },
};
