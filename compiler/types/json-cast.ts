import { OrbitError } from './error.ts';
import { parseJson } from './json.ts';
import { canonicalJsonb, formatNumber, isNumber, jsonType, parseJsonb } from './jsonb.ts';
import { messageTypeName } from './names.ts';
import { isFloat, isJson, isJsonb, isNumeric, type JsonType, type Type, typeEquals, UTF8 } from './type.ts';
import type { Value } from './value.ts';

type Cast = (value: Value, from: Type, to: Type) => Value;

/** As in PostgreSQL: text both ways, and jsonb's numbers and truth values as what they are. */
export function canCastJson(from: Type, to: Type): boolean {
  if (from.kind === 'null' || typeEquals(from, to)) return true;
  if (from.kind === 'utf8') return to.kind === 'utf8' || to.kind === 'any' || (isJsonb(from) && isScalarTarget(to));
  return from.kind === 'any';
}

function isScalarTarget(to: Type): boolean {
  return to.kind === 'bool' || (isNumeric(to) && to.kind !== 'int8');
}

export function castJson(text: string, from: JsonType, to: Type, cast: Cast): Value {
  if (isJson(to)) return to.json === 'jsonb' ? canonicalJsonb(text) : text;
  if (to.kind === 'utf8') return text;
  if (to.kind === 'any') return parseJson(text);
  const value = parseJsonb(text);
  if (value === null) return null;
  if (to.kind === 'bool' && typeof value === 'boolean') return value;
  if (isNumber(value) && isNumeric(to)) {
    // Whole numbers round halves away from zero, as numeric does.
    if (to.kind === 'decimal' || isFloat(to)) return cast(formatNumber(value), UTF8, to);
    return cast(cast(formatNumber(value), UTF8, WHOLE), WHOLE, to);
  }
  throw new OrbitError(
    'invalid_parameter_value',
    `cannot cast ${from.json} ${jsonType(value)} to type ${messageTypeName(to)}`,
  );
}

const WHOLE: Type = { kind: 'decimal', precision: 38, scale: 0 };
