import { compareValues } from '../types/compare.ts';
import { absolute, checkDecimal } from '../types/decimals.ts';
import { divisionByZero, OrbitError } from '../types/error.ts';
import { floatOverflow, floatUnderflow, roundHalfEven } from '../types/floats.ts';
import { fromInteger } from '../types/integers.ts';
import { toBigint, toInteger, toList, toNumber } from '../types/narrow.ts';
import {
  BOOL,
  DATE,
  decimal,
  FLOAT64,
  INT8,
  INT32,
  INT64,
  isInteger,
  MAX_DECIMAL_PRECISION,
  TIMESTAMP,
  type Type,
} from '../types/type.ts';
import { unify } from '../types/unify.ts';
import type { Overload, ScalarFunction } from './declaration.ts';
import { logarithm } from './math.ts';
import { binary, fixed, unary } from './overload.ts';
import { scalar } from './shorthand.ts';
import { complement, errorFunction, gamma, logGamma } from './special-functions.ts';

const oneFloat = fixed([FLOAT64], FLOAT64);
const twoFloats = fixed([FLOAT64, FLOAT64], FLOAT64);

/** Two integers of one type, int32 at least. */
const integers = binary((a, b) => {
  const type = unify([a, b, INT32]);
  return type !== undefined && isInteger(type) ? { a: type, b: type, result: type } : undefined;
});

const wholeParts: Overload = binary((a, b) => {
  const known = (type: Type): boolean => type.kind === 'decimal' || isInteger(type) || type.kind === 'null';
  const type = known(a) && known(b) ? unify([a, b, decimal(1, 0)]) : undefined;
  if (type?.kind !== 'decimal') return undefined;
  return { a: type, b: type, result: decimal(MAX_DECIMAL_PRECISION, 0) };
});

const oneDecimal = (result: Type): Overload =>
  unary((arg) => (arg.kind === 'decimal' ? { parameter: arg, result } : undefined));

function greatestDivisor(a: bigint, b: bigint): bigint {
  let [x, y] = [absolute(a), absolute(b)];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

function leastMultiple(a: bigint, b: bigint): bigint {
  return a === 0n || b === 0n ? 0n : absolute((a / greatestDivisor(a, b)) * b);
}

const MOST_FACTORIAL = 33n;

function factorial(n: bigint): bigint {
  if (n < 0n) throw new OrbitError('numeric_value_out_of_range', 'factorial of a negative number is undefined');
  if (n > MOST_FACTORIAL) throw new OrbitError('numeric_value_out_of_range', 'value overflows numeric format');
  let product = 1n;
  for (let factor = 2n; factor <= n; factor++) product *= factor;
  return product;
}

const badBuckets = (message: string): OrbitError =>
  new OrbitError('invalid_argument_for_width_bucket_function', message);

/** Bounds may be in either order. */
function bucket(value: number, low: number, high: number, count: number): number {
  if (count <= 0) throw badBuckets('count must be greater than zero');
  if (Number.isNaN(value) || Number.isNaN(low) || Number.isNaN(high)) {
    throw badBuckets('operand, lower bound, and upper bound cannot be NaN');
  }
  if (!Number.isFinite(low) || !Number.isFinite(high)) throw badBuckets('lower and upper bounds must be finite');
  if (low === high) throw badBuckets('lower bound cannot equal upper bound');
  const before = low < high ? value < low : value > low;
  const behind = low < high ? value >= high : value <= high;
  if (before) return 0;
  if (!behind) return Math.min(Math.floor(count * ((value - low) / (high - low))), count - 1) + 1;
  if (count === 2 ** 31 - 1) throw new OrbitError('numeric_value_out_of_range', 'integer out of range');
  return count + 1;
}

const intoBuckets = binary((value, thresholds) => {
  if (thresholds.kind !== 'list') return undefined;
  const type = unify([value, thresholds.element]);
  return type && type.kind !== 'null' ? { a: type, b: { kind: 'list', element: type }, result: INT32 } : undefined;
});

const asUnsigned = (value: bigint, type: Type): bigint =>
  value < 0n ? value + 2n ** (type.kind === 'int64' ? 64n : 32n) : value;

/** In a base, of the bits as they are: a negative number as its two's complement. */
function inBase(name: string, base: number, documentation: string, example: readonly [string, string]): ScalarFunction {
  return scalar(
    name,
    [fixed([INT32], { kind: 'utf8' }), fixed([INT64], { kind: 'utf8' })],
    ([value], { parameters: [type = INT64] }) => asUnsigned(toInteger(value), type).toString(base),
    documentation,
    example,
  );
}

function bitCount(value: bigint, type: Type): number {
  const width = { int8: 8, int16: 16, int32: 32 }[type.kind as 'int8' | 'int16' | 'int32'] ?? 64;
  return BigInt.asUintN(width, value).toString(2).replaceAll('0', '').length;
}

function bits(
  name: string,
  combine: (a: bigint, b: bigint) => bigint,
  documentation: string,
  example: readonly [string, string],
  names: readonly string[],
): ScalarFunction {
  return scalar(
    name,
    integers,
    ([a, b], { result }) => fromInteger(combine(toInteger(a), toInteger(b)), result),
    documentation,
    example,
    { names },
  );
}

const floatView = new DataView(new ArrayBuffer(8));

/** The float next to a number on the way to another one. */
function nextAfter(from: number, to: number): number {
  if (Number.isNaN(from) || Number.isNaN(to)) return Number.NaN;
  if (from === to) return to;
  if (from === 0) return to > 0 ? Number.MIN_VALUE : -Number.MIN_VALUE;
  floatView.setFloat64(0, from);
  const away = from > 0 === to > from;
  floatView.setBigInt64(0, floatView.getBigInt64(0) + (away ? 1n : -1n));
  return floatView.getFloat64(0);
}

const floatTest =
  (test: (value: number) => boolean): ScalarFunction['row'] =>
  ([value]) =>
    test(toNumber(value));

export const NUMBER_FUNCTIONS: readonly ScalarFunction[] = [
  scalar(
    'gcd',
    integers,
    ([a, b], { result }) => fromInteger(greatestDivisor(toInteger(a), toInteger(b)), result),
    'The greatest number that divides both.',
    ['gcd(1071, 462)', '21'],
    { names: ['gcd', 'greatest_common_divisor'] },
  ),
  scalar(
    'lcm',
    integers,
    ([a, b], { result }) => fromInteger(leastMultiple(toInteger(a), toInteger(b)), result),
    'The least number that both divide.',
    ['lcm(1071, 462)', '23562'],
    { names: ['lcm', 'least_common_multiple'] },
  ),
  scalar(
    'factorial',
    fixed([INT64], decimal(MAX_DECIMAL_PRECISION, 0)),
    ([n]) => factorial(toInteger(n)),
    'The product of the whole numbers up to this one; up to 33.',
    ['factorial(5)', '120'],
  ),
  scalar(
    'div',
    wholeParts,
    ([a, b], { parameters: [type], result }) => {
      if (toBigint(b) === 0n) throw divisionByZero();
      const quotient = toBigint(a) / toBigint(b);
      return type?.kind === 'decimal' && result.kind === 'decimal' ? checkDecimal(quotient, result) : quotient;
    },
    'How often the second number goes into the first, without the rest.',
    ['div(9, 4)', '2'],
  ),
  scalar('log2', oneFloat, ([value]) => logarithm(2, toNumber(value)), 'The logarithm to base 2.', ['log2(8)', '3']),
  scalar('erf', oneFloat, ([value]) => errorFunction(toNumber(value)), 'The error function.', ['erf(0)', '0']),
  scalar('erfc', oneFloat, ([value]) => complement(toNumber(value)), 'One minus the error function.', ['erfc(0)', '1']),
  scalar(
    'gamma',
    oneFloat,
    ([value]) => {
      const x = toNumber(value);
      if (x === Number.NEGATIVE_INFINITY || (x <= 0 && Number.isInteger(x))) throw floatOverflow();
      const result = gamma(x);
      if (!Number.isFinite(result) && Number.isFinite(x)) throw floatOverflow();
      if (result === 0) throw floatUnderflow();
      return result;
    },
    'The gamma function, which is the factorial of one less at whole numbers.',
    ['gamma(5)', '24'],
  ),
  scalar(
    'lgamma',
    oneFloat,
    ([value]) => {
      const x = toNumber(value);
      if (x <= 0 && Number.isInteger(x)) throw floatOverflow();
      const result = logGamma(x);
      if (!Number.isFinite(result) && Number.isFinite(x)) throw floatOverflow();
      return result;
    },
    'The logarithm of the absolute value of the gamma function.',
    ['lgamma(1)', '0'],
  ),
  scalar(
    'width_bucket',
    [fixed([FLOAT64, FLOAT64, FLOAT64, INT32], INT32), intoBuckets],
    ([value = null, low, high, count], { parameters: [type = FLOAT64] }) => {
      if (high !== undefined) return bucket(toNumber(value), toNumber(low), toNumber(high), toNumber(count));
      const thresholds = toList(low);
      if (thresholds.includes(null))
        throw new OrbitError('null_value_not_allowed', 'thresholds array must not contain NULLs');
      let [from, to] = [0, thresholds.length];
      while (from < to) {
        const middle = (from + to) >> 1;
        if (compareValues(value, thresholds[middle] ?? null, type) < 0) to = middle;
        else from = middle + 1;
      }
      return from;
    },
    'Which of so many equal parts between two bounds a number is in, from 1; or how many of a list of sorted thresholds it has reached.',
    ['width_bucket(5.35, 0.024, 10.06, 5)', '3'],
  ),
  scalar(
    'scale',
    oneDecimal(INT32),
    (_args, { parameters: [type] }) => (type?.kind === 'decimal' ? type.scale : 0),
    'The number of decimals of a decimal.',
    ['scale(8.4100)', '4'],
  ),
  scalar(
    'min_scale',
    oneDecimal(INT32),
    ([value], { parameters: [type] }) => {
      let scale = type?.kind === 'decimal' ? type.scale : 0;
      let rest = toBigint(value);
      while (scale > 0 && rest % 10n === 0n) {
        rest /= 10n;
        scale -= 1;
      }
      return scale;
    },
    'The number of decimals that a decimal needs.',
    ['min_scale(8.4100)', '2'],
  ),
  inBase('to_hex', 16, 'The number in hexadecimal.', ['to_hex(255)', 'ff']),
  inBase('to_oct', 8, 'The number in octal.', ['to_oct(8)', '10']),
  inBase('to_bin', 2, 'The number in binary.', ['to_bin(5)', '101']),
  bits('bits_and', (a, b) => a & b, 'The bits that both integers have; as an operator &.', ['12 & 10', '8'], []),
  bits('bits_or', (a, b) => a | b, 'The bits that either integer has; as an operator |.', ['12 | 10', '14'], []),
  bits(
    'bits_xor',
    (a, b) => a ^ b,
    'The bits that one of the integers has; as an operator #.',
    ['xor(12, 10)', '6'],
    ['xor'],
  ),
  scalar(
    'bits_not',
    unary((arg) => {
      const type = arg.kind === 'null' ? INT32 : arg;
      return isInteger(type) ? { parameter: type, result: type } : undefined;
    }),
    ([a], { result }) => fromInteger(~toInteger(a), result),
    'The bits that the integer does not have; as an operator ~.',
    ['~ 5', '-6'],
    { names: [] },
  ),
  scalar(
    'shift_left',
    [fixed([INT32, INT32], INT32), fixed([INT64, INT32], INT64)],
    ([a, by], { result }) => {
      const width = result.kind === 'int64' ? 64 : 32;
      return fromInteger(BigInt.asIntN(width, toInteger(a) << BigInt(toNumber(by) & (width - 1))), result);
    },
    'The bits of an integer moved to the left; as an operator <<.',
    ['1 << 4', '16'],
    { names: [] },
  ),
  scalar(
    'shift_right',
    [fixed([INT32, INT32], INT32), fixed([INT64, INT32], INT64)],
    ([a, by], { result }) => {
      const width = result.kind === 'int64' ? 64 : 32;
      return fromInteger(toInteger(a) >> BigInt(toNumber(by) & (width - 1)), result);
    },
    'The bits of an integer moved to the right, keeping the sign; as an operator >>.',
    ['16 >> 2', '4'],
    { names: [] },
  ),
  scalar(
    'bit_count',
    unary((arg) => (isInteger(arg) ? { parameter: arg, result: INT8 } : undefined)),
    ([value], { parameters: [type = INT64] }) => bitCount(toInteger(value), type),
    'How many bits of an integer are set.',
    ['bit_count(31)', '5'],
  ),
  scalar(
    'fdiv',
    twoFloats,
    ([a, b]) => Math.floor(toNumber(a) / toNumber(b)),
    'The quotient of two floats, rounded down.',
    ['fdiv(5, 2)', '2'],
  ),
  scalar(
    'fmod',
    twoFloats,
    ([a, b]) => {
      const [x, y] = [toNumber(a), toNumber(b)];
      return x - y * Math.floor(x / y);
    },
    'The rest of fdiv, with the sign of the divisor.',
    ['fmod(5.5, 2)', '1.5'],
  ),
  scalar('isnan', oneFloatTest(), floatTest(Number.isNaN), 'Whether a float is not a number.', [
    "isnan('NaN'::float8)",
    't',
  ]),
  scalar(
    'isinf',
    oneFloatTest(),
    floatTest((v) => v === Number.POSITIVE_INFINITY || v === Number.NEGATIVE_INFINITY),
    'Whether a float is infinite.',
    ["isinf('Infinity'::float8)", 't'],
  ),
  scalar(
    'isfinite',
    [fixed([DATE], BOOL), fixed([TIMESTAMP], BOOL), fixed([{ kind: 'interval' }], BOOL), fixed([FLOAT64], BOOL)],
    ([value = null]) => typeof value !== 'number' || Number.isFinite(value),
    'Whether a date, timestamp, interval or float is finite.',
    ["isfinite(date '2024-02-29')", 't'],
  ),
  scalar(
    'signbit',
    oneFloatTest(),
    floatTest((v) => v < 0 || Object.is(v, -0)),
    'Whether a float has the sign -, as -0 has.',
    ["signbit('-0'::float8)", 't'],
  ),
  scalar(
    'nextafter',
    twoFloats,
    ([from, to]) => nextAfter(toNumber(from), toNumber(to)),
    'The float next to a number in the direction of another.',
    ['nextafter(1::float8, 2::float8)', '1.0000000000000002'],
  ),
  scalar(
    'even',
    oneFloat,
    ([value]) => {
      const v = toNumber(value);
      const rounded = v >= 0 ? Math.ceil(v) : -Math.ceil(-v);
      return rounded % 2 === 0 ? rounded : rounded + Math.sign(rounded);
    },
    'The next even number away from zero.',
    ['even(2.9)', '4'],
  ),
  scalar(
    'round_even',
    fixed([FLOAT64, INT32], FLOAT64),
    ([value, places]) => {
      const factor = 10 ** toNumber(places);
      return roundHalfEven(toNumber(value) * factor) / factor;
    },
    'Rounds to a number of decimals, halves to the even digit.',
    ['round_even(24.5, 0)', '24'],
    { names: ['round_even', 'roundbankers'] },
  ),
];

function oneFloatTest(): Overload {
  return fixed([FLOAT64], BOOL);
}
