import { cast, constant } from '../../ir/build.ts';
import type { Expression } from '../../ir/expression.ts';
import { canCast, castValue } from '../../types/cast.ts';
import { dateOfTimestamp, timestampFromDate } from '../../types/dates.ts';
import { digitCount } from '../../types/decimals.ts';
import { type ErrorCode, OrbitError, type SourceRange } from '../../types/error.ts';
import { fitsInteger } from '../../types/integers.ts';
import { messageTypeName } from '../../types/names.ts';
import { toInteger } from '../../types/narrow.ts';
import { parseText } from '../../types/text.ts';
import {
  BOOL,
  decimal,
  INT64,
  isInteger,
  TIMESTAMP,
  TIMESTAMPTZ,
  type Type,
  typeEquals,
  UTF8,
} from '../../types/type.ts';
import { unify } from '../../types/unify.ts';
import type { Value } from '../../types/value.ts';
import { instantOf, localTime } from '../../types/zones.ts';
import type { StatementContext } from './context.ts';
import { at } from './errors.ts';
import { numericOfText, UNBOUNDED_NUMERIC } from './type-names.ts';
import { convertConstant, zonedCast } from './zoned.ts';

/**
 * Implicit conversions. An expression of type `null` is untyped: a bare string (a constant whose value is the text), a
 * bare NULL or a parameter. It becomes a value of whatever type its context asks for, text if nothing asks.
 */

export function isUntyped(expression: Expression): boolean {
  return expression.type.kind === 'null';
}

/** The expression as a value of the type; constants are converted here and now, so that their errors have a place. */
export function coerce(expression: Expression, type: Type, statement: StatementContext): Expression {
  if (typeEquals(expression.type, type)) return expression;
  if (isUntyped(expression)) return resolveUntyped(expression, type, statement);
  if (expression.kind === 'constant') {
    const { value, range } = expression;
    return constant(
      at(range, () => convertConstant(value, expression.type, type, statement.session.zone)),
      type,
      range,
    );
  }
  return zonedCast(expression, type, 'error', statement, undefined) ?? cast(expression, type);
}

function resolveUntyped(expression: Expression, type: Type, statement: StatementContext): Expression {
  const { range } = expression;
  switch (expression.kind) {
    case 'constant': {
      const { value } = expression;
      if (typeof value !== 'string') return constant(null, type, range);
      // Beside a dynamic value a text is a text; only a cast reads it as JSON.
      return constant(
        at(range, () => (type.kind === 'any' ? castValue(value, UTF8, type) : textValue(value, type, statement))),
        type,
        range,
      );
    }
    case 'parameter':
      return statement.parameters.resolve(expression, type);
    default:
      return cast(expression, type);
  }
}

/** The value that a bare string stands for. Some words mean another time whenever the statement is bound. */
export function textValue(text: string, type: Type, statement: StatementContext): Value {
  const { zone, now } = statement.session;
  const days = DAYS_OF_WORDS.get(text.trim().toLowerCase());
  if (days === undefined || !WORD_TYPES.has(type.kind)) return parseText(text, type, zone);
  statement.once();
  if (days === 'now') return castNow(type, statement);
  const day = dateOfTimestamp(localTime(now, zone)) + days;
  if (type.kind === 'date') return day;
  const midnight = timestampFromDate(day);
  return type.kind === 'timestamptz' ? instantOf(midnight, zone) : castValue(midnight, TIMESTAMP, type);
}

const DAYS_OF_WORDS: ReadonlyMap<string, number | 'now'> = new Map<string, number | 'now'>([
  ['now', 'now'],
  ['today', 0],
  ['tomorrow', 1],
  ['yesterday', -1],
]);

const WORD_TYPES: ReadonlySet<Type['kind']> = new Set<Type['kind']>(['date', 'time', 'timestamp', 'timestamptz']);

/** The time of the transaction as the type. */
export function castNow(type: Type, statement: StatementContext): Value {
  const { zone, now } = statement.session;
  statement.once();
  return convertConstant(now, TIMESTAMPTZ, type, zone);
}

/** Untyped becomes text. */
export function typed(expression: Expression, statement: StatementContext): Expression {
  return isUntyped(expression) ? coerce(expression, UTF8, statement) : expression;
}

/** The expression as the argument of a clause that wants a truth value. */
export function toBoolean(expression: Expression, clause: string, statement: StatementContext): Expression {
  if (isUntyped(expression)) return coerce(expression, BOOL, statement);
  if (expression.type.kind === 'bool') return expression;
  throw new OrbitError(
    'datatype_mismatch',
    `argument of ${clause} must be type boolean, not type ${messageTypeName(expression.type)}`,
    { range: expression.range },
  );
}

/**
 * What a number without a fixed number of digits is beside a decimal, so that it loses none of its own: 7 has one digit
 * where int32 would count ten, '0.001' three decimals however few the other side has. Everything else as it is.
 */
export function besideDecimal(expression: Expression, statement: StatementContext): Expression {
  const integer = integerOf(expression);
  if (integer !== undefined) return constant(integer, decimal(digitCount(integer), 0), expression.range);
  if (!isUntyped(expression)) return expression;
  if (expression.kind === 'parameter') return coerce(expression, UNBOUNDED_NUMERIC, statement);
  if (expression.kind !== 'constant' || typeof expression.value !== 'string') return expression;
  const type = numericOfText(expression.value);
  return type === undefined ? expression : coerce(expression, type, statement);
}

/** Alternatives for one another, or operands of one comparison: with a decimal among them, see `besideDecimal`. */
export function besideEachOther(
  expressions: readonly Expression[],
  statement: StatementContext,
): readonly Expression[] {
  if (!expressions.some((expression) => expression.type.kind === 'decimal')) return expressions;
  return expressions.map((expression) => besideDecimal(expression, statement));
}

/** The value of an integer constant; undefined for anything else. */
export function integerOf(expression: Expression): bigint | undefined {
  if (expression.kind !== 'constant' || !isInteger(expression.type) || expression.value === null) return undefined;
  return toInteger(expression.value);
}

/**
 * Two operands of which the values are compared: an integer constant beside a narrower integer becomes one of that
 * type if it can, so that the other side needs no cast.
 */
export function narrowed(expression: Expression, other: Type): Expression {
  const value = integerOf(expression);
  if (value === undefined || !isInteger(other) || !fitsInteger(value, other)) return expression;
  return constant(castValue(value, INT64, other), other, expression.range);
}

/** The type that CASE, VALUES, IN and the like give to alternatives; `null` if all of them are untyped. */
export function commonType(alternatives: readonly Expression[]): Type | undefined {
  return unify(alternatives.map((expression) => expression.type));
}

/** All of them as values of one type; `what` names the construct in the message if there is none. */
export function unifyAll(
  expressions: readonly Expression[],
  what: string,
  statement: StatementContext,
): readonly Expression[] {
  const alternatives = besideEachOther(expressions, statement);
  const common = commonType(alternatives);
  if (common === undefined) throw cannotMatch(what, alternatives);
  const type = common.kind === 'null' ? UTF8 : common;
  return alternatives.map((expression) => coerce(expression, type, statement));
}

/** `CASE types integer and text cannot be matched`: the first two that do not go together. */
export function cannotMatch(what: string, alternatives: readonly Expression[]): OrbitError {
  let common = alternatives[0]?.type;
  for (const expression of alternatives) {
    const next: Type | undefined = common === undefined ? undefined : unify([common, expression.type]);
    if (common !== undefined && next === undefined) {
      const message = `${what} types ${messageTypeName(common)} and ${messageTypeName(expression.type)} cannot be matched`;
      return new OrbitError('datatype_mismatch', message, { range: expression.range });
    }
    common = next;
  }
  return new OrbitError('datatype_mismatch', `${what} types cannot be matched`, {});
}

/** An explicit cast. */
export function explicitCast(
  expression: Expression,
  type: Type,
  onError: 'error' | 'null',
  statement: StatementContext,
  range: SourceRange,
): Expression {
  if (isUntyped(expression)) return castUntyped(expression, type, onError, statement, range);
  if (!canCast(expression.type, type)) throw cannotCast(expression.type, type, range);
  return zonedCast(expression, type, onError, statement, range) ?? cast(expression, type, onError, range);
}

function castUntyped(
  expression: Expression,
  type: Type,
  onError: 'error' | 'null',
  statement: StatementContext,
  range: SourceRange,
): Expression {
  if (expression.kind !== 'constant') return { ...coerce(expression, type, statement), range };
  const { value } = expression;
  if (typeof value !== 'string') return constant(null, type, range);
  const read = (): Value => {
    if (type.kind === 'any') return parseText(value, type);
    return onError === 'error' ? textValue(value, type, statement) : castValue(value, UTF8, type, onError);
  };
  return constant(at(expression.range, read), type, range);
}

export function cannotCast(from: Type, to: Type, range: SourceRange): OrbitError {
  const code: ErrorCode = 'cannot_coerce';
  return new OrbitError(code, `cannot cast type ${messageTypeName(from)} to ${messageTypeName(to)}`, { range });
}
