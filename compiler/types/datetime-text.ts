import {
  checkDate,
  checkTimestamp,
  civilFromDays,
  dateOfTimestamp,
  daysFromCivil,
  daysInMonth,
  isDateInRange,
  isTimestampInRange,
  MICROS_PER_DAY,
  timeOfTimestamp,
} from './dates.ts';
import { OrbitError } from './error.ts';
import { roundHalfEven } from './floats.ts';
import { formatClock } from './intervals.ts';

type Target = 'date' | 'time' | 'timestamp';

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const MONTH_NAME =
  /^(jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|sept?(ember)?|oct(ober)?|nov(ember)?|dec(ember)?)$/;
const DAY_NAME = /^(mon(day)?|tue(s(day)?)?|wed(nesday|s)?|thu(r(s(day)?)?)?|fri(day)?|sat(urday)?|sun(day)?),?$/;
const CLOCK =
  /(?:^|[\st])(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d*))?)?\s*(am|pm)?\s*(z|utc|gmt|zulu|[+-]\d{1,2}(?::?\d{2}){0,2})?$/;

const invalid = (target: Target, text: string) =>
  new OrbitError('invalid_datetime_format', `invalid input syntax for type ${target}: "${text}"`);
const fieldOverflow = (text: string) =>
  new OrbitError('datetime_field_overflow', `date/time field value out of range: "${text}"`);

export function formatDate(days: number): string {
  const { year, month, day } = civilFromDays(days);
  const two = (value: number) => value.toString().padStart(2, '0');
  const shown = year > 0 ? year : 1 - year;
  return `${shown.toString().padStart(4, '0')}-${two(month)}-${two(day)}${year > 0 ? '' : ' BC'}`;
}

export function formatTime(micros: bigint): string {
  return formatClock(micros);
}

export function formatTimestamp(micros: bigint): string {
  const date = formatDate(dateOfTimestamp(micros));
  const [day = '', era] = date.split(' ');
  const text = `${day} ${formatClock(timeOfTimestamp(micros))}`;
  return era === undefined ? text : `${text} ${era}`;
}

/** A date; a time of day after it is read and dropped, as PostgreSQL does. */
export function parseDate(text: string): number {
  const { days } = parseDateTime(text, 'date');
  if (!isDateInRange(days)) throw new OrbitError('datetime_field_overflow', `date out of range: "${text}"`);
  return checkDate(days);
}

/** Zones are read and ignored: the type has none. */
export function parseTimestamp(text: string): bigint {
  const { days, micros } = parseDateTime(text, 'timestamp');
  const timestamp = BigInt(days) * MICROS_PER_DAY + micros;
  if (!isTimestampInRange(timestamp)) {
    throw new OrbitError('datetime_field_overflow', `timestamp out of range: "${text}"`);
  }
  return checkTimestamp(timestamp);
}

export function parseTime(text: string): bigint {
  const source = text.trim().toLowerCase();
  const compact = /^t?(\d{2})(\d{2})(?:(\d{2})(\.\d*)?)?$/.exec(source);
  const normal = compact
    ? `${compact[1]}:${compact[2]}:${compact[3] ?? '00'}${compact[4] ?? ''}`
    : source.replace(/^t/, '');
  const clock = CLOCK.exec(normal);
  if (clock === null) throw invalid('time', text);
  const rest = normal.slice(0, clock.index).trim();
  // A date before the time is allowed, and must be one.
  if (rest !== '' && parseDay(rest, 'time', text) === undefined) throw invalid('time', text);
  const micros = readClock(clock, text);
  if (micros > MICROS_PER_DAY) throw fieldOverflow(text);
  return micros;
}

function parseDateTime(text: string, target: Target): { readonly days: number; readonly micros: bigint } {
  let source = text.trim().toLowerCase();
  if (source === 'epoch') return { days: 0, micros: 0n };
  const era = /\s*\b(bc|ad)$/.exec(source)?.[1];
  if (era !== undefined) source = source.slice(0, -2).trim();
  const clock = CLOCK.exec(source);
  const dayText = clock === null ? source.replace(/\s*(z|utc|gmt)$/, '') : source.slice(0, clock.index);
  const day = parseDay(dayText.trim(), target, text);
  if (day === undefined) throw invalid(target, text);
  const micros = clock === null ? 0n : readClock(clock, text);
  let { year } = day;
  if (era === 'bc') {
    if (year <= 0) throw fieldOverflow(text);
    year = 1 - year;
  } else if (year === 0) {
    throw fieldOverflow(text); // there is no year zero in writing
  }
  if (day.month < 1 || day.month > 12 || day.day < 1 || day.day > 31) throw fieldOverflow(text);
  if (day.day > daysInMonth(year, day.month)) throw fieldOverflow(text);
  return { days: daysFromCivil(year, day.month, day.day), micros };
}

function readClock(clock: RegExpExecArray, text: string): bigint {
  const half = clock[5];
  let hour = Number(clock[1]);
  const minute = Number(clock[2]);
  const second = Number(clock[3] ?? 0);
  const fraction = roundHalfEven(Number(`0.${clock[4] ?? ''}0`) * 1e6);
  if (minute > 59 || second > 60 || hour > 24) throw fieldOverflow(text);
  if (half !== undefined) {
    if (hour < 1 || hour > 12) throw fieldOverflow(text);
    hour = (hour % 12) + (half === 'pm' ? 12 : 0);
  }
  const micros = BigInt((hour * 60 + minute) * 60 + second) * 1_000_000n + BigInt(fraction);
  if (micros > MICROS_PER_DAY) throw fieldOverflow(text);
  return micros;
}

interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

function parseDay(source: string, target: Target, text: string): Day | undefined {
  const iso = /^(\d{3,7})([-/.])(\d{1,2})\2(\d{1,2})$/.exec(source);
  if (iso !== null) return { year: Number(iso[1]), month: Number(iso[3]), day: Number(iso[4]) };
  const compact = /^(\d{4,6})(\d{2})(\d{2})$/.exec(source);
  if (compact !== null) return { year: Number(compact[1]), month: Number(compact[2]), day: Number(compact[3]) };
  const american = /^(\d{1,2})([-/.])(\d{1,2})\2(\d{1,4})$/.exec(source);
  if (american !== null) {
    return { year: fullYear(american[4] ?? ''), month: Number(american[1]), day: Number(american[3]) };
  }
  const ordinal = /^(\d{4})[.-](\d{3})$/.exec(source);
  if (ordinal !== null) return ordinalDay(Number(ordinal[1]), Number(ordinal[2]), text);
  const julian = /^j(\d+)$/.exec(source);
  if (julian !== null) return civilFromDays(Number(julian[1]) - 2_440_588);
  return parseNamedDay(source, target);
}

function ordinalDay(year: number, dayOfYear: number, text: string): Day {
  if (dayOfYear < 1 || dayOfYear > 366) throw fieldOverflow(text);
  return civilFromDays(daysFromCivil(year, 1, 1) + dayOfYear - 1);
}

/** `January 8, 1999`, `8 Jan 1999`, `1999-Jan-08`, `Fri Jan 8 1999`. */
function parseNamedDay(source: string, _target: Target): Day | undefined {
  const words = source.split(/[\s,\-/.]+/).filter((word) => word !== '' && !DAY_NAME.test(word));
  const names = words.filter((word) => MONTH_NAME.test(word));
  const numbers = words.filter((word) => /^\d+$/.test(word));
  const name = names[0];
  if (words.length !== 3 || names.length !== 1 || numbers.length !== 2 || name === undefined) return undefined;
  const month = MONTHS.indexOf(name.slice(0, 3)) + 1;
  const [first = '', second = ''] = numbers;
  if (first.length > 2) return { year: Number(first), month, day: Number(second) };
  return { year: fullYear(second), month, day: Number(first) };
}

/** Two digits mean a year between 1970 and 2069. */
function fullYear(digits: string): number {
  const year = Number(digits);
  if (digits.length > 2) return year;
  return year < 70 ? 2000 + year : 1900 + year;
}
