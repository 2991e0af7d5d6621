import { castAny, toAnyValue } from './any-cast.ts';
import { checkTimestamp, dateOfTimestamp, MICROS_PER_DAY, timeOfTimestamp, timestampFromDate } from './dates.ts';
import { checkDecimal, decimalToNumber, parseDecimalText, powerOfTen, rescale } from './decimals.ts';
import { type ErrorCode, internalError, OrbitError } from './error.ts';
import { floatDigits, integerToFloat32, narrowFloat, roundHalfEven } from './floats.ts';
import { floorModulo, fromInteger } from './integers.ts';
import { makeInterval } from './intervals.ts';
import { canCastJson, castJson } from './json-cast.ts';
import { messageTypeName } from './names.ts';
import { toAny, toBigint, toBool, toInteger, toInterval, toList, toNumber, toText } from './narrow.ts';
import { formatValue, parseText } from './text.ts';
import {
  type DecimalType,
  FLOAT32,
  FLOAT64,
  isFloat,
  isInteger,
  isJson,
  isNumeric,
  type Type,
  typeEquals,
} from './type.ts';
import type { Value } from './value.ts';

/** What a cast to NULL on error (TRY_CAST) forgives: bad values. Everything else is still an error. */
const VALUE_ERRORS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'numeric_value_out_of_range',
  'invalid_text_representation',
  'invalid_datetime_format',
  'datetime_field_overflow',
  'invalid_parameter_value',
  'datatype_mismatch',
]);

/** Whether CAST may be written between the types. What then goes wrong depends on the value. */
export function canCast(from: Type, to: Type): boolean {
  if (isJson(from) || isJson(to)) return canCastJson(from, to);
  if (from.kind === 'null' || from.kind === 'any' || to.kind === 'any' || typeEquals(from, to)) return true;
  if (from.kind === 'list' && to.kind === 'list') return canCast(from.element, to.element);
  if (from.kind === 'utf8' || to.kind === 'utf8') return to.kind !== 'null';
  if (isNumeric(from) && isNumeric(to)) return true;
  if (from.kind === 'bool' || to.kind === 'bool') return from.kind === 'int32' || to.kind === 'int32';
  const targets: Partial<Record<Type['kind'], readonly Type['kind'][]>> = {
    date: ['timestamp', 'timestamptz'],
    timestamp: ['date', 'time', 'timestamptz'],
    timestamptz: ['date', 'time', 'timestamp'],
    time: ['interval'],
    interval: ['time'],
  };
  return targets[from.kind]?.includes(to.kind) ?? false;
}

const WIDENING: readonly Type['kind'][] = ['int8', 'int16', 'int32', 'int64', 'decimal', 'float32', 'float64'];

/** Costs of implicit casts; the overload with the smallest sum wins. */
const COST = {
  changedDecimal: 1,
  dateToTimestamp: 1,
  timestampToInstant: 1,
  dateToInstant: 2,
  nullToUtf8: 1,
  nullToOther: 2,
  toAny: 100,
};

/**
 * What an implicit cast costs: 0 for none, a step for each kind of number on the way, undefined if the cast must be
 * written. A bare NULL prefers utf8, because untyped literals are resolved as NULLs.
 */
export function implicitCastCost(from: Type, to: Type): number | undefined {
  if (typeEquals(from, to)) return 0;
  if (from.kind === 'null')
    return to.kind === 'utf8' && !isJson(to) ? COST.nullToUtf8 : to.kind === 'any' ? COST.toAny : COST.nullToOther;
  if (isJson(from) || isJson(to)) return undefined;
  if (to.kind === 'any') return COST.toAny;
  if (from.kind === 'decimal' && to.kind === 'decimal') {
    return to.scale >= from.scale ? COST.changedDecimal : undefined;
  }
  if (isNumeric(from) && isNumeric(to)) {
    const steps = WIDENING.indexOf(to.kind) - WIDENING.indexOf(from.kind);
    return steps > 0 ? steps : undefined;
  }
  if (from.kind === 'list' && to.kind === 'list') return implicitCastCost(from.element, to.element);
  if (to.kind === 'timestamptz')
    return from.kind === 'date' ? COST.dateToInstant : from.kind === 'timestamp' ? COST.timestampToInstant : undefined;
  return from.kind === 'date' && to.kind === 'timestamp' ? COST.dateToTimestamp : undefined;
}

export function isImplicitCast(from: Type, to: Type): boolean {
  return implicitCastCost(from, to) !== undefined;
}

/** The value as a value of the other type. With `onError` null, a value that has no counterpart becomes NULL. */
export function castValue(value: Value, from: Type, to: Type, onError: 'error' | 'null' = 'error'): Value {
  if (value === null || typeEquals(from, to)) return value;
  if (onError === 'error') return convert(value, from, to);
  try {
    return convert(value, from, to);
  } catch (error) {
    if (error instanceof OrbitError && VALUE_ERRORS.has(error.code)) return null;
    throw error;
  }
}

/** The two have one form; casts between them here are those of a session in UTC. */
function isTimestamp({ kind }: Type): boolean {
  return kind === 'timestamp' || kind === 'timestamptz';
}

function convert(value: Value, from: Type, to: Type): Value {
  if (isJson(from)) return castJson(toText(value), from, to, castValue);
  if (from.kind === 'any') return castAny(toAny(value), to, castValue);
  if (from.kind === 'utf8' && to.kind !== 'any') return parseText(toText(value), to);
  switch (to.kind) {
    case 'utf8':
      return from.kind === 'bool' ? String(toBool(value)) : formatValue(value, from);
    case 'any':
      return toAnyValue(value, from);
    case 'bool':
      return from.kind === 'int32' ? toNumber(value) !== 0 : refuse(from, to);
    case 'int8':
    case 'int16':
    case 'int32':
    case 'int64':
      return toIntegerType(value, from, to);
    case 'decimal':
      return toDecimal(value, from, to);
    case 'float32':
      return toFloat32(value, from);
    case 'float64':
      return toFloat64(value, from);
    case 'date':
      return isTimestamp(from) ? dateOfTimestamp(toBigint(value)) : refuse(from, to);
    case 'timestamp':
    case 'timestamptz':
      if (isTimestamp(from)) return value;
      return from.kind === 'date' ? checkTimestamp(timestampFromDate(toNumber(value))) : refuse(from, to);
    case 'time':
      if (isTimestamp(from)) return timeOfTimestamp(toBigint(value));
      return from.kind === 'interval' ? floorModulo(toInterval(value).micros, MICROS_PER_DAY) : refuse(from, to);
    case 'interval':
      return from.kind === 'time' ? makeInterval(0, 0, toBigint(value)) : refuse(from, to);
    case 'list': {
      if (from.kind !== 'list') return refuse(from, to);
      return toList(value).map((item) => castValue(item, from.element, to.element));
    }
    case 'uuid':
    case 'binary':
    case 'null':
      return refuse(from, to);
  }
}

/** The binder refuses such casts, so one that arrives here was planned wrongly. */
function refuse(from: Type, to: Type): never {
  throw internalError(`no cast from ${messageTypeName(from)} to ${messageTypeName(to)}`);
}

function toIntegerType(value: Value, from: Type, to: Type): Value {
  if (from.kind === 'bool') return toBool(value) ? 1 : 0;
  if (isInteger(from)) return fromInteger(toInteger(value), to);
  if (from.kind === 'decimal') return fromInteger(rescale(toBigint(value), from.scale, 0), to);
  if (!isFloat(from)) return refuse(from, to);
  const rounded = roundHalfEven(toNumber(value));
  if (!Number.isFinite(rounded)) {
    throw new OrbitError('numeric_value_out_of_range', `${messageTypeName(to)} out of range`);
  }
  return fromInteger(BigInt(rounded), to);
}

function toDecimal(value: Value, from: Type, to: DecimalType): Value {
  if (isInteger(from)) return checkDecimal(toInteger(value) * powerOfTen(to.scale), to);
  if (from.kind === 'decimal') return checkDecimal(rescale(toBigint(value), from.scale, to.scale), to);
  if (from.kind !== 'float32' && from.kind !== 'float64') return refuse(from, to);
  const number = toNumber(value);
  if (!Number.isFinite(number)) throw new OrbitError('numeric_value_out_of_range', `a decimal cannot hold "${number}"`);
  const digits = floatDigits(number, from.kind === 'float32' ? FLOAT32 : FLOAT64);
  const unscaled = parseDecimalText(digits, to.scale);
  return unscaled === undefined ? refuse(from, to) : checkDecimal(unscaled, to);
}

function toFloat32(value: Value, from: Type): Value {
  if (isInteger(from)) return integerToFloat32(toInteger(value));
  if (from.kind === 'decimal') return narrowFloat(decimalToNumber(toBigint(value), from.scale));
  return from.kind === 'float64' ? narrowFloat(toNumber(value)) : refuse(from, { kind: 'float32' });
}

function toFloat64(value: Value, from: Type): Value {
  if (isInteger(from)) return Number(toInteger(value));
  if (from.kind === 'decimal') return decimalToNumber(toBigint(value), from.scale);
  return from.kind === 'float32' ? toNumber(value) : refuse(from, { kind: 'float64' });
}
