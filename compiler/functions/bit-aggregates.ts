import { internalError } from '../types/error.ts';
import { fromInteger } from '../types/integers.ts';
import { toInteger, toNumber } from '../types/narrow.ts';
import { FLOAT64, INT64, isInteger, isNumeric } from '../types/type.ts';
import type { AggregateFunction } from './declaration.ts';
import { unary } from './overload.ts';

const integers = unary((arg) => {
  const type = arg.kind === 'null' ? INT64 : arg;
  return isInteger(type) ? { parameter: type, result: type } : undefined;
});

const numbers = unary((arg) =>
  isNumeric(arg) || arg.kind === 'null' ? { parameter: FLOAT64, result: FLOAT64 } : undefined,
);

function bits(
  name: 'bit_and' | 'bit_or' | 'bit_xor',
  combine: (a: bigint, b: bigint) => bigint,
  documentation: string,
  result: string,
): AggregateFunction {
  return {
    name,
    names: { sql: [name] },
    overloads: [integers],
    nullable: true,
    create: ({ result: type }) => {
      if (!isInteger(type)) throw internalError(`${name} over ${type.kind}`);
      let state: bigint | undefined;
      return {
        step: ([value]) => {
          const next = toInteger(value);
          state = state === undefined ? next : combine(state, next);
        },
        result: () => (state === undefined ? null : fromInteger(state, type)),
      };
    },
    documentation,
    example: { sql: `SELECT ${name}(x) FROM (VALUES (6), (3)) t(x)`, result },
  };
}

export const BIT_AGGREGATES: readonly AggregateFunction[] = [
  bits('bit_and', (a, b) => a & b, 'The bits that all integers have.', '2'),
  bits('bit_or', (a, b) => a | b, 'The bits that any of the integers has.', '7'),
  bits('bit_xor', (a, b) => a ^ b, 'The bits that an odd number of the integers has.', '5'),
  {
    name: 'product',
    names: { sql: ['product'] },
    overloads: [numbers],
    nullable: true,
    create: () => {
      let state: number | undefined;
      return {
        step: ([value]) => {
          state = (state ?? 1) * toNumber(value);
        },
        result: () => state ?? null,
      };
    },
    documentation: 'The product of the values, as a float.',
    example: { sql: 'SELECT product(x) FROM (VALUES (2), (3.5)) t(x)', result: '7' },
  },
];
