import { checkTimestamp, daysFromCivil, MICROS_PER_DAY } from '../types/dates.ts';
import { makeInterval } from '../types/intervals.ts';
import { toBigint, toInterval, toNumber } from '../types/narrow.ts';
import { INT32, INTERVAL, TIME, TIMESTAMP, TIMESTAMPTZ } from '../types/type.ts';
import type { Value } from '../types/value.ts';
import type { ScalarFunction } from './declaration.ts';
import { fixed } from './overload.ts';

const YEAR_2000 = BigInt(daysFromCivil(2000, 1, 1)) * MICROS_PER_DAY;

/** Halves go away from zero. */
function roundMicros(micros: bigint, digits: number): bigint {
  const unit = 10n ** BigInt(6 - Math.min(Math.max(digits, 0), 6));
  const half = micros < 0n ? -(unit / 2n) : unit / 2n;
  return ((micros + half) / unit) * unit;
}

/** The value with so many decimals of a second. Timestamps are rounded as distances from 2000, PostgreSQL's epoch. */
function rounded(value: Value | undefined, digits: number, kind: string | undefined): Value {
  switch (kind) {
    case 'interval': {
      const interval = toInterval(value);
      return makeInterval(interval.months, interval.days, roundMicros(interval.micros, digits));
    }
    case 'time':
      return roundMicros(toBigint(value), digits);
    default:
      return checkTimestamp(roundMicros(toBigint(value) - YEAR_2000, digits) + YEAR_2000);
  }
}

export const ROUNDED_TIMES: readonly ScalarFunction[] = [
  {
    name: 'round_time',
    names: {},
    overloads: [TIMESTAMP, TIMESTAMPTZ, TIME, INTERVAL].map((type) => fixed([type, INT32], type)),
    nulls: 'strict',
    volatility: 'immutable',
    row: ([value, digits], { result }) => rounded(value, toNumber(digits), result.kind),
    documentation: 'The time with so many decimals of a second, from 0 to 6.',
    example: { sql: "CAST(timestamp '2024-02-29 10:20:30.5' AS timestamp(0))", result: '2024-02-29 10:20:31' },
  },
];
