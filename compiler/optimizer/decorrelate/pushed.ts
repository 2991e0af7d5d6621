import { columnRef } from '../../ir/build.ts';
import type { ColumnIds } from '../../ir/columns.ts';
import type { Column, ColumnId, Expression } from '../../ir/expression.ts';
import type { BindingId, Plan } from '../../ir/plan.ts';
import { somePlan } from '../../ir/traverse.ts';
import { ids as idsOf } from '../calls.ts';
import { replaceColumns } from '../nullability.ts';
import { renumber } from '../renumber.ts';
import { restrictTo } from '../restrict.ts';
import { isCorrelated } from './correlation.ts';

/** The different combinations of outer values that the right side of a dependent join uses. */
export interface Domain {
  readonly plan: Plan;
  readonly columns: readonly Column[];
  /** Bindings around, whose rows have the domain's columns behind their own. */
  readonly bound: ReadonlySet<BindingId>;
}

/** A plan with, beside its columns, those of the domain: for each of the domain's rows what the plan is for it. */
export interface Pushed {
  readonly plan: Plan;
  readonly columns: readonly Column[];
}

/** Whether the plan's rows differ from one of the domain's rows to another. */
export function depends(plan: Plan, { columns, bound }: Domain): boolean {
  if (isCorrelated(plan, idsOf(columns))) return true;
  return bound.size > 0 && somePlan(plan, (node) => node.kind === 'reference' && bound.has(node.binding));
}

/** Without columns that are neither the plan's own nor the domain's. */
export function exactly(plan: Plan, pushed: Pushed): Pushed {
  return { plan: restrictTo(pushed.plan, [...plan.columns, ...pushed.columns]), columns: pushed.columns };
}

/** The domain's columns may come out of an input under other ids than they went in. */
export function rebound(expression: Expression, domain: Domain, input: Pushed): Expression {
  if (input.columns === domain.columns) return expression;
  const by = new Map(domain.columns.map((column, i) => [column.id, columnRef(input.columns[i] ?? column)] as const));
  return replaceColumns(expression, by);
}

/** A second domain beside the first, for the other side of a join. */
export function another(domain: Domain, ids: ColumnIds): Domain & { readonly by: ReadonlyMap<ColumnId, Expression> } {
  const copy = renumber(domain.plan, ids);
  const columns = domain.columns.map((column) => ({ ...column, id: copy.column(column.id) }));
  const by = new Map(domain.columns.map((column, i) => [column.id, columnRef(columns[i] ?? column)] as const));
  return { plan: copy.plan, columns, bound: domain.bound, by };
}
