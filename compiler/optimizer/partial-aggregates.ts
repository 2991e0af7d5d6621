import { cast, columnRef, constant } from '../ir/build.ts';
import { aggregateCall, call } from '../ir/call.ts';
import type { AggregateCall, Column, Expression } from '../ir/expression.ts';
import { INT64 } from '../types/type.ts';

/** Aggregates of the parts of a group, and what makes the aggregate of the whole group from them. */

/** Those for which a value that comes again changes nothing. */
export const IDEMPOTENT: ReadonlySet<string> = new Set([
  'min',
  'max',
  'bool_and',
  'bool_or',
  'any_value',
  'bit_and',
  'bit_or',
]);

const COUNTS: ReadonlySet<string> = new Set(['count', 'count_if', 'regr_count']);
const LIKE_ITSELF: ReadonlySet<string> = new Set([...IDEMPOTENT, 'sum', 'bit_xor', 'product']);

/** Whether the aggregates of parts make that of the whole. */
export function isMergeable({ fn, distinct, orderBy }: AggregateCall): boolean {
  return !distinct && orderBy.length === 0 && (COUNTS.has(fn) || LIKE_ITSELF.has(fn));
}

/** The aggregate over the parts' values, of which `mergedValue` makes the whole's. */
export function merging(fn: string, column: Column): AggregateCall {
  return aggregateCall(COUNTS.has(fn) ? 'sum' : fn, [columnRef(column)]);
}

/** The value of the mergeable aggregate from that of `merging`, in its own type. */
export function mergedValue(value: Expression, { fn, type }: AggregateCall): Expression {
  const typed = cast(value, type);
  return COUNTS.has(fn) ? call('coalesce', [typed, constant(0n, INT64)]) : typed;
}
