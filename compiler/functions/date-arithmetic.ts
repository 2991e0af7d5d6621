import { checkDate, checkTimestamp, MICROS_PER_DAY, timestampFromDate } from '../types/dates.ts';
import { internalError } from '../types/error.ts';
import { floorModulo } from '../types/integers.ts';
import {
  addInterval,
  addIntervals,
  divideInterval,
  multiplyInterval,
  negateInterval,
  timestampDifference,
} from '../types/intervals.ts';
import { toBigint, toInterval, toNumber } from '../types/narrow.ts';
import { DATE, FLOAT64, INT32, INTERVAL, TIME, TIMESTAMP, TIMESTAMPTZ } from '../types/type.ts';
import type { Interval, Value } from '../types/value.ts';
import type { Overload, Signature } from './declaration.ts';
import { fixed } from './overload.ts';

// The operators on dates, times and intervals: overloads of add, subtract, multiply and divide.

export const DATE_SUMS: readonly Overload[] = [
  fixed([DATE, INT32], DATE),
  fixed([INT32, DATE], DATE),
  fixed([DATE, INTERVAL], TIMESTAMP),
  fixed([INTERVAL, DATE], TIMESTAMP),
  fixed([TIMESTAMP, INTERVAL], TIMESTAMP),
  fixed([INTERVAL, TIMESTAMP], TIMESTAMP),
  fixed([TIMESTAMPTZ, INTERVAL], TIMESTAMPTZ),
  fixed([INTERVAL, TIMESTAMPTZ], TIMESTAMPTZ),
  fixed([DATE, TIME], TIMESTAMP),
  fixed([TIME, DATE], TIMESTAMP),
  fixed([TIME, INTERVAL], TIME),
  fixed([INTERVAL, TIME], TIME),
  fixed([INTERVAL, INTERVAL], INTERVAL),
];

export const DATE_DIFFERENCES: readonly Overload[] = [
  fixed([DATE, DATE], INT32),
  fixed([DATE, INT32], DATE),
  fixed([DATE, INTERVAL], TIMESTAMP),
  fixed([TIMESTAMP, TIMESTAMP], INTERVAL),
  fixed([TIMESTAMP, INTERVAL], TIMESTAMP),
  fixed([TIMESTAMPTZ, TIMESTAMPTZ], INTERVAL),
  fixed([TIMESTAMPTZ, INTERVAL], TIMESTAMPTZ),
  fixed([TIME, TIME], INTERVAL),
  fixed([TIME, INTERVAL], TIME),
  fixed([INTERVAL, INTERVAL], INTERVAL),
];

export const INTERVAL_PRODUCTS: readonly Overload[] = [
  fixed([INTERVAL, FLOAT64], INTERVAL),
  fixed([FLOAT64, INTERVAL], INTERVAL),
];

export const INTERVAL_QUOTIENTS: readonly Overload[] = [fixed([INTERVAL, FLOAT64], INTERVAL)];

function kinds(signature: Signature): string {
  return signature.parameters.map((parameter) => parameter.kind).join(' ');
}

function moveTime(time: bigint, interval: Interval): bigint {
  return floorModulo(time + interval.micros, MICROS_PER_DAY);
}

export function addDates(args: readonly Value[], signature: Signature): Value {
  const [a, b] = args;
  switch (kinds(signature)) {
    case 'date int32':
      return checkDate(toNumber(a) + toNumber(b));
    case 'date interval':
      return addInterval(timestampFromDate(toNumber(a)), toInterval(b));
    case 'timestamp interval':
    case 'timestamptz interval':
      return addInterval(toBigint(a), toInterval(b));
    case 'date time':
      return checkTimestamp(timestampFromDate(toNumber(a)) + toBigint(b));
    case 'time interval':
      return moveTime(toBigint(a), toInterval(b));
    case 'interval interval':
      return addIntervals(toInterval(a), toInterval(b));
    case 'int32 date':
    case 'interval date':
    case 'interval timestamp':
    case 'interval timestamptz':
    case 'time date':
    case 'interval time':
      return addDates([...args].reverse(), { ...signature, parameters: [...signature.parameters].reverse() });
    default:
      throw internalError(`no sum of ${kinds(signature)}`);
  }
}

export function subtractDates(args: readonly Value[], signature: Signature): Value {
  const [a, b] = args;
  switch (kinds(signature)) {
    case 'date date':
      return toNumber(a) - toNumber(b);
    case 'date int32':
      return checkDate(toNumber(a) - toNumber(b));
    case 'date interval':
      return addInterval(timestampFromDate(toNumber(a)), negateInterval(toInterval(b)));
    case 'timestamp timestamp':
    case 'timestamptz timestamptz':
      return timestampDifference(toBigint(a), toBigint(b));
    case 'timestamp interval':
    case 'timestamptz interval':
      return addInterval(toBigint(a), negateInterval(toInterval(b)));
    case 'time time':
      return { months: 0, days: 0, micros: toBigint(a) - toBigint(b) };
    case 'time interval':
      return moveTime(toBigint(a), negateInterval(toInterval(b)));
    case 'interval interval':
      return addIntervals(toInterval(a), negateInterval(toInterval(b)));
    default:
      throw internalError(`no difference of ${kinds(signature)}`);
  }
}

export function multiplyDates(args: readonly Value[], signature: Signature): Value {
  const [a, b] = args;
  return kinds(signature) === 'interval float64'
    ? multiplyInterval(toInterval(a), toNumber(b))
    : multiplyInterval(toInterval(b), toNumber(a));
}

export function divideDates(args: readonly Value[]): Value {
  return divideInterval(toInterval(args[0]), toNumber(args[1]));
}
