import { unreachable } from '../types/error.ts';
import type { Type } from '../types/type.ts';
import { isAnyValue, isInterval, type Value } from '../types/value.ts';

/** Whether a host value stands for a value of the type (see the table in value.ts); NULL fits every type. */
export function fits(value: Value, type: Type): boolean {
  if (value === null) return true;
  switch (type.kind) {
    case 'null':
      return false;
    case 'bool':
      return typeof value === 'boolean';
    case 'int8':
      return isIntegerOf(value, 8);
    case 'int16':
      return isIntegerOf(value, 16);
    case 'int32':
    case 'date':
      return isIntegerOf(value, 32);
    case 'int64':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return typeof value === 'bigint' && BigInt.asIntN(64, value) === value;
    case 'uuid':
      return typeof value === 'bigint' && BigInt.asIntN(128, value) === value;
    case 'float32':
      return typeof value === 'number' && (Number.isNaN(value) || Math.fround(value) === value);
    case 'float64':
      return typeof value === 'number';
    case 'decimal': {
      if (typeof value !== 'bigint') return false;
      const bound = 10n ** BigInt(type.precision);
      return value < bound && value > -bound;
    }
    case 'utf8':
      return typeof value === 'string';
    case 'binary':
      return value instanceof Uint8Array;
    case 'interval':
      return isInterval(value);
    case 'list':
      return Array.isArray(value) && value.every((element: Value) => fits(element, type.element));
    case 'any':
      return isAnyValue(value);
    default:
      return unreachable(type);
  }
}

function isIntegerOf(value: Value, bits: number): boolean {
  if (typeof value !== 'number' || !Number.isInteger(value)) return false;
  const bound = 2 ** (bits - 1);
  return value >= -bound && value < bound;
}
