import { OrbitError } from '../types/error.ts';
import { addInterval } from '../types/intervals.ts';
import { toBigint, toInterval, toNumber } from '../types/narrow.ts';
import { INT32, INT64, INTERVAL, list, TIMESTAMP, TIMESTAMPTZ } from '../types/type.ts';
import type { ScalarFunction } from './declaration.ts';
import { fixed } from './overload.ts';

/**
 * The elements from `start` to `stop`, each `step` behind the one before. They stand under an unnest, for which the
 * executor counts instead of making a list, so they are not folded although they are immutable.
 */
function series(name: string, inclusive: boolean): ScalarFunction {
  return {
    name,
    names: {},
    overloads: [
      fixed([INT32, INT32, INT32], list(INT32)),
      fixed([INT64, INT64, INT64], list(INT64)),
      fixed([TIMESTAMP, TIMESTAMP, INTERVAL], list(TIMESTAMP)),
      fixed([TIMESTAMPTZ, TIMESTAMPTZ, INTERVAL], list(TIMESTAMPTZ)),
    ],
    nulls: 'strict',
    volatility: 'stable',
    row: ([start = null, stop = null, step = null], { parameters }) => {
      switch (parameters[0]?.kind) {
        case 'int32': {
          const next = BigInt(toNumber(step));
          const [from, to] = [BigInt(toNumber(start)), BigInt(toNumber(stop))];
          return elements(from, to, next, (value) => value + next, inclusive).map(Number);
        }
        case 'timestamp':
        case 'timestamptz': {
          const by = toInterval(step);
          const direction = addInterval(0n, by);
          return elements(toBigint(start), toBigint(stop), direction, (value) => addInterval(value, by), inclusive);
        }
        default: {
          const next = toBigint(step);
          return elements(toBigint(start), toBigint(stop), next, (value) => value + next, inclusive);
        }
      }
    },
    documentation: 'The values from a first to a last one in equal steps.',
  };
}

/** A list on the host holds no more; a counted series may be as long as it likes. */
const MOST_ELEMENTS = 10_000_000;

export function elements(
  start: bigint,
  stop: bigint,
  step: bigint,
  next: (value: bigint) => bigint,
  inclusive: boolean,
): readonly bigint[] {
  if (step === 0n) throw new OrbitError('invalid_parameter_value', 'step size cannot equal zero');
  const result: bigint[] = [];
  const within = (value: bigint): boolean => {
    if (value === stop) return inclusive;
    return step > 0n ? value < stop : value > stop;
  };
  for (let value = start; within(value); value = next(value)) {
    if (result.length >= MOST_ELEMENTS) {
      throw new OrbitError('program_limit_exceeded', `a series of more than ${MOST_ELEMENTS} elements`);
    }
    result.push(value);
  }
  return result;
}

export const SERIES_FUNCTIONS: readonly ScalarFunction[] = [series('series', true), series('series_below', false)];
