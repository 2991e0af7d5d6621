import type * as sql from '../../../grammars/sql/tree.ts';
import { asDecimalType } from '../../types/decimals.ts';
import { OrbitError } from '../../types/error.ts';
import {
  ANY,
  BINARY,
  BOOL,
  DATE,
  decimal,
  FLOAT32,
  FLOAT64,
  INT8,
  INT16,
  INT32,
  INT64,
  INTERVAL,
  JSON_TEXT,
  JSONB,
  list,
  MAX_DECIMAL_PRECISION,
  TIME,
  TIMESTAMP,
  TIMESTAMPTZ,
  type Type,
  UTF8,
  UUID,
} from '../../types/type.ts';
import { unsupported, unsupportedAll } from './errors.ts';
import { display, fold, suggestion } from './names.ts';

/** A type as SQL names it. */
export interface NamedType {
  readonly type: Type;
  /** Of `varchar(n)` and `char(n)`: the most characters that a stored value may have. */
  readonly maxLength: number | undefined;
  /** Of `timestamp(n)` and its like: decimals of a second, if fewer than there can be. */
  readonly fraction?: number;
  /** `numeric` without precision: it takes what its value needs, where that is known. */
  readonly unbounded: boolean;
}

/** The decimal that stands for `numeric` without precision where nothing says how many digits there are. */
export const UNBOUNDED_NUMERIC = decimal(MAX_DECIMAL_PRECISION, 10);

const SIMPLE: Readonly<Record<string, Type>> = {
  boolean: BOOL,
  bool: BOOL,
  tinyint: INT8,
  int1: INT8,
  smallint: INT16,
  int2: INT16,
  integer: INT32,
  int: INT32,
  int4: INT32,
  bigint: INT64,
  int8: INT64,
  real: FLOAT32,
  float4: FLOAT32,
  'double precision': FLOAT64,
  double: FLOAT64,
  float8: FLOAT64,
  text: UTF8,
  string: UTF8,
  bytea: BINARY,
  blob: BINARY,
  date: DATE,
  uuid: UUID,
  variant: ANY,
  json: JSON_TEXT,
  jsonb: JSONB,
};

const MICROSECOND_DIGITS = 6;
const FLOAT32_BITS = 24;
const FLOAT64_BITS = 53;

/** Who asks for `fractions` rounds to them. */
export function resolveType(tree: sql.TypeName, fractions?: 'fractions'): NamedType {
  const type = resolveAny(tree);
  if (type.fraction === undefined || fractions !== undefined) return type;
  throw unsupported('a type with fewer than six decimals of a second here', tree.range);
}

function resolveAny(tree: sql.TypeName): NamedType {
  switch (tree.kind) {
    case 'namedType':
      return resolveNamed(tree);
    case 'arrayType': {
      if (tree.size !== undefined) throw unsupported('an array type of a fixed size', tree.range);
      const element = resolveType(tree.element);
      if (element.maxLength !== undefined) throw unsupported('a length limit inside an array type', tree.range);
      return plain(list(element.type));
    }
    case 'structType':
      throw unsupportedAll('STRUCT types', tree.range);
    case 'mapType':
      throw unsupportedAll('MAP types', tree.range);
  }
}

function plain(type: Type): NamedType {
  return { type, maxLength: undefined, unbounded: false };
}

function resolveNamed(tree: sql.NamedType): NamedType {
  const name = typeWord(tree);
  const modifiers = tree.modifiers.map(modifier);
  if (tree.intervalFields !== undefined)
    throw unsupportedAll('the fields of an interval type', tree.intervalFields.range);
  const simple = Object.hasOwn(SIMPLE, name) ? SIMPLE[name] : undefined;
  if (simple !== undefined && modifiers.length === 0) return plain(simple);
  switch (name) {
    case 'varchar':
    case 'character varying':
    case 'nvarchar':
      return { type: UTF8, maxLength: length(modifiers, undefined, tree), unbounded: false };
    case 'character':
    case 'bpchar':
      return { type: UTF8, maxLength: length(modifiers, name === 'bpchar' ? undefined : 1, tree), unbounded: false };
    case 'char':
      return { type: UTF8, maxLength: length(modifiers, 1, tree), unbounded: false };
    case 'numeric':
    case 'decimal':
    case 'dec':
      return numeric(modifiers, tree);
    case 'float':
      return plain(float(modifiers, tree));
    case 'time':
    case 'time without time zone':
      return withMicroseconds(TIME, modifiers, tree);
    case 'timestamp':
    case 'timestamp without time zone':
    case 'datetime':
      return withMicroseconds(TIMESTAMP, modifiers, tree);
    case 'timestamptz':
    case 'timestamp with time zone':
      return withMicroseconds(TIMESTAMPTZ, modifiers, tree);
    case 'interval':
      return withMicroseconds(INTERVAL, modifiers, tree);
    default:
      if (simple !== undefined) throw invalidModifier(`type ${name} takes no modifier`, tree);
      throw unknownType(name, tree);
  }
}

/** The name without the schema that PostgreSQL's own types are in. */
function typeWord(tree: sql.NamedType): string {
  const { parts } = tree.name;
  const [first, second] = parts;
  if (parts.length === 2 && first !== undefined && second !== undefined && fold(first) === 'pg_catalog')
    return fold(second);
  if (parts.length !== 1 || first === undefined) throw unknownType(display(tree.name), tree);
  return fold(first);
}

function unknownType(name: string, tree: sql.NamedType): OrbitError {
  const known = [
    ...Object.keys(SIMPLE),
    'varchar',
    'numeric',
    'decimal',
    'timestamp',
    'timestamptz',
    'time',
    'interval',
    'float',
  ];
  return unsupported(`the type ${name}`, tree.range, suggestion(name, known));
}

function invalidModifier(message: string, tree: sql.TypeName): OrbitError {
  return new OrbitError('invalid_parameter_value', message, { range: tree.range });
}

function modifier(tree: sql.Expression): number {
  const negative = tree.kind === 'unary' && tree.operator.symbol === '-';
  const literal = negative ? tree.operand : tree;
  if (literal.kind !== 'number' || literal.form !== 'integer') {
    throw new OrbitError('invalid_parameter_value', 'type modifiers must be whole numbers', { range: tree.range });
  }
  return negative ? -Number(literal.text) : Number(literal.text);
}

function length(modifiers: readonly number[], absent: number | undefined, tree: sql.NamedType): number | undefined {
  const [n] = modifiers;
  if (modifiers.length > 1) throw invalidModifier('a length is one number', tree);
  if (n === undefined) return absent;
  if (n < 1) throw invalidModifier(`length for type ${display(tree.name)} must be at least 1`, tree);
  return n;
}

function numeric(modifiers: readonly number[], tree: sql.NamedType): NamedType {
  const [precision, scale = 0] = modifiers;
  if (modifiers.length > 2) throw invalidModifier('NUMERIC takes a precision and a scale', tree);
  if (precision === undefined) return { type: UNBOUNDED_NUMERIC, maxLength: undefined, unbounded: true };
  if (precision < 1 || precision > MAX_DECIMAL_PRECISION) {
    const message = `NUMERIC precision ${precision} must be between 1 and ${MAX_DECIMAL_PRECISION}`;
    throw invalidModifier(message, tree);
  }
  if (scale < 0 || scale > precision) {
    throw invalidModifier(`NUMERIC scale ${scale} must be between 0 and precision ${precision}`, tree);
  }
  return plain(decimal(precision, scale));
}

function float(modifiers: readonly number[], tree: sql.NamedType): Type {
  const [bits = FLOAT64_BITS] = modifiers;
  if (modifiers.length > 1 || bits < 1 || bits > FLOAT64_BITS) {
    throw invalidModifier(`precision for type float must be between 1 and ${FLOAT64_BITS} bits`, tree);
  }
  return bits <= FLOAT32_BITS ? FLOAT32 : FLOAT64;
}

function withMicroseconds(type: Type, modifiers: readonly number[], tree: sql.NamedType): NamedType {
  const [digits = MICROSECOND_DIGITS] = modifiers;
  if (modifiers.length > 1 || digits < 0 || digits > MICROSECOND_DIGITS) {
    throw invalidModifier(`${display(tree.name)} precision must be between 0 and ${MICROSECOND_DIGITS}`, tree);
  }
  return digits === MICROSECOND_DIGITS ? plain(type) : { ...plain(type), fraction: digits };
}

/** The decimal that a text needs; undefined where it is no plain number. */
export function numericOfText(text: string): Type | undefined {
  const match = /^\s*[+-]?0*(\d*)\.?(\d*)\s*$/.exec(text);
  const [, whole = '', fraction = ''] = match ?? [];
  const precision = Math.max(whole.length + fraction.length, 1);
  return match === null || precision > MAX_DECIMAL_PRECISION ? undefined : decimal(precision, fraction.length);
}

/** The decimal that a value of the type becomes when it is cast to `numeric` without precision. */
export function numericFor(type: Type): Type {
  return asDecimalType(type) ?? UNBOUNDED_NUMERIC;
}
