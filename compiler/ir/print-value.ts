import { type Type, typeName } from '../types/type.ts';
import { type AnyValue, type Interval, isAnyValue, isInterval, type Value } from '../types/value.ts';

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
      return typeof value === 'bigint' ? `${decimalText(value, type.scale)}::${typeName(type)}` : String(value);
    case 'utf8':
      return `'${String(value).replaceAll("'", "''")}'`;
    case 'date':
      return `date '${dateText(BigInt(Number(value)))}'`;
    case 'time':
      return typeof value === 'bigint' ? `time '${clockText(value)}'` : String(value);
    case 'timestamp':
      return typeof value === 'bigint' ? `timestamp '${timestampText(value)}'` : String(value);
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
  if (isInterval(value)) return intervalText(value);
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

function decimalText(unscaled: bigint, scale: number): string {
  const sign = unscaled < 0n ? '-' : '';
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
  return scale === 0 ? `${sign}${digits}` : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

function intervalText(value: Interval): string {
  return `${value.months} months ${value.days} days ${value.micros} us`;
}

const MICROS_PER_DAY = 86_400_000_000n;

function timestampText(micros: bigint): string {
  const clock = ((micros % MICROS_PER_DAY) + MICROS_PER_DAY) % MICROS_PER_DAY;
  return `${dateText((micros - clock) / MICROS_PER_DAY)} ${clockText(clock)}`;
}

function clockText(micros: bigint): string {
  const seconds = micros / 1_000_000n;
  const part = (n: bigint): string => String(n).padStart(2, '0');
  const fraction = micros % 1_000_000n;
  const tail = fraction === 0n ? '' : `.${String(fraction).padStart(6, '0').replace(/0+$/, '')}`;
  return `${part(seconds / 3600n)}:${part((seconds / 60n) % 60n)}:${part(seconds % 60n)}${tail}`;
}

/** Days since 1970 as year-month-day in the proleptic Gregorian calendar, where a year 0 exists. */
function dateText(days: bigint): string {
  const date = new Date(Number(days) * 86_400_000);
  if (Number.isNaN(date.getTime())) return `day ${days}`;
  const year = date.getUTCFullYear();
  const digits = String(Math.abs(year)).padStart(4, '0');
  const part = (n: number): string => String(n).padStart(2, '0');
  return `${year < 0 ? '-' : ''}${digits}-${part(date.getUTCMonth() + 1)}-${part(date.getUTCDate())}`;
}
