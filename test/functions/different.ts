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
};
