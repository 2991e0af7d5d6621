import {
  civilFromDays,
  dateOfTimestamp,
  dayOfWeek,
  dayOfYear,
  isoWeek,
  MICROS_PER_DAY,
  MICROS_PER_HOUR,
  MICROS_PER_MINUTE,
  timeOfTimestamp,
} from '../types/dates.ts';
import { internalError, OrbitError } from '../types/error.ts';
import { messageTypeName } from '../types/names.ts';
import { toBigint, toInterval, toNumber } from '../types/narrow.ts';
import type { Type } from '../types/type.ts';
import type { Interval, Value } from '../types/value.ts';
import { byWord } from '../types/words.ts';

export type DateField =
  | 'microseconds'
  | 'milliseconds'
  | 'second'
  | 'minute'
  | 'hour'
  | 'day'
  | 'week'
  | 'month'
  | 'quarter'
  | 'year'
  | 'decade'
  | 'century'
  | 'millennium'
  | 'isoyear'
  | 'dow'
  | 'isodow'
  | 'doy'
  | 'epoch';

const FIELD_NAMES: Readonly<Record<DateField, readonly string[]>> = {
  microseconds: ['microseconds', 'microsecond', 'usec', 'usecs', 'us'],
  milliseconds: ['milliseconds', 'millisecond', 'msec', 'msecs', 'ms'],
  second: ['second', 'seconds', 'sec', 'secs', 's'],
  minute: ['minute', 'minutes', 'min', 'mins', 'm'],
  hour: ['hour', 'hours', 'hr', 'hrs', 'h'],
  day: ['day', 'days', 'd'],
  week: ['week', 'weeks', 'w'],
  month: ['month', 'months', 'mon', 'mons'],
  quarter: ['quarter', 'qtr'],
  year: ['year', 'years', 'yr', 'yrs', 'y'],
  decade: ['decade', 'decades', 'dec', 'decs'],
  century: ['century', 'centuries', 'cent', 'c'],
  millennium: ['millennium', 'millennia', 'mil', 'mils'],
  isoyear: ['isoyear'],
  dow: ['dow'],
  isodow: ['isodow'],
  doy: ['doy'],
  epoch: ['epoch'],
};

const FIELDS = byWord(FIELD_NAMES);

export function dateField(name: string): DateField | undefined {
  return FIELDS.get(name.toLowerCase());
}

export function requireField(name: string, type: Type): DateField {
  const field = dateField(name);
  if (field === undefined) throw unknownField(name, type);
  return field;
}

function unknownField(name: string, type: Type): OrbitError {
  return new OrbitError('invalid_parameter_value', `unit "${name}" not recognized for type ${messageTypeName(type)}`);
}

/** The field of date_trunc: one that time can be divided into. */
export function requireUnit(name: string, type: Type): DateField {
  const field = requireField(name, type);
  if (NO_UNITS.has(field)) throw unknownField(name, type);
  return field;
}

const NO_UNITS: ReadonlySet<DateField> = new Set<DateField>(['isoyear', 'dow', 'isodow', 'doy', 'epoch']);

export function unsupportedField(field: DateField, type: Type): OrbitError {
  return new OrbitError('feature_not_supported', `unit "${field}" not supported for type ${messageTypeName(type)}`);
}

/** Fields are computed in millionths, the finest that any of them has. */
export const FIELD_SCALE = 6;
const ONE = 1_000_000n;

/** The field of a date, time, timestamp or interval, in millionths. */
export function extractField(field: DateField, value: Value, type: Type): bigint {
  const found = fieldOf(field, value, type);
  if (found === undefined) throw unsupportedField(field, type);
  return found;
}

function fieldOf(field: DateField, value: Value, type: Type): bigint | undefined {
  switch (type.kind) {
    case 'date': {
      const days = toNumber(value);
      return field === 'epoch' ? BigInt(days) * MICROS_PER_DAY : dayField(field, days);
    }
    case 'timestamp':
    case 'timestamptz': {
      const micros = toBigint(value);
      if (field === 'epoch') return micros;
      return dayField(field, dateOfTimestamp(micros)) ?? clockField(field, timeOfTimestamp(micros));
    }
    case 'time':
      return field === 'epoch' ? toBigint(value) : clockField(field, toBigint(value));
    case 'interval':
      return intervalField(field, toInterval(value));
    default:
      throw internalError(`no date fields in ${type.kind}`);
  }
}

const whole = (value: number): bigint => BigInt(value) * ONE;

/** There is no year 0 in writing: 1 BC is -1. */
const writtenYear = (year: number): number => (year > 0 ? year : year - 1);

/** The running number of the span of years that holds the year, the first beginning with year 1. */
function spanNumber(year: number, span: number): number {
  return year > 0 ? Math.ceil(year / span) : -Math.floor((span - year) / span);
}

function dayField(field: DateField, days: number): bigint | undefined {
  const { year, month, day } = civilFromDays(days);
  switch (field) {
    case 'day':
      return whole(day);
    case 'week':
      return whole(isoWeek(days).week);
    case 'month':
      return whole(month);
    case 'quarter':
      return whole(Math.ceil(month / 3));
    case 'year':
      return whole(writtenYear(year));
    case 'decade':
      return whole(Math.floor(year / 10));
    case 'century':
      return whole(spanNumber(year, 100));
    case 'millennium':
      return whole(spanNumber(year, 1000));
    case 'isoyear':
      return whole(writtenYear(isoWeek(days).year));
    case 'dow':
      return whole(dayOfWeek(days));
    case 'isodow':
      return whole(dayOfWeek(days) || 7);
    case 'doy':
      return whole(dayOfYear(days));
    default:
      return undefined;
  }
}

/** Works for negative times of intervals too: every field has the sign of the whole. */
function clockField(field: DateField, micros: bigint): bigint | undefined {
  switch (field) {
    case 'microseconds':
      return (micros % MICROS_PER_MINUTE) * ONE;
    case 'milliseconds':
      return (micros % MICROS_PER_MINUTE) * 1000n;
    case 'second':
      return micros % MICROS_PER_MINUTE;
    case 'minute':
      return ((micros % MICROS_PER_HOUR) / MICROS_PER_MINUTE) * ONE;
    case 'hour':
      return (micros / MICROS_PER_HOUR) * ONE;
    default:
      return undefined;
  }
}

function intervalField(field: DateField, interval: Interval): bigint | undefined {
  const years = Math.trunc(interval.months / 12);
  const months = interval.months % 12;
  switch (field) {
    case 'day':
      return whole(interval.days);
    case 'month':
      return whole(months);
    case 'week':
      return whole(Math.trunc(interval.days / 7));
    case 'quarter':
      return whole(Math.trunc(months / 3) + (interval.months < 0 ? -1 : 1));
    case 'year':
      return whole(years);
    case 'decade':
      return whole(Math.trunc(years / 10));
    case 'century':
      return whole(Math.trunc(years / 100));
    case 'millennium':
      return whole(Math.trunc(years / 1000));
    case 'epoch': {
      // Years of 365.25 days here, unlike in comparison.
      const quarterDays = BigInt(years) * 1461n + BigInt(months * 30 + interval.days) * 4n;
      return (quarterDays * MICROS_PER_DAY) / 4n + interval.micros;
    }
    default:
      return clockField(field, interval.micros);
  }
}
