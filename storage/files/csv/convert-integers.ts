import type { DecimalType, Type } from '../../../compiler/types/type.ts';
import type { IntegerBuilder } from '../../tables/integers.ts';
import type { CsvDialect } from './dialect.ts';
import { type ColumnConverter, isNullText, parseField } from './field.ts';
import { type FieldBatch, FLAG_BITS } from './split.ts';
import { putBigint, putDigits, putNumber } from './words.ts';

const ZERO = 0x30;
const MINUS = 0x2d;
const POINT = 0x2e;

const POWERS_OF_TEN = Float64Array.from({ length: 19 }, (_, exponent) => Number(`1e${exponent}`));

/** Stores a value that the byte loops do not know: a NULL, an unusual form, or no value of the type at all. */
export type SlowPath = (
  batch: FieldBatch,
  row: number,
  start: number,
  coded: number,
  words: Int32Array,
  at: number,
) => void;

export function slowPath(type: Type, builder: IntegerBuilder, dialect: CsvDialect): SlowPath {
  const { nullText } = dialect;
  return (batch, row, start, coded, words, at) => {
    const isNull = isNullText(batch.bytes, start, coded, nullText);
    const value = isNull ? null : parseField(batch, row, start, coded, type, dialect);
    if (value === null) {
      builder.nulls.set(builder.rows + row);
      putNumber(words, at, 0);
    } else if (typeof value === 'bigint') putBigint(words, at, value);
    else putNumber(words, at, Number(value));
  };
}

/** Beyond these bounds the slow path tells the user. */
function boundsOf(type: Type): readonly [number, number] {
  switch (type.kind) {
    case 'int8':
      return [-128, 127];
    case 'int16':
      return [-32_768, 32_767];
    default:
      return [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  }
}

export function integerConverter(
  type: Type,
  builder: IntegerBuilder,
  column: number,
  dialect: CsvDialect,
): ColumnConverter {
  const [low, high] = boundsOf(type);
  const longest = type.kind === 'int64' ? 19 : 9;
  const slow = slowPath(type, builder, dialect);
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
      const negative = bytes[start] === MINUS;
      const first = negative ? start + 1 : start;
      const digits = end - first;
      if (digits > 0 && digits <= longest && !(nullWord && isNullText(bytes, start, coded, nullText))) {
        if (digits <= 9) {
          let value = 0;
          let i = first;
          for (; i < end; i++) {
            const digit = bytes[i]! - ZERO;
            if (digit < 0 || digit > 9) break;
            value = (Math.imul(value, 10) + digit) | 0;
          }
          if (negative) value = -value | 0;
          if (i === end && value >= low && value <= high) {
            words[out] = value;
            words[out + 1] = value >> 31;
            continue;
          }
        } else {
          const upper = digitsValue(bytes, first, end - 9);
          const lower = digitsValue(bytes, end - 9, end);
          if (upper >= 0 && lower >= 0 && putDigits(words, out, negative, upper, lower)) continue;
        }
      }
      slow(batch, row, start, coded, words, out);
    }
    builder.rows += rows;
  };
}

/** The value of up to 10 digits; -1 if there is anything else. */
function digitsValue(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let i = start; i < end; i++) {
    const digit = bytes[i]! - ZERO;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** Decimals of up to 18 digits. Those with more than 15 digits, or more after the point than the type has, go the slow way. */
export function decimalConverter(
  type: DecimalType,
  builder: IntegerBuilder,
  column: number,
  dialect: CsvDialect,
): ColumnConverter {
  const { precision, scale } = type;
  const limit = POWERS_OF_TEN[Math.min(precision, 15)]!;
  const slow = slowPath(type, builder, dialect);
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
      const negative = bytes[start] === MINUS;
      const first = negative ? start + 1 : start;
      let point = end;
      let digits = 0;
      let value = 0;
      let i = first;
      for (; i < end; i++) {
        const digit = bytes[i]! - ZERO;
        if (digit >= 0 && digit <= 9) {
          value = value * 10 + digit;
          digits++;
        } else if (digit === POINT - ZERO && point === end) point = i;
        else break;
      }
      const fraction = point === end ? 0 : end - point - 1;
      if (i === end && digits > 0 && digits <= 15 && fraction <= scale) {
        const unscaled = value * POWERS_OF_TEN[scale - fraction]!;
        if (unscaled < limit && !(nullWord && isNullText(bytes, start, coded, nullText))) {
          const signed = negative ? -unscaled : unscaled;
          if (unscaled <= 0x7fff_ffff) {
            words[out] = signed;
            words[out + 1] = signed < 0 ? -1 : 0;
          } else putNumber(words, out, signed);
          continue;
        }
      }
      slow(batch, row, start, coded, words, out);
    }
    builder.rows += rows;
  };
}

const T = 0x74;
const F = 0x66;

export function boolConverter(builder: IntegerBuilder, column: number, dialect: CsvDialect): ColumnConverter {
  const slow = slowPath({ kind: 'bool' }, builder, dialect);
  const { nullText } = dialect;
  const nullWord = nullText.length > 0;
  return (batch, rows) => {
    const { bytes, bounds, stride } = batch;
    const words = builder.reserve(rows);
    let out = 2 * builder.rows;
    for (let row = 0, at = 2 * column; row < rows; row++, at += stride, out += 2) {
      const start = bounds[at]!;
      const coded = bounds[at + 1]!;
      const length = (coded >> FLAG_BITS) - start;
      // true or false in any case, by the bytes between the first and the last letter being what they must be.
      const first = bytes[start]! | 0x20;
      const known = (length === 4 && first === T) || (length === 5 && first === F);
      if (
        known &&
        spells(bytes, start, length === 4 ? TRUE : FALSE) &&
        !(nullWord && isNullText(bytes, start, coded, nullText))
      ) {
        words[out] = length === 4 ? 1 : 0;
        words[out + 1] = 0;
      } else slow(batch, row, start, coded, words, out);
    }
    builder.rows += rows;
  };
}

const TRUE = new TextEncoder().encode('true');
const FALSE = new TextEncoder().encode('false');

function spells(bytes: Uint8Array, start: number, word: Uint8Array): boolean {
  for (let i = 0; i < word.length; i++) if ((bytes[start + i]! | 0x20) !== word[i]) return false;
  return true;
}
