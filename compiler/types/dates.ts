import { OrbitError } from './error.ts';
import { floorDivide, floorModulo } from './integers.ts';

// Dates are days and timestamps microseconds since 1970-01-01, in the Gregorian calendar carried back without a gap.
// Years are astronomical: 0 is 1 BC.

export interface CivilDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

export const MICROS_PER_SECOND = 1_000_000n;
export const MICROS_PER_MINUTE = 60_000_000n;
export const MICROS_PER_HOUR = 3_600_000_000n;
export const MICROS_PER_DAY = 86_400_000_000n;
export const MONTHS_PER_YEAR = 12;

/** 4713-11-24 BC and 5874897-12-31, PostgreSQL's bounds. */
export const MIN_DATE = -2_440_588;
export const MAX_DATE = 2_145_042_905;
const MIN_TIMESTAMP = BigInt(MIN_DATE) * MICROS_PER_DAY;
const MAX_TIMESTAMP = 2n ** 63n - 1n;

const DAYS_PER_ERA = 146_097; // 400 years, after which the calendar repeats
const DAYS_FROM_MARCH_0000 = 719_468; // 0000-03-01 to 1970-01-01

/** Days before each month in a year that starts on 1 March, so that the leap day is the last. */
const daysBeforeMonth = (monthFromMarch: number): number => Math.floor((153 * monthFromMarch + 2) / 5);

/** Month and day need not be in range for the day; the month must be 1 to 12. */
export function daysFromCivil(year: number, month: number, day: number): number {
  const marchYear = month > 2 ? year : year - 1;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = daysBeforeMonth((month + 9) % 12) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * DAYS_PER_ERA + dayOfEra - DAYS_FROM_MARCH_0000;
}

export function civilFromDays(days: number): CivilDate {
  const shifted = days + DAYS_FROM_MARCH_0000;
  const era = Math.floor(shifted / DAYS_PER_ERA);
  const dayOfEra = shifted - era * DAYS_PER_ERA;
  const leapDays = Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leapDays) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0);
  return { year, month, day: dayOfYear - daysBeforeMonth(monthFromMarch) + 1 };
}

export function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

export function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** 0 is Sunday. */
export function dayOfWeek(days: number): number {
  return (((days + 4) % 7) + 7) % 7;
}

export function dayOfYear(days: number): number {
  return days - daysFromCivil(civilFromDays(days).year, 1, 1) + 1;
}

/** ISO 8601's week and the year that it belongs to: week 1 holds the year's first Thursday. */
export function isoWeek(days: number): { readonly year: number; readonly week: number } {
  const thursday = days - ((dayOfWeek(days) + 6) % 7) + 3;
  const { year } = civilFromDays(thursday);
  return { year, week: Math.floor((thursday - daysFromCivil(year, 1, 1)) / 7) + 1 };
}

/** The same day some months later; the last of the month where that day does not exist. */
export function addMonths(days: number, months: number): number {
  const date = civilFromDays(days);
  const total = date.year * MONTHS_PER_YEAR + (date.month - 1) + months;
  const year = Math.floor(total / MONTHS_PER_YEAR);
  const month = total - year * MONTHS_PER_YEAR + 1;
  return daysFromCivil(year, month, Math.min(date.day, daysInMonth(year, month)));
}

export function isDateInRange(days: number): boolean {
  return days >= MIN_DATE && days <= MAX_DATE;
}

export function isTimestampInRange(micros: bigint): boolean {
  return micros >= MIN_TIMESTAMP && micros <= MAX_TIMESTAMP;
}

export function checkDate(days: number): number {
  if (isDateInRange(days)) return days;
  throw new OrbitError('datetime_field_overflow', 'date out of range');
}

export function checkTimestamp(micros: bigint): bigint {
  if (isTimestampInRange(micros)) return micros;
  throw new OrbitError('datetime_field_overflow', 'timestamp out of range');
}

export function timestampFromDate(days: number): bigint {
  return checkTimestamp(BigInt(days) * MICROS_PER_DAY);
}

export function dateOfTimestamp(micros: bigint): number {
  return Number(floorDivide(micros, MICROS_PER_DAY));
}

export function timeOfTimestamp(micros: bigint): bigint {
  return floorModulo(micros, MICROS_PER_DAY);
}
