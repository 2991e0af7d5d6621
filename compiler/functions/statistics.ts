import { toNumber } from '../types/narrow.ts';
import { FLOAT64, isNumeric } from '../types/type.ts';
import type { Value } from '../types/value.ts';
import type { AggregateFunction, AggregateState } from './declaration.ts';
import { unary } from './overload.ts';

/** Any number, as float64. */
const numeric = unary((arg) =>
  isNumeric(arg) || arg.kind === 'null' ? { parameter: FLOAT64, result: FLOAT64 } : undefined,
);

interface Moments {
  readonly count: number;
  /** Sum of the squared differences from the mean. */
  readonly spread: number;
}

/** Youngs and Cramer's update, which PostgreSQL uses too: it does not cancel as sums of squares do. */
function createMoments(finish: (moments: Moments) => Value): AggregateState {
  let count = 0;
  let sum = 0;
  let spread = 0;
  return {
    step: ([value = null]) => {
      const number = toNumber(value);
      count += 1;
      sum += number;
      if (count > 1) {
        const difference = number * count - sum;
        spread += (difference * difference) / (count * (count - 1));
      }
      if (!Number.isFinite(number)) spread = Number.NaN;
    },
    result: () => finish({ count, spread }),
  };
}

const sampleVariance = ({ count, spread }: Moments) => (count < 2 ? null : spread / (count - 1));
const populationVariance = ({ count, spread }: Moments) => (count < 1 ? null : spread / count);
const root = (variance: number | null) => (variance === null ? null : Math.sqrt(variance));

function statistic(
  name: string,
  names: readonly string[],
  finish: (moments: Moments) => Value,
  documentation: string,
  result: string,
): AggregateFunction {
  return {
    name,
    names: { sql: names },
    overloads: [numeric],
    nullable: true,
    create: () => createMoments(finish),
    documentation,
    example: { sql: `SELECT ${name}(x) FROM (VALUES (1.0::float8), (3)) t(x)`, result },
  };
}

export const STATISTIC_FUNCTIONS: readonly AggregateFunction[] = [
  statistic(
    'var_samp',
    ['var_samp', 'variance'],
    sampleVariance,
    'The variance of a sample; NULL for fewer than two values.',
    '2',
  ),
  statistic('var_pop', ['var_pop'], populationVariance, 'The variance of a whole population.', '1'),
  statistic(
    'stddev_samp',
    ['stddev_samp', 'stddev'],
    (moments) => root(sampleVariance(moments)),
    'The standard deviation of a sample; NULL for fewer than two values.',
    '1.4142135623730951',
  ),
  statistic(
    'stddev_pop',
    ['stddev_pop'],
    (moments) => root(populationVariance(moments)),
    'The standard deviation of a whole population.',
    '1',
  ),
];
