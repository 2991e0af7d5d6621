import { internalError } from './error.ts';
import { type AnyValue, type Interval, isAnyValue, isInterval, type Value } from './value.ts';

// Values are untyped at run time; these turn a Value into what its static type promises, and name the bug if it is not.

function broken(expected: string, value: Value | undefined): never {
  throw internalError(`expected ${expected}, got ${value === null ? 'NULL' : typeof value}`);
}

export function toBool(value: Value | undefined): boolean {
  return typeof value === 'boolean' ? value : broken('bool', value);
}

export function toNumber(value: Value | undefined): number {
  return typeof value === 'number' ? value : broken('a number', value);
}

export function toBigint(value: Value | undefined): bigint {
  return typeof value === 'bigint' ? value : broken('a bigint', value);
}

/** For types that are a number or a bigint according to their width. */
export function toInteger(value: Value | undefined): bigint {
  return typeof value === 'bigint' ? value : BigInt(toNumber(value));
}

export function toText(value: Value | undefined): string {
  return typeof value === 'string' ? value : broken('utf8', value);
}

export function toBytes(value: Value | undefined): Uint8Array {
  return value instanceof Uint8Array ? value : broken('binary', value);
}

export function toInterval(value: Value | undefined): Interval {
  return value !== undefined && isInterval(value) ? value : broken('interval', value);
}

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

export function toList(value: Value | undefined): readonly Value[] {
  return value !== undefined && isList(value) ? value : broken('a list', value);
}

export function toAny(value: Value | undefined): AnyValue {
  return value !== undefined && isAnyValue(value) ? value : broken('any', value);
}
