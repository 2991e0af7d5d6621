import { OrbitError } from '../../types/error.ts';
import { parseFloatText } from '../../types/floats.ts';
import {
  formatNumber,
  isArray,
  isNumber,
  isObject,
  type Json,
  type JsonNumber,
  jsonType,
  objectOf,
  parseNumber,
  roundNumber,
} from '../../types/jsonb.ts';
import { parseText } from '../../types/text.ts';
import { BOOL, FLOAT64 } from '../../types/type.ts';
import { ceiling, floor, truncated } from './numbers.ts';

/** The items that a method makes of one item; `size` is the evaluation's own. */
export function methodItems(
  name: string,
  item: Json,
  args: readonly Json[],
  idOf: (object: Json) => number,
): readonly Json[] {
  switch (name) {
    case 'type':
      return [jsonType(item)];
    case 'abs': {
      const { digits, scale } = numeric(item, name);
      return [{ digits: digits < 0n ? -digits : digits, scale }];
    }
    case 'floor':
      return [floor(numeric(item, name))];
    case 'ceiling':
      return [ceiling(numeric(item, name))];
    case 'double':
      return [double(item)];
    case 'number':
      return [number(item, name)];
    case 'decimal':
      return [decimal(item, args)];
    case 'integer':
      return [whole(item, name, 32, 'integer')];
    case 'bigint':
      return [whole(item, name, 64, 'bigint')];
    case 'string':
      if (item === null || isArray(item) || isObject(item)) {
        throw refuse('.string() can only be applied to a boolean, string, numeric, or datetime value');
      }
      if (typeof item === 'boolean') return [String(item)];
      return [typeof item === 'string' ? item : formatNumber(item)];
    case 'boolean':
      return [boolean(item)];
    case 'keyvalue':
      if (!isObject(item)) {
        throw new OrbitError(
          'sql_json_object_not_found',
          'jsonpath item method .keyvalue() can only be applied to an object',
        );
      }
      return [...item].map(([key, value]) =>
        objectOf([
          ['id', { digits: BigInt(idOf(item)), scale: 0 }],
          ['key', key],
          ['value', value],
        ]),
      );
    default:
      throw new OrbitError('feature_not_supported', `the jsonpath method .${name}() is not supported`);
  }
}

function refuse(message: string): OrbitError {
  return new OrbitError('non_numeric_sql_json_item', `jsonpath item method ${message}`);
}

function invalid(item: Json, name: string, type: string): OrbitError {
  const text = typeof item === 'string' ? item : isNumber(item) ? formatNumber(item) : '';
  return new OrbitError(
    'non_numeric_sql_json_item',
    `argument "${text}" of jsonpath item method .${name}() is invalid for type ${type}`,
  );
}

function numeric(item: Json, name: string): JsonNumber {
  if (item !== null && isNumber(item)) return item;
  throw refuse(`.${name}() can only be applied to a numeric value`);
}

/** A number, or a string that holds one. */
function number(item: Json, name: string): JsonNumber {
  if (item !== null && isNumber(item)) return item;
  if (typeof item !== 'string') throw refuse(`.${name}() can only be applied to a string or numeric value`);
  const text = item.trim();
  if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) throw invalid(item, name, 'numeric');
  return parseNumber(text);
}

function double(item: Json): JsonNumber {
  if (typeof item !== 'string' && (item === null || !isNumber(item))) {
    throw refuse('.double() can only be applied to a string or numeric value');
  }
  const text = typeof item === 'string' ? item : formatNumber(item);
  let value: number | undefined;
  try {
    value = parseFloatText(text, FLOAT64);
  } catch {
    value = undefined;
  }
  if (value === undefined) throw invalid(item, 'double', 'double precision');
  if (!Number.isFinite(value)) throw refuse('.double() makes no number of NaN or infinity');
  return typeof item === 'string' ? parseNumber(String(value)) : item;
}

function decimal(item: Json, args: readonly Json[]): JsonNumber {
  const value = number(item, 'decimal');
  const [precision, scale] = args;
  if (precision === undefined) return value;
  if (precision === null || !isNumber(precision)) throw invalid(item, 'decimal', 'numeric');
  const decimals = scale !== undefined && scale !== null && isNumber(scale) ? Number(truncated(scale)) : 0;
  const digits = Number(truncated(precision));
  if (digits < 1 || digits > 1000 || decimals < 0 || decimals > 1000) throw invalid(item, 'decimal', 'numeric');
  const rounded = roundNumber(value, decimals);
  const padded = { digits: rounded.digits * 10n ** BigInt(decimals - rounded.scale), scale: decimals };
  const limit = 10n ** BigInt(digits);
  if (padded.digits >= limit || padded.digits <= -limit) throw invalid(item, 'decimal', 'numeric');
  return padded;
}

function whole(item: Json, name: string, bits: number, type: string): JsonNumber {
  if (item !== null && isNumber(item)) {
    const { digits } = roundNumber(item, 0);
    if (BigInt.asIntN(bits, digits) !== digits) throw invalid(item, name, type);
    return { digits, scale: 0 };
  }
  if (typeof item !== 'string') throw refuse(`.${name}() can only be applied to a string or numeric value`);
  if (!/^\s*[+-]?\d+\s*$/.test(item)) throw invalid(item, name, type);
  const digits = BigInt(item.trim().replace(/^\+/, ''));
  if (BigInt.asIntN(bits, digits) !== digits) throw invalid(item, name, type);
  return { digits, scale: 0 };
}

function boolean(item: Json): boolean {
  if (typeof item === 'boolean') return item;
  if (item !== null && isNumber(item)) {
    const { digits, scale } = item;
    if (scale > 0 && digits % 10n ** BigInt(scale) !== 0n) throw invalid(item, 'boolean', 'boolean');
    return digits !== 0n;
  }
  if (typeof item !== 'string') throw refuse('.boolean() can only be applied to a boolean, string, or numeric value');
  try {
    return parseText(item, BOOL) === true;
  } catch {
    throw invalid(item, 'boolean', 'boolean');
  }
}
