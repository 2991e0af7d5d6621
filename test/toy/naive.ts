import { aggregate, apply, columnRef, constant, newColumn, project } from '../../compiler/ir/build.ts';
import { aggregateCall, call } from '../../compiler/ir/call.ts';
import { type ColumnIds, columnIdsAfter } from '../../compiler/ir/columns.ts';
import { derivedColumns } from '../../compiler/ir/derive.ts';
import type { Expression, Subquery } from '../../compiler/ir/expression.ts';
import type { Plan } from '../../compiler/ir/plan.ts';
import {
  mapExpressionChildren,
  mapPlanChildren,
  mapPlanExpressions,
  planChildren,
  withChildren,
} from '../../compiler/ir/traverse.ts';
import { BOOL } from '../../compiler/types/type.ts';

/**
 * Every subquery as an Apply that runs it for each row: what decorrelation must agree with, and a way to plans whose
 * Apply nodes stand deep in each other.
 */
export function applySubqueries(plan: Plan): Plan {
  return withApplies(plan, columnIdsAfter(plan));
}

function withApplies(plan: Plan, ids: ColumnIds): Plan {
  const node = mapPlanChildren(plan, (child) => withApplies(child, ids));
  let [input] = planChildren(node);
  const mapped = mapPlanExpressions(node, function replace(expression): Expression {
    const inner = mapExpressionChildren(expression, replace);
    if (inner.kind !== 'subquery') return inner;
    if (input === undefined) throw new Error(`a subquery in ${plan.kind}`);
    const attached = attach(inner, input, ids);
    input = attached.plan;
    return attached.value;
  });
  if (input === undefined || mapped === node) return node;
  const widened = derivedColumns(withChildren(mapped, [input]));
  const items = plan.columns.map((column) => ({ name: column.name, expression: columnRef(column) }));
  return project(widened, items, ids);
}

function attach(subquery: Subquery, left: Plan, ids: ColumnIds): { readonly plan: Plan; readonly value: Expression } {
  const right = withApplies(subquery.plan, ids);
  const [column] = right.columns;
  switch (subquery.form) {
    case 'exists': {
      const mark = newColumn(ids, 'exists', BOOL, false);
      return { plan: apply('mark', left, right, mark), value: columnRef(mark) };
    }
    case 'scalar':
      if (column === undefined) break;
      return { plan: apply('single', left, right), value: columnRef({ ...column, nullable: true }) };
    case 'array': {
      if (column === undefined) break;
      const items = aggregate(
        right,
        [],
        [{ name: 'items', call: aggregateCall('array_agg', [columnRef(column)]) }],
        ids,
      );
      const [list] = items.columns;
      if (list === undefined) break;
      const value = call('coalesce', [columnRef(list), constant([], subquery.type)]);
      return { plan: apply('inner', left, items), value };
    }
    case 'in':
      break;
  }
  throw new Error(`a subquery of the form ${subquery.form}`);
}
