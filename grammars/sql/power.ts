/** How tightly operators bind, as in PostgreSQL. The parser and the printer share it. */
export const power = {
  or: 1,
  and: 2,
  not: 3,
  is: 4,
  comparison: 5,
  /** BETWEEN, IN, LIKE and their kin. */
  predicate: 6,
  /** Every operator that is not among the others. */
  other: 8,
  sum: 9,
  product: 10,
  exponent: 11,
  atTimeZone: 12,
  collate: 13,
  /** Plus and minus in front of an operand. */
  sign: 14,
  cast: 17,
} as const;

const symbolPowers: ReadonlyMap<string, number> = new Map([
  ['<', power.comparison],
  ['<=', power.comparison],
  ['>', power.comparison],
  ['>=', power.comparison],
  ['=', power.comparison],
  ['<>', power.comparison],
  ['+', power.sum],
  ['-', power.sum],
  ['*', power.product],
  ['/', power.product],
  ['%', power.product],
  // DuckDB's.
  ['//', power.product],
  ['^', power.exponent],
  ['**', power.exponent],
]);

export function powerOfSymbol(symbol: string): number {
  return symbolPowers.get(symbol) ?? power.other;
}
