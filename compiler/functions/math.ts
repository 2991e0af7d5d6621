import { absolute, checkDecimal, powerOfTen, rescale, truncateTo } from '../types/decimals.ts';
import { divisionByZero, OrbitError } from '../types/error.ts';
import { floatOverflow, floatUnderflow, roundHalfEven } from '../types/floats.ts';
import { floorDivide, fromInteger } from '../types/integers.ts';
import { negateInterval } from '../types/intervals.ts';
import { toBigint, toInteger, toInterval, toNumber } from '../types/narrow.ts';
import {
  type DecimalType,
  decimal,
  FLOAT64,
  INT32,
  INTERVAL,
  isInteger,
  isNumeric,
  MAX_DECIMAL_PRECISION,
  type Type,
} from '../types/type.ts';
import type { Value } from '../types/value.ts';
import type { Overload, ScalarFunction, Signature } from './declaration.ts';
import { binary, fixed, unary } from './overload.ts';

/** Any number; the result has its type. */
const sameNumber = unary((arg) => {
  const type = arg.kind === 'null' ? FLOAT64 : arg;
  return isNumeric(type) ? { parameter: type, result: type } : undefined;
});

const signedNumber: Overload = (args) => {
  const signature = sameNumber(args);
  return signature?.result.kind === 'decimal' ? { ...signature, result: decimal(1, 0) } : signature;
};

/** What rounding to a whole number gives: a decimal without decimals, or float64, as PostgreSQL also for integers. */
function rounding(growth: number): Overload {
  return unary((arg) => {
    if (arg.kind === 'decimal') return { parameter: arg, result: wholeType(arg, growth) };
    return arg.kind === 'null' || isNumeric(arg) ? { parameter: FLOAT64, result: FLOAT64 } : undefined;
  });
}

function wholeType(type: DecimalType, growth: number): DecimalType {
  const digits = Math.max(1, type.precision - type.scale) + (type.scale === 0 ? 0 : growth);
  return decimal(Math.min(MAX_DECIMAL_PRECISION, digits), 0);
}

/** A decimal keeps its scale, because the number of decimals asked for is known only when the row is. */
const toPlaces = binary((arg, places) => {
  if (fixed([INT32], INT32)([places]) === undefined) return undefined;
  if (arg.kind === 'float32' || arg.kind === 'float64') return { a: FLOAT64, b: INT32, result: FLOAT64 };
  if (arg.kind === 'decimal') {
    const type = decimal(Math.min(MAX_DECIMAL_PRECISION, arg.precision + 1), arg.scale);
    return { a: arg, b: INT32, result: type };
  }
  if (isInteger(arg) || arg.kind === 'null') {
    const digits = arg.kind === 'int64' ? 19 : 10;
    return { a: decimal(digits, 0), b: INT32, result: decimal(digits + 1, 0) };
  }
  return undefined;
});

/**
 * What round() or trunc() of a decimal to a constant number of decimals is to be cast to, so that it shows as many as
 * PostgreSQL does; undefined where the call has the right type already.
 */
export function placesVariant(source: Type, places: number): Type | undefined {
  if (source.kind !== 'decimal' || places >= source.scale) return undefined;
  const scale = Math.max(0, places);
  const integerDigits = source.precision - source.scale + 1;
  return decimal(Math.min(MAX_DECIMAL_PRECISION, integerDigits + scale), scale);
}

const oneFloat = fixed([FLOAT64], FLOAT64);

interface Rounding {
  readonly float: (value: number) => number;
  readonly decimal: (unscaled: bigint, scale: number, toScale: number) => bigint;
}

const ROUND: Rounding = { float: roundHalfEven, decimal: rescale };
const TRUNC: Rounding = { float: Math.trunc, decimal: truncateTo };
const FLOOR: Rounding = {
  float: Math.floor,
  decimal: (unscaled, scale, toScale) => floorDivide(unscaled, powerOfTen(scale - toScale)),
};
const CEIL: Rounding = {
  float: Math.ceil,
  decimal: (unscaled, scale, toScale) => -floorDivide(-unscaled, powerOfTen(scale - toScale)),
};

function roundValue(kind: Rounding, args: readonly Value[], signature: Signature): Value {
  const [type] = signature.parameters;
  const { result } = signature;
  if (args.length === 2) return roundToPlaces(kind, args, signature);
  if (type?.kind === 'decimal' && result.kind === 'decimal') {
    return checkDecimal(kind.decimal(toBigint(args[0]), type.scale, 0), result);
  }
  return kind.float(toNumber(args[0]));
}

function roundToPlaces(kind: Rounding, args: readonly Value[], signature: Signature): Value {
  const [type] = signature.parameters;
  const { result } = signature;
  const places = toNumber(args[1]);
  if (type?.kind !== 'decimal' || result.kind !== 'decimal') return roundFloatToPlaces(kind, toNumber(args[0]), places);
  if (places >= type.scale) return args[0] ?? null;
  // Nothing is left to round to beyond this, and 10^n would be huge.
  if (type.scale - places > MAX_DECIMAL_PRECISION + 1) return 0n;
  const unit = powerOfTen(type.scale - places);
  const count = kind.decimal(toBigint(args[0]), type.scale - places, 0);
  return checkDecimal(count * unit, result);
}

/** Halves away from zero of the scaled number, which is what a reader of its decimals expects. */
function roundFloatToPlaces(kind: Rounding, value: number, places: number): number {
  const factor = 10 ** Math.abs(places);
  const scaled = places < 0 ? value / factor : value * factor;
  if (!Number.isFinite(scaled) || !Number.isFinite(factor)) return places < 0 && Number.isFinite(value) ? 0 : value;
  const whole = kind === TRUNC ? Math.trunc(scaled) : Math.sign(scaled) * Math.floor(Math.abs(scaled) + 0.5);
  return places < 0 ? whole * factor : whole / factor;
}

function signOf(args: readonly Value[], signature: Signature): Value {
  const { result } = signature;
  if (result.kind === 'float32' || result.kind === 'float64') {
    const value = toNumber(args[0]);
    return value > 0 ? 1 : value < 0 ? -1 : 0; // of NaN too
  }
  const value = toInteger(args[0]);
  const sign = value > 0n ? 1n : value < 0n ? -1n : 0n;
  return result.kind === 'decimal' ? sign : fromInteger(sign, result);
}

/** Applies to any number: integers and decimals as bigints, floats as they are. */
function mapNumber(
  args: readonly Value[],
  type: Type,
  integer: (value: bigint) => bigint,
  float: (value: number) => number,
): Value {
  if (isInteger(type)) return fromInteger(integer(toInteger(args[0])), type);
  if (type.kind === 'decimal') return integer(toBigint(args[0]));
  return float(toNumber(args[0]));
}

function powerError(message: string): OrbitError {
  return new OrbitError('invalid_argument_for_power_function', message);
}

function logarithmError(message: string): OrbitError {
  return new OrbitError('invalid_argument_for_logarithm', message);
}

function checkRange(result: number, ...operands: readonly number[]): number {
  if (!Number.isFinite(result) && !Number.isNaN(result) && operands.every(Number.isFinite)) throw floatOverflow();
  return result;
}

function power(base: number, exponent: number): number {
  if (base === 1 || exponent === 0) return 1; // of NaN too
  if (base === 0 && exponent < 0) throw powerError('zero raised to a negative power is undefined');
  if (base < 0 && Number.isFinite(exponent) && !Number.isInteger(exponent)) {
    throw powerError('a negative number raised to a non-integer power yields a complex result');
  }
  if (base === -1 && !Number.isFinite(exponent) && !Number.isNaN(exponent)) return 1;
  const result = checkRange(base ** exponent, base, exponent);
  if (result === 0 && base !== 0 && Number.isFinite(base) && Number.isFinite(exponent)) throw floatUnderflow();
  return result;
}

function exponential(value: number): number {
  const result = checkRange(Math.exp(value), value);
  if (result === 0 && Number.isFinite(value)) throw floatUnderflow();
  return result;
}

function squareRoot(value: number): number {
  if (value < 0) throw powerError('cannot take square root of a negative number');
  return Math.sqrt(value);
}

function naturalLogarithm(value: number): number {
  return Math.log(positive(value));
}

function decimalLogarithm(value: number): number {
  return Math.log10(positive(value));
}

function positive(value: number): number {
  if (value === 0) throw logarithmError('cannot take logarithm of zero');
  if (value < 0) throw logarithmError('cannot take logarithm of a negative number');
  return value;
}

export function logarithm(base: number, value: number): number {
  for (const operand of [base, value]) {
    if (operand === 0) throw new OrbitError('invalid_argument_for_logarithm', 'cannot take logarithm of zero');
    if (operand < 0) {
      throw new OrbitError('invalid_argument_for_logarithm', 'cannot take logarithm of a negative number');
    }
  }
  if (base === 1) throw divisionByZero();
  return base === 10 ? Math.log10(value) : base === 2 ? Math.log2(value) : Math.log(value) / Math.log(base);
}

type Shape = Pick<ScalarFunction, 'name' | 'names' | 'overloads' | 'row' | 'documentation'>;

function pure(shape: Shape, sql: string, result: string): ScalarFunction {
  return { ...shape, nulls: 'strict', volatility: 'immutable', example: { sql, result } };
}

function ofFloat(
  name: string,
  calculate: (value: number) => number,
  documentation: string,
  sql: string,
  result: string,
  names: readonly string[] = [name],
): ScalarFunction {
  const row: ScalarFunction['row'] = (args) => calculate(toNumber(args[0]));
  return pure({ name, names: { sql: names }, overloads: [oneFloat], row, documentation }, sql, result);
}

export const MATH_FUNCTIONS: readonly ScalarFunction[] = [
  pure(
    {
      name: 'negate',
      names: {},
      overloads: [sameNumber, fixed([INTERVAL], INTERVAL)],
      row: (args, { result }) =>
        result.kind === 'interval'
          ? negateInterval(toInterval(args[0]))
          : mapNumber(
              args,
              result,
              (value) => -value,
              (value) => -value,
            ),
      documentation: 'The number or interval with the opposite sign.',
    },
    '-(3 - 5)',
    '2',
  ),
  pure(
    {
      name: 'abs',
      names: { sql: ['abs'] },
      overloads: [sameNumber],
      row: (args, { result }) => mapNumber(args, result, absolute, Math.abs),
      documentation: 'The number without its sign.',
    },
    'abs(-17.4)',
    '17.4',
  ),
  pure(
    {
      name: 'sign',
      names: { sql: ['sign'] },
      overloads: [signedNumber],
      row: signOf,
      documentation: '-1, 0 or 1, as the number is negative, zero or positive.',
    },
    'sign(-8)',
    '-1',
  ),
  pure(
    {
      name: 'ceil',
      names: { sql: ['ceil', 'ceiling'] },
      overloads: [rounding(1)],
      row: (args, signature) => roundValue(CEIL, args, signature),
      documentation: 'The smallest whole number that is not below the argument.',
    },
    'ceil(-42.8)',
    '-42',
  ),
  pure(
    {
      name: 'floor',
      names: { sql: ['floor'] },
      overloads: [rounding(1)],
      row: (args, signature) => roundValue(FLOOR, args, signature),
      documentation: 'The largest whole number that is not above the argument.',
    },
    'floor(-42.8)',
    '-43',
  ),
  pure(
    {
      name: 'round',
      names: { sql: ['round'] },
      overloads: [rounding(1), toPlaces],
      row: (args, signature) => roundValue(ROUND, args, signature),
      documentation:
        'Rounds to a whole number, or to a number of decimals. Decimals round halves away from zero; a float alone rounds them to the even number.',
    },
    'round(42.5)',
    '43',
  ),
  pure(
    {
      name: 'trunc',
      names: { sql: ['trunc'] },
      overloads: [rounding(0), toPlaces],
      row: (args, signature) => roundValue(TRUNC, args, signature),
      documentation: 'Drops the decimals, or all but a number of them.',
    },
    'trunc(-42.8)',
    '-42',
  ),
  ofFloat('sqrt', squareRoot, 'The square root.', 'sqrt(16)', '4'),
  ofFloat('cbrt', Math.cbrt, 'The cube root.', 'cbrt(27)', '3'),
  pure(
    {
      name: 'log10',
      names: { sql: ['log', 'log10'] },
      overloads: [oneFloat, fixed([FLOAT64, FLOAT64], FLOAT64)],
      row: ([first, second]) =>
        second === undefined ? decimalLogarithm(toNumber(first)) : logarithm(toNumber(first), toNumber(second)),
      documentation: 'The logarithm to base 10, or that of the second number to the base that is the first.',
    },
    'log(1000)',
    '3',
  ),
  ofFloat('ln', naturalLogarithm, 'The natural logarithm.', 'ln(1)', '0'),
  ofFloat('exp', exponential, "Euler's number to the power of the argument.", 'exp(0)', '1'),
  pure(
    {
      name: 'power',
      names: { sql: ['power', 'pow'] },
      overloads: [fixed([FLOAT64, FLOAT64], FLOAT64)],
      row: (args) => power(toNumber(args[0]), toNumber(args[1])),
      documentation: 'The first number to the power of the second.',
    },
    'power(2, 10)',
    '1024',
  ),
];
