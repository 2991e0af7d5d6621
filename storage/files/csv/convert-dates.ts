import { daysFromCivil, daysInMonth } from '../../../compiler/types/dates.ts';
import { DATE, TIME, TIMESTAMP } from '../../../compiler/types/type.ts';
import type { IntegerBuilder } from '../../tables/integers.ts';
import { slowPath } from './convert-integers.ts';
import type { CsvDialect } from './dialect.ts';
import { type ColumnConverter, isNullText } from './field.ts';
import { FLAG_BITS } from './split.ts';
import { putNumber } from './words.ts';

const ZERO = 0x30;
const DASH = 0x2d;
const COLON = 0x3a;
const POINT = 0x2e;
const SPACE = 0x20;
const LETTER_T = 0x54;

const MICROS_PER_SECOND = 1_000_000;
const MICROS_PER_DAY = 86_400_000_000;
/** No day, second of a day or microsecond is as low as this. */
const NONE = -0x8000_0000;

/** Calendar of these years, looked up month by month. */
const FIRST_YEAR = 1600;
const MONTHS = 12 * 800;
const monthStart = new Int32Array(MONTHS);
const monthLength = new Uint8Array(MONTHS);
for (let month = 0; month < MONTHS; month++) {
  const year = FIRST_YEAR + Math.floor(month / 12);
  monthStart[month] = daysFromCivil(year, (month % 12) + 1, 1);
  monthLength[month] = daysInMonth(year, (month % 12) + 1);
}

/** The value of two digits; at least 100 if they are none. */
function twoDigits(bytes: Uint8Array, at: number): number {
  const tens = bytes[at]! - ZERO;
  const ones = bytes[at + 1]! - ZERO;
  return tens < 0 || tens > 9 || ones < 0 || ones > 9 ? 100 : tens * 10 + ones;
}

/** Days of YYYY-MM-DD at `at`; NONE for anything else, and for years outside the calendar. */
function daysAt(bytes: Uint8Array, at: number): number {
  const century = twoDigits(bytes, at);
  const year = twoDigits(bytes, at + 2);
  const month = twoDigits(bytes, at + 5);
  const day = twoDigits(bytes, at + 8);
  if (bytes[at + 4] !== DASH || bytes[at + 7] !== DASH) return NONE;
  if (century < 16 || century > 23 || year > 99 || month < 1 || month > 12 || day < 1) return NONE;
  const index = (century * 100 + year - FIRST_YEAR) * 12 + month - 1;
  return day > monthLength[index]! ? NONE : monthStart[index]! + day - 1;
}

/** Microseconds of HH:MM:SS, perhaps with a point and up to six digits, from `at` up to `end`; NONE for anything else. */
function microsAt(bytes: Uint8Array, at: number, end: number): number {
  const length = end - at;
  if (length < 8 || length === 9 || length > 15) return NONE;
  const hour = twoDigits(bytes, at);
  const minute = twoDigits(bytes, at + 3);
  const second = twoDigits(bytes, at + 6);
  if (bytes[at + 2] !== COLON || bytes[at + 5] !== COLON) return NONE;
  if (hour > 23 || minute > 59 || second > 59) return NONE;
  let fraction = 0;
  if (length > 8) {
    if (bytes[at + 8] !== POINT) return NONE;
    let weight = 100_000;
    for (let i = at + 9; i < end; i++) {
      const digit = bytes[i]! - ZERO;
      if (digit < 0 || digit > 9) return NONE;
      fraction += digit * weight;
      weight /= 10;
    }
  }
  return (hour * 3600 + minute * 60 + second) * MICROS_PER_SECOND + fraction;
}

export function dateConverter(builder: IntegerBuilder, column: number, dialect: CsvDialect): ColumnConverter {
  const slow = slowPath(DATE, builder, dialect);
  const { nullText } = dialect;
  const nullWord = nullText.length > 0;
  return (batch, rows) => {
    const { bytes, bounds, stride } = batch;
    const words = builder.reserve(rows);
    let out = 2 * builder.rows;
    for (let row = 0, at = 2 * column; row < rows; row++, at += stride, out += 2) {
      const start = bounds[at]!;
      const coded = bounds[at + 1]!;
      const days = (coded >> FLAG_BITS) - start === 10 ? daysAt(bytes, start) : NONE;
      if (days === NONE || (nullWord && isNullText(bytes, start, coded, nullText))) {
        slow(batch, row, start, coded, words, out);
        continue;
      }
      words[out] = days;
      words[out + 1] = days >> 31;
    }
    builder.rows += rows;
  };
}

export function timestampConverter(builder: IntegerBuilder, column: number, dialect: CsvDialect): ColumnConverter {
  const slow = slowPath(TIMESTAMP, builder, dialect);
  const { nullText } = dialect;
  const nullWord = nullText.length > 0;
  return (batch, rows) => {
    const { bytes, bounds, stride } = batch;
    const words = builder.reserve(rows);
    let out = 2 * builder.rows;
    for (let row = 0, at = 2 * column; row < rows; row++, at += stride, out += 2) {
      const start = bounds[at]!;
      const coded = bounds[at + 1]!;
      const end = coded >> FLAG_BITS;
      const separator = bytes[start + 10];
      const known = end - start >= 19 && (separator === SPACE || separator === LETTER_T);
      const days = known ? daysAt(bytes, start) : NONE;
      const micros = days === NONE ? NONE : microsAt(bytes, start + 11, end);
      const value = days * MICROS_PER_DAY + micros;
      const exact = value <= Number.MAX_SAFE_INTEGER && value >= Number.MIN_SAFE_INTEGER;
      if (micros === NONE || !exact || (nullWord && isNullText(bytes, start, coded, nullText))) {
        slow(batch, row, start, coded, words, out);
      } else putNumber(words, out, value);
    }
    builder.rows += rows;
  };
}

export function timeConverter(builder: IntegerBuilder, column: number, dialect: CsvDialect): ColumnConverter {
  const slow = slowPath(TIME, builder, dialect);
  const { nullText } = dialect;
  const nullWord = nullText.length > 0;
  return (batch, rows) => {
    const { bytes, bounds, stride } = batch;
    const words = builder.reserve(rows);
    let out = 2 * builder.rows;
    for (let row = 0, at = 2 * column; row < rows; row++, at += stride, out += 2) {
      const start = bounds[at]!;
      const coded = bounds[at + 1]!;
      const micros = microsAt(bytes, start, coded >> FLAG_BITS);
      if (micros === NONE || (nullWord && isNullText(bytes, start, coded, nullText))) {
        slow(batch, row, start, coded, words, out);
      } else putNumber(words, out, micros);
    }
    builder.rows += rows;
  };
}
