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

type Target = 'date' | 'time' | 'timestamp';

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

function parseDateTime(text: string, target: Target): { readonly days: number; readonly micros: bigint } {
  let source = text.trim().toLowerCase();
  if (source === 'epoch') return { days: 0, micros: 0n };
  const era = /\s*\b(bc|ad)$/.exec(source)?.[1];
  if (era !== undefined) source = source.slice(0, -2).trim();
  const clock = CLOCK.exec(source);
  const dayText = clock === null ? source.replace(/\s*(z|utc|gmt)$/, '') : source.slice(0, clock.index);
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
  return { days: daysFromCivil(year, day.month, day.day), micros };
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

/** Zones are not used, but must be possible. */
function checkZone(zone: string, text: string): void {
  const [, hours = '0', minutes = '0', seconds = '0'] = /^[+-](\d{1,2}):?(\d{2})?:?(\d{2})?$/.exec(zone) ?? [];
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
