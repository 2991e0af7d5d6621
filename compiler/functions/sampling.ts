import { OrbitError } from '../types/error.ts';
import { toInteger, toNumber } from '../types/narrow.ts';
import { FLOAT64, INT64 } from '../types/type.ts';
import type { ScalarFunction } from './declaration.ts';
import { fixed } from './overload.ts';

/** Steele, Lea and Flood's mixing of 64-bit words (SplitMix, OOPSLA 2014): every bit depends on all bits. */
export const MIXING = {
  gamma: 0x9e3779b97f4a7c15n,
  steps: [
    { shift: 30n, factor: 0xbf58476d1ce4e5b9n },
    { shift: 27n, factor: 0x94d049bb133111ebn },
  ],
  last: 31n,
} as const;

const bits = new DataView(new ArrayBuffer(8));

function place(row: bigint, seed: number): number {
  bits.setFloat64(0, seed);
  const word = (value: bigint): bigint => BigInt.asUintN(64, value);
  let mixed = word((row + 1n) * MIXING.gamma) ^ word(bits.getBigUint64(0) * MIXING.steps[0].factor);
  for (const { shift, factor } of MIXING.steps) mixed = word((mixed ^ (mixed >> shift)) * factor);
  mixed ^= mixed >> MIXING.last;
  return Number(mixed >> 11n) * 2 ** -53;
}

/** What samples are made of: a row's place does not depend on which thread asks, or when. */
export const SAMPLING_FUNCTIONS: readonly ScalarFunction[] = [
  {
    name: 'sample_place',
    names: {},
    overloads: [fixed([INT64, FLOAT64], FLOAT64)],
    nulls: 'strict',
    volatility: 'immutable',
    row: ([row, seed]) => place(toInteger(row), toNumber(seed)),
    documentation: 'A number from 0 to below 1 for a row by its number, as good as random for each seed.',
  },
  {
    name: 'sample_fraction',
    names: {},
    overloads: [fixed([FLOAT64], FLOAT64)],
    nulls: 'custom',
    nullable: () => false,
    volatility: 'immutable',
    row: ([percent = null]) => {
      if (percent === null) {
        throw new OrbitError('invalid_tablesample_argument', 'TABLESAMPLE parameter cannot be null');
      }
      const number = toNumber(percent);
      if (number >= 0 && number <= 100) return number / 100;
      throw new OrbitError('invalid_tablesample_argument', 'sample percentage must be between 0 and 100');
    },
    documentation: 'The fraction that a percentage from 0 to 100 is.',
  },
  {
    name: 'sample_seed',
    names: {},
    overloads: [fixed([FLOAT64], FLOAT64)],
    nulls: 'custom',
    nullable: () => false,
    volatility: 'immutable',
    row: ([seed = null]) => {
      if (seed !== null) return toNumber(seed);
      throw new OrbitError('invalid_tablesample_repeat', 'TABLESAMPLE REPEATABLE parameter cannot be null');
    },
    documentation: 'The seed of a sample, which must be there.',
  },
];
