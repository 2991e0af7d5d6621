import { toAny } from '../types/narrow.ts';
import { ANY } from '../types/type.ts';
import type { Value } from '../types/value.ts';
import { addAny, divideAny } from './any-arithmetic.ts';
import type { AggregateFunction, AggregateState } from './declaration.ts';
import { fixed } from './overload.ts';

/** Adds up dynamic values, of which JSON's null counts as none; `finish` gets the sum of one at least. */
function summing(finish: (sum: Value, count: number) => Value): AggregateState {
  let sum: Value = null;
  let count = 0;
  return {
    step: ([value = null]) => {
      if (toAny(value).tag === 'null') return;
      // Adding zero makes sure that the first one is a number.
      sum = addAny([sum ?? { tag: 'int64', value: 0n }, value]);
      count += 1;
    },
    result: () => (sum === null ? null : finish(sum, count)),
  };
}

/** Aggregates of dynamic values under names of their own, as what they give for other types is no dynamic value. */
export const ANY_AGGREGATES: readonly AggregateFunction[] = [
  {
    name: 'any_sum',
    names: {},
    overloads: [fixed([ANY], ANY)],
    nullable: true,
    create: () => summing((sum) => sum),
    documentation: 'The sum of dynamic numbers: an integer while all are. Nulls are left out.',
  },
  {
    name: 'any_avg',
    names: {},
    overloads: [fixed([ANY], ANY)],
    nullable: true,
    create: () => summing((sum, count) => divideAny([sum, { tag: 'float64', value: count }])),
    documentation: 'The mean of dynamic numbers, as a float. Nulls are left out.',
  },
];
