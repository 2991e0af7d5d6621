import {
  checkTimestamp,
  civilFromDays,
  dateOfTimestamp,
  dayOfWeek,
  daysFromCivil,
  MICROS_PER_DAY,
  MICROS_PER_HOUR,
  MICROS_PER_MINUTE,
  MICROS_PER_SECOND,
} from '../types/dates.ts';
import { floorModulo } from '../types/integers.ts';
import { INTERVAL, TIMESTAMP } from '../types/type.ts';
import type { Interval } from '../types/value.ts';
import { type DateField, unsupportedField } from './date-fields.ts';

const CLOCK_UNITS: Partial<Record<DateField, bigint>> = {
  microseconds: 1n,
  milliseconds: 1000n,
  second: MICROS_PER_SECOND,
  minute: MICROS_PER_MINUTE,
  hour: MICROS_PER_HOUR,
};

/** The beginning of the unit of time that the timestamp is in. */
export function truncateTimestamp(field: DateField, micros: bigint): bigint {
  const unit = CLOCK_UNITS[field];
  if (unit !== undefined) return micros - floorModulo(micros, unit);
  return checkTimestamp(BigInt(truncateDate(field, dateOfTimestamp(micros))) * MICROS_PER_DAY);
}

function truncateDate(field: DateField, days: number): number {
  const { year, month } = civilFromDays(days);
  switch (field) {
    case 'day':
      return days;
    case 'week':
      return days - ((dayOfWeek(days) + 6) % 7);
    case 'month':
      return daysFromCivil(year, month, 1);
    case 'quarter':
      return daysFromCivil(year, month - ((month - 1) % 3), 1);
    case 'year':
      return daysFromCivil(year, 1, 1);
    case 'decade':
      return daysFromCivil(Math.floor(year / 10) * 10, 1, 1);
    case 'century':
      return daysFromCivil(spanStart(year, 100), 1, 1);
    case 'millennium':
      return daysFromCivil(spanStart(year, 1000), 1, 1);
    default:
      throw unsupportedField(field, TIMESTAMP);
  }
}

/** Centuries and millennia begin with a year 1. */
function spanStart(year: number, span: number): number {
  return Math.floor((year - 1) / span) * span + 1;
}

/** The interval without what is smaller than the field. */
export function truncateInterval(field: DateField, interval: Interval): Interval {
  const unit = CLOCK_UNITS[field];
  if (unit !== undefined) return { ...interval, micros: interval.micros - (interval.micros % unit) };
  if (field === 'day') return { ...interval, micros: 0n };
  const months = MONTH_UNITS[field];
  if (months === undefined) throw unsupportedField(field, INTERVAL);
  return { months: interval.months - (interval.months % months), days: 0, micros: 0n };
}

const MONTH_UNITS: Partial<Record<DateField, number>> = {
  month: 1,
  quarter: 3,
  year: 12,
  decade: 120,
  century: 1200,
  millennium: 12_000,
};
