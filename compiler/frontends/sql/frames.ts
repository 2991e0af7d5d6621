import type * as sql from '../../../grammars/sql/tree.ts';
import { cast } from '../../ir/build.ts';
import { expressionColumns } from '../../ir/columns.ts';
import {
  type Expression,
  type FrameBound,
  type SortKey,
  WHOLE_PARTITION,
  type WindowFrame,
} from '../../ir/expression.ts';
import { someExpression } from '../../ir/traverse.ts';
import { canCast } from '../../types/cast.ts';
import { OrbitError, type SourceRange, unreachable } from '../../types/error.ts';
import { messageTypeName } from '../../types/names.ts';
import {
  decimal,
  FLOAT64,
  INT64,
  INTERVAL,
  isFloat,
  isInteger,
  TIMESTAMP,
  type Type,
  typeEquals,
} from '../../types/type.ts';
import { unify } from '../../types/unify.ts';
import { evaluate } from './closed.ts';
import { besideDecimal, coerce, isUntyped } from './coerce.ts';
import type { Context, StatementContext } from './context.ts';
import { unsupported } from './errors.ts';
import { operation } from './operators.ts';

/** Frame clauses. Without one a frame ends with the current row's peers. */

export function bindFrame(
  tree: sql.WindowFrame | undefined,
  orderBy: readonly SortKey[],
  context: Context,
): WindowFrame {
  if (tree === undefined) return normalized({ ...TO_PEERS, exclude: 'nothing' }, orderBy);
  const { unit } = tree;
  const end: sql.FrameBound = tree.end ?? { ...tree.start, bound: 'current row', offset: undefined };
  checkOrder(tree.start, end, tree);
  if (unit === 'groups' && orderBy.length === 0) {
    throw windowing('GROUPS mode requires an ORDER BY clause', tree.range);
  }
  const range = unit === 'range' ? rangeKey([tree.start, end], orderBy, tree.range) : undefined;
  const side = (bound: sql.FrameBound): FrameBound => bindBound(bound, unit, range, context);
  const exclude = EXCLUSIONS[tree.exclude ?? 'no others'];
  const frame: WindowFrame = { unit, start: side(tree.start), end: side(end), exclude };
  return normalized(range === undefined ? frame : withKey(frame, range, context.statement), orderBy);
}

/** The frame with its key and what it reaches for in one type. */
function withKey(frame: WindowFrame, range: SortKey, statement: StatementContext): WindowFrame {
  const key = widened(range.expression, statement);
  const reach = (bound: FrameBound) => ('reach' in bound ? bound.reach : undefined);
  const types = [key, reach(frame.start), reach(frame.end)].flatMap((expression) => expression?.type ?? []);
  const type = unify(types) ?? key.type;
  const side = (bound: FrameBound): FrameBound =>
    'reach' in bound && bound.reach !== undefined ? { ...bound, reach: cast(bound.reach, type) } : bound;
  return { ...frame, start: side(frame.start), end: side(frame.end), key: cast(key, type) };
}

const TO_PEERS = { unit: 'range', start: { kind: 'unbounded' }, end: { kind: 'current' } } as const;

const EXCLUSIONS = { 'no others': 'nothing', 'current row': 'current', group: 'group', ties: 'ties' } as const;

/** Frames that are the same whatever the data have one form, so that calls over them are one call. */
function normalized(frame: WindowFrame, orderBy: readonly SortKey[]): WindowFrame {
  // Without an order all rows are peers.
  const reachesAll = (bound: FrameBound): boolean =>
    bound.kind === 'unbounded' || (bound.kind === 'current' && frame.unit !== 'rows' && orderBy.length === 0);
  if (!reachesAll(frame.start) || !reachesAll(frame.end)) return frame;
  return { ...WHOLE_PARTITION, exclude: frame.exclude };
}

function windowing(message: string, range: SourceRange): OrbitError {
  return new OrbitError('windowing_error', message, { range });
}

const PLACES = ['unbounded preceding', 'preceding', 'current row', 'following', 'unbounded following'] as const;

function checkOrder(start: sql.FrameBound, end: sql.FrameBound, tree: sql.WindowFrame): void {
  if (start.bound === 'unbounded following') {
    throw windowing('frame start cannot be UNBOUNDED FOLLOWING', start.range);
  }
  if (end.bound === 'unbounded preceding') throw windowing('frame end cannot be UNBOUNDED PRECEDING', end.range);
  if (PLACES.indexOf(start.bound) <= PLACES.indexOf(end.bound)) return;
  if (start.bound === 'current row') {
    throw windowing('frame starting from current row cannot have preceding rows', end.range);
  }
  const what = tree.end === undefined ? 'end with current row' : 'have preceding rows';
  throw windowing(`frame starting from following row cannot ${what}`, end.range);
}

function bindBound(
  tree: sql.FrameBound,
  unit: WindowFrame['unit'],
  range: SortKey | undefined,
  context: Context,
): FrameBound {
  switch (tree.bound) {
    case 'unbounded preceding':
    case 'unbounded following':
      return { kind: 'unbounded' };
    case 'current row':
      return { kind: 'current' };
    case 'preceding':
    case 'following': {
      const offset = bindOffset(tree, unit, range, context);
      if (range === undefined) return { kind: tree.bound, offset };
      const fn = (tree.bound === 'preceding') === range.descending ? 'add' : 'subtract';
      const key = widened(range.expression, context.statement);
      return { kind: tree.bound, offset, reach: operation(fn, [key, offset], tree.range, context.statement) };
    }
    default:
      return unreachable(tree.bound);
  }
}

function bindOffset(
  tree: sql.FrameBound,
  unit: WindowFrame['unit'],
  range: SortKey | undefined,
  context: Context,
): Expression {
  const { statement } = context;
  const clause = unit.toUpperCase();
  if (tree.offset === undefined) throw windowing(`${clause} has a bound without an offset`, tree.range);
  const scope = { ...context.scope, clause: `window ${clause}`, aggregates: undefined, windows: undefined };
  const bound = statement.bind.expression(tree.offset, { ...context, scope });
  if (expressionColumns(bound).size > 0) {
    throw new OrbitError('invalid_column_reference', `argument of ${clause} must not contain variables`, {
      range: tree.offset.range,
    });
  }
  if (someExpression(bound, (node) => node.kind === 'subquery')) {
    throw unsupported(`a subquery in the offset of ${clause}`, tree.offset.range);
  }
  if (range !== undefined) return evaluate(rangeOffset(bound, range.expression, tree.offset.range, statement));
  const { kind } = bound.type;
  if (!isUntyped(bound) && (kind === 'utf8' || kind === 'bool' || !canCast(bound.type, INT64))) {
    const message = `argument of ${clause} must be type bigint, not type ${messageTypeName(bound.type)}`;
    throw new OrbitError('datatype_mismatch', message, { range: tree.offset.range });
  }
  return evaluate(coerce(bound, INT64, statement));
}

/** The key that RANGE counts by; undefined where no bound has an offset. */
function rangeKey(
  bounds: readonly sql.FrameBound[],
  orderBy: readonly SortKey[],
  range: SourceRange,
): SortKey | undefined {
  if (!bounds.some(({ bound }) => bound === 'preceding' || bound === 'following')) return undefined;
  const [key] = orderBy;
  if (key !== undefined && orderBy.length === 1) return key;
  throw windowing('RANGE with offset PRECEDING/FOLLOWING requires exactly one ORDER BY column', range);
}

/** Offsets of this type move keys of that one; as PostgreSQL has it, which loses nothing by the addition. */
function rangeOffset(offset: Expression, key: Expression, range: SourceRange, statement: StatementContext): Expression {
  const wanted = offsetType(key.type);
  const name = messageTypeName(key.type);
  if (wanted === undefined) {
    throw new OrbitError(
      'feature_not_supported',
      `RANGE with offset PRECEDING/FOLLOWING is not supported for column type ${name}`,
      { range },
    );
  }
  if (isUntyped(offset)) return coerce(offset, wanted, statement);
  const exact = isInteger(offset.type) || offset.type.kind === 'decimal';
  const fits =
    wanted.kind === 'int64'
      ? isInteger(offset.type)
      : wanted.kind === 'decimal'
        ? exact
        : isFloat(wanted)
          ? exact || isFloat(offset.type)
          : typeEquals(offset.type, wanted);
  if (!fits) {
    throw new OrbitError(
      'feature_not_supported',
      `RANGE with offset PRECEDING/FOLLOWING is not supported for column type ${name} and offset type ${messageTypeName(offset.type)}`,
      { range, hint: 'Cast the offset value to an appropriate type.' },
    );
  }
  // A constant has the digits that it has, which keeps the sum narrow.
  if (exact && !isFloat(wanted)) return besideDecimal(coerced(offset, statement), statement);
  return coerce(offset, wanted, statement);
}

/** An integer or a decimal as a decimal, but for constants. */
function coerced(offset: Expression, statement: StatementContext): Expression {
  if (offset.kind === 'constant' || offset.type.kind === 'decimal') return offset;
  return coerce(offset, decimal(MAX_INT64_DIGITS, 0), statement);
}

function offsetType(key: Type): Type | undefined {
  if (isInteger(key)) return INT64;
  if (key.kind === 'decimal') return key;
  if (isFloat(key)) return FLOAT64;
  return key.kind === 'date' || key.kind === 'timestamp' || key.kind === 'interval' ? INTERVAL : undefined;
}

/** The key in a type to which an offset can be added: the sum of two 64-bit integers needs more of them. */
function widened(key: Expression, statement: StatementContext): Expression {
  const { type } = key;
  if (type.kind === 'int64') return coerce(key, decimal(MAX_INT64_DIGITS, 0), statement);
  if (isInteger(type)) return coerce(key, decimal(MAX_INT32_DIGITS, 0), statement);
  if (isFloat(type)) return coerce(key, FLOAT64, statement);
  return type.kind === 'date' ? coerce(key, TIMESTAMP, statement) : key;
}

const MAX_INT64_DIGITS = 19;
const MAX_INT32_DIGITS = 10;
