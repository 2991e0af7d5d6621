import {
  addMonths,
  checkDate,
  checkTimestamp,
  civilFromDays,
  dateOfTimestamp,
  dayOfWeek,
  daysFromCivil,
  daysInMonth,
  isoWeek,
  MICROS_PER_DAY,
  MICROS_PER_HOUR,
  MICROS_PER_MINUTE,
  timeOfTimestamp,
  timestampFromDate,
} from '../types/dates.ts';
import { OrbitError } from '../types/error.ts';
import { roundHalfEven } from '../types/floats.ts';
import { floorDivide, fromInteger } from '../types/integers.ts';
import { makeInterval } from '../types/intervals.ts';
import { toBigint, toInteger, toInterval, toNumber, toText } from '../types/narrow.ts';
import { DATE, FLOAT64, INT32, INT64, INTERVAL, TIME, TIMESTAMP, type Type, UTF8 } from '../types/type.ts';
import type { Interval, Value } from '../types/value.ts';
import { type DateField, dateField, extractField } from './date-fields.ts';
import { truncateTimestamp } from './date-trunc.ts';
import type { Overload, ScalarFunction } from './declaration.ts';
import { fixed } from './overload.ts';
import { optional, scalar } from './shorthand.ts';
import { DAY_NAMES, MONTH_NAMES } from './to-char.ts';

// Functions of dates, timestamps and intervals beyond EXTRACT and date_trunc.

const bad = (message: string): OrbitError => new OrbitError('invalid_parameter_value', message);
const microsOf = (value: Value | undefined): bigint =>
  typeof value === 'number' ? timestampFromDate(value) : toBigint(value);
const daysOf = (value: Value | undefined): number =>
  typeof value === 'number' ? value : dateOfTimestamp(toBigint(value));

const ofDates = (result: Type): readonly Overload[] => [fixed([DATE], result), fixed([TIMESTAMP], result)];

/** A field as a function of its own, in whole numbers. */
function field(
  name: string,
  which: DateField,
  documentation: string,
  result: string,
  names: readonly string[] = [name],
  intervals = true,
): ScalarFunction {
  return scalar(
    name,
    intervals ? [...ofDates(INT64), fixed([INTERVAL], INT64)] : ofDates(INT64),
    ([value = null], { parameters: [type = DATE] }) => {
      const isClock = CLOCK.has(which);
      if (type.kind === 'date' && isClock) return 0n;
      const millionths = extractField(which, value, type);
      return millionths / 1_000_000n;
    },
    documentation,
    [`${names[0] ?? name}(timestamp '2024-02-29 10:20:30.123456')`, result],
    { names },
  );
}

const CLOCK: ReadonlySet<DateField> = new Set<DateField>(['hour', 'minute', 'second', 'milliseconds', 'microseconds']);

function lastDay(days: number): number {
  const { year, month } = civilFromDays(days);
  return checkDate(daysFromCivil(year, month, daysInMonth(year, month)));
}

/** Years, months, days and time from the second to the first, of which a date says how long they are. */
function age(later: bigint, earlier: bigint): Interval {
  const sign = later < earlier ? -1 : 1;
  const [a, b] = sign < 0 ? [earlier, later] : [later, earlier];
  const [x, y] = [civilFromDays(dateOfTimestamp(a)), civilFromDays(dateOfTimestamp(b))];
  let micros = timeOfTimestamp(a) - timeOfTimestamp(b);
  let days = x.day - y.day;
  let months = (x.year - y.year) * 12 + x.month - y.month;
  if (micros < 0n) {
    micros += MICROS_PER_DAY;
    days -= 1;
  }
  while (days < 0) {
    // The month that is borrowed from is the earlier one's.
    days += daysInMonth(y.year, y.month);
    months -= 1;
  }
  return makeInterval(sign * months, sign * days, BigInt(sign) * micros);
}

function makeTime([hour, minute, second]: readonly (Value | undefined)[]): bigint {
  const [h, m, s] = [toNumber(hour), toNumber(minute), toNumber(second)];
  const valid = h >= 0 && m >= 0 && m <= 59 && s >= 0 && s <= 60 && (h < 24 || (h === 24 && m === 0 && s === 0));
  if (!valid) throw new OrbitError('datetime_field_overflow', `time field value out of range: ${h}:${m}:${s}`);
  return BigInt(h) * MICROS_PER_HOUR + BigInt(m) * MICROS_PER_MINUTE + BigInt(roundHalfEven(s * 1e6));
}

function newInterval(args: readonly Value[]): Interval {
  const [years = 0, months = 0, weeks = 0, days = 0, hours = 0, minutes = 0] = args.slice(0, 6).map(toNumber);
  const seconds = args[6] === undefined ? 0 : toNumber(args[6]);
  if (!Number.isFinite(seconds)) throw new OrbitError('datetime_field_overflow', 'interval out of range');
  const rest = roundHalfEven(seconds * 1e6);
  if (Math.abs(rest) >= 2 ** 63) throw new OrbitError('datetime_field_overflow', 'interval out of range');
  return makeInterval(
    years * 12 + months,
    weeks * 7 + days,
    BigInt(hours) * MICROS_PER_HOUR + BigInt(minutes) * MICROS_PER_MINUTE + BigInt(rest),
  );
}

/** The last point of a grid of equal steps that is not behind the timestamp. */
function bin(stride: Interval, value: bigint, origin: bigint): bigint {
  if (stride.months !== 0) {
    throw new OrbitError(
      'feature_not_supported',
      'timestamps cannot be binned into intervals containing months or years',
    );
  }
  const step = BigInt(stride.days) * MICROS_PER_DAY + stride.micros;
  if (step <= 0n) throw new OrbitError('datetime_field_overflow', 'stride must be greater than zero');
  return checkTimestamp(origin + floorDivide(value - origin, step) * step);
}

const BUCKET_ORIGIN = timestampFromDate(daysFromCivil(2000, 1, 3));

/** DuckDB's buckets: of months from 2000-01-01, of others from Monday, 2000-01-03. */
function timeBucket(width: Interval, value: bigint): bigint {
  if (width.months === 0) {
    const step = BigInt(width.days) * MICROS_PER_DAY + width.micros;
    if (step <= 0n) throw bad('the width of a bucket must be positive');
    return checkTimestamp(BUCKET_ORIGIN + floorDivide(value - BUCKET_ORIGIN, step) * step);
  }
  if (width.days !== 0 || width.micros !== 0n) throw bad('the width of a bucket must be of months or of days and time');
  if (width.months < 0) throw bad('the width of a bucket must be positive');
  const { year, month } = civilFromDays(dateOfTimestamp(value));
  const count = (year - 2000) * 12 + month - 1;
  const first = Math.floor(count / width.months) * width.months;
  return checkTimestamp(timestampFromDate(addMonths(daysFromCivil(2000, 1, 1), first)));
}

function justifyHours({ months, days, micros }: Interval): Interval {
  let [d, m] = [days + Number(micros / MICROS_PER_DAY), micros % MICROS_PER_DAY];
  if (d > 0 && m < 0n) [d, m] = [d - 1, m + MICROS_PER_DAY];
  else if (d < 0 && m > 0n) [d, m] = [d + 1, m - MICROS_PER_DAY];
  return makeInterval(months, d, m);
}

function justifyDays({ months, days, micros }: Interval): Interval {
  let [m, d] = [months + Math.trunc(days / 30), days % 30];
  if (m > 0 && d < 0) [m, d] = [m - 1, d + 30];
  else if (m < 0 && d > 0) [m, d] = [m + 1, d - 30];
  return makeInterval(m, d, micros);
}

function justify(interval: Interval): Interval {
  let { months, days, micros } = interval;
  days += Number(micros / MICROS_PER_DAY);
  micros %= MICROS_PER_DAY;
  months += Math.trunc(days / 30);
  days %= 30;
  if (months > 0 && (days < 0 || (days === 0 && micros < 0n))) [months, days] = [months - 1, days + 30];
  else if (months < 0 && (days > 0 || (days === 0 && micros > 0n))) [months, days] = [months + 1, days - 30];
  if (days > 0 && micros < 0n) [days, micros] = [days - 1, micros + MICROS_PER_DAY];
  else if (days < 0 && micros > 0n) [days, micros] = [days + 1, micros - MICROS_PER_DAY];
  return makeInterval(months, days, micros);
}

const SPAN: Partial<Record<DateField, bigint>> = {
  microseconds: 1n,
  milliseconds: 1000n,
  second: 1_000_000n,
  minute: MICROS_PER_MINUTE,
  hour: MICROS_PER_HOUR,
  day: MICROS_PER_DAY,
  week: 7n * MICROS_PER_DAY,
};

const MONTHS_OF: Partial<Record<DateField, number>> = {
  month: 1,
  quarter: 3,
  year: 12,
  decade: 120,
  century: 1200,
  millennium: 12_000,
};

function partOf(text: Value | undefined): DateField {
  const found = dateField(toText(text));
  if (found === undefined || (SPAN[found] === undefined && MONTHS_OF[found] === undefined)) {
    const alias = ({ dow: 'day', isodow: 'day', doy: 'day', isoyear: 'year' } as const)[found as 'dow'];
    if (alias !== undefined) return alias;
    throw bad(`unit "${toText(text)}" not recognized`);
  }
  return found;
}

/** How many boundaries of the unit lie between. */
function boundaries(part: DateField, from: bigint, to: bigint): bigint {
  const months = MONTHS_OF[part];
  const count = (value: bigint): bigint => {
    if (months === undefined) {
      if (part === 'week') return floorDivide(truncateTimestamp('week', value), 7n * MICROS_PER_DAY);
      return floorDivide(value, SPAN[part] ?? 1n);
    }
    const { year, month } = civilFromDays(dateOfTimestamp(value));
    return BigInt(Math.floor((year * 12 + month - 1) / months));
  };
  return count(to) - count(from);
}

/** How many whole units lie between. */
function wholeUnits(part: DateField, from: bigint, to: bigint): bigint {
  const months = MONTHS_OF[part];
  if (months === undefined) return (to - from) / (SPAN[part] ?? 1n);
  if (from > to) return -wholeUnits(part, to, from);
  const [a, b] = [civilFromDays(dateOfTimestamp(from)), civilFromDays(dateOfTimestamp(to))];
  let count = (b.year - a.year) * 12 + b.month - a.month;
  const endOfMonth = b.day === daysInMonth(b.year, b.month) && a.day > b.day;
  const dayBefore = b.day < a.day && !endOfMonth;
  const sameDay = b.day === a.day || endOfMonth;
  if (dayBefore || (sameDay && timeOfTimestamp(to) < timeOfTimestamp(from))) count -= 1;
  return BigInt(Math.trunc(count / months));
}

const spans: readonly Overload[] = [fixed([UTF8, DATE, DATE], INT64), fixed([UTF8, TIMESTAMP, TIMESTAMP], INT64)];

function toUnit(name: string, unit: string, make: (n: number) => Interval, result: string): ScalarFunction {
  return scalar(name, fixed([INT32], INTERVAL), ([n]) => make(toNumber(n)), `An interval of so many ${unit}.`, [
    `${name}(5)`,
    result,
  ]);
}

const ofMicros = (name: string, unit: string, micros: bigint, result: string, fraction = false): ScalarFunction =>
  scalar(
    name,
    fraction ? fixed([FLOAT64], INTERVAL) : fixed([INT64], INTERVAL),
    ([n]) => {
      if (!fraction) return makeInterval(0, 0, toInteger(n) * micros);
      const total = toNumber(n) * Number(micros);
      if (!(Math.abs(total) < 2 ** 63)) throw new OrbitError('datetime_field_overflow', 'interval out of range');
      return makeInterval(0, 0, BigInt(roundHalfEven(total)));
    },
    `An interval of so many ${unit}.`,
    [`${name}(5)`, result],
  );

const justifying = (
  name: string,
  make: (interval: Interval) => Interval,
  documentation: string,
  example: readonly [string, string],
): ScalarFunction =>
  scalar(name, fixed([INTERVAL], INTERVAL), ([value]) => make(toInterval(value)), documentation, example);

const epochs = (
  name: string,
  documentation: string,
  result: string,
  calculate: (micros: bigint) => bigint,
  back: bigint | undefined,
): ScalarFunction =>
  scalar(
    name,
    [...ofDates(INT64), ...(back === undefined ? [] : [fixed([INT64], TIMESTAMP)])],
    ([value], { result: type }) =>
      type.kind === 'timestamp'
        ? checkTimestamp(toInteger(value) * (back ?? 1n))
        : fromInteger(calculate(microsOf(value)), INT64),
    documentation,
    [`${name}(timestamp '2024-02-29 10:20:30.5')`, result],
  );

export const CALENDAR_FUNCTIONS: readonly ScalarFunction[] = [
  field('year', 'year', 'The year.', '2024'),
  field('month', 'month', 'The month, from 1 to 12.', '2'),
  field('day_of_month', 'day', 'The day of the month.', '29', ['day', 'dayofmonth']),
  field('hour', 'hour', 'The hour, from 0 to 23.', '10'),
  field('minute', 'minute', 'The minute, from 0 to 59.', '20'),
  field('second', 'second', 'The second, from 0 to 59.', '30'),
  field('millisecond', 'milliseconds', 'The milliseconds since the minute began.', '30123'),
  field('microsecond', 'microseconds', 'The microseconds since the minute began.', '30123456'),
  field('quarter', 'quarter', 'The quarter of the year, from 1 to 4.', '1', ['quarter'], false),
  field('week', 'week', 'The week of the year, as ISO 8601 numbers them.', '9', ['week', 'weekofyear'], false),
  field('dayofweek', 'dow', 'The day of the week, 0 for Sunday.', '4', ['dayofweek', 'weekday'], false),
  field('isodow', 'isodow', 'The day of the week, 1 for Monday and 7 for Sunday.', '4', ['isodow'], false),
  field('dayofyear', 'doy', 'The day of the year, from 1.', '60', ['dayofyear'], false),
  field('decade', 'decade', 'The decade: the year divided by ten.', '202'),
  field('century', 'century', 'The century.', '21', ['century'], false),
  field('millennium', 'millennium', 'The millennium.', '3', ['millennium'], false),
  field('isoyear', 'isoyear', 'The year that the week belongs to.', '2024', ['isoyear'], false),
  scalar(
    'yearweek',
    ofDates(INT64),
    ([v]) => {
      const { year, week } = isoWeek(daysOf(v));
      return BigInt(year * 100 + (year > 0 ? week : -week));
    },
    'The ISO year and week as one number.',
    ["yearweek(date '2024-02-29')", '202409'],
  ),
  scalar(
    'era',
    ofDates(INT64),
    ([v]) => (civilFromDays(daysOf(v)).year > 0 ? 1n : 0n),
    '1 for a date since the year 1, 0 before.',
    ["era(date '2024-02-29')", '1'],
  ),
  scalar(
    'julian',
    ofDates(FLOAT64),
    ([v]) => 2_440_588 + daysOf(v) + (typeof v === 'number' ? 0 : Number(timeOfTimestamp(toBigint(v))) / 86_400e6),
    'The Julian day, with the time as its fraction.',
    ["julian(date '2024-02-29')", '2460370'],
  ),
  scalar(
    'epoch',
    [...ofDates(FLOAT64), fixed([TIME], FLOAT64), fixed([INTERVAL], FLOAT64)],
    ([v = null], { parameters: [type = DATE] }) => Number(extractField('epoch', v, type)) / 1e6,
    'The seconds since 1970-01-01.',
    ["epoch(timestamp '2024-02-29 10:20:30.5')", '1709202030.5'],
  ),
  epochs(
    'epoch_ms',
    'The milliseconds since 1970-01-01; of a number, the timestamp that it means.',
    '1709202030500',
    (m) => floorDivide(m, 1000n),
    1000n,
  ),
  epochs('epoch_us', 'The microseconds since 1970-01-01.', '1709202030500000', (m) => m, undefined),
  epochs('epoch_ns', 'The nanoseconds since 1970-01-01.', '1709202030500000000', (m) => m * 1000n, undefined),
  scalar('dayname', ofDates(UTF8), ([v]) => DAY_NAMES[dayOfWeek(daysOf(v))] ?? '', 'The name of the day of the week.', [
    "dayname(date '2024-02-29')",
    'Thursday',
  ]),
  scalar(
    'monthname',
    ofDates(UTF8),
    ([v]) => MONTH_NAMES[civilFromDays(daysOf(v)).month - 1] ?? '',
    'The name of the month.',
    ["monthname(date '2024-02-29')", 'February'],
  ),
  scalar('last_day', ofDates(DATE), ([v]) => lastDay(daysOf(v)), 'The last day of the month.', [
    "last_day(date '2024-02-10')",
    '2024-02-29',
  ]),
  scalar(
    'days_in_month',
    ofDates(INT64),
    ([v]) => {
      const { year, month } = civilFromDays(daysOf(v));
      return BigInt(daysInMonth(year, month));
    },
    'The number of days of the month.',
    ["days_in_month(date '2024-02-10')", '29'],
  ),
  scalar(
    'age',
    fixed([TIMESTAMP, TIMESTAMP], INTERVAL),
    ([a, b]) => age(toBigint(a), toBigint(b)),
    'The years, months, days and time from the second timestamp to the first.',
    ["age(timestamp '2001-04-10', timestamp '1957-06-13')", '43 years 9 mons 27 days'],
  ),
  scalar('make_time', fixed([INT32, INT32, FLOAT64], TIME), makeTime, 'The time of hour, minute and second.', [
    'make_time(8, 15, 23.5)',
    '08:15:23.5',
  ]),
  scalar(
    'make_interval',
    optional([INT32, INT32, INT32, INT32, INT32, INT32, FLOAT64], 0, INTERVAL),
    newInterval,
    'The interval of years, months, weeks, days, hours, minutes and seconds.',
    ['make_interval(1, 2, 0, 10)', '1 year 2 mons 10 days'],
  ),
  scalar(
    'date_bin',
    fixed([INTERVAL, TIMESTAMP, TIMESTAMP], TIMESTAMP),
    ([stride, value, origin]) => bin(toInterval(stride), toBigint(value), toBigint(origin)),
    'The beginning of the interval that a timestamp is in, of equal ones from an origin on.',
    [
      "date_bin('15 minutes'::interval, timestamp '2020-02-11 15:44:17', timestamp '2001-01-01')",
      '2020-02-11 15:30:00',
    ],
  ),
  scalar(
    'time_bucket',
    [fixed([INTERVAL, TIMESTAMP], TIMESTAMP), fixed([INTERVAL, DATE], DATE)],
    ([width, value], { result }) => {
      const start = timeBucket(toInterval(width), microsOf(value));
      return result.kind === 'date' ? dateOfTimestamp(start) : start;
    },
    'The beginning of the bucket of a width that a date or timestamp is in; months count from 2000-01-01, days and times from Monday, 2000-01-03.',
    ["time_bucket('7 days'::interval, date '2024-02-29')", '2024-02-26'],
  ),
  justifying('justify_hours', justifyHours, 'The interval with 24 hours as a day.', [
    "justify_hours('50 hours 10 minutes'::interval)",
    '2 days 02:10:00',
  ]),
  justifying('justify_days', justifyDays, 'The interval with 30 days as a month.', [
    "justify_days('1 year 65 days'::interval)",
    '1 year 2 mons 5 days',
  ]),
  justifying('justify_interval', justify, 'The interval with 24 hours as a day, 30 days as a month, and one sign.', [
    "justify_interval('1 mon -1 hour'::interval)",
    '29 days 23:00:00',
  ]),
  scalar(
    'date_diff',
    spans,
    ([part, from, to]) => boundaries(partOf(part), microsOf(from), microsOf(to)),
    'How many boundaries of a unit lie between two dates or timestamps.',
    ["date_diff('month', date '2024-01-31', date '2024-03-01')", '2'],
    { names: ['date_diff', 'datediff'] },
  ),
  scalar(
    'date_sub',
    spans,
    ([part, from, to]) => wholeUnits(partOf(part), microsOf(from), microsOf(to)),
    'How many whole units lie between two dates or timestamps.',
    ["date_sub('month', date '2024-01-31', date '2024-03-01')", '1'],
    { names: ['date_sub', 'datesub'] },
  ),
  toUnit('to_millennia', 'millennia', (n) => makeInterval(n * 12_000, 0, 0n), '5000 years'),
  toUnit('to_centuries', 'centuries', (n) => makeInterval(n * 1200, 0, 0n), '500 years'),
  toUnit('to_decades', 'decades', (n) => makeInterval(n * 120, 0, 0n), '50 years'),
  toUnit('to_years', 'years', (n) => makeInterval(n * 12, 0, 0n), '5 years'),
  toUnit('to_quarters', 'quarters', (n) => makeInterval(n * 3, 0, 0n), '1 year 3 mons'),
  toUnit('to_months', 'months', (n) => makeInterval(n, 0, 0n), '5 mons'),
  toUnit('to_weeks', 'weeks', (n) => makeInterval(0, n * 7, 0n), '35 days'),
  toUnit('to_days', 'days', (n) => makeInterval(0, n, 0n), '5 days'),
  ofMicros('to_hours', 'hours', MICROS_PER_HOUR, '05:00:00'),
  ofMicros('to_minutes', 'minutes', MICROS_PER_MINUTE, '00:05:00'),
  ofMicros('to_seconds', 'seconds', 1_000_000n, '00:00:05', true),
  ofMicros('to_milliseconds', 'milliseconds', 1000n, '00:00:00.005', true),
  ofMicros('to_microseconds', 'microseconds', 1n, '00:00:00.000005'),
];
