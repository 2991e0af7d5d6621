import { toInteger, toList } from '../types/narrow.ts';
import { INT64, UTF8 } from '../types/type.ts';
import type { ScalarFunction } from './declaration.ts';

export const SLICE_FUNCTIONS: readonly ScalarFunction[] = [
  {
    name: 'list_slice',
    names: {},
    overloads: [
      ([arg, ...bounds]) => {
        if (arg === undefined || bounds.length !== 2) return undefined;
        if (arg.kind === 'null') return { parameters: [UTF8, INT64, INT64], result: UTF8 };
        return arg.kind === 'list' ? { parameters: [arg, INT64, INT64], result: arg } : undefined;
      },
    ],
    nulls: 'strict',
    volatility: 'immutable',
    row: ([value, from, to]) => {
      const items = toList(value);
      const clamp = (position: bigint): number =>
        position < 0n ? 0 : position > BigInt(items.length) ? items.length : Number(position);
      return items.slice(clamp(toInteger(from) - 1n), clamp(toInteger(to)));
    },
    documentation: 'The elements from the first to the second position, counted from 1; there may be none.',
    example: { sql: '(ARRAY[1, 2, 3, 4])[2:3]', result: '{2,3}' },
  },
];
