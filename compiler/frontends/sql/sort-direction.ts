import type * as sql from '../../../grammars/sql/tree.ts';
import type { SortKey } from '../../ir/expression.ts';
import { unsupported } from './errors.ts';

/** ASC puts NULLs last and DESC first, as in PostgreSQL, unless the text says otherwise. */
export function sortDirection(element: sql.OrderElement): Omit<SortKey, 'expression'> {
  const descending =
    element.kind === 'orderItem' && element.using !== undefined
      ? byOperator(element.using)
      : element.direction === 'desc';
  return { descending, nullsFirst: element.nulls === undefined ? descending : element.nulls === 'first' };
}

function byOperator(operator: sql.Operator): boolean {
  if (operator.schema.length === 0 && operator.symbol === '<') return false;
  if (operator.schema.length === 0 && operator.symbol === '>') return true;
  throw unsupported(`ORDER BY … USING ${operator.symbol}`, operator.range);
}
