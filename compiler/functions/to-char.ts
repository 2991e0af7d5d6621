import { civilFromDays, dateOfTimestamp, dayOfWeek, dayOfYear, isoWeek, timeOfTimestamp } from '../types/dates.ts';
import { OrbitError } from '../types/error.ts';
import { toBigint, toText } from '../types/narrow.ts';
import { TIMESTAMP, UTF8 } from '../types/type.ts';
import type { ScalarFunction } from './declaration.ts';
import { fixed } from './overload.ts';
import { scalar } from './shorthand.ts';

// PostgreSQL's patterns for timestamps, and strftime's.

export const MONTH_NAMES = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
export const DAY_NAMES = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const ROMAN = ['I', 'II', 'III', 'IV', 'V', 'VI', 'VII', 'VIII', 'IX', 'X', 'XI', 'XII'];

interface Parts {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly days: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly micros: number;
}

function partsOf(value: bigint): Parts {
  const days = dateOfTimestamp(value);
  const rest = Number(timeOfTimestamp(value));
  const seconds = Math.floor(rest / 1e6);
  return {
    ...civilFromDays(days),
    days,
    hour: Math.floor(seconds / 3600),
    minute: Math.floor(seconds / 60) % 60,
    second: seconds % 60,
    micros: rest % 1e6,
  };
}

/** The longest patterns first, so that none is taken for a shorter one. */
const PATTERNS = (
  'SSSSS Y,YYY MONTH Month month IYYY YYYY IDDD SSSS HH12 HH24 A.M. P.M. a.m. p.m. A.D. B.C. a.d. b.c. ' +
  'YYY IYY MON Mon mon DDD DAY Day day FF1 FF2 FF3 FF4 FF5 FF6 TZH TZM YY IY MM DD DY Dy dy ID HH MI SS MS US AM PM am pm ' +
  'AD BC ad bc CC WW IW RM rm TZ tz OF Y I D W J Q'
).split(' ');

const LOWER_TOO = new Set(
  'SSSSS Y,YYY IYYY YYYY IDDD SSSS HH12 HH24 YYY IYY DDD FF1 FF2 FF3 FF4 FF5 FF6 TZH TZM YY IY MM DD ID HH MI SS MS US CC WW IW OF Y I D W J Q'.split(
    ' ',
  ),
);

function ordinal(digits: string): string {
  const last = Number(digits.slice(-2));
  if (last >= 11 && last <= 13) return 'th';
  return ['th', 'st', 'nd', 'rd'][last % 10] ?? 'th';
}

/** One pattern: its text, and how wide it is filled up, with zeros or blanks, unless FM says not to. */
function patternText(pattern: string, p: Parts, fill: boolean): string {
  const number = (value: number, width: number): string => {
    const digits = Math.abs(value).toString();
    return (value < 0 ? '-' : '') + (fill ? digits.padStart(width, '0') : digits);
  };
  const name = (text: string, width: number): string => (fill ? text.padEnd(width) : text);
  const cased = (text: string): string =>
    pattern === pattern.toUpperCase()
      ? text.toUpperCase()
      : pattern === pattern.toLowerCase()
        ? text.toLowerCase()
        : text;
  const year = p.year > 0 ? p.year : 1 - p.year;
  const iso = isoWeek(p.days);
  const isoYear = iso.year > 0 ? iso.year : 1 - iso.year;
  const weekday = dayOfWeek(p.days);
  const half = p.hour >= 12 ? 'pm' : 'am';
  const era = p.year > 0 ? 'ad' : 'bc';
  const dotted = (text: string): string => `${text[0]}.${text[1]}.`;
  switch (pattern.toUpperCase()) {
    case 'Y,YYY': {
      const digits = number(year, 4);
      return digits.length > 3 ? `${digits.slice(0, -3)},${digits.slice(-3)}` : `0,${digits.padStart(3, '0')}`;
    }
    case 'YYYY':
      return number(year, 4);
    case 'YYY':
      return number(year % 1000, 3);
    case 'YY':
      return number(year % 100, 2);
    case 'Y':
      return number(year % 10, 1);
    case 'IYYY':
      return number(isoYear, 4);
    case 'IYY':
      return number(isoYear % 1000, 3);
    case 'IY':
      return number(isoYear % 100, 2);
    case 'I':
      return number(isoYear % 10, 1);
    case 'MONTH':
      return name(cased(MONTH_NAMES[p.month - 1] ?? ''), 9);
    case 'MON':
      return cased((MONTH_NAMES[p.month - 1] ?? '').slice(0, 3));
    case 'MM':
      return number(p.month, 2);
    case 'RM':
      return name(cased(ROMAN[p.month - 1] ?? ''), 4);
    case 'DAY':
      return name(cased(DAY_NAMES[weekday] ?? ''), 9);
    case 'DY':
      return cased((DAY_NAMES[weekday] ?? '').slice(0, 3));
    case 'DDD':
      return number(dayOfYear(p.days), 3);
    case 'DD':
      return number(p.day, 2);
    case 'D':
      return number(weekday + 1, 1);
    case 'IDDD':
      return number((iso.week - 1) * 7 + (weekday || 7), 3);
    case 'ID':
      return number(weekday || 7, 1);
    case 'W':
      return number(Math.floor((p.day - 1) / 7) + 1, 1);
    case 'WW':
      return number(Math.floor((dayOfYear(p.days) - 1) / 7) + 1, 2);
    case 'IW':
      return number(iso.week, 2);
    case 'Q':
      return number(Math.ceil(p.month / 3), 1);
    case 'J':
      return number(p.days + 2_440_588, 1);
    case 'CC':
      return p.year > 0 ? number(Math.ceil(p.year / 100), 2) : `-${number(Math.ceil(year / 100), 2)}`;
    case 'HH24':
      return number(p.hour, 2);
    case 'HH':
    case 'HH12':
      return number(p.hour % 12 || 12, 2);
    case 'MI':
      return number(p.minute, 2);
    case 'SS':
      return number(p.second, 2);
    case 'MS':
      return Math.floor(p.micros / 1000)
        .toString()
        .padStart(3, '0');
    case 'US':
      return p.micros.toString().padStart(6, '0');
    case 'SSSS':
    case 'SSSSS':
      return (p.hour * 3600 + p.minute * 60 + p.second).toString();
    case 'AM':
    case 'PM':
      return cased(half);
    case 'A.M.':
    case 'P.M.':
      return cased(dotted(half));
    case 'AD':
    case 'BC':
      return cased(era);
    case 'A.D.':
    case 'B.C.':
      return cased(dotted(era));
    case 'TZ':
      return '';
    case 'TZH':
    case 'OF':
      return '+00';
    case 'TZM':
      return '00';
    default: {
      const digits = Number(pattern.slice(2));
      return p.micros.toString().padStart(6, '0').slice(0, digits);
    }
  }
}

function formatTimestampBy(value: bigint, format: string): string {
  const parts = partsOf(value);
  let result = '';
  let at = 0;
  while (at < format.length) {
    if (format[at] === '"') {
      for (at++; at < format.length && format[at] !== '"'; at++) {
        if (format[at] === '\\') at++;
        result += format[at] ?? '';
      }
      at++;
      continue;
    }
    if (format.startsWith('\\"', at)) {
      result += '"';
      at += 2;
      continue;
    }
    let from = at;
    let fill = true;
    for (;;) {
      const prefix = format.slice(from, from + 2).toUpperCase();
      if (prefix === 'FM') fill = false;
      else if (prefix !== 'FX' && prefix !== 'TM') break;
      if (prefix === 'TM') fill = false;
      from += 2;
    }
    const rest = format.slice(from);
    const pattern = PATTERNS.find((p) => rest.startsWith(p) || (LOWER_TOO.has(p) && rest.startsWith(p.toLowerCase())));
    if (pattern === undefined) {
      if (from > at) {
        at = from;
        continue;
      }
      const letter = String.fromCodePoint(format.codePointAt(at) ?? 0);
      result += letter;
      at += letter.length;
      continue;
    }
    let text = patternText(pattern, parts, fill);
    at = from + pattern.length;
    const suffix = format.slice(at, at + 2);
    if (/^(TH|th)$/.test(suffix) && /^\d+$/.test(text)) {
      text += suffix === 'TH' ? ordinal(text).toUpperCase() : ordinal(text);
      at += 2;
    }
    result += text;
  }
  return result;
}

/** C's directives. */
function strftime(value: bigint, format: string): string {
  const p = partsOf(value);
  const pad = (n: number, width: number): string => (n < 0 ? '-' : '') + Math.abs(n).toString().padStart(width, '0');
  const weekday = dayOfWeek(p.days);
  const ofYear = dayOfYear(p.days);
  const iso = isoWeek(p.days);
  const directive = (letter: string): string | undefined => {
    switch (letter) {
      case 'Y':
        return pad(p.year, 1);
      case 'y':
        return pad(((p.year % 100) + 100) % 100, 2);
      case 'm':
        return pad(p.month, 2);
      case 'd':
        return pad(p.day, 2);
      case 'H':
        return pad(p.hour, 2);
      case 'I':
        return pad(p.hour % 12 || 12, 2);
      case 'M':
        return pad(p.minute, 2);
      case 'S':
        return pad(p.second, 2);
      case 'f':
        return pad(p.micros, 6);
      case 'g':
        return pad(Math.floor(p.micros / 1000), 3);
      case 'n':
        return pad(p.micros * 1000, 9);
      case 'p':
        return p.hour >= 12 ? 'PM' : 'AM';
      case 'A':
        return DAY_NAMES[weekday];
      case 'a':
        return DAY_NAMES[weekday]?.slice(0, 3);
      case 'B':
        return MONTH_NAMES[p.month - 1];
      case 'b':
      case 'h':
        return MONTH_NAMES[p.month - 1]?.slice(0, 3);
      case 'j':
        return pad(ofYear, 3);
      case 'u':
        return String(weekday || 7);
      case 'w':
        return String(weekday);
      case 'U':
        return pad(Math.floor((ofYear + 6 - weekday) / 7), 2);
      case 'W':
        return pad(Math.floor((ofYear + 6 - ((weekday + 6) % 7)) / 7), 2);
      case 'G':
        return pad(iso.year, 4);
      case 'V':
        return pad(iso.week, 2);
      case 'z':
        return '+00';
      case 'Z':
        return '';
      case 'x':
        return `${pad(p.year, 1)}-${pad(p.month, 2)}-${pad(p.day, 2)}`;
      case 'X':
        return `${pad(p.hour, 2)}:${pad(p.minute, 2)}:${pad(p.second, 2)}`;
      case 'c':
        return `${directive('x')} ${directive('X')}`;
      case '%':
        return '%';
      default:
        return undefined;
    }
  };
  return format.replace(/%(-?)(.|$)/gsu, (whole, minus: string, letter: string) => {
    const text = directive(letter);
    if (text === undefined)
      throw new OrbitError('invalid_parameter_value', `unrecognized format for strftime: "${whole}"`);
    return minus === '-' ? text.replace(/^0+(?=\d)/, '') : text;
  });
}

export const FORMAT_FUNCTIONS: readonly ScalarFunction[] = [
  scalar(
    'to_char',
    fixed([TIMESTAMP, UTF8], UTF8),
    ([value, format]) => (format === '' ? null : formatTimestampBy(toBigint(value), toText(format))),
    'A timestamp as text by a pattern: YYYY, MM, DD, HH24, MI, SS, MS, US, Mon, Month, Day, Dy, D, DDD, Q, IW, AM, BC, J, RM and more; FM before one leaves out filling, "…" is text.',
    ["to_char(timestamp '2024-02-29 10:20:30', 'FMDay, DDth Mon YYYY HH12:MI AM')", 'Thursday, 29th Feb 2024 10:20 AM'],
    { nullable: () => true },
  ),
  scalar(
    'strftime',
    fixed([TIMESTAMP, UTF8], UTF8),
    ([value, format]) => strftime(toBigint(value), toText(format)),
    "A timestamp as text by C's directives: %Y, %m, %d, %H, %M, %S, %f, %A, %B, %j and more.",
    ["strftime(timestamp '2024-02-29 10:20:30', '%a, %-d %B %Y')", 'Thu, 29 February 2024'],
  ),
];
