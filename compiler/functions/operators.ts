const SYMBOLS: Readonly<Record<string, string>> = {
  eq: '=',
  ne: '<>',
  lt: '<',
  le: '<=',
  gt: '>',
  ge: '>=',
  is_distinct: 'IS DISTINCT FROM',
  is_not_distinct: 'IS NOT DISTINCT FROM',
  not: 'NOT',
  add: '+',
  subtract: '-',
  multiply: '*',
  divide: '/',
  modulo: '%',
  negate: '-',
  concat_op: '||',
  bits_and: '&',
  bits_or: '|',
  bits_xor: '#',
  bits_not: '~',
  shift_left: '<<',
  shift_right: '>>',
  like: 'LIKE',
  ilike: 'ILIKE',
  regexp_ilike: '~*',
};

/** How the canonical function is written as an operator in messages and plans; undefined if it is written as a call. */
export function operatorSymbol(name: string): string | undefined {
  return Object.hasOwn(SYMBOLS, name) ? SYMBOLS[name] : undefined;
}
