import { columnRef, project } from '../../ir/build.ts';
import type { Plan } from '../../ir/plan.ts';
import { type Type, typeEquals } from '../../types/type.ts';
import { coerce } from './coerce.ts';
import type { PendingQuery, StatementContext } from './context.ts';

/** The query's plan with outputs of exactly these types; what is undefined stays as it is. */
export function finishAs(
  pending: PendingQuery,
  types: readonly (Type | undefined)[],
  statement: StatementContext,
): Plan {
  return castColumns(pending.finish(types), types, statement);
}

export function castColumns(plan: Plan, types: readonly (Type | undefined)[], statement: StatementContext): Plan {
  const same = plan.columns.every((column, i) => {
    const type = types[i];
    return type === undefined || typeEquals(column.type, type);
  });
  if (same) return plan;
  const items = plan.columns.map((column, i) => ({
    name: column.name,
    expression: coerce(columnRef(column), types[i] ?? column.type, statement),
  }));
  return project(plan, items, statement.ids);
}
