import { operatorSymbol } from '../../compiler/functions/operators.ts';
import { resolveOperator } from '../../compiler/functions/resolve.ts';
import { castValue } from '../../compiler/types/cast.ts';
import { OrbitError } from '../../compiler/types/error.ts';
import { formatValue, parseText } from '../../compiler/types/text.ts';
import { decimal, list, type SimpleKind, type Type } from '../../compiler/types/type.ts';
import type { Value } from '../../compiler/types/value.ts';

// A call of a catalogue function as text, `add(date '2024-01-31', interval '1 month')`: canonical name, and arguments
// as typed literals. The same call can be run by the row implementation and, as SQL, by PostgreSQL.

export interface Argument {
  readonly type: Type;
  /** Undefined for NULL. */
  readonly text: string | undefined;
}

export interface CallCase {
  readonly name: string;
  readonly args: readonly Argument[];
}

const TYPE = /^(decimal\((\d+),(\d+)\)|[a-z]+\d*)((?:\[\])*)/;

export function parseType(text: string): { readonly type: Type; readonly rest: string } {
  const match = TYPE.exec(text);
  if (match === null) throw new Error(`no type in ${text}`);
  const [whole, name = '', precision, scale, brackets = ''] = match;
  let type: Type = precision === undefined ? { kind: name as SimpleKind } : decimal(Number(precision), Number(scale));
  for (let depth = 0; depth < brackets.length / 2; depth += 1) type = list(type);
  return { type, rest: text.slice(whole.length) };
}

export function parseCall(text: string): CallCase {
  const match = /^(\w+)\((.*)\)$/s.exec(text.trim());
  if (match === null) throw new Error(`no call: ${text}`);
  const args: Argument[] = [];
  let rest = (match[2] ?? '').trim();
  while (rest !== '') {
    const { type, rest: afterType } = parseType(rest);
    const literal = /^\s+(?:NULL|'((?:[^']|'')*)')\s*(?:,\s*|$)/s.exec(afterType);
    if (literal === null) throw new Error(`no literal at ${afterType} in ${text}`);
    args.push({ type, text: literal[1] === undefined ? undefined : unquote(literal[1]) });
    rest = afterType.slice(literal[0].length);
  }
  return { name: match[1] ?? '', args };
}

function unquote(text: string): string {
  return text.replaceAll("''", "'");
}

/** The result as PostgreSQL prints it, `NULL`, or `error 22003: message`. */
export function runCall(call: CallCase): string {
  try {
    const { value, type } = evaluateCall(call);
    return value === null ? 'NULL' : formatValue(value, type);
  } catch (error) {
    if (error instanceof OrbitError && error.code !== 'internal_error')
      return `error ${error.sqlstate}: ${error.message}`;
    throw error;
  }
}

function resolve(call: CallCase) {
  return resolveOperator(
    call.name,
    call.args.map((arg) => arg.type),
  );
}

function evaluateCall(call: CallCase): { readonly value: Value; readonly type: Type } {
  if (call.name === 'cast') return evaluateCast(call);
  const { fn, signature } = resolve(call);
  const args = call.args.map((arg, index): Value => {
    const parameter = signature.parameters[index];
    if (arg.text === undefined || parameter === undefined) return null;
    return castValue(parseText(arg.text, arg.type), arg.type, parameter);
  });
  const value = fn.nulls === 'strict' && args.includes(null) ? null : fn.row(args, signature);
  return { value, type: signature.result };
}

/** `cast(float64 '1.5', int32 NULL)`: the second argument says the target. */
function evaluateCast(call: CallCase): { readonly value: Value; readonly type: Type } {
  const [source, target] = call.args;
  if (source === undefined || target === undefined) throw new Error('cast needs a value and a type');
  const value = source.text === undefined ? null : parseText(source.text, source.type);
  return { value: castValue(value, source.type, target.type), type: target.type };
}

const SQL_TYPES: Partial<Record<Type['kind'], string>> = {
  bool: 'boolean',
  int16: 'smallint',
  int32: 'integer',
  int64: 'bigint',
  float32: 'real',
  float64: 'double precision',
  utf8: 'text',
  binary: 'bytea',
  date: 'date',
  time: 'time',
  timestamp: 'timestamp',
  timestamptz: 'timestamptz',
  uuid: 'uuid',
  interval: 'interval',
};

function sqlType(type: Type): string | undefined {
  if (type.kind === 'decimal') return `numeric(${type.precision},${type.scale})`;
  if (type.kind === 'list') {
    const element = sqlType(type.element);
    return element && `${element}[]`;
  }
  return SQL_TYPES[type.kind];
}

const SQL_FORMS: Readonly<Record<string, (args: readonly string[]) => string>> = {
  is_null: ([a]) => `${a} IS NULL`,
  is_not_null: ([a]) => `${a} IS NOT NULL`,
  is_true: ([a]) => `${a} IS TRUE`,
  is_not_true: ([a]) => `${a} IS NOT TRUE`,
  is_false: ([a]) => `${a} IS FALSE`,
  is_not_false: ([a]) => `${a} IS NOT FALSE`,
  like: ([a, b, c]) => `${a} LIKE ${b} ESCAPE ${c}`,
  ilike: ([a, b, c]) => `${a} ILIKE ${b} ESCAPE ${c}`,
  negate: ([a]) => `- (${a})`,
  not: ([a]) => `NOT ${a}`,
  trim: (args) => `btrim(${args.join(', ')})`,
  position: (args) => `strpos(${args.join(', ')})`,
  list_length: ([a]) => `cardinality(${a})`,
  list_get: ([a, b]) => `(${a})[(${b} + 1)::integer]`,
  list_contains: ([a, b]) => `coalesce(${b} = ANY(${a}), false)`,
  contains: ([a, b]) => `strpos(${a}, ${b}) > 0`,
  ends_with: ([a, b]) => `right(${a}, length(${b})) = ${b}`,
};

/** The same call in PostgreSQL's SQL; undefined where it has no counterpart. */
export function sqlOf(call: CallCase): string | undefined {
  const types = call.args.map((arg) => sqlType(arg.type));
  if (types.includes(undefined)) return undefined;
  const literals = call.args.map((arg, index) => {
    const quoted = arg.text === undefined ? 'NULL' : `'${arg.text.replaceAll("'", "''")}'`;
    return `CAST(${quoted} AS ${types[index]})`;
  });
  if (call.name === 'cast') return `CAST(${literals[0]} AS ${types[1]})`;
  if (call.name.startsWith('extract')) return `extract(${call.args[0]?.text} FROM ${literals[1]})`;
  const form = SQL_FORMS[call.name];
  if (form !== undefined) return form(literals);
  const symbol = operatorSymbol(call.name);
  if (symbol !== undefined) return literals.join(` ${symbol} `);
  return `${call.name}(${literals.join(', ')})`;
}
