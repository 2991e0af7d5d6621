/**
 * Static types of the engine. A type is a plain value; two types are equal when `typeEquals` says so.
 * `null` is the type of a bare NULL before it is unified with its context; no stored column has it.
 */
export type Type =
  | { readonly kind: SimpleKind }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'list'; readonly element: Type }
  | JsonType;

/**
 * Text that is JSON: json as it was written, jsonb in the canonical form of jsonb.ts. Whatever only moves values about
 * treats them as the text that they are; what compares values asks `isJsonb`.
 */
export interface JsonType {
  readonly kind: 'utf8';
  readonly json: 'json' | 'jsonb';
}

export type SimpleKind =
  | 'null'
  | 'bool'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'float32'
  | 'float64'
  | 'utf8'
  | 'binary'
  | 'date' // days since 1970-01-01
  | 'time' // µs since midnight
  | 'timestamp' // µs since 1970-01-01 00:00:00, no zone
  | 'timestamptz' // µs since 1970-01-01 00:00:00 UTC: an instant, shown in the session's zone
  | 'uuid'
  | 'interval' // months, days, µs, kept apart as PostgreSQL keeps them
  | 'any'; // dynamically typed

export type DecimalType = Extract<Type, { kind: 'decimal' }>;

const simple = <K extends SimpleKind>(kind: K): { readonly kind: K } => Object.freeze({ kind });

export const NULL = simple('null');
export const BOOL = simple('bool');
export const INT8 = simple('int8');
export const INT16 = simple('int16');
export const INT32 = simple('int32');
export const INT64 = simple('int64');
export const FLOAT32 = simple('float32');
export const FLOAT64 = simple('float64');
export const UTF8 = simple('utf8');
export const BINARY = simple('binary');
export const DATE = simple('date');
export const TIME = simple('time');
export const TIMESTAMP = simple('timestamp');
export const TIMESTAMPTZ = simple('timestamptz');
export const UUID = simple('uuid');
export const INTERVAL = simple('interval');
export const ANY = simple('any');
export const JSON_TEXT: JsonType = Object.freeze({ kind: 'utf8', json: 'json' });
export const JSONB: JsonType = Object.freeze({ kind: 'utf8', json: 'jsonb' });

export function isJson(type: Type): type is JsonType {
  return 'json' in type;
}

export function isJsonb(type: Type): type is JsonType {
  return isJson(type) && type.json === 'jsonb';
}

/** The widest decimal: 38 digits fit a signed 128-bit integer. */
export const MAX_DECIMAL_PRECISION = 38;
/** Up to this precision a decimal's unscaled value fits a signed 64-bit integer. */
export const MAX_NARROW_DECIMAL_PRECISION = 18;

export function decimal(precision: number, scale: number): DecimalType {
  return { kind: 'decimal', precision, scale };
}

export function list(element: Type): Type {
  return { kind: 'list', element };
}

export function typeEquals(a: Type, b: Type): boolean {
  if (a.kind === 'decimal') return b.kind === 'decimal' && a.precision === b.precision && a.scale === b.scale;
  if (a.kind === 'list') return b.kind === 'list' && typeEquals(a.element, b.element);
  if (isJson(a) || isJson(b)) return isJson(a) && isJson(b) && a.json === b.json;
  return a.kind === b.kind;
}

/** The type's name as error messages and plans print it. */
export function typeName(type: Type): string {
  if (isJson(type)) return type.json;
  switch (type.kind) {
    case 'decimal':
      return `decimal(${type.precision},${type.scale})`;
    case 'list':
      return `${typeName(type.element)}[]`;
    default:
      return type.kind;
  }
}

export function isInteger(type: Type): boolean {
  return type.kind === 'int8' || type.kind === 'int16' || type.kind === 'int32' || type.kind === 'int64';
}

export type IntegralKind =
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'date'
  | 'time'
  | 'timestamp'
  | 'timestamptz'
  | 'decimal';

/** Whether values of the kind are whole numbers of some unit, a decimal's being its last place. */
export function isIntegral(kind: Type['kind']): kind is IntegralKind {
  switch (kind) {
    case 'int8':
    case 'int16':
    case 'int32':
    case 'int64':
    case 'date':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
    case 'decimal':
      return true;
    default:
      return false;
  }
}

export function isFloat(type: Type): boolean {
  return type.kind === 'float32' || type.kind === 'float64';
}

export function isNumeric(type: Type): boolean {
  return isInteger(type) || isFloat(type) || type.kind === 'decimal';
}
