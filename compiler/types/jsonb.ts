import { compareText } from './compare-text.ts';
import { OrbitError } from './error.ts';
import { decodeString, type JsonNode, readJson } from './json-text.ts';

/**
 * What jsonb means. A value of the type is its text in canonical form: fields by the length of their keys in bytes, then
 * bytewise, the last of several with one key; a blank behind each comma and colon; numbers without exponent, with the
 * decimals that were written.
 */
export type Json = null | boolean | string | JsonNumber | readonly Json[] | JsonObject;

/** digits × 10^-scale; the scale says how many decimals are printed, and is none of the value's identity. */
export interface JsonNumber {
  readonly digits: bigint;
  readonly scale: number;
}

/** Fields in jsonb's order. */
export type JsonObject = ReadonlyMap<string, Json>;

export function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

export function isObject(value: Json): value is JsonObject {
  return value instanceof Map;
}

export function isNumber(value: Json): value is JsonNumber {
  return typeof value === 'object' && value !== null && 'digits' in value;
}

/** The values that were read last, as one row often asks for several parts of one document. */
const recent = new Map<string, Json>();
const RECENT = 4;

/** The value of any JSON text. */
export function parseJsonb(text: string): Json {
  const known = recent.get(text);
  if (known !== undefined) return known;
  const value = jsonOf(readJson(text), text);
  if (recent.size >= RECENT) {
    const [oldest] = recent.keys();
    if (oldest !== undefined) recent.delete(oldest);
  }
  recent.set(text, value);
  return value;
}

export function jsonOf(node: JsonNode, text: string): Json {
  switch (node.kind) {
    case 'null':
      return null;
    case 'true':
    case 'false':
      return node.kind === 'true';
    case 'number':
      return parseNumber(text.slice(node.start, node.end));
    case 'string':
      return decodeString(text.slice(node.start, node.end));
    case 'array':
      return node.items.map((item) => jsonOf(item, text));
    case 'object':
      return objectOf(
        node.fields.map(({ key, value }) => [decodeString(text.slice(key.start, key.end)), jsonOf(value, text)]),
      );
  }
}

/** The last of fields with one key counts. */
export function objectOf(fields: Iterable<readonly [string, Json]>): JsonObject {
  const last = new Map(fields);
  return new Map([...last].sort(([a], [b]) => compareKeys(a, b)));
}

function compareKeys(a: string, b: string): number {
  return byteLength(a) - byteLength(b) || compareText(a, b);
}

const ASCII = /^[\0-\x7f]*$/;

function byteLength(text: string): number {
  if (ASCII.test(text)) return text.length;
  let length = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    length += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return length;
}

/** PostgreSQL's numeric has no more digits before and behind its point. */
const MOST_DIGITS = 131_072;
const MOST_DECIMALS = 16_383;

export function parseNumber(text: string): JsonNumber {
  const match = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text);
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match ?? [];
  const power = Number(exponent);
  const written = `${whole}${fraction}`.replace(/^0+(?=\d)/, '');
  const scale = fraction.length - power;
  if (!(written.length - scale <= MOST_DIGITS || written === '0')) throw numberOverflow();
  if (Math.abs(power) > 1_000_000) throw numberOverflow();
  const magnitude = BigInt(written === '' ? '0' : written);
  const digits = sign === '-' ? -magnitude : magnitude;
  if (scale < 0) return { digits: digits * 10n ** BigInt(-scale), scale: 0 };
  return scale > MOST_DECIMALS ? roundNumber({ digits, scale }, MOST_DECIMALS) : { digits, scale };
}

function numberOverflow(): OrbitError {
  return new OrbitError('numeric_value_out_of_range', 'value overflows numeric format');
}

/** Half away from zero. */
export function roundNumber({ digits, scale }: JsonNumber, to: number): JsonNumber {
  if (scale <= to) return { digits, scale };
  const unit = 10n ** BigInt(scale - to);
  const half = unit / 2n;
  return { digits: (digits < 0n ? digits - half : digits + half) / unit, scale: to };
}

export function formatNumber({ digits, scale }: JsonNumber): string {
  const text = (digits < 0n ? -digits : digits).toString().padStart(scale + 1, '0');
  const sign = digits < 0n ? '-' : '';
  return scale === 0 ? `${sign}${text}` : `${sign}${text.slice(0, -scale)}.${text.slice(-scale)}`;
}

export function compareJsonNumbers(a: JsonNumber, b: JsonNumber): number {
  const scale = Math.max(a.scale, b.scale);
  const x = a.digits * 10n ** BigInt(scale - a.scale);
  const y = b.digits * 10n ** BigInt(scale - b.scale);
  return x < y ? -1 : x > y ? 1 : 0;
}

/** jsonb's output. */
export function formatJsonb(value: Json): string {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (typeof value === 'string') return JSON.stringify(value);
  if (isArray(value)) return `[${value.map(formatJsonb).join(', ')}]`;
  if (isNumber(value)) return formatNumber(value);
  return `{${[...value].map(([key, field]) => `${JSON.stringify(key)}: ${formatJsonb(field)}`).join(', ')}}`;
}

/** The text as jsonb keeps it. */
export function canonicalJsonb(text: string): string {
  return formatJsonb(parseJsonb(text));
}

export function jsonType(value: Json): 'null' | 'boolean' | 'string' | 'array' | 'number' | 'object' {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'string') return 'string';
  if (isArray(value)) return 'array';
  return isNumber(value) ? 'number' : 'object';
}

const ORDER = { null: 1, string: 2, number: 3, boolean: 4, array: 5, object: 6 } as const;

/** The order of jsonb's B-trees, which is the bytewise order of `jsonbKey`. */
export function compareJsonb(a: string, b: string): number {
  if (a === b) return 0;
  const [x, y] = [jsonbKey(a), jsonbKey(b)];
  const length = Math.min(x.length, y.length);
  for (let i = 0; i < length; i += 1) {
    const difference = (x[i] ?? 0) - (y[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return x.length - y.length;
}

/** Two values are equal if they differ in nothing but the decimals that are printed. */
export function sameJson(a: Json, b: Json): boolean {
  if (typeof a !== 'object' || a === null || typeof b !== 'object' || b === null) return a === b;
  if (isArray(a)) return isArray(b) && a.length === b.length && a.every((item, i) => sameJson(item, b[i] ?? null));
  if (isNumber(a)) return isNumber(b) && compareJsonNumbers(a, b) === 0;
  if (!isObject(b) || a.size !== b.size) return false;
  for (const [key, value] of a) {
    const other = b.get(key);
    if (other === undefined || !sameJson(value, other)) return false;
  }
  return true;
}

/**
 * Bytes whose order, byte by byte, is that of jsonb, and which are the same for equal values: what is sorted, grouped and
 * joined by. Kinds first, then what they hold: containers by their size, then by their parts. A scalar on its own counts
 * as an array of one, which puts it behind an empty array and before all other ones.
 */
export function jsonbKey(text: string): Uint8Array {
  const bytes: number[] = [];
  const count = (n: number): void => {
    bytes.push((n >>> 24) & 255, (n >>> 16) & 255, (n >>> 8) & 255, n & 255);
  };
  const string = (value: string): void => {
    for (const byte of new TextEncoder().encode(value)) bytes.push(byte);
    // jsonb has no character 0.
    bytes.push(0);
  };
  const put = (value: Json): void => {
    bytes.push(ORDER[jsonType(value)]);
    if (value === null) return;
    if (typeof value === 'boolean') bytes.push(value ? 1 : 0);
    else if (typeof value === 'string') string(value);
    else if (isArray(value)) {
      count(value.length);
      value.forEach(put);
    } else if (isNumber(value)) putNumber(value, bytes);
    else {
      count(value.size);
      for (const [key, field] of value) {
        string(key);
        put(field);
      }
    }
  };
  const value = parseJsonb(text);
  if (isArray(value)) {
    bytes.push(ORDER.array);
    count(value.length);
    bytes.push(1);
    value.forEach(put);
  } else if (isObject(value)) put(value);
  else {
    bytes.push(ORDER.array);
    count(1);
    bytes.push(0);
    put(value);
  }
  return Uint8Array.from(bytes);
}

/** The sign, where the first digit stands, the digits without zeros at the end; turned round where negative. */
function putNumber({ digits, scale }: JsonNumber, bytes: number[]): void {
  if (digits === 0n) {
    bytes.push(2);
    return;
  }
  const negative = digits < 0n;
  const text = (negative ? -digits : digits).toString();
  const exponent = text.length - scale + 0x40_00_00_00;
  const body = [exponent >>> 24, (exponent >>> 16) & 255, (exponent >>> 8) & 255, exponent & 255];
  for (const digit of text.replace(/0+$/, '')) body.push(digit.charCodeAt(0));
  body.push(0);
  bytes.push(negative ? 1 : 3);
  for (const byte of body) bytes.push(negative ? 255 - byte : byte);
}
