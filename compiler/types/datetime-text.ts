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
  MICROS_PER_SECOND,
  timeOfTimestamp,
} from './dates.ts';
import { OrbitError } from './error.ts';
import { roundHalfEven } from './floats.ts';
import { formatClock } from './intervals.ts';
import { findZone, formatOffset, instantOf, localTime, UTC, type Zone, zoneOfSeconds } from './zones.ts';

type Target = 'date' | 'time' | 'timestamp' | 'timestamp with time zone';

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const MONTH_NAME =
  /^(jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|sept?(ember)?|oct(ober)?|nov(ember)?|dec(ember)?)$/;
const DAY_NAME = /^(mon(day)?|tue(s(day)?)?|wed(nesday|s)?|thu(r(s(day)?)?)?|fri(day)?|sat(urday)?|sun(day)?),?$/;
const CLOCK = new RegExp(
  [
    String.raw`(?:^|[\st])(\d{1,2}):(\d{1,2})(?::(\d{1,2}))?(?:\.(\d*))?`,
    String.raw`\s*(am|pm)?\s*(z|utc|gmt|zulu|[+-]\d{1,2}(?::\d{2}(?::\d{2})?|\d{2})?)?$`,
  ].join(''),
);

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

/** As a clock in the zone shows it, with its offset behind. */
export function formatInstant(micros: bigint, zone: Zone): string {
  const [day = '', clock = '', era] = formatTimestamp(localTime(micros, zone)).split(' ');
  return `${day} ${clock}${formatOffset(zone.offsetAt(micros))}${era === undefined ? '' : ` ${era}`}`;
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

/** What names no zone of its own is meant in the given one. */
export function parseInstant(text: string, zone: Zone): bigint {
  const { days, micros, zone: own } = parseDateTime(text, 'timestamp with time zone');
  const instant = instantOf(BigInt(days) * MICROS_PER_DAY + micros, own ?? zone);
  if (!isTimestampInRange(instant)) {
    throw new OrbitError('datetime_field_overflow', `timestamp out of range: "${text}"`);
  }
  return instant;
}

export function parseTime(text: string): bigint {
  const source = text.trim().toLowerCase();
  const compact = /^t?(\d{2})(\d{2})(?:(\d{2})(\.\d*)?)?$/.exec(source);
  const normal = compact ? `${compact[1]}:${compact[2]}:${compact[3] ?? '00'}${compact[4] ?? ''}` : source;
  const clock = CLOCK.exec(normal);
  if (clock === null) throw invalid('time', text);
  const rest = normal.slice(0, clock.index).trim();
  // A date before the time is allowed, and must be one.
  if (rest !== '' && parseDay(rest, false, text) === undefined) throw invalid('time', text);
  const micros = readClock(clock, text);
  if (micros > MICROS_PER_DAY) throw fieldOverflow(text);
  return micros;
}

interface DateTime {
  readonly days: number;
  readonly micros: bigint;
  /** As it is written behind them. */
  readonly zone: Zone | undefined;
}

function parseDateTime(text: string, target: Target): DateTime {
  let source = text.trim().toLowerCase();
  if (source === 'epoch') return { days: 0, micros: 0n, zone: UTC };
  const era = /\s*\b(bc|ad)$/.exec(source)?.[1];
  if (era !== undefined) source = source.slice(0, -2).trim();
  // 20240101T101010
  source = source.replace(
    /^(\d{8})[t ](\d{2})(\d{2})(\d{2})?(?=[^\d:]|$)/,
    (_, day, hour, minute, second = '00') => `${day} ${hour}:${minute}:${second}`,
  );
  const named = namedZone(source);
  if (named !== undefined) source = named.rest;
  const clock = CLOCK.exec(source);
  const dayText = clock === null ? source : source.slice(0, clock.index);
  const day = parseDay(dayText.trim(), era === 'bc', text);
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
  const zone = named?.zone ?? (clock?.[6] === undefined ? undefined : zoneOfOffset(clock[6]));
  return { days: daysFromCivil(year, day.month, day.day), micros, zone };
}

function readClock(clock: RegExpExecArray, text: string): bigint {
  const [, first, second, third, fraction, half, zone = ''] = clock;
  // Two fields with a fraction are minutes and seconds.
  const fields = third === undefined && fraction !== undefined ? ['0', first, second] : [first, second, third ?? '0'];
  const [written = 0, minute = 0, seconds = 0] = fields.map(Number);
  const micros = roundHalfEven(Number(`0.${fraction ?? ''}0`) * 1e6);
  if (minute > 59 || seconds > 60 || written > 24) throw fieldOverflow(text);
  if (half !== undefined && (written < 1 || written > 12)) throw fieldOverflow(text);
  const hour = half === undefined ? written : (written % 12) + (half === 'pm' ? 12 : 0);
  checkZone(zone, text);
  const time = BigInt((hour * 60 + minute) * 60 + seconds) * MICROS_PER_SECOND + BigInt(micros);
  if (time > MICROS_PER_DAY) throw fieldOverflow(text);
  return time;
}

/** A zone's name at the end. */
function namedZone(source: string): { readonly rest: string; readonly zone: Zone } | undefined {
  const match = /^(.*\d(?:\s*[ap]m\b)?)\s*([a-z][\w+-]*(?:\/[\w+-]+)*)$/.exec(source);
  const [, rest, name] = match ?? [];
  if (rest === undefined || name === undefined || /^(t\d|[ap]m$)/.test(name)) return undefined;
  const zone = MONTH_NAME.test(name) || DAY_NAME.test(name) ? undefined : findZone(/\d/.test(name) ? `:${name}` : name);
  return zone === undefined ? undefined : { rest, zone };
}

/** `+2`, `+0530`, `+05:30:10` */
function zoneOfOffset(text: string): Zone | undefined {
  const [, sign, hours, minutes = '0', seconds = '0'] = OFFSET.exec(text) ?? [];
  if (hours === undefined) return UTC;
  const size = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  return zoneOfSeconds(sign === '-' ? -size : size);
}

const OFFSET = /^([+-])(\d{1,2}):?(\d{2})?:?(\d{2})?$/;

/** Zones must be possible even where they are not used. */
function checkZone(zone: string, text: string): void {
  const [, , hours = '0', minutes = '0', seconds = '0'] = OFFSET.exec(zone) ?? [];
  if (Number(hours) > 15 || Number(minutes) > 59 || Number(seconds) > 59) throw fieldOverflow(text);
}

interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** Before Christ a year of two digits is meant as it is. */
function parseDay(source: string, isBc: boolean, text: string): Day | undefined {
  const iso = /^(\d{3,7})([-/.])(\d{1,2})\2(\d{1,2})$/.exec(source);
  if (iso !== null) return { year: Number(iso[1]), month: Number(iso[3]), day: Number(iso[4]) };
  const compact = /^(\d{4,6})(\d{2})(\d{2})$/.exec(source);
  if (compact !== null) return { year: Number(compact[1]), month: Number(compact[2]), day: Number(compact[3]) };
  const american = /^(\d{1,2})([-/.])(\d{1,2})\2(\d{1,4})$/.exec(source);
  if (american !== null) {
    return { year: fullYear(american[4] ?? '', isBc), month: Number(american[1]), day: Number(american[3]) };
  }
  const ordinal = /^(\d{4})[.-](\d{3})$/.exec(source);
  if (ordinal !== null && !isBc) return ordinalDay(Number(ordinal[1]), Number(ordinal[2]), text);
  const julian = /^j(\d{1,9})$/.exec(source);
  if (julian !== null) return civilFromDays(Number(julian[1]) - 2_440_588);
  return parseNamedDay(source, isBc);
}

function ordinalDay(year: number, dayOfYear: number, text: string): Day {
  if (dayOfYear < 1 || dayOfYear > 366) throw fieldOverflow(text);
  return civilFromDays(daysFromCivil(year, 1, 1) + dayOfYear - 1);
}

/** `January 8, 1999`, `8 Jan 1999`, `1999-Jan-08`, `Fri Jan 8 1999`. */
function parseNamedDay(source: string, isBc: boolean): Day | undefined {
  // Either blanks and commas between the parts, or the same sign twice.
  const joined = /^([^\s,]+?)([-/.])([^\s,]+?)\2([^\s,]+)$/.exec(source);
  const parts = joined === null ? source.split(/[\s,]+/) : [joined[1] ?? '', joined[3] ?? '', joined[4] ?? ''];
  const words = parts.filter((word) => word !== '' && !DAY_NAME.test(word));
  if (words.length !== 3) return undefined;
  const place = words.findIndex((word) => MONTH_NAME.test(word));
  const [first = '', second = ''] = words.filter((_, index) => index !== place);
  if (place < 0 || !/^\d{1,7}$/.test(first) || !/^\d{1,7}$/.test(second)) return undefined;
  const month = MONTHS.indexOf(words[place]?.slice(0, 3) ?? '') + 1;
  if (first.length <= 2 && place < 2) return { year: fullYear(second, isBc), month, day: Number(first) };
  return place === 1 && second.length <= 2 ? { year: Number(first), month, day: Number(second) } : undefined;
}

/** Two digits mean a year between 1970 and 2069. */
function fullYear(digits: string, isBc: boolean): number {
  const year = Number(digits);
  if (digits.length > 2 || isBc) return year;
  return year < 70 ? 2000 + year : 1900 + year;
}
