import { MICROS_PER_HOUR, MICROS_PER_MINUTE, MICROS_PER_SECOND } from './dates.ts';
import { OrbitError } from './error.ts';
import { roundHalfEven } from './floats.ts';
import { DAYS_PER_MONTH, makeInterval, negateInterval, SECONDS_PER_DAY } from './intervals.ts';
import type { Interval } from './value.ts';
import { byWord } from './words.ts';

export type IntervalUnit =
  | 'microsecond'
  | 'millisecond'
  | 'second'
  | 'minute'
  | 'hour'
  | 'day'
  | 'week'
  | 'month'
  | 'year'
  | 'decade'
  | 'century'
  | 'millennium';

const UNIT_NAMES: Readonly<Record<IntervalUnit, readonly string[]>> = {
  microsecond: ['us', 'usec', 'usecs', 'usecond', 'useconds', 'microsecond', 'microseconds', 'microsecon'],
  millisecond: ['ms', 'msec', 'msecs', 'msecond', 'mseconds', 'millisecond', 'milliseconds', 'millisecon'],
  second: ['s', 'sec', 'secs', 'second', 'seconds'],
  minute: ['m', 'min', 'mins', 'minute', 'minutes'],
  hour: ['h', 'hr', 'hrs', 'hour', 'hours'],
  day: ['d', 'day', 'days'],
  week: ['w', 'week', 'weeks'],
  month: ['mon', 'mons', 'month', 'months'],
  year: ['y', 'yr', 'yrs', 'year', 'years'],
  decade: ['dec', 'decs', 'decade', 'decades'],
  century: ['c', 'cent', 'century', 'centuries'],
  millennium: ['mil', 'mils', 'millennium', 'millennia'],
};

const UNITS = byWord(UNIT_NAMES);

/** The unit that a word such as `mins` means. */
export function intervalUnit(word: string): IntervalUnit | undefined {
  return UNITS.get(word.toLowerCase());
}

/** Sums parts; months, days and microseconds stay apart, fractions go down to the next smaller. */
interface Sum {
  months: number;
  days: number;
  micros: bigint;
}

/** `unit` is what a bare number counts, as in `interval '90' day`. */
export function parseInterval(text: string, unit: IntervalUnit = 'second'): Interval {
  const trimmed = text.trim();
  const sum = trimmed.startsWith('P') ? parseIso(trimmed) : parsePhrase(trimmed.toLowerCase(), unit);
  if (sum === undefined) {
    throw new OrbitError('invalid_datetime_format', `invalid input syntax for type interval: "${text}"`);
  }
  return sum;
}

const PHRASE_TOKEN = new RegExp(
  [
    String.raw`\s*(?:(?<clock>[+-]?\d+:\d+(?::\d+)?(?:\.\d*)?)`,
    String.raw`(?<yearMonth>[+-]?\d+-\d+)`,
    String.raw`(?<number>[+-]?\d+(?:\.\d+|\.(?![a-z]))?|\.\d+)`,
    '(?<word>[a-z]+)',
    '(?<at>@))',
  ].join('|'),
  'y',
);

function parsePhrase(text: string, defaultUnit: IntervalUnit): Interval | undefined {
  const tokens = tokenize(text);
  if (tokens === undefined || tokens.length === 0) return undefined;
  const sum: Sum = { months: 0, days: 0, micros: 0n };
  const seen = new Set<string>();
  const once = (field: string) => {
    if (seen.has(field)) return false;
    seen.add(field);
    return true;
  };
  let ago = false;
  let unit: IntervalUnit | undefined = defaultUnit;
  // Backwards, because a unit stands after its number.
  for (const [index, token] of [...tokens.entries()].reverse()) {
    if (token.kind === 'word') {
      if (token.text === 'ago' && index === tokens.length - 1 && index > 0) {
        ago = true;
        continue;
      }
      const next = UNITS.get(token.text);
      if (next === undefined || tokens[index - 1]?.kind !== 'number') return undefined;
      unit = next;
    } else if (token.kind === 'clock') {
      if (!['hour', 'minute', 'second'].every(once) || !addClock(sum, token.text)) return undefined;
      unit = 'day'; // '3 4:05:06' is three days and a time
    } else if (token.kind === 'yearMonth') {
      if (!once('year') || !once('month') || !addYearMonth(sum, token.text)) return undefined;
      unit = undefined;
    } else if (token.kind === 'number') {
      if (unit === undefined || !once(unit)) return undefined;
      addUnits(sum, token.text, unit);
      unit = undefined;
    } else if (index !== 0) {
      return undefined;
    }
  }
  if (seen.size === 0) return undefined;
  const interval = makeInterval(sum.months, sum.days, sum.micros);
  return ago ? negateInterval(interval) : interval;
}

type TokenKind = 'clock' | 'yearMonth' | 'number' | 'word' | 'at';

interface Token {
  readonly kind: TokenKind;
  readonly text: string;
}

function tokenize(text: string): readonly Token[] | undefined {
  const tokens: Token[] = [];
  let position = 0;
  while (position < text.length) {
    PHRASE_TOKEN.lastIndex = position;
    const groups = PHRASE_TOKEN.exec(text)?.groups;
    if (groups === undefined) return undefined;
    position = PHRASE_TOKEN.lastIndex;
    if (groups.word !== undefined && !mayFollow(groups.word, text.charAt(position))) return undefined;
    for (const kind of ['clock', 'yearMonth', 'number', 'word', 'at'] as const) {
      const found = groups[kind];
      if (found !== undefined) tokens.push({ kind, text: found });
    }
  }
  return tokens;
}

/** Only the shortest names may have the next number right behind them, as in `1d2h`. */
function mayFollow(word: string, next: string): boolean {
  if (/[-./]/.test(next)) return false;
  return !/[\d+]/.test(next) || ['y', 'mon', 'dec', 'd', 'h', 'm', 's'].includes(word);
}

/** `hours:minutes[:seconds]`; with a fraction and two fields it is `minutes:seconds`. */
function addClock(sum: Sum, text: string): boolean {
  const negative = text.startsWith('-');
  const [clock = '', fraction = ''] = text.replace(/^[+-]/, '').split('.');
  const fields = clock.split(':').map(BigInt);
  if (fields.length === 2 && text.includes('.')) fields.unshift(0n);
  const [hours = 0n, minutes = 0n, seconds = 0n] = fields;
  if (minutes > 59n || seconds > 60n) {
    throw new OrbitError('datetime_field_overflow', `interval field value out of range: "${text}"`);
  }
  const micros =
    hours * MICROS_PER_HOUR +
    minutes * MICROS_PER_MINUTE +
    seconds * MICROS_PER_SECOND +
    BigInt(roundHalfEven(Number(`0.${fraction}0`) * 1e6));
  sum.micros += negative ? -micros : micros;
  return true;
}

function addYearMonth(sum: Sum, text: string): boolean {
  const negative = text.startsWith('-');
  const [years = 0, months = 0] = text.replace(/^[+-]/, '').split('-').map(Number);
  if (months >= 12) throw new OrbitError('datetime_field_overflow', `interval field value out of range: "${text}"`);
  const total = years * 12 + months;
  sum.months += negative ? -total : total;
  return true;
}

function addUnits(sum: Sum, text: string, unit: IntervalUnit): void {
  const value = Number(text);
  const whole = Math.trunc(value);
  const digits = text.replace(/^[+-]/, '').split('.')[1] ?? '';
  const fraction = Number(`0.${digits}0`) * (text.startsWith('-') ? -1 : 1);
  switch (unit) {
    case 'microsecond':
      sum.micros += integerPart(text) + BigInt(roundHalfEven(fraction));
      return;
    case 'millisecond':
      sum.micros += integerPart(text) * 1000n + BigInt(roundHalfEven(fraction * 1000));
      return;
    case 'second':
      return addSeconds(sum, integerPart(text), fraction, 1);
    case 'minute':
      return addSeconds(sum, integerPart(text), fraction, 60);
    case 'hour':
      return addSeconds(sum, integerPart(text), fraction, 3600);
    case 'day':
      return addDays(sum, whole, fraction);
    case 'week':
      return addDays(sum, whole * 7, fraction * 7);
    case 'month':
      sum.months += whole;
      return addDays(sum, 0, fraction * DAYS_PER_MONTH);
    case 'year':
      return addYears(sum, whole, fraction, 1);
    case 'decade':
      return addYears(sum, whole, fraction, 10);
    case 'century':
      return addYears(sum, whole, fraction, 100);
    case 'millennium':
      return addYears(sum, whole, fraction, 1000);
  }
}

function integerPart(text: string): bigint {
  const [whole = ''] = text.replace(/^[+-]/, '').split('.');
  const magnitude = BigInt(whole === '' ? '0' : whole);
  return text.startsWith('-') ? -magnitude : magnitude;
}

function addSeconds(sum: Sum, whole: bigint, fraction: number, seconds: number): void {
  sum.micros += whole * BigInt(seconds) * MICROS_PER_SECOND + BigInt(roundHalfEven(fraction * seconds * 1e6));
}

function addDays(sum: Sum, whole: number, fraction: number): void {
  const days = Math.trunc(fraction);
  sum.days += whole + days;
  sum.micros += BigInt(roundHalfEven((fraction - days) * SECONDS_PER_DAY * 1e6));
}

function addYears(sum: Sum, whole: number, fraction: number, years: number): void {
  sum.months += whole * years * 12 + roundHalfEven(fraction * years * 12);
}

/** ISO 8601 durations: `P1Y2M3DT4H5M6.7S`, and `P0001-02-03T04:05:06`. */
function parseIso(text: string): Interval | undefined {
  const alternative = /^P(?:(-?\d+)-(\d+)-(\d+))?(?:T(-?\d+:\d+(?::\d+(?:\.\d*)?)?))?$/.exec(text);
  const sum: Sum = { months: 0, days: 0, micros: 0n };
  if (alternative !== null && text.length > 1) {
    sum.months = Number(alternative[1] ?? 0) * 12 + Number(alternative[2] ?? 0);
    sum.days = Number(alternative[3] ?? 0);
    if (alternative[4] !== undefined) addClock(sum, alternative[4]);
    return makeInterval(sum.months, sum.days, sum.micros);
  }
  const [, datePart = '', timePart] = /^P([^T]*)(?:T(.+))?$/.exec(text) ?? [];
  const dateUnits = new Map<string, IntervalUnit>([
    ['Y', 'year'],
    ['M', 'month'],
    ['W', 'week'],
    ['D', 'day'],
  ]);
  const timeUnits = new Map<string, IntervalUnit>([
    ['H', 'hour'],
    ['M', 'minute'],
    ['S', 'second'],
  ]);
  if (datePart === '' && timePart === undefined) return undefined;
  if (!addIsoPart(sum, datePart, dateUnits) || !addIsoPart(sum, timePart ?? '', timeUnits)) return undefined;
  return makeInterval(sum.months, sum.days, sum.micros);
}

function addIsoPart(sum: Sum, text: string, units: ReadonlyMap<string, IntervalUnit>): boolean {
  if (!/^(?:[+-]?(?:\d+(?:\.\d*)?|\.\d+)[A-Z])*$/.test(text)) return false;
  for (const [, number = '', letter = ''] of text.matchAll(/([^A-Z]+)([A-Z])/g)) {
    const unit = units.get(letter);
    if (unit === undefined) return false;
    addUnits(sum, number, unit);
  }
  return true;
}
