import {
  checkTimestamp,
  daysFromCivil,
  daysInMonth,
  MICROS_PER_DAY,
  MICROS_PER_HOUR,
  MICROS_PER_MINUTE,
} from '../types/dates.ts';
import { formatInstant, parseInstant } from '../types/datetime-text.ts';
import { OrbitError } from '../types/error.ts';
import { roundHalfEven } from '../types/floats.ts';
import { addInterval, negateInterval } from '../types/intervals.ts';
import { toBigint, toInterval, toNumber, toText } from '../types/narrow.ts';
import { FLOAT64, INT32, INTERVAL, list, TIMESTAMP, TIMESTAMPTZ, UTF8 } from '../types/type.ts';
import type { Interval, Value } from '../types/value.ts';
import { instantOf, localTime, requireZone, type Zone, zoneOfSeconds } from '../types/zones.ts';
import { requireUnit } from './date-fields.ts';
import { truncateTimestamp } from './date-trunc.ts';
import type { ScalarFunction } from './declaration.ts';
import { fixed } from './overload.ts';
import { elements } from './series.ts';

// What time zones decide. A zone is always an argument: a front end adds the session's where a call leaves it out.

const zoneOf = (value: Value | undefined): Zone => requireZone(toText(value));

/** Months and days move the clock of the zone, the rest is time that passes. */
function moveInstant(micros: bigint, { months, days, micros: rest }: Interval, zone: Zone): bigint {
  let instant = micros;
  if (months !== 0 || days !== 0) {
    instant = instantOf(addInterval(localTime(micros, zone), { months, days, micros: 0n }), zone);
  }
  return checkTimestamp(instant + rest);
}

/** Up to hours, the clock keeps the offset that it has. */
export function truncateInstant(unit: string, micros: bigint, zone: Zone): bigint {
  const field = requireUnit(unit, TIMESTAMPTZ);
  const local = localTime(micros, zone);
  const truncated = truncateTimestamp(field, local);
  const isClock = ['microseconds', 'milliseconds', 'second', 'minute', 'hour'].includes(field);
  return isClock ? checkTimestamp(micros - (local - truncated)) : instantOf(truncated, zone);
}

const intervalZone = (interval: Interval): Zone => {
  if (interval.months !== 0 || interval.days !== 0) {
    throw new OrbitError('invalid_parameter_value', 'interval time zone must not include months or days');
  }
  return zoneOfSeconds(Number(interval.micros / 1_000_000n));
};

function makeTimestamp(args: readonly Value[]): bigint {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = args.slice(0, 6).map(toNumber);
  const astronomical = year > 0 ? year : year + 1;
  const two = (part: number) => part.toString().padStart(2, '0');
  if (year === 0 || month < 1 || month > 12 || day < 1 || day > daysInMonth(astronomical, month)) {
    throw new OrbitError('datetime_field_overflow', `date field value out of range: ${year}-${two(month)}-${two(day)}`);
  }
  const micros =
    BigInt(hour) * MICROS_PER_HOUR + BigInt(minute) * MICROS_PER_MINUTE + BigInt(roundHalfEven(second * 1e6) || 0);
  if (hour < 0 || minute < 0 || minute > 59 || !(second >= 0 && second <= 60) || micros > MICROS_PER_DAY) {
    throw new OrbitError('datetime_field_overflow', `time field value out of range: ${hour}:${two(minute)}:${second}`);
  }
  return checkTimestamp(BigInt(daysFromCivil(astronomical, month, day)) * MICROS_PER_DAY + micros);
}

const CLOCK = [INT32, INT32, INT32, INT32, INT32, FLOAT64];

export const ZONE_FUNCTIONS: readonly ScalarFunction[] = [
  {
    name: 'timezone',
    names: { sql: ['timezone'] },
    overloads: [
      fixed([UTF8, TIMESTAMP], TIMESTAMPTZ),
      fixed([UTF8, TIMESTAMPTZ], TIMESTAMP),
      fixed([INTERVAL, TIMESTAMP], TIMESTAMPTZ),
      fixed([INTERVAL, TIMESTAMPTZ], TIMESTAMP),
    ],
    nulls: 'strict',
    volatility: 'immutable',
    row: ([name, time], { parameters, result }) => {
      const zone = parameters[0]?.kind === 'interval' ? intervalZone(toInterval(name)) : zoneOf(name);
      const micros = toBigint(time);
      return checkTimestamp(result.kind === 'timestamptz' ? instantOf(micros, zone) : localTime(micros, zone));
    },
    documentation: 'The instant at which a clock in the zone shows the time, or the time it shows at the instant.',
    example: { sql: "timezone('Asia/Tokyo', timestamptz '2024-02-29 10:20:30+00')", result: '2024-02-29 19:20:30' },
  },
  {
    name: 'parse_timestamptz',
    names: {},
    overloads: [fixed([UTF8, UTF8], TIMESTAMPTZ)],
    nulls: 'strict',
    volatility: 'immutable',
    row: ([text, zone]) => parseInstant(toText(text), zoneOf(zone)),
    documentation: 'The instant that a text names, in the zone if it has none of its own.',
  },
  {
    name: 'timestamptz_text',
    names: {},
    overloads: [fixed([TIMESTAMPTZ, UTF8], UTF8)],
    nulls: 'strict',
    volatility: 'immutable',
    row: ([instant, zone]) => formatInstant(toBigint(instant), zoneOf(zone)),
    documentation: 'The instant as a clock in the zone shows it.',
  },
  {
    name: 'zone_offset',
    names: {},
    overloads: [fixed([TIMESTAMPTZ, UTF8], INT32)],
    nulls: 'strict',
    volatility: 'immutable',
    row: ([instant, zone]) => zoneOf(zone).offsetAt(toBigint(instant)),
    documentation: 'Seconds by which the zone is ahead of UTC at the instant.',
  },
  {
    name: 'date_add',
    names: { sql: ['date_add'] },
    overloads: [fixed([TIMESTAMPTZ, INTERVAL, UTF8], TIMESTAMPTZ), fixed([TIMESTAMPTZ, INTERVAL], TIMESTAMPTZ)],
    nulls: 'strict',
    volatility: 'immutable',
    row: ([instant, by, zone = 'UTC']) => moveInstant(toBigint(instant), toInterval(by), zoneOf(zone)),
    documentation: 'The instant moved by an interval, of which months and days move the clock of the zone.',
    example: {
      sql: "timezone('Europe/Berlin', date_add(timestamptz '2024-03-30 12:00+01', interval '1 day', 'Europe/Berlin'))",
      result: '2024-03-31 12:00:00',
    },
  },
  {
    name: 'date_subtract',
    names: { sql: ['date_subtract'] },
    overloads: [fixed([TIMESTAMPTZ, INTERVAL, UTF8], TIMESTAMPTZ), fixed([TIMESTAMPTZ, INTERVAL], TIMESTAMPTZ)],
    nulls: 'strict',
    volatility: 'immutable',
    row: ([instant, by, zone = 'UTC']) => moveInstant(toBigint(instant), negateInterval(toInterval(by)), zoneOf(zone)),
    documentation: 'The instant moved back by an interval, of which months and days move the clock of the zone.',
    example: {
      sql: "timezone('Europe/Berlin', date_subtract(timestamptz '2024-03-31 12:00+02', interval '1 day', 'Europe/Berlin'))",
      result: '2024-03-30 12:00:00',
    },
  },
  {
    name: 'series_in_zone',
    names: {},
    overloads: [fixed([TIMESTAMPTZ, TIMESTAMPTZ, INTERVAL, UTF8], list(TIMESTAMPTZ))],
    nulls: 'strict',
    volatility: 'stable',
    row: ([start, stop, step, name]) => {
      const by = toInterval(step);
      const zone = zoneOf(name);
      return elements(toBigint(start), toBigint(stop), addInterval(0n, by), (at) => moveInstant(at, by, zone), true);
    },
    documentation: 'The instants from a first to a last one, by steps of a clock in the zone.',
  },
  {
    name: 'make_timestamp',
    names: { sql: ['make_timestamp'] },
    overloads: [fixed(CLOCK, TIMESTAMP)],
    nulls: 'strict',
    volatility: 'immutable',
    row: makeTimestamp,
    documentation: 'The timestamp of that year, month, day, hour, minute and second; a negative year is BC.',
    example: { sql: 'make_timestamp(2024, 2, 29, 10, 20, 30.5)', result: '2024-02-29 10:20:30.5' },
  },
  {
    name: 'make_timestamptz',
    names: { sql: ['make_timestamptz'] },
    overloads: [fixed([...CLOCK, UTF8], TIMESTAMPTZ), fixed(CLOCK, TIMESTAMPTZ)],
    nulls: 'strict',
    volatility: 'immutable',
    row: (args) => checkTimestamp(instantOf(makeTimestamp(args), zoneOf(args[6] ?? 'UTC'))),
    documentation: 'The instant of that year, month, day, hour, minute and second in a zone.',
    example: {
      sql: "make_timestamptz(2024, 2, 29, 10, 20, 30, 'Asia/Tokyo') = timestamptz '2024-02-29 01:20:30+00'",
      result: 't',
    },
  },
  {
    name: 'to_timestamp',
    names: { sql: ['to_timestamp'] },
    overloads: [fixed([FLOAT64], TIMESTAMPTZ)],
    nulls: 'strict',
    volatility: 'immutable',
    row: ([seconds]) => {
      const number = toNumber(seconds);
      if (Number.isNaN(number)) throw new OrbitError('datetime_field_overflow', 'timestamp cannot be NaN');
      if (!Number.isFinite(number) || Math.abs(number) > 1e13) {
        throw new OrbitError('datetime_field_overflow', `timestamp out of range: "${number}"`);
      }
      return checkTimestamp(BigInt(roundHalfEven(number * 1e6)));
    },
    documentation: 'The instant so many seconds after the beginning of 1970 in UTC.',
    example: { sql: "to_timestamp(1.5) = timestamptz '1970-01-01 00:00:01.5+00'", result: 't' },
  },
  {
    name: 'clock_timestamp',
    names: { sql: ['clock_timestamp'] },
    overloads: [fixed([], TIMESTAMPTZ)],
    nulls: 'strict',
    nullable: () => false,
    volatility: 'volatile',
    row: () => BigInt(Date.now()) * 1000n,
    documentation: 'What the clock shows when the call is evaluated.',
    example: { sql: 'clock_timestamp() IS NULL', result: 'f' },
  },
];
