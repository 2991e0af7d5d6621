import type * as sql from '../../../grammars/sql/tree.ts';
import { constant } from '../../ir/build.ts';
import type { Constant, Expression } from '../../ir/expression.ts';
import { MICROS_PER_HOUR, MICROS_PER_MINUTE, MONTHS_PER_YEAR } from '../../types/dates.ts';
import { digitCount } from '../../types/decimals.ts';
import { OrbitError, type SourceRange } from '../../types/error.ts';
import { fitsInteger } from '../../types/integers.ts';
import { type IntervalUnit, intervalUnit, parseInterval } from '../../types/interval-text.ts';
import { parseText } from '../../types/text.ts';
import {
  BOOL,
  decimal,
  INT32,
  INT64,
  INTERVAL,
  isFloat,
  MAX_DECIMAL_PRECISION,
  NULL,
  type Type,
} from '../../types/type.ts';
import type { Interval, Value } from '../../types/value.ts';
import { textValue } from './coerce.ts';
import type { StatementContext } from './context.ts';
import { at, unsupported } from './errors.ts';
import { numericOfText, resolveType } from './type-names.ts';

/** Constants of the text. */

export function bindNumber(tree: sql.NumberLiteral): Constant {
  const { text, range } = tree;
  if (tree.form === 'integer') {
    const value = BigInt(text);
    if (fitsInteger(value, INT32)) return constant(Number(value), INT32, range);
    if (fitsInteger(value, INT64)) return constant(value, INT64, range);
  }
  const exact = exactDecimal(text);
  if (exact === undefined) {
    throw new OrbitError('numeric_value_out_of_range', `the number ${text} needs more than 38 digits`, {
      range,
      hint: `Write ${text}::double precision if an approximation will do.`,
    });
  }
  return constant(exact.unscaled, decimal(exact.precision, exact.scale), range);
}

/** The number with all its digits and no more: 1.50 has two decimals, 1e3 none, 1e-3 three. */
function exactDecimal(text: string): { unscaled: bigint; precision: number; scale: number } | undefined {
  const match = /^(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text);
  if (match === null) return undefined;
  const [, whole = '', fraction = '', exponent = '0'] = match;
  let scale = fraction.length - Number(exponent);
  let unscaled = BigInt(`${whole}${fraction}` || '0');
  // Only numbers that may fit are scaled up: an exponent can be as long as the statement.
  if (scale < -MAX_DECIMAL_PRECISION && unscaled !== 0n) return undefined;
  if (scale < 0) {
    unscaled *= unscaled === 0n ? 1n : 10n ** BigInt(-scale);
    scale = 0;
  }
  const precision = Math.max(digitCount(unscaled), scale, 1);
  return precision > MAX_DECIMAL_PRECISION ? undefined : { unscaled, precision, scale };
}

/** A bare string is untyped: its context says what it is. */
export function bindString(tree: sql.StringLiteral): Constant {
  return { kind: 'constant', value: tree.value, type: NULL, nullable: false, range: tree.range };
}

export function bindNull(tree: sql.NullLiteral): Constant {
  return constant(null, NULL, tree.range);
}

export function bindBooleanLiteral(tree: sql.BooleanLiteral): Constant {
  return constant(tree.value, BOOL, tree.range);
}

/** `date '2020-01-01'` */
export function bindTypedLiteral(tree: sql.TypedLiteral, statement: StatementContext): Constant {
  const { type, unbounded, maxLength } = resolveType(tree.type, 'fractions');
  if (maxLength !== undefined) throw unsupported('a length limit on a literal', tree.type.range);
  const actual = unbounded ? (numericOfText(tree.value) ?? type) : type;
  return constant(
    at(tree.range, () => textValue(tree.value, actual, statement)),
    actual,
    tree.range,
  );
}

/** A number literal as a float without the detour over decimals, which have fewer digits to offer. */
export function floatLiteral(tree: sql.Expression, type: Type, range: SourceRange): Constant | undefined {
  const negative = tree.kind === 'unary' && tree.operator.symbol === '-' && tree.operator.schema.length === 0;
  const literal = negative ? tree.operand : tree;
  if (literal.kind !== 'number' || !isFloat(type)) return undefined;
  return constant(
    at(range, () => parseText(`${negative ? '-' : ''}${literal.text}`, type)),
    type,
    range,
  );
}

/** The text and default unit of an interval whose amount is a constant. */
export function bindIntervalLiteral(tree: sql.IntervalLiteral, text: string): Constant {
  const unit = intervalFieldOf(tree);
  const parsed = at(tree.value.range, () => parseInterval(text, unit ?? 'second'));
  return constant(unit === undefined ? parsed : truncate(parsed, unit), INTERVAL, tree.range);
}

/** The one unit behind an interval, if there is one. */
export function intervalFieldOf(tree: sql.IntervalLiteral): IntervalUnit | undefined {
  if (tree.precision !== undefined) throw unsupported('the precision of an interval', tree.range);
  const { fields } = tree;
  if (fields === undefined) return undefined;
  if (fields.precision !== undefined) throw unsupported('the precision of an interval', fields.range);
  if (fields.to !== undefined) throw unsupported(`INTERVAL … ${fields.from} TO ${fields.to}`, fields.range);
  const unit = intervalUnit(fields.from);
  if (unit === undefined) throw unsupported(`the interval unit ${fields.from}`, fields.range);
  return unit;
}

/** What is finer than the named unit is dropped, as in `interval '1 day 5 hours' day`. */
function truncate(interval: Interval, unit: IntervalUnit): Interval {
  const { months, days, micros } = interval;
  const to = (step: bigint): Interval => ({ months, days, micros: micros - (micros % step) });
  switch (unit) {
    case 'year':
      return { months: months - (months % MONTHS_PER_YEAR), days: 0, micros: 0n };
    case 'month':
      return { months, days: 0, micros: 0n };
    case 'day':
      return { months, days, micros: 0n };
    case 'hour':
      return to(MICROS_PER_HOUR);
    case 'minute':
      return to(MICROS_PER_MINUTE);
    default:
      return interval;
  }
}

/** The negative of a numeric constant, so that `-1` is one constant; undefined for anything else. */
export function negated(expression: Expression, range: SourceRange): Constant | undefined {
  if (expression.kind !== 'constant' || expression.value === null) return undefined;
  const { value, type } = expression;
  const minus = (result: Value): Constant => constant(result, type, range);
  switch (type.kind) {
    case 'int32':
      return typeof value === 'number' ? minus(value === 0 ? 0 : -value) : undefined;
    case 'int64':
    case 'decimal':
      return typeof value === 'bigint' ? minus(-value) : undefined;
    default:
      return undefined;
  }
}
