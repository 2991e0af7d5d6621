import type { Expression } from '../../compiler/ir/expression.ts';
import { OrbitError } from '../../compiler/types/error.ts';
import { evaluate } from '../reference/evaluate.ts';
import type { LimitCount } from './pipeline.ts';
import type { Outer, Query } from './query.ts';
import { hostContext, outerRow } from './values-context.ts';

/** LIMIT and OFFSET, evaluated. */

export const NO_LIMIT = 2n ** 62n;

export function limitOf(
  query: Query,
  countExpression: Expression | undefined,
  offsetExpression: Expression | undefined,
  outer: Outer,
): LimitCount {
  const value = (e: Expression | undefined, name: string): bigint | undefined => {
    if (e === undefined) return undefined;
    const v = evaluate(e, outerRow(outer), hostContext(query, outer));
    if (v === null) return undefined;
    const n = BigInt(typeof v === 'bigint' || typeof v === 'number' ? v : 0);
    if (n < 0n) throw new OrbitError('invalid_row_count_in_limit', `${name} must not be negative`, { range: e.range });
    return n;
  };
  const pass = value(countExpression, 'LIMIT');
  return { skip: value(offsetExpression, 'OFFSET') ?? 0n, pass: pass ?? NO_LIMIT, slots: undefined };
}
