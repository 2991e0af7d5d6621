import {
  formatDate,
  formatInstant,
  formatTime,
  formatTimestamp,
  parseDate,
  parseInstant,
  parseTime,
  parseTimestamp,
} from './datetime-text.ts';
import { checkDecimal, formatDecimal, parseDecimalText } from './decimals.ts';
import { OrbitError } from './error.ts';
import { formatFloat32, formatFloat64, parseFloatText } from './floats.ts';
import { fitsInteger, parseIntegerText } from './integers.ts';
import { parseInterval } from './interval-text.ts';
import { formatInterval } from './intervals.ts';
import { formatJson, parseJson } from './json.ts';
import { readJson } from './json-text.ts';
import { canonicalJsonb } from './jsonb.ts';
import { formatList, parseList } from './list-text.ts';
import { messageTypeName } from './names.ts';
import { toAny, toBigint, toBool, toBytes, toInteger, toInterval, toList, toNumber, toText } from './narrow.ts';
import { isJson, type JsonType, type Type } from './type.ts';
import { formatUuid, parseUuid } from './uuid.ts';
import type { Value } from './value.ts';
import { UTC, type Zone } from './zones.ts';

/**
 * The value as PostgreSQL's output functions print it; instants as clocks in the zone show them. NULL has no text:
 * callers show it as they like.
 */
export function formatValue(value: Value, type: Type, zone: Zone = UTC): string {
  switch (type.kind) {
    case 'bool':
      return toBool(value) ? 't' : 'f';
    case 'int8':
    case 'int16':
    case 'int32':
    case 'int64':
      return toInteger(value).toString();
    case 'decimal':
      return formatDecimal(toBigint(value), type.scale);
    case 'float32':
      return formatFloat32(toNumber(value));
    case 'float64':
      return formatFloat64(toNumber(value));
    case 'utf8':
      return toText(value);
    case 'binary':
      return formatBytes(toBytes(value));
    case 'date':
      return formatDate(toNumber(value));
    case 'time':
      return formatTime(toBigint(value));
    case 'timestamp':
      return formatTimestamp(toBigint(value));
    case 'timestamptz':
      return formatInstant(toBigint(value), zone);
    case 'uuid':
      return formatUuid(toBigint(value));
    case 'interval':
      return formatInterval(toInterval(value));
    case 'list': {
      const { element } = type;
      return formatList(toList(value), element, (item) => formatValue(item, element, zone));
    }
    case 'any':
      return formatJson(toAny(value));
    case 'null':
      return '';
  }
}

/** Reads the text as PostgreSQL's input functions do; an instant without a zone of its own is meant in the given one. */
export function parseText(text: string, type: Type, zone: Zone = UTC): Value {
  switch (type.kind) {
    case 'bool':
      return parseBool(text);
    case 'int8':
    case 'int16':
    case 'int32':
    case 'int64':
      return parseInteger(text, type);
    case 'decimal': {
      if (/^\s*([+-]?(inf|infinity)|nan)\s*$/i.test(text)) {
        throw new OrbitError('numeric_value_out_of_range', `a decimal cannot hold "${text.trim()}"`);
      }
      const unscaled = parseDecimalText(text, type.scale);
      return unscaled === undefined ? invalid(text, type) : checkDecimal(unscaled, type);
    }
    case 'float32':
    case 'float64':
      return parseFloatText(text, type) ?? invalid(text, type);
    case 'utf8':
      return isJson(type) ? parseJsonText(text, type) : text;
    case 'binary':
      return parseBytes(text);
    case 'date':
      return parseDate(text);
    case 'time':
      return parseTime(text);
    case 'timestamp':
      return parseTimestamp(text);
    case 'timestamptz':
      return parseInstant(text, zone);
    case 'uuid':
      return parseUuid(text);
    case 'interval':
      return parseInterval(text);
    case 'list': {
      const { element } = type;
      return parseList(text, element, (item) => parseText(item, element, zone));
    }
    case 'any':
      return parseJson(text);
    case 'null':
      return null;
  }
}

function parseJsonText(text: string, type: JsonType): string {
  if (type.json === 'jsonb') return canonicalJsonb(text);
  readJson(text);
  return text;
}

function invalid(text: string, type: Type): never {
  throw new OrbitError(
    'invalid_text_representation',
    `invalid input syntax for type ${messageTypeName(type)}: "${text}"`,
  );
}

function parseInteger(text: string, type: Type): Value {
  const value = parseIntegerText(text) ?? invalid(text, type);
  if (!fitsInteger(value, type)) {
    throw new OrbitError(
      'numeric_value_out_of_range',
      `value "${text}" is out of range for type ${messageTypeName(type)}`,
    );
  }
  return type.kind === 'int64' ? value : Number(value);
}

/** Any unambiguous beginning of a word will do. */
function parseBool(text: string): boolean {
  const word = text.trim().toLowerCase();
  if (word === '1' || word === 'on') return true;
  if (word === '0' || word === 'of' || word === 'off') return false;
  if (word !== '' && ('true'.startsWith(word) || 'yes'.startsWith(word))) return true;
  if (word !== '' && ('false'.startsWith(word) || 'no'.startsWith(word))) return false;
  return invalid(text, { kind: 'bool' });
}

function formatBytes(bytes: Uint8Array): string {
  return `\\x${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

/** Hexadecimal after `\x`, or the escape format: `\\` and `\ooo` in otherwise plain text. */
function parseBytes(text: string): Uint8Array {
  if (text.startsWith('\\x')) return parseHex(text.slice(2));
  const bytes: number[] = [];
  for (const piece of text.match(/\\\\|\\[0-3][0-7]{2}|[^\\]|\\/gu) ?? []) {
    if (piece === '\\') invalid(text, { kind: 'binary' });
    else if (piece === '\\\\') bytes.push(0x5c);
    else if (piece.startsWith('\\')) bytes.push(Number.parseInt(piece.slice(1), 8));
    else bytes.push(...new TextEncoder().encode(piece));
  }
  return Uint8Array.from(bytes);
}

function parseHex(text: string): Uint8Array {
  const digits = text.replace(/\s+/g, '');
  const wrong = /[^0-9a-f]/i.exec(digits)?.[0];
  if (wrong !== undefined) throw new OrbitError('invalid_parameter_value', `invalid hexadecimal digit: "${wrong}"`);
  if (digits.length % 2 !== 0) {
    throw new OrbitError('invalid_parameter_value', 'invalid hexadecimal data: odd number of digits');
  }
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
