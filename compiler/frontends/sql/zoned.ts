import type { ScalarFunction } from '../../functions/declaration.ts';
import { type Resolved, resolveOperator } from '../../functions/resolve.ts';
import { cast, constant } from '../../ir/build.ts';
import { callOf } from '../../ir/call.ts';
import type { Expression } from '../../ir/expression.ts';
import { castValue } from '../../types/cast.ts';
import { OrbitError, type SourceRange } from '../../types/error.ts';
import { formatValue, parseText } from '../../types/text.ts';
import { INT32, TIMESTAMP, type Type, typeEquals, UTF8 } from '../../types/type.ts';
import type { Value } from '../../types/value.ts';
import { instantOf, localTime, UTC, type Zone } from '../../types/zones.ts';
import type { StatementContext } from './context.ts';
import { unsupported } from './errors.ts';

/**
 * The session's time zone becomes an argument of what depends on it, so that plans say all that they mean. In UTC most
 * functions need none.
 */

/** A constant of one type as one of another. */
export function convertConstant(value: Value, from: Type, to: Type, zone: Zone): Value {
  if (value === null) return null;
  if (from.kind === 'utf8') return to.kind === 'any' ? castValue(value, from, to) : parseText(String(value), to, zone);
  if (from.kind === 'timestamptz' && typeof value === 'bigint') {
    if (to.kind === 'utf8') return formatValue(value, from, zone);
    if (isLocal(to)) return castValue(localTime(value, zone), TIMESTAMP, to);
  }
  if (to.kind === 'timestamptz' && isLocal(from)) {
    const local = castValue(value, from, TIMESTAMP);
    return typeof local === 'bigint' ? instantOf(local, zone) : local;
  }
  return castValue(value, from, to);
}

function isLocal({ kind }: Type): boolean {
  return kind === 'date' || kind === 'time' || kind === 'timestamp';
}

/** The cast as calls that are given the session's zone; undefined where it does not matter. */
export function zonedCast(
  expression: Expression,
  to: Type,
  onError: 'error' | 'null',
  statement: StatementContext,
  range: SourceRange | undefined,
): Expression | undefined {
  const { zone } = statement.session;
  const from = expression.type;
  if (zone === UTC || typeEquals(from, to) || from.kind === 'null') return undefined;
  const named = constant(zone.name, UTF8);
  const call = (fn: string, args: readonly Expression[]): Expression =>
    callOf(
      resolveOperator(
        fn,
        args.map(({ type }) => type),
        range,
      ),
      args,
      range,
    );
  if (from.kind === 'timestamptz') {
    if (to.kind === 'utf8') return call('timestamptz_text', [expression, named]);
    if (!isLocal(to)) return undefined;
    const local = call('timezone', [named, expression]);
    return to.kind === 'timestamp' ? local : cast(local, to, onError, range);
  }
  if (to.kind === 'timestamptz') {
    if (from.kind === 'utf8' && onError === 'null') throw refused('TRY_CAST to timestamptz', range);
    if (from.kind === 'utf8') return call('parse_timestamptz', [expression, named]);
    return isLocal(from) ? call('timezone', [named, cast(expression, TIMESTAMP, onError, range)]) : undefined;
  }
  if (holdsInstants(from) || holdsInstants(to)) throw refused('a cast of a list of timestamptz', range);
  return undefined;
}

function holdsInstants(type: Type): boolean {
  return type.kind === 'timestamptz' || (type.kind === 'list' && holdsInstants(type.element));
}

function refused(what: string, range: SourceRange | undefined): OrbitError {
  const hint = "SET TIME ZONE 'UTC' allows it.";
  if (range !== undefined) return unsupported(`${what} in another time zone than UTC`, range, hint);
  return new OrbitError('feature_not_supported', `${what} in another time zone than UTC is not supported`, { hint });
}

/** The call, with the session's zone where the function depends on it. */
export function zonedCall(
  resolved: Resolved<ScalarFunction>,
  args: readonly Expression[],
  range: SourceRange | undefined,
  statement: StatementContext,
): Expression {
  const { zone } = statement.session;
  const plain = callOf(resolved, args, range);
  if (zone === UTC || !resolved.signature.parameters.some(holdsInstants)) return plain;
  const named = constant(zone.name, UTF8);
  const call = (fn: string, given: readonly Expression[]): Expression => {
    const found = resolveOperator(
      fn,
      given.map(({ type }) => type),
      range,
    );
    return callOf(found, given, range);
  };
  const [first, second] = args;
  if (first === undefined || second === undefined) return plain;
  switch (resolved.fn.name) {
    case 'add':
      return call('date_add', first.type.kind === 'interval' ? [second, first, named] : [first, second, named]);
    case 'subtract':
      return second.type.kind === 'interval' ? call('date_subtract', [first, second, named]) : plain;
    case 'date_add':
    case 'date_subtract':
    case 'date_trunc':
      return args.length === 2 ? call(resolved.fn.name, [...args, named]) : plain;
    case 'series':
      return call('series_in_zone', [...args, named]);
    case 'series_below':
      throw refused('range() over timestamptz', range);
    case 'extract':
    case 'extract_decimal':
    case 'date_part':
      // Seconds since an instant do not depend on clocks.
      if (first.kind === 'constant' && first.value === 'epoch') return plain;
      if (first.kind !== 'constant') throw refused('a computed field of a timestamptz', range);
      return call(resolved.fn.name, [first, call('timezone', [named, second])]);
    default:
      return plain;
  }
}

/** Functions that take a zone as their last argument, and the session's if it is left out. */
export function withZone(fn: string, args: readonly Expression[], statement: StatementContext): readonly Expression[] {
  return fn === 'make_timestamptz' && args.length === 6 ? [...args, constant(statement.session.zone.name, UTF8)] : args;
}

const OFFSET_FIELDS: Readonly<Record<string, { readonly divisor: number; readonly modulus: number }>> = {
  timezone: { divisor: 1, modulus: 0 },
  timezone_hour: { divisor: 3600, modulus: 0 },
  timezone_minute: { divisor: 60, modulus: 60 },
};

/** EXTRACT of what is a field of the zone; undefined for other fields. */
export function offsetField(
  field: string,
  source: Expression,
  range: SourceRange,
  statement: StatementContext,
  operation: (fn: string, args: readonly Expression[], range: SourceRange, statement: StatementContext) => Expression,
): Expression | undefined {
  if (!Object.hasOwn(OFFSET_FIELDS, field) || source.type.kind !== 'timestamptz') return undefined;
  const { divisor = 1, modulus = 0 } = OFFSET_FIELDS[field] ?? {};
  const number = (value: number): Expression => constant(value, INT32);
  let offset = operation('zone_offset', [source, constant(statement.session.zone.name, UTF8)], range, statement);
  if (divisor > 1) offset = operation('divide', [offset, number(divisor)], range, statement);
  return modulus > 0 ? operation('modulo', [offset, number(modulus)], range, statement) : offset;
}
