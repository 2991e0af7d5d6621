import { castValue } from '../../types/cast.ts';
import { OrbitError } from '../../types/error.ts';
import { formatJson } from '../../types/json.ts';
import { type Json, parseJsonb, parseNumber } from '../../types/jsonb.ts';
import { toAny, toList, toText } from '../../types/narrow.ts';
import { formatValue } from '../../types/text.ts';
import { isJson, isNumeric, type Type, UTF8 } from '../../types/type.ts';
import type { Value } from '../../types/value.ts';

/** A value of any type as JSON text: numbers and truth values as they are, documents verbatim, all else as a string. */
export function toJsonText(value: Value, type: Type): string {
  if (value === null) return 'null';
  if (isJson(type)) return toText(value);
  if (isNumeric(type)) {
    const text = formatValue(value, type);
    return /\d/.test(text) ? text : JSON.stringify(text);
  }
  switch (type.kind) {
    case 'bool':
      return value === true ? 'true' : 'false';
    case 'list': {
      const { element } = type;
      return `[${toList(value)
        .map((item) => toJsonText(item, element))
        .join(',')}]`;
    }
    case 'any':
      return formatJson(toAny(value));
    case 'timestamp':
      // ISO 8601; infinities have no blank.
      return JSON.stringify(formatValue(value, type).replace(/(\d) (?=\d)/, '$1T'));
    case 'timestamptz':
      // The same instant in UTC, whatever the session's zone: functions do not know of it.
      return JSON.stringify(
        formatValue(value, type)
          .replace(/(\d) (?=\d)/, '$1T')
          .replace(/([+-]\d\d)$/, '$1:00'),
      );
    default:
      return JSON.stringify(formatValue(value, type));
  }
}

export function toJsonbValue(value: Value, type: Type): Json {
  if (value === null) return null;
  if (isJson(type) || type.kind === 'any') return parseJsonb(toJsonText(value, type));
  if (isNumeric(type)) {
    const text = formatValue(value, type);
    return /\d/.test(text) ? parseNumber(text) : text;
  }
  if (type.kind === 'bool') return value === true;
  if (type.kind === 'list') {
    const { element } = type;
    return toList(value).map((item) => toJsonbValue(item, element));
  }
  return String(JSON.parse(toJsonText(value, type)));
}

/** The text that a value is as a key. */
export function keyText(value: Value, type: Type): string {
  if (value === null) throw new OrbitError('null_value_not_allowed', 'null value not allowed for object key');
  if (isJson(type) || type.kind === 'list' || type.kind === 'any') {
    throw new OrbitError('invalid_parameter_value', 'key value must be scalar, not array, composite, or json');
  }
  return toText(castValue(value, type, UTF8));
}
