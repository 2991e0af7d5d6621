import { OrbitError } from './error.ts';
import { messageTypeName } from './names.ts';
import type { FLOAT32, FLOAT64, Type } from './type.ts';

// PostgreSQL prints the shortest digits that read back as the same number, and leaves plain notation where the
// exponent reaches the digits that the type can always keep.
const PLAIN_DIGITS = { float32: 6, float64: 15 };

export function formatFloat64(value: number): string {
  if (!Number.isFinite(value)) return formatSpecial(value);
  return layOut(value, value.toExponential(), PLAIN_DIGITS.float64);
}

export function formatFloat32(value: number): string {
  if (!Number.isFinite(value)) return formatSpecial(value);
  return layOut(value, shortestFloat32(value), PLAIN_DIGITS.float32);
}

function formatSpecial(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? 'Infinity' : '-Infinity';
}

function shortestFloat32(value: number): string {
  const exact = value.toExponential(100);
  for (let digits = 0; digits < 8; digits += 1) {
    for (const candidate of [roundTiesToEven(value, digits, exact), stepUp(value.toExponential(digits))]) {
      if (Math.fround(Number(candidate)) === value) return trimZeros(candidate);
    }
  }
  return value.toExponential(8);
}

/** toExponential takes the larger of two equally near numbers, the shortest-digits rule the even one. */
function roundTiesToEven(value: number, digits: number, exact: string): string {
  const text = value.toExponential(digits);
  const [mantissa = '', exponent = '0'] = exact.split('e');
  const all = mantissa.replace(/[-.]/g, '');
  const isTie = /^50*$/.test(all.slice(digits + 1));
  const isEven = /[02468]$/.test(all.slice(0, digits + 1));
  if (!isTie || !isEven) return text;
  return `${value < 0 ? '-' : ''}${all.slice(0, digits + 1)}e${Number(exponent) - digits}`;
}

/** The digits one unit further from zero: above a power of two the interval that reads back as the number is wider. */
function stepUp(text: string): string {
  const [mantissa = '', exponent = '0'] = text.split('e');
  const sign = mantissa.startsWith('-') ? '-' : '';
  const digits = mantissa.replace(/[-.]/g, '');
  return `${sign}${BigInt(digits) + 1n}e${Number(exponent) - (digits.length - 1)}`;
}

function trimZeros(text: string): string {
  return Number(text).toExponential();
}

function layOut(value: number, exponential: string, plainDigits: number): string {
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const [mantissa = '', exponentText = '0'] = exponential.split('e');
  const exponent = Number(exponentText);
  const sign = mantissa.startsWith('-') ? '-' : '';
  const digits = mantissa.replace('-', '').replace('.', '');
  if (exponent >= -4 && exponent < plainDigits) {
    if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
    const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
    const rest = digits.slice(exponent + 1);
    return sign + (rest === '' ? whole : `${whole}.${rest}`);
  }
  const point = digits.length > 1 ? '.' : '';
  const size = Math.abs(exponent).toString().padStart(2, '0');
  return `${sign}${digits.slice(0, 1)}${point}${digits.slice(1)}e${exponent < 0 ? '-' : '+'}${size}`;
}

/** Reads a float as PostgreSQL does; undefined if the text is none, an error if it is too large or too small. */
export function parseFloatText(text: string, type: Type): number | undefined {
  const trimmed = text.trim();
  const special = /^([+-]?)(inf|infinity|nan)$/i.exec(trimmed);
  if (special !== null) {
    if (special[2]?.toLowerCase() === 'nan') return Number.NaN;
    return special[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(trimmed)) return undefined;
  const double = Number(trimmed);
  const value = type.kind === 'float32' ? Math.fround(double) : double;
  const vanished = value === 0 && /[1-9]/.test(trimmed.replace(/e.*$/i, ''));
  if (vanished || !Number.isFinite(value)) {
    throw new OrbitError(
      'numeric_value_out_of_range',
      `"${trimmed}" is out of range for type ${messageTypeName(type)}`,
    );
  }
  return value;
}

/** To the nearest integer, halves to the even one: how floats become integers. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return rest < 0.5 ? keepSign(floor, value) : keepSign(floor + 1, value);
  return keepSign(floor % 2 === 0 ? floor : floor + 1, value);
}

function keepSign(rounded: number, value: number): number {
  return rounded === 0 && (value < 0 || Object.is(value, -0)) ? -0 : rounded;
}

/** The nearest single to an integer of any size, without the second rounding that a detour over double would do. */
export function integerToFloat32(value: bigint): number {
  const magnitude = value < 0n ? -value : value;
  const excess = magnitude.toString(2).length - 48;
  if (excess <= 0) return Math.fround(Number(value));
  const shift = BigInt(excess);
  const sticky = magnitude & ((1n << shift) - 1n) ? 1n : 0n;
  const single = Math.fround(Number((magnitude >> shift) | sticky) * 2 ** excess);
  return value < 0n ? -single : single;
}

/** The double as a single; a number that only double can hold is out of range. */
export function narrowFloat(value: number): number {
  const single = Math.fround(value);
  if (Number.isFinite(value) && !Number.isFinite(single)) throw floatOverflow();
  if (single === 0 && value !== 0) throw floatUnderflow();
  return single;
}

export function floatOverflow(): OrbitError {
  return new OrbitError('numeric_value_out_of_range', 'value out of range: overflow');
}

export function floatUnderflow(): OrbitError {
  return new OrbitError('numeric_value_out_of_range', 'value out of range: underflow');
}

/**
 * The decimal text that a float stands for when it becomes a decimal. PostgreSQL takes the digits that the type
 * always keeps, so that 0.1 becomes 0.1.
 */
export function floatDigits(value: number, type: typeof FLOAT32 | typeof FLOAT64): string {
  return value.toExponential(PLAIN_DIGITS[type.kind] - 1);
}
