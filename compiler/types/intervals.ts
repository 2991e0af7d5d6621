import {
  addMonths,
  checkDate,
  checkTimestamp,
  dateOfTimestamp,
  isDateInRange,
  MICROS_PER_DAY,
  MONTHS_PER_YEAR,
  timeOfTimestamp,
} from './dates.ts';
import { divisionByZero, OrbitError } from './error.ts';
import { roundHalfEven } from './floats.ts';
import type { Interval } from './value.ts';

export const DAYS_PER_MONTH = 30; // where an interval must be one length: comparison, and fractions of a month
export const SECONDS_PER_DAY = 86_400;

/** An interval whose fields fit their storage, or PostgreSQL's error. */
export function makeInterval(months: number, days: number, micros: bigint): Interval {
  const fits = (value: number) => Number.isInteger(value) && value >= -(2 ** 31) && value < 2 ** 31;
  if (!fits(months) || !fits(days) || BigInt.asIntN(64, micros) !== micros) throw intervalOverflow();
  return { months: months + 0, days: days + 0, micros };
}

export function intervalOverflow(): OrbitError {
  return new OrbitError('datetime_field_overflow', 'interval out of range');
}

export function addIntervals(a: Interval, b: Interval): Interval {
  return makeInterval(a.months + b.months, a.days + b.days, a.micros + b.micros);
}

export function negateInterval(a: Interval): Interval {
  return makeInterval(0 - a.months, 0 - a.days, -a.micros);
}

/** Months, then days, then time, each on the result of the one before. */
export function addInterval(timestamp: bigint, interval: Interval): bigint {
  let date = dateOfTimestamp(timestamp);
  if (interval.months !== 0) date = addMonths(date, interval.months);
  date += interval.days;
  if (!isDateInRange(date)) throw new OrbitError('datetime_field_overflow', 'timestamp out of range');
  return checkTimestamp(BigInt(checkDate(date)) * MICROS_PER_DAY + timeOfTimestamp(timestamp) + interval.micros);
}

/** The time between two timestamps in days and a rest, both of the same sign. */
export function timestampDifference(a: bigint, b: bigint): Interval {
  const micros = a - b;
  return makeInterval(0, Number(micros / MICROS_PER_DAY), micros % MICROS_PER_DAY);
}

/** The length that comparison takes an interval to have: months of 30 days, days of 24 hours. */
export function intervalEstimate(interval: Interval): bigint {
  return BigInt(interval.months * DAYS_PER_MONTH + interval.days) * MICROS_PER_DAY + interval.micros;
}

/** Fractions of months become days and fractions of days time; nothing moves upwards. */
export function multiplyInterval(interval: Interval, factor: number): Interval {
  return scaleInterval(interval, (field) => field * factor);
}

export function divideInterval(interval: Interval, divisor: number): Interval {
  if (divisor === 0) throw divisionByZero();
  return scaleInterval(interval, (field) => field / divisor);
}

function scaleInterval(interval: Interval, scale: (field: number) => number): Interval {
  const exactMonths = scale(interval.months);
  const exactDays = scale(interval.days);
  if (!Number.isFinite(exactMonths) || !Number.isFinite(exactDays)) throw intervalOverflow();
  const months = Math.trunc(exactMonths);
  let days = Math.trunc(exactDays);
  const daysOfMonth = roundToMicros((exactMonths - months) * DAYS_PER_MONTH);
  const restOfDay = exactDays - days + daysOfMonth - Math.trunc(daysOfMonth);
  let seconds = roundToMicros(restOfDay * SECONDS_PER_DAY);
  if (Math.abs(seconds) >= SECONDS_PER_DAY) {
    const whole = Math.trunc(seconds / SECONDS_PER_DAY);
    days += whole;
    seconds -= whole * SECONDS_PER_DAY;
  }
  days += Math.trunc(daysOfMonth);
  const micros = roundHalfEven(scale(Number(interval.micros)) + seconds * 1e6);
  if (!Number.isFinite(micros)) throw intervalOverflow();
  return makeInterval(months, days, BigInt(micros));
}

function roundToMicros(value: number): number {
  return roundHalfEven(value * 1e6) / 1e6;
}

/** As PostgreSQL's default style: `1 year 2 mons -3 days +04:05:06`. */
export function formatInterval(interval: Interval): string {
  const parts: string[] = [];
  let negative = false;
  const add = (value: number, unit: string) => {
    if (value === 0) return;
    parts.push(`${negative && value > 0 ? '+' : ''}${value} ${unit}${value === 1 ? '' : 's'}`);
    negative = value < 0;
  };
  add(Math.trunc(interval.months / MONTHS_PER_YEAR), 'year');
  add(interval.months % MONTHS_PER_YEAR, 'mon');
  add(interval.days, 'day');
  if (parts.length === 0 || interval.micros !== 0n) {
    const sign = interval.micros < 0n ? '-' : negative ? '+' : '';
    parts.push(sign + formatClock(interval.micros < 0n ? -interval.micros : interval.micros));
  }
  return parts.join(' ');
}

/** `04:05:06.78`, with as many digits for the hour as it takes. */
export function formatClock(micros: bigint): string {
  const two = (value: bigint) => value.toString().padStart(2, '0');
  const seconds = micros / 1_000_000n;
  const fraction = (micros % 1_000_000n).toString().padStart(6, '0').replace(/0+$/, '');
  const clock = `${two(seconds / 3600n)}:${two((seconds / 60n) % 60n)}:${two(seconds % 60n)}`;
  return fraction === '' ? clock : `${clock}.${fraction}`;
}
