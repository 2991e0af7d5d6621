import { internalError, OrbitError } from './error.ts';
import { messageTypeName } from './names.ts';
import type { Type } from './type.ts';
import type { Value } from './value.ts';

const BITS: Partial<Record<Type['kind'], number>> = { int8: 8, int16: 16, int32: 32, int64: 64 };

/** Whether a value of the integer type can hold it. */
export function fitsInteger(value: bigint, type: Type): boolean {
  const bits = BITS[type.kind];
  if (bits === undefined) throw internalError(`${type.kind} is not an integer type`);
  return BigInt.asIntN(bits, value) === value;
}

/** The value in the host form of the integer type, or PostgreSQL's "integer out of range" in that type's name. */
export function fromInteger(value: bigint, type: Type, hint?: string): Value {
  if (!fitsInteger(value, type)) {
    throw new OrbitError('numeric_value_out_of_range', `${messageTypeName(type)} out of range`, { hint });
  }
  return type.kind === 'int64' ? value : Number(value);
}

/** Quotient rounded towards minus infinity. */
export function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient;
}

/** The remainder that belongs to `floorDivide`: it has the divisor's sign. */
export function floorModulo(a: bigint, b: bigint): bigint {
  return a - floorDivide(a, b) * b;
}

/**
 * Reads an integer as PostgreSQL does: blanks around it, a sign, `0x`, `0o` and `0b`, and single underscores between
 * digits. Undefined if it is not one.
 */
export function parseIntegerText(text: string): bigint | undefined {
  const match =
    /^\s*([+-]?)(0x_?[0-9a-f]+(?:_[0-9a-f]+)*|0o_?[0-7]+(?:_[0-7]+)*|0b_?[01]+(?:_[01]+)*|\d+(?:_\d+)*)\s*$/i.exec(
      text,
    );
  if (match === null) return undefined;
  const magnitude = BigInt((match[2] ?? '').replaceAll('_', ''));
  return match[1] === '-' ? -magnitude : magnitude;
}
