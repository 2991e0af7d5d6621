import type { Type } from '../../../compiler/types/type.ts';
import type { ColumnBuilder } from '../../tables/builder.ts';
import { FloatBuilder } from '../../tables/floats.ts';
import { IntegerBuilder } from '../../tables/integers.ts';
import { TextBuilder } from '../../tables/text.ts';
import { dateConverter, timeConverter, timestampConverter } from './convert-dates.ts';
import { boolConverter, decimalConverter, integerConverter } from './convert-integers.ts';
import type { CsvDialect } from './dialect.ts';
import { type ColumnConverter, fieldText, isNullText, parseField } from './field.ts';
import { ESCAPED, FLAG_BITS, unescapeField } from './split.ts';
import { isUtf8 } from './utf8.ts';

/** The converter of file column `column` (from 0) into a builder for `type`. */
export function createConverter(
  type: Type,
  builder: ColumnBuilder,
  column: number,
  dialect: CsvDialect,
): ColumnConverter {
  if (builder instanceof IntegerBuilder) {
    switch (type.kind) {
      case 'bool':
        return boolConverter(builder, column, dialect);
      case 'date':
        return dateConverter(builder, column, dialect);
      case 'time':
        return timeConverter(builder, column, dialect);
      case 'timestamp':
        return timestampConverter(builder, column, dialect);
      case 'decimal':
        return decimalConverter(type, builder, column, dialect);
      default:
        return integerConverter(type, builder, column, dialect);
    }
  }
  if (builder instanceof FloatBuilder) return floatConverter(type, builder, column, dialect);
  if (builder instanceof TextBuilder && type.kind === 'utf8') return textConverter(builder, column, dialect);
  return valueConverter(type, builder, column, dialect);
}

const ZERO = 0x30;
const MINUS = 0x2d;
const POINT = 0x2e;

/** Exact as floats, so that a quotient by one of them is rounded once only (Clinger, 1990). */
const POWERS_OF_TEN = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));

function floatConverter(type: Type, builder: FloatBuilder, column: number, dialect: CsvDialect): ColumnConverter {
  const { nullText } = dialect;
  const nullWord = nullText.length > 0;
  return (batch, rows) => {
    const { bytes, bounds, stride } = batch;
    const values = builder.reserve(rows);
    const base = builder.rows;
    for (let row = 0, at = 2 * column; row < rows; row++, at += stride) {
      const start = bounds[at]!;
      const coded = bounds[at + 1]!;
      const end = coded >> FLAG_BITS;
      const negative = bytes[start] === MINUS;
      let point = end;
      let digits = 0;
      let value = 0;
      let i = negative ? start + 1 : start;
      for (; i < end; i++) {
        const digit = bytes[i]! - ZERO;
        if (digit >= 0 && digit <= 9) {
          value = value * 10 + digit;
          digits++;
        } else if (digit === POINT - ZERO && point === end) point = i;
        else break;
      }
      const fraction = point === end ? 0 : end - point - 1;
      const known = i === end && digits > 0 && digits <= 15;
      if (known && !(nullWord && isNullText(bytes, start, coded, nullText))) {
        value /= POWERS_OF_TEN[fraction]!;
        values[base + row] = negative ? -value : value;
      } else if (isNullText(bytes, start, coded, nullText)) {
        builder.nulls.set(base + row);
        values[base + row] = 0;
      } else values[base + row] = Number(parseField(batch, row, start, coded, type, dialect));
    }
    builder.rows += rows;
  };
}

function textConverter(builder: TextBuilder, column: number, dialect: CsvDialect): ColumnConverter {
  const { nullText } = dialect;
  let plain = new Uint8Array(256);
  return (batch, rows) => {
    const { bytes, bounds, stride, ascii } = batch;
    for (let row = 0, at = 2 * column; row < rows; row++, at += stride) {
      const start = bounds[at]!;
      const coded = bounds[at + 1]!;
      const end = coded >> FLAG_BITS;
      if (end - start === nullText.length && isNullText(bytes, start, coded, nullText)) {
        builder.appendNull();
        continue;
      }
      // Decoding fails, and tells what is wrong.
      if (!ascii && !isUtf8(bytes, start, end)) fieldText(batch, row, start, coded, dialect);
      if ((coded & ESCAPED) === 0) builder.appendBytes(bytes, start, end);
      else {
        if (plain.length < end - start) plain = new Uint8Array(2 * (end - start));
        builder.appendBytes(plain, 0, unescapeField(bytes, start, end, dialect, plain));
      }
    }
    builder.review();
  };
}

/** Types that files seldom have: every value goes by way of a host value. */
function valueConverter(type: Type, builder: ColumnBuilder, column: number, dialect: CsvDialect): ColumnConverter {
  return (batch, rows) => {
    const { bytes, bounds, stride } = batch;
    for (let row = 0, at = 2 * column; row < rows; row++, at += stride) {
      const start = bounds[at]!;
      const coded = bounds[at + 1]!;
      if (isNullText(bytes, start, coded, dialect.nullText)) builder.appendNull();
      else builder.appendValue(parseField(batch, row, start, coded, type, dialect));
    }
  };
}
