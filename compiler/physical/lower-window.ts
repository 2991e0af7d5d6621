import { sortKeyEquals } from '../ir/equal.ts';
import type { Expression, SortKey } from '../ir/expression.ts';
import type { Window } from '../ir/plan.ts';
import type { Lowering } from './lowering.ts';
import type { PhysicalPlan, PhysicalWindow } from './plan.ts';

export function lowerWindow(plan: Window, { lower }: Lowering): PhysicalWindow {
  const { columns, partitionBy, orderBy, calls, results } = plan;
  const input = lower(plan.input);
  const there = orderOf(input);
  const wanted = windowOrder(plan);
  const isSorted = wanted.length > 0 && wanted.every((key, i) => sortKeyEquals(key, there[i]));
  return {
    kind: 'window',
    columns,
    input,
    partitionBy,
    orderBy,
    calls,
    results,
    ...(isSorted ? { isSorted } : {}),
  };
}

/** Partitions come in ascending order of their keys. */
function windowOrder({ partitionBy, orderBy }: Pick<Window, 'partitionBy' | 'orderBy'>): readonly SortKey[] {
  return [...partitionBy.map((expression) => ({ expression, descending: false, nullsFirst: false })), ...orderBy];
}

/** The order in which the plan's rows come, as far as it is sure. */
function orderOf(plan: PhysicalPlan): readonly SortKey[] {
  switch (plan.kind) {
    case 'window':
      return windowOrder(plan);
    case 'sort':
      return plan.keys;
    case 'filter':
      return orderOf(plan.input);
    case 'project': {
      const kept = new Set(plan.columns.map((column) => column.id));
      const isKept = ({ expression }: { readonly expression: Expression }): boolean =>
        expression.kind === 'column' && kept.has(expression.id);
      const keys = orderOf(plan.input);
      const end = keys.findIndex((key) => !isKept(key));
      return end < 0 ? keys : keys.slice(0, end);
    }
    default:
      return [];
  }
}
