import { OrbitError } from '../types/error.ts';
import { floatOverflow } from '../types/floats.ts';
import { toNumber } from '../types/narrow.ts';
import { FLOAT64 } from '../types/type.ts';
import type { ScalarFunction } from './declaration.ts';
import { fixed } from './overload.ts';
import { scalar } from './shorthand.ts';

// Angles in radians and, in the functions whose names end with d, in degrees, where multiples of the angles with
// rational results are exact.

const one = fixed([FLOAT64], FLOAT64);
const two = fixed([FLOAT64, FLOAT64], FLOAT64);

function ofNumber(
  name: string,
  calculate: (value: number) => number,
  documentation: string,
  example: readonly [string, string],
): ScalarFunction {
  return scalar(name, one, ([value]) => calculate(toNumber(value)), documentation, example);
}

const outOfRange = (): OrbitError => new OrbitError('numeric_value_out_of_range', 'input is out of range');

/** Of an angle: infinity has no direction. */
function finite(calculate: (value: number) => number): (value: number) => number {
  return (value) => {
    if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY) throw outOfRange();
    return calculate(value);
  };
}

/** Of a sine or cosine, which lie between -1 and 1. */
function fraction(calculate: (value: number) => number): (value: number) => number {
  return (value) => {
    if (value < -1 || value > 1) throw outOfRange();
    return calculate(value);
  };
}

const DEGREE = Math.PI / 180;
const THIRTY_SINE = Math.sin(30 * DEGREE);
const SIXTY_COSINE = 1 - Math.cos(60 * DEGREE);

/** From 0 to 90 degrees; scaled so that 30 and 60 degrees give exactly a half. */
function sineOfQuadrant(degrees: number): number {
  if (degrees <= 30) return Math.sin(degrees * DEGREE) / THIRTY_SINE / 2;
  return 1 - ((1 - Math.cos((90 - degrees) * DEGREE)) / SIXTY_COSINE) * 0.5;
}

function cosineOfQuadrant(degrees: number): number {
  if (degrees <= 60) return 1 - ((1 - Math.cos(degrees * DEGREE)) / SIXTY_COSINE) * 0.5;
  return Math.sin((90 - degrees) * DEGREE) / THIRTY_SINE / 2;
}

/** The angle brought to 0 to 180 degrees, and what an odd function's value is then multiplied by. */
function halfTurn(value: number): { readonly degrees: number; readonly sign: number } {
  const rest = value % 360;
  const degrees = Math.abs(rest);
  const sign = rest < 0 ? -1 : 1;
  return degrees > 180 ? { degrees: 360 - degrees, sign: -sign } : { degrees, sign };
}

function sineOfDegrees(value: number): number {
  const { degrees, sign } = halfTurn(value);
  return sign * sineOfQuadrant(degrees > 90 ? 180 - degrees : degrees);
}

function cosineOfDegrees(value: number): number {
  let degrees = Math.abs(value % 360);
  let sign = 1;
  if (degrees > 180) degrees = 360 - degrees;
  if (degrees > 90) {
    degrees = 180 - degrees;
    sign = -1;
  }
  return sign * cosineOfQuadrant(degrees);
}

function tangentOfDegrees(value: number): number {
  return ratioOfDegrees(value, (degrees) => sineOfQuadrant(degrees) / cosineOfQuadrant(degrees));
}

function cotangentOfDegrees(value: number): number {
  return ratioOfDegrees(value, (degrees) => cosineOfQuadrant(degrees) / sineOfQuadrant(degrees));
}

/** A ratio that is known from 0 to 90 degrees, and of the other sign beyond; exactly one at 45. Never -0. */
function ratioOfDegrees(value: number, ofQuadrant: (degrees: number) => number): number {
  const { degrees, sign } = halfTurn(value);
  const ratio = degrees > 90 ? -ofQuadrant(180 - degrees) : ofQuadrant(degrees);
  const result = (sign * ratio) / FORTY_FIVE_TANGENT;
  return result === 0 ? 0 : result;
}

const FORTY_FIVE_TANGENT = sineOfQuadrant(45) / cosineOfQuadrant(45);

const ASIN_HALF = Math.asin(0.5);
const ACOS_HALF = Math.acos(0.5);
const ATAN_ONE = Math.atan(1);

/** From 0 to 1. */
function arcSineOfQuadrant(value: number): number {
  if (value <= 0.5) return (Math.asin(value) / ASIN_HALF) * 30;
  return 90 - (Math.acos(value) / ACOS_HALF) * 60;
}

function arcCosineOfQuadrant(value: number): number {
  if (value <= 0.5) return 90 - (Math.asin(value) / ASIN_HALF) * 30;
  return (Math.acos(value) / ACOS_HALF) * 60;
}

function arcCosineOfDegrees(value: number): number {
  return value >= 0 ? arcCosineOfQuadrant(value) : 90 + arcSineOfQuadrant(-value);
}

function arcSineOfDegrees(value: number): number {
  return value >= 0 ? arcSineOfQuadrant(value) : -arcSineOfQuadrant(-value);
}

function checked(result: number, value: number): number {
  if (!Number.isFinite(result) && Number.isFinite(value)) throw floatOverflow();
  return result;
}

export const TRIGONOMETRIC_FUNCTIONS: readonly ScalarFunction[] = [
  scalar('pi', fixed([], FLOAT64), () => Math.PI, 'The ratio of a circle and its diameter.', [
    'pi()',
    '3.141592653589793',
  ]),
  ofNumber('degrees', (v) => checked(v / DEGREE, v), 'Radians in degrees.', ['degrees(pi())', '180']),
  ofNumber('radians', (v) => v * DEGREE, 'Degrees in radians.', ['radians(180)', '3.141592653589793']),
  ofNumber('sin', finite(Math.sin), 'The sine of an angle in radians.', ['sin(0)', '0']),
  ofNumber('cos', finite(Math.cos), 'The cosine of an angle in radians.', ['cos(0)', '1']),
  ofNumber('tan', finite(Math.tan), 'The tangent of an angle in radians.', ['tan(0)', '0']),
  ofNumber(
    'cot',
    (v) => (Number.isFinite(v) || Number.isNaN(v) ? 1 / Math.tan(v) : finite(Math.tan)(v)),
    'The cotangent of an angle in radians.',
    ['round(cot(1) * 1000)', '642'],
  ),
  ofNumber('asin', fraction(Math.asin), 'The angle in radians that has the sine.', ['asin(1)', '1.5707963267948966']),
  ofNumber('acos', fraction(Math.acos), 'The angle in radians that has the cosine.', ['acos(1)', '0']),
  ofNumber('atan', Math.atan, 'The angle in radians that has the tangent.', ['atan(1)', '0.7853981633974483']),
  scalar(
    'atan2',
    two,
    ([y, x]) => Math.atan2(toNumber(y), toNumber(x)),
    'The angle in radians of the point whose y is the first argument and whose x is the second.',
    ['atan2(1, 1)', '0.7853981633974483'],
  ),
  ofNumber('sinh', (v) => Math.sinh(v), 'The hyperbolic sine.', ['sinh(0)', '0']),
  ofNumber('cosh', (v) => Math.cosh(v), 'The hyperbolic cosine.', ['cosh(0)', '1']),
  ofNumber('tanh', Math.tanh, 'The hyperbolic tangent.', ['tanh(0)', '0']),
  ofNumber('asinh', Math.asinh, 'The inverse of the hyperbolic sine.', ['asinh(0)', '0']),
  ofNumber(
    'acosh',
    (v) => {
      if (v < 1) throw outOfRange();
      return Math.acosh(v);
    },
    'The inverse of the hyperbolic cosine, of numbers from 1 on.',
    ['acosh(1)', '0'],
  ),
  ofNumber('atanh', fraction(Math.atanh), 'The inverse of the hyperbolic tangent.', ['atanh(0)', '0']),
  ofNumber('sind', finite(sineOfDegrees), 'The sine of an angle in degrees.', ['sind(30)', '0.5']),
  ofNumber('cosd', finite(cosineOfDegrees), 'The cosine of an angle in degrees.', ['cosd(60)', '0.5']),
  ofNumber('tand', finite(tangentOfDegrees), 'The tangent of an angle in degrees.', ['tand(45)', '1']),
  ofNumber('cotd', finite(cotangentOfDegrees), 'The cotangent of an angle in degrees.', ['cotd(45)', '1']),
  ofNumber('asind', fraction(arcSineOfDegrees), 'The angle in degrees that has the sine.', ['asind(0.5)', '30']),
  ofNumber('acosd', fraction(arcCosineOfDegrees), 'The angle in degrees that has the cosine.', ['acosd(0.5)', '60']),
  ofNumber('atand', (v) => (Math.atan(v) / ATAN_ONE) * 45, 'The angle in degrees that has the tangent.', [
    'atand(1)',
    '45',
  ]),
  scalar(
    'atan2d',
    two,
    ([y, x]) => (Math.atan2(toNumber(y), toNumber(x)) / ATAN_ONE) * 45,
    'The angle in degrees of the point whose y is the first argument and whose x is the second.',
    ['atan2d(1, 1)', '45'],
  ),
];
