import type { BoundParameter } from '../compiler/frontends/sql/parameters.ts';
import { castValue } from '../compiler/types/cast.ts';
import { OrbitError } from '../compiler/types/error.ts';
import { parseText } from '../compiler/types/text.ts';
import { ANY, BOOL, decimal, FLOAT64, INT64, type Type, typeName } from '../compiler/types/type.ts';
import type { AnyValue, Value } from '../compiler/types/value.ts';
import type { Zone } from '../compiler/types/zones.ts';
import type { Parameters } from './database.ts';
import type { JsValue } from './result.ts';

/** What the values say of their types before the statement is bound; undefined leaves it to the statement. */
export function declaredTypes(parameters: Parameters | undefined): {
  readonly positional?: readonly (Type | undefined)[];
  readonly named?: ReadonlyMap<string, Type | undefined>;
} {
  if (parameters === undefined) return {};
  if (isPositional(parameters)) return { positional: parameters.map(declaredType) };
  return { named: new Map(Object.entries(parameters).map(([name, value]) => [name, declaredType(value)])) };
}

const NO_VALUES: readonly Value[] = [];

function isPositional(parameters: Parameters): parameters is readonly JsValue[] {
  return Array.isArray(parameters);
}

/** Of bigints beyond 64 bits; beyond 38 digits they are out of range. */
const WIDE_INTEGER: Type = decimal(38, 0);

function declaredType(value: JsValue): Type | undefined {
  if (typeof value === 'boolean') return BOOL;
  if (typeof value === 'bigint') return BigInt.asIntN(64, value) === value ? INT64 : WIDE_INTEGER;
  // Integers and texts fit many types: the place where they stand decides.
  if (typeof value === 'number') return Number.isInteger(value) ? undefined : FLOAT64;
  if (value === null || typeof value === 'string') return undefined;
  if (value instanceof Uint8Array) return { kind: 'binary' };
  return ANY;
}

/**
 * Texts of instants without a zone are meant in the given one. The values in the order and of the types that the bound statement asks for. With `some`, values may be left over: a
 * script's other statements take them.
 */
export function bindValues(
  zone: Zone,
  wanted: readonly BoundParameter[],
  given: Parameters | undefined,
  takes: 'all' | 'some' = 'all',
): readonly Value[] {
  if (wanted.length === 0 && given === undefined) return NO_VALUES;
  const positional = given !== undefined && isPositional(given) ? given : undefined;
  const named = given !== undefined && !isPositional(given) ? given : undefined;
  const used = wanted.findLastIndex((parameter) => parameter.used) + 1;
  if (takes === 'all' && positional !== undefined && positional.length > used) {
    throw new OrbitError(
      'undefined_parameter',
      `the statement has ${used} parameters, but ${positional.length} values were given`,
    );
  }
  return wanted.slice(0, used).map(({ name, type }, i) => {
    const label = name === undefined ? `$${i + 1}` : `:${name}`;
    const value = name === undefined ? positional?.[i] : named?.[name];
    if (value === undefined) throw new OrbitError('undefined_parameter', `there is no value for parameter ${label}`);
    return toValue(value, type, `parameter ${label}`, zone);
  });
}

/** A caller's value as one of the type; `label` names it in messages: `parameter $1`. */
export function toValue(value: JsValue, type: Type, label: string, zone: Zone): Value {
  if (value === null) return null;
  if (type.kind === 'any') return toAny(value);
  if (typeof value === 'string') return parseText(value, type, zone);
  if (typeof value === 'boolean') return castValue(value, BOOL, type);
  if (typeof value === 'bigint') {
    return castValue(value, BigInt.asIntN(64, value) === value ? INT64 : WIDE_INTEGER, type);
  }
  if (typeof value === 'number') {
    if (type.kind === 'utf8') return String(value);
    // A decimal takes the digits as they are written, not the double's.
    if (type.kind === 'decimal') return parseText(String(value), type);
    return Number.isSafeInteger(value) ? castValue(BigInt(value), INT64, type) : castValue(value, FLOAT64, type);
  }
  if (value instanceof Uint8Array && type.kind === 'binary') return value;
  if (Array.isArray(value) && type.kind === 'list')
    return value.map((item: JsValue) => toValue(item, type.element, label, zone));
  throw new OrbitError('datatype_mismatch', `${label} is of type ${typeName(type)}, which its value does not fit`);
}

function toAny(value: JsValue): AnyValue {
  if (value === null) return { tag: 'null' };
  if (typeof value === 'boolean') return { tag: 'bool', value };
  if (typeof value === 'bigint') return { tag: 'int64', value };
  if (typeof value === 'number')
    return Number.isSafeInteger(value) ? { tag: 'int64', value: BigInt(value) } : { tag: 'float64', value };
  if (typeof value === 'string') return { tag: 'utf8', value };
  if (value instanceof Uint8Array)
    throw new OrbitError('datatype_mismatch', 'binary values cannot be part of documents');
  if (isList(value)) return { tag: 'list', value: value.map(toAny) };
  return { tag: 'object', value: new Map(Object.entries(value).map(([key, item]) => [key, toAny(item)])) };
}

function isList(value: readonly JsValue[] | { readonly [key: string]: JsValue }): value is readonly JsValue[] {
  return Array.isArray(value);
}
