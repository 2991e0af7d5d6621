import { columnRef } from '../ir/build.ts';
import type { Column } from '../ir/expression.ts';
import type { Plan } from '../ir/plan.ts';

/** The plan with those of its columns that are wanted, in that order; the plan itself where nothing changes. */
export function restrictTo(plan: Plan, wanted: readonly Column[]): Plan {
  if (wanted.length === plan.columns.length && wanted.every((column, i) => column.id === plan.columns[i]?.id)) {
    return plan;
  }
  const own = new Map(plan.columns.map((column) => [column.id, column]));
  const columns = wanted.map((column) => own.get(column.id) ?? column);
  return { kind: 'project', columns, input: plan, expressions: columns.map((column) => columnRef(column)) };
}
