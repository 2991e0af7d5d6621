import { toNumber } from '../types/narrow.ts';
import { FLOAT64, INT64, isNumeric, type Type } from '../types/type.ts';
import type { Value } from '../types/value.ts';
import type { AggregateFunction } from './declaration.ts';
import { binary } from './overload.ts';

// Statistics of pairs (y, x), in the order of arguments that the SQL standard gives them. A pair with a NULL does not count.

/** Sums of squares and of products are those of the differences from the means. */
export interface PairMoments {
  readonly count: number;
  readonly meanX: number;
  readonly meanY: number;
  readonly sxx: number;
  readonly syy: number;
  readonly sxy: number;
}

/** How a statistic follows from the moments of at least one pair; null where it is not defined. */
type Finish = (moments: PairMoments) => number | null;

const numeric = (type: Type): boolean => isNumeric(type) || type.kind === 'null';

const pairs = (result: Type) =>
  binary((y, x) => (numeric(y) && numeric(x) ? { a: FLOAT64, b: FLOAT64, result } : undefined));

/** Youngs and Cramer's update of sums, which does not cancel as sums of squares do. */
function createMoments(finish: (moments: PairMoments) => Value): AggregateFunction['create'] {
  return () => {
    let count = 0;
    let [sumX, sumY, sxx, syy, sxy] = [0, 0, 0, 0, 0];
    return {
      step: ([yValue, xValue]) => {
        const [x, y] = [toNumber(xValue), toNumber(yValue)];
        count += 1;
        sumX += x;
        sumY += y;
        if (count > 1) {
          const [dx, dy] = [x * count - sumX, y * count - sumY];
          const scale = 1 / (count * (count - 1));
          sxx += dx * dx * scale;
          syy += dy * dy * scale;
          sxy += dx * dy * scale;
        } else if (!Number.isFinite(x) || !Number.isFinite(y)) {
          if (!Number.isFinite(x)) sxx = Number.NaN;
          if (!Number.isFinite(y)) syy = Number.NaN;
          sxy = Number.NaN;
        }
      },
      result: () => finish({ count, meanX: sumX / count, meanY: sumY / count, sxx, syy, sxy }),
    };
  };
}

function statistic(name: string, finish: Finish, documentation: string, result: string): AggregateFunction {
  return {
    name,
    names: { sql: [name] },
    overloads: [pairs(FLOAT64)],
    nullable: true,
    create: createMoments((moments) => (moments.count < 1 ? null : finish(moments))),
    documentation,
    example: { sql: `SELECT ${name}(y, x) FROM (VALUES (1, 1), (2, 2), (6, 3)) t(y, x)`, result },
  };
}

export const REGRESSION_AGGREGATES: readonly AggregateFunction[] = [
  statistic(
    'corr',
    ({ sxx, syy, sxy }) => (sxx === 0 || syy === 0 ? null : sxy / Math.sqrt(sxx * syy)),
    "Pearson's correlation coefficient.",
    '0.944911182523068',
  ),
  statistic(
    'covar_pop',
    ({ count, sxy }) => sxy / count,
    'The covariance of a whole population.',
    '1.6666666666666667',
  ),
  statistic(
    'covar_samp',
    ({ count, sxy }) => (count < 2 ? null : sxy / (count - 1)),
    'The covariance of a sample; NULL for fewer than two pairs.',
    '2.5',
  ),
  statistic('regr_avgx', ({ meanX }) => meanX, 'The mean of x.', '2'),
  statistic('regr_avgy', ({ meanY }) => meanY, 'The mean of y.', '3'),
  {
    name: 'regr_count',
    names: { sql: ['regr_count'] },
    overloads: [pairs(INT64)],
    nullable: false,
    create: createMoments(({ count }) => BigInt(count)),
    documentation: 'The number of pairs without a NULL.',
    example: { sql: 'SELECT regr_count(y, x) FROM (VALUES (1, 1), (NULL, 2), (6, 3)) t(y, x)', result: '2' },
  },
  statistic(
    'regr_intercept',
    ({ meanX, meanY, sxx, sxy }) => (sxx === 0 ? null : meanY - (meanX * sxy) / sxx),
    'Where the line of least squares meets the axis of y.',
    '-2',
  ),
  statistic(
    'regr_r2',
    ({ sxx, syy, sxy }) => (sxx === 0 ? null : syy === 0 ? 1 : (sxy * sxy) / (sxx * syy)),
    'The square of the correlation coefficient.',
    '0.8928571428571429',
  ),
  statistic(
    'regr_slope',
    ({ sxx, sxy }) => (sxx === 0 ? null : sxy / sxx),
    'The slope of the line of least squares.',
    '2.5',
  ),
  statistic('regr_sxx', ({ sxx }) => sxx, 'The sum of the squares of the differences of x from its mean.', '2'),
  statistic('regr_sxy', ({ sxy }) => sxy, 'The sum of the products of the differences from the means.', '5'),
  statistic('regr_syy', ({ syy }) => syy, 'The sum of the squares of the differences of y from its mean.', '14'),
];
