import { formatInterval } from '../types/intervals.ts';
import { formatValue } from '../types/text.ts';
import { type Type, typeName } from '../types/type.ts';
import { type AnyValue, isAnyValue, isInterval, type Value } from '../types/value.ts';

/** Constants in plan text: short, unambiguous, close to SQL's literals. */

const SHOWN_VALUES = 20;

/** Values of one type; long lists are cut. */
export function printValues(values: readonly Value[], type: Type): string {
  const shown = values.slice(0, SHOWN_VALUES).map((value) => printConstant(value, type));
  const more = values.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

export function printConstant(value: Value, type: Type): string {
  if (value === null) return type.kind === 'null' ? 'null' : `null::${typeName(type)}`;
  switch (type.kind) {
    case 'bool':
    case 'int32':
      return String(value);
    case 'decimal':
      return `${formatValue(value, type)}::${typeName(type)}`;
    case 'utf8':
      return `'${String(value).replaceAll("'", "''")}'`;
    case 'date':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
    case 'interval':
      return `${type.kind} '${formatValue(value, type)}'`;
    default:
      return `${plainText(value)}::${typeName(type)}`;
  }
}

function plainText(value: Value | AnyValue): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value !== 'object') return Object.is(value, -0) ? '-0' : String(value);
  if (value instanceof Uint8Array)
    return `x'${Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join('')}'`;
  if (isInterval(value)) return formatInterval(value);
  if (isAnyValue(value)) {
    switch (value.tag) {
      case 'null':
        return 'null';
      case 'list':
        return `[${value.value.map(plainText).join(', ')}]`;
      case 'object':
        return `{${[...value.value].map(([key, field]) => `${JSON.stringify(key)}: ${plainText(field)}`).join(', ')}}`;
      default:
        return plainText(value.value);
    }
  }
  return `[${value.map(plainText).join(', ')}]`;
}
