import { expressionColumns } from '../ir/columns.ts';
import type { ColumnId, SortKey } from '../ir/expression.ts';
import type { Plan, Sort } from '../ir/plan.ts';
import { mapPlan } from '../ir/traverse.ts';
import { closure, factsOf } from './facts.ts';
import { isDetermined } from './identity.ts';
import type { Pass } from './pass.ts';
import { isVolatile } from './volatility.ts';

/** Drops keys that rows agree on which agree on the keys before them: what follows a key of a table, constants, repetitions. */
export const reduceSortKeys: Pass = {
  name: 'reduce sort keys',
  run: (plan) => mapPlan(plan, (node) => (node.kind === 'sort' ? reduced(node) : node)),
};

function reduced(plan: Sort): Plan {
  const { dependencies } = factsOf(plan.input);
  const before: ColumnId[] = [];
  const keys: SortKey[] = [];
  for (const key of plan.keys) {
    const { expression } = key;
    const known = closure(before, dependencies);
    const used = [...expressionColumns(expression)];
    const follows = used.every((id) => known.has(id)) && (expression.kind === 'column' || isDetermined(expression));
    if (follows && !isVolatile(expression)) continue;
    keys.push(key);
    if (expression.kind === 'column') before.push(expression.id);
  }
  if (keys.length === plan.keys.length) return plan;
  return keys.length === 0 ? plan.input : { ...plan, keys };
}
