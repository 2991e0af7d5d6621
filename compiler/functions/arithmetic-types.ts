import { asDecimalType } from '../types/decimals.ts';
import { OrbitError } from '../types/error.ts';
import {
  ANY,
  type DecimalType,
  decimal,
  FLOAT32,
  FLOAT64,
  INT32,
  isFloat,
  isInteger,
  isNumeric,
  MAX_DECIMAL_PRECISION,
  type Type,
} from '../types/type.ts';
import { unify } from '../types/unify.ts';
import type { Overload } from './declaration.ts';
import { binary } from './overload.ts';

/** Decimals of a quotient or an average, unless an operand has more. */
export const MIN_QUOTIENT_SCALE = 16;

type DecimalRule = (a: DecimalType, b: DecimalType) => DecimalType;

/**
 * Two numbers: integers meet in the wider of the two types, any float makes it float64 unless both are float32, and
 * the rest is decimal, typed by the operation's rule.
 */
export function numbers(rule: DecimalRule, floats: 'floats' | 'noFloats' = 'floats'): Overload {
  return binary((left, right) => {
    const a = left.kind === 'null' ? numericOr(right, INT32) : left;
    const b = right.kind === 'null' ? numericOr(left, INT32) : right;
    if (!isNumeric(a) || !isNumeric(b)) return undefined;
    if (isInteger(a) && isInteger(b)) {
      const wider = unify([a, b]) ?? a;
      return { a: wider, b: wider, result: wider };
    }
    if (isFloat(a) || isFloat(b)) {
      if (floats === 'noFloats') return undefined;
      const float = a.kind === 'float32' && b.kind === 'float32' ? FLOAT32 : FLOAT64;
      return { a: float, b: float, result: float };
    }
    const x = asDecimalType(a);
    const y = asDecimalType(b);
    return x && y && { a: x, b: y, result: rule(x, y) };
  });
}

function numericOr(type: Type, otherwise: Type): Type {
  return type.kind === 'null' ? otherwise : type;
}

/** At least one operand is dynamic; the other may be a number too. */
export const dynamic: Overload = binary((a, b) => {
  if (a.kind !== 'any' && b.kind !== 'any') return undefined;
  const fits = (type: Type) => type.kind === 'any' || type.kind === 'null' || isNumeric(type);
  return fits(a) && fits(b) ? { a: ANY, b: ANY, result: ANY } : undefined;
});

const capped = (precision: number, scale: number) => decimal(Math.min(MAX_DECIMAL_PRECISION, precision), scale);

export const sumRule: DecimalRule = (a, b) => {
  const scale = Math.max(a.scale, b.scale);
  return capped(Math.max(a.precision - a.scale, b.precision - b.scale) + scale + 1, scale);
};

export const productRule: DecimalRule = (a, b) => {
  const scale = a.scale + b.scale;
  if (scale > MAX_DECIMAL_PRECISION) {
    throw new OrbitError('numeric_value_out_of_range', `the product would have ${scale} decimals, more than 38`, {
      hint: 'Cast an operand to a decimal with fewer decimals, or to float64.',
    });
  }
  return capped(a.precision + b.precision, scale);
};

export const quotientRule: DecimalRule = (a, b) =>
  decimal(MAX_DECIMAL_PRECISION, Math.max(MIN_QUOTIENT_SCALE, a.scale, b.scale));

/** A remainder is smaller than the divisor and not larger than the dividend. */
export const remainderRule: DecimalRule = (a, b) => {
  const scale = Math.max(a.scale, b.scale);
  return capped(Math.max(1, Math.min(a.precision - a.scale, b.precision - b.scale) + scale), scale);
};
