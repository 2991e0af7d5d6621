import { OrbitError } from '../types/error.ts';
import { toNumber, toText } from '../types/narrow.ts';
import { formatValue } from '../types/text.ts';
import { FLOAT64, isNumeric, type Type, UTF8 } from '../types/type.ts';
import type { Value } from '../types/value.ts';
import type { AggregateFunction, Overload } from './declaration.ts';
import { fixed, unary } from './overload.ts';

// Aggregates of statistics, and of the first so many values.

const numbers = unary((arg) =>
  isNumeric(arg) || arg.kind === 'null' ? { parameter: FLOAT64, result: FLOAT64 } : undefined,
);

/** Of all numbers of the group. */
function ofNumbers(
  name: string,
  calculate: (values: readonly number[]) => Value,
  documentation: string,
  example: readonly [values: string, result: string],
  names: readonly string[] = [name],
): AggregateFunction {
  const [values, result] = example;
  return {
    name,
    names: { sql: names },
    overloads: [numbers],
    nullable: true,
    keeps: true,
    create: () => {
      const collected: number[] = [];
      return {
        step: ([value]) => void collected.push(toNumber(value)),
        result: () => (collected.length === 0 ? null : calculate(collected)),
      };
    },
    documentation,
    example: { sql: `SELECT ${names[0] ?? name}(x) FROM (VALUES ${values}) t(x)`, result },
  };
}

const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;
const moment = (values: readonly number[], power: number): number => {
  const middle = mean(values);
  return values.reduce((sum, v) => sum + (v - middle) ** power, 0) / values.length;
};

function checked(result: number): number {
  if (!Number.isFinite(result)) throw new OrbitError('numeric_value_out_of_range', 'value out of range');
  return result;
}

function skewness(values: readonly number[]): number | null {
  const n = values.length;
  if (n <= 2) return null;
  const variance = moment(values, 2);
  if (variance === 0) return Number.NaN;
  return checked((Math.sqrt(n * (n - 1)) / (n - 2)) * (moment(values, 3) / variance ** 1.5));
}

function kurtosis(values: readonly number[]): number | null {
  const n = values.length;
  if (n <= 3) return null;
  const variance = moment(values, 2);
  if (variance === 0) return null;
  const raw = moment(values, 4) / variance ** 2;
  return checked(((n - 1) / ((n - 2) * (n - 3))) * ((n + 1) * raw - 3 * (n - 1)));
}

function middle(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) / 2;
  const [low = 0, high = 0] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  return low + (high - low) / 2;
}

/** Kahan's summation: what rounding loses is kept beside the sum. */
function compensated(values: readonly number[]): number {
  let sum = 0;
  let lost = 0;
  for (const value of values) {
    const next = value - lost;
    const total = sum + next;
    lost = total - sum - next;
    sum = total;
  }
  return sum;
}

const anyOne = (result: (type: Type) => Type): Overload =>
  unary((arg) => {
    const parameter = arg.kind === 'null' ? UTF8 : arg;
    return { parameter, result: result(parameter) };
  });

function entropy(counts: Iterable<number>): number {
  const all = [...counts];
  const total = all.reduce((sum, n) => sum + n, 0);
  const bits = all.reduce((sum, n) => sum - (n / total) * Math.log2(n / total), 0);
  return bits === 0 ? 0 : bits;
}

export const MORE_AGGREGATES: readonly AggregateFunction[] = [
  ofNumbers('skewness', skewness, 'The skewness of a sample; NULL for fewer than three values.', [
    '(1), (2), (3)',
    '0',
  ]),
  ofNumbers('kurtosis', kurtosis, 'The excess kurtosis of a sample; NULL for fewer than four values.', [
    '(1), (2), (3), (4)',
    '-1.200000000000001',
  ]),
  ofNumbers(
    'kurtosis_pop',
    (values) => {
      const variance = moment(values, 2);
      return values.length <= 1 || variance === 0 ? null : checked(moment(values, 4) / variance ** 2 - 3);
    },
    'The excess kurtosis of all values.',
    ['(1), (3)', '-2'],
  ),
  ofNumbers(
    'sem',
    (values) => checked(Math.sqrt(moment(values, 2) / values.length)),
    'The standard error of the mean.',
    ['(1), (3)', '0.7071067811865476'],
  ),
  ofNumbers(
    'mad',
    (values) => {
      const center = middle(values);
      return middle(values.map((v) => Math.abs(v - center)));
    },
    'The median of the distances from the median.',
    ['(1), (2), (9)', '1'],
  ),
  ofNumbers(
    'geometric_mean',
    (values) => Math.exp(mean(values.map(Math.log))),
    'The root of the product of the values, as many times as there are values.',
    ['(2), (8)', '4'],
    ['geometric_mean', 'geomean'],
  ),
  ofNumbers(
    'kahan_sum',
    compensated,
    "The sum as a float, with Kahan's compensation of what rounding loses.",
    ['(0.5), (0.25)', '0.75'],
    ['fsum', 'kahan_sum', 'sumkahan'],
  ),
  ofNumbers('favg', (values) => compensated(values) / values.length, "The mean as a float, of Kahan's sum.", [
    '(0.5), (1.5)',
    '1',
  ]),
  {
    name: 'entropy',
    names: { sql: ['entropy'] },
    overloads: [anyOne(() => FLOAT64)],
    nullable: false,
    keeps: true,
    create: ({ parameters: [type = UTF8] }) => {
      const counts = new Map<string, number>();
      return {
        step: ([value = null]) => {
          const key = formatValue(value, type);
          counts.set(key, (counts.get(key) ?? 0) + 1);
        },
        result: () => entropy(counts.values()),
      };
    },
    documentation: 'How many bits tell which of its different values a row has, from their frequencies.',
    example: { sql: 'SELECT entropy(x) FROM (VALUES (1), (2)) t(x)', result: '1' },
  },
  {
    name: 'weighted_avg',
    names: { sql: ['weighted_avg', 'wavg'] },
    overloads: [fixed([FLOAT64, FLOAT64], FLOAT64)],
    nullable: true,
    create: () => {
      let [sum, weights] = [0, 0];
      let seen = false;
      return {
        step: ([value, weight]) => {
          sum += toNumber(value) * toNumber(weight);
          weights += toNumber(weight);
          seen = true;
        },
        result: () => (seen && weights !== 0 ? sum / weights : null),
      };
    },
    documentation: 'The mean of values, each with a weight.',
    example: { sql: 'SELECT weighted_avg(x, w) FROM (VALUES (1, 3), (5, 1)) t(x, w)', result: '2' },
  },
  {
    name: 'listagg',
    names: { sql: ['listagg', 'group_concat'] },
    overloads: [fixed([UTF8], UTF8), fixed([UTF8, UTF8], UTF8)],
    nullable: true,
    keeps: true,
    create: () => {
      let text: string | undefined;
      return {
        step: ([value, delimiter]) => {
          const between = delimiter === undefined ? ',' : toText(delimiter);
          text = text === undefined ? toText(value) : text + between + toText(value);
        },
        result: () => text ?? null,
      };
    },
    documentation: 'The texts joined in the order asked for, with commas or another text between them.',
    example: { sql: "SELECT listagg(x, '-' ORDER BY x) FROM (VALUES ('b'), ('a')) t(x)", result: 'a-b' },
  },
];
