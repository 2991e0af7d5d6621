import { formatDecimal } from './decimals.ts';
import { OrbitError } from './error.ts';
import { formatJson } from './json.ts';
import { messageTypeName } from './names.ts';
import { isList, toAny, toBigint, toBool, toInteger, toNumber, toText } from './narrow.ts';
import { formatValue } from './text.ts';
import { BOOL, FLOAT64, INT64, isJson, isNumeric, type Type, UTF8 } from './type.ts';
import type { AnyValue, Value } from './value.ts';

type Cast = (value: Value, from: Type, to: Type) => Value;

/**
 * A dynamic value as a static type: the cast from its dynamic type. JSON's null becomes NULL; an object has no
 * static counterpart but its text.
 */
export function castAny(value: AnyValue, to: Type, cast: Cast): Value {
  if (to.kind === 'any') return value;
  if (isJson(to)) return cast(formatJson(value), UTF8, to);
  switch (value.tag) {
    case 'null':
      return null;
    case 'bool':
      return to.kind === 'bool' || to.kind === 'utf8' || to.kind === 'int32'
        ? cast(value.value, BOOL, to)
        : mismatch(value, to);
    case 'int64':
      return isScalarTarget(to) ? cast(value.value, INT64, to) : mismatch(value, to);
    case 'float64':
      return isScalarTarget(to) ? cast(value.value, FLOAT64, to) : mismatch(value, to);
    case 'utf8':
      return cast(value.value, UTF8, to);
    case 'list':
      if (to.kind === 'list') return value.value.map((item) => castAny(item, to.element, cast));
      return to.kind === 'utf8' ? formatJson(value) : mismatch(value, to);
    case 'object':
      return to.kind === 'utf8' ? formatJson(value) : mismatch(value, to);
  }
}

function isScalarTarget(type: Type): boolean {
  return isNumeric(type) || type.kind === 'utf8';
}

function mismatch(value: AnyValue, to: Type): never {
  throw new OrbitError(
    'datatype_mismatch',
    `cannot cast a value of dynamic type ${value.tag} to ${messageTypeName(to)}`,
  );
}

/**
 * A static value as a dynamic one. Dynamic numbers are int64 or float64: a decimal that is not a whole int64 becomes
 * the nearest double. Types that JSON lacks become their text.
 */
export function toAnyValue(value: Value, from: Type): AnyValue {
  if (value === null) return { tag: 'null' };
  switch (from.kind) {
    case 'bool':
      return { tag: 'bool', value: toBool(value) };
    case 'int8':
    case 'int16':
    case 'int32':
    case 'int64':
      return { tag: 'int64', value: toInteger(value) };
    case 'float32':
    case 'float64':
      return { tag: 'float64', value: toNumber(value) };
    case 'decimal': {
      const unscaled = toBigint(value);
      if (from.scale === 0 && BigInt.asIntN(64, unscaled) === unscaled) return { tag: 'int64', value: unscaled };
      return { tag: 'float64', value: Number(formatDecimal(unscaled, from.scale)) };
    }
    case 'utf8':
      return { tag: 'utf8', value: toText(value) };
    case 'list':
      return { tag: 'list', value: isList(value) ? value.map((item) => toAnyValue(item, from.element)) : [] };
    case 'any':
      return toAny(value);
    default:
      return { tag: 'utf8', value: formatValue(value, from) };
  }
}
