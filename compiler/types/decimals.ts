import { OrbitError } from './error.ts';
import { type DecimalType, decimal, MAX_DECIMAL_PRECISION, type Type } from './type.ts';

// Decimals are unscaled bigints; a type's scale says where the point stands.

const POWERS: bigint[] = Array.from({ length: 100 }, (_, exponent) => 10n ** BigInt(exponent));

export function powerOfTen(exponent: number): bigint {
  return POWERS[exponent] ?? 10n ** BigInt(exponent);
}

export function absolute(value: bigint): bigint {
  return value < 0n ? -value : value;
}

/** Quotient rounded to the nearest integer, halves away from zero, as SQL rounds decimals. */
export function divideRounded(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  const remainder = dividend % divisor;
  if (absolute(remainder) * 2n < absolute(divisor)) return quotient;
  return dividend < 0n === divisor < 0n ? quotient + 1n : quotient - 1n;
}

/** The same number with another scale; digits that fall off are rounded half away from zero. */
export function rescale(unscaled: bigint, from: number, to: number): bigint {
  if (to >= from) return unscaled * powerOfTen(to - from);
  return divideRounded(unscaled, powerOfTen(from - to));
}

/** The number with `scale` towards zero: what trunc() does. */
export function truncateTo(unscaled: bigint, from: number, to: number): bigint {
  return to >= from ? unscaled * powerOfTen(to - from) : unscaled / powerOfTen(from - to);
}

/** Decimal digits of the unscaled value; zero has one. */
export function digitCount(unscaled: bigint): number {
  return absolute(unscaled).toString().length;
}

export function fitsDecimal(unscaled: bigint, precision: number): boolean {
  return absolute(unscaled) < powerOfTen(precision);
}

export function checkDecimal(unscaled: bigint, type: DecimalType): bigint {
  if (fitsDecimal(unscaled, type.precision)) return unscaled;
  throw new OrbitError('numeric_value_out_of_range', 'numeric field overflow', {
    hint: `decimal(${type.precision},${type.scale}) holds absolute values below 10^${type.precision - type.scale}.`,
  });
}

/** The decimal type that holds every value of a numeric type that is not a float; undefined for other types. */
export function asDecimalType(type: Type): DecimalType | undefined {
  switch (type.kind) {
    case 'decimal':
      return type;
    case 'int8':
      return decimal(3, 0);
    case 'int16':
      return decimal(5, 0);
    case 'int32':
      return decimal(10, 0);
    case 'int64':
      return decimal(19, 0);
    default:
      return undefined;
  }
}

/**
 * The decimal type for values of both. Where 38 digits are not enough for all integer digits and all decimals, the
 * decimals win: a value that then does not fit is an error when it occurs, never silently rounded.
 */
export function unifyDecimals(a: DecimalType, b: DecimalType): DecimalType {
  const scale = Math.max(a.scale, b.scale);
  const integerDigits = Math.max(a.precision - a.scale, b.precision - b.scale);
  return decimal(Math.min(MAX_DECIMAL_PRECISION, integerDigits + scale), scale);
}

export function formatDecimal(unscaled: bigint, scale: number): string {
  const digits = absolute(unscaled)
    .toString()
    .padStart(scale + 1, '0');
  const sign = unscaled < 0n ? '-' : '';
  if (scale === 0) return sign + digits;
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** The nearest double. */
export function decimalToNumber(unscaled: bigint, scale: number): number {
  return Number(formatDecimal(unscaled, scale));
}

// No decimal type has use for larger exponents, and without a limit a short text would make a huge number.
const MAX_EXPONENT = 1000;

/** The number that the text denotes at the given scale, rounded; undefined if it denotes none. */
export function parseDecimalText(text: string, scale: number): bigint | undefined {
  const match = /^\s*([+-]?)(\d+(?:_\d+)*)?(?:\.(\d+(?:_\d+)*)?)?(?:e([+-]?\d+(?:_\d+)*))?\s*$/i.exec(text);
  if (match === null || (match[2] === undefined && match[3] === undefined)) return wholeNumber(text, scale);
  const fraction = (match[3] ?? '').replaceAll('_', '');
  const digits = BigInt((match[2] ?? '').replaceAll('_', '') + fraction);
  const exponent = Number((match[4] ?? '0').replaceAll('_', ''));
  if (digits === 0n) return 0n;
  const shift = exponent - fraction.length + scale;
  if (shift > MAX_EXPONENT) throw new OrbitError('numeric_value_out_of_range', 'value overflows numeric format');
  const magnitude = shift >= 0 ? digits * powerOfTen(shift) : shrink(digits, -shift);
  return match[1] === '-' ? -magnitude : magnitude;
}

function shrink(digits: bigint, by: number): bigint {
  return by > digits.toString().length ? 0n : divideRounded(digits, powerOfTen(by));
}

function wholeNumber(text: string, scale: number): bigint | undefined {
  const match = /^\s*([+-]?)(0x[0-9a-f_]+|0o[0-7_]+|0b[01_]+)\s*$/i.exec(text);
  if (match === null || /__|_$/.test(match[2] ?? '')) return undefined;
  const magnitude = BigInt((match[2] ?? '').replaceAll('_', '')) * powerOfTen(scale);
  return match[1] === '-' ? -magnitude : magnitude;
}
