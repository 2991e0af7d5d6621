import type { ColumnIds } from '../ir/columns.ts';
import type { Column, ColumnId, Expression } from '../ir/expression.ts';
import type { BindingId, Plan } from '../ir/plan.ts';
import { mapExpressionChildren, mapPlanExpressions, planChildren } from '../ir/traverse.ts';
import { internalError, unreachable } from '../types/error.ts';

/** A copy of a plan that can stand beside it: every column it defines has a new id. Outer references stay. */
export interface Copy {
  readonly plan: Plan;
  readonly column: (id: ColumnId) => ColumnId;
}

export function renumber(plan: Plan, ids: ColumnIds): Copy {
  const renamed = new Map<ColumnId, ColumnId>();
  const copy = copyPlan(plan, renamed, ids);
  return { plan: copy, column: (id) => renamed.get(id) ?? id };
}

/** Of columns, and of bindings, whose ids are of the same stock. */
type Renamed = Map<ColumnId, ColumnId>;

function copyPlan(plan: Plan, renamed: Renamed, ids: ColumnIds): Plan {
  if (plan.kind === 'let' || plan.kind === 'recursive') renamed.set(plan.binding, ids.next());
  const children = planChildren(plan).map((child) => copyPlan(child, renamed, ids));
  const passed = new Set(planChildren(plan).flatMap((child) => child.columns.map((column) => column.id)));
  for (const column of plan.columns) {
    if (!passed.has(column.id)) renamed.set(column.id, ids.next());
  }
  const rename = <C extends Column | undefined>(column: C): C =>
    column === undefined ? column : { ...column, id: renamed.get(column.id) ?? column.id };
  const bindingOf = (binding: BindingId): BindingId => renamed.get(binding) ?? binding;
  const mapped = mapPlanExpressions(plan, (expression) => copyExpression(expression, renamed, ids));
  const columns = plan.columns.map(rename);
  const [first, second] = children;
  switch (mapped.kind) {
    case 'scan':
    case 'values':
      return { ...mapped, columns };
    case 'filter':
    case 'project':
    case 'sort':
    case 'limit':
    case 'distinct':
      return { ...mapped, columns, input: first ?? mapped.input };
    case 'window':
      return { ...mapped, columns, input: first ?? mapped.input, results: mapped.results.map(rename) };
    case 'aggregate':
      return { ...mapped, columns, input: first ?? mapped.input, set: rename(mapped.set) };
    case 'unnest':
      return {
        ...mapped,
        columns,
        input: first ?? mapped.input,
        element: rename(mapped.element),
        ordinality: rename(mapped.ordinality),
      };
    case 'fetch':
      return {
        ...mapped,
        columns,
        input: first ?? mapped.input,
        rowId: renamed.get(mapped.rowId) ?? mapped.rowId,
        fetched: mapped.fetched.map(rename),
      };
    case 'join':
    case 'apply':
      return {
        ...mapped,
        columns,
        left: first ?? mapped.left,
        right: second ?? mapped.right,
        mark: rename(mapped.mark),
      };
    case 'let':
      return {
        ...mapped,
        columns,
        binding: bindingOf(mapped.binding),
        definition: first ?? mapped.definition,
        body: second ?? mapped.body,
      };
    case 'recursive':
      return {
        ...mapped,
        columns,
        binding: bindingOf(mapped.binding),
        base: first ?? mapped.base,
        step: second ?? mapped.step,
      };
    case 'reference':
      return { ...mapped, columns, binding: bindingOf(mapped.binding) };
    case 'asOfJoin':
      return { ...mapped, columns, left: first ?? mapped.left, right: second ?? mapped.right };
    case 'setOperation':
      return { ...mapped, columns, left: first ?? mapped.left, right: second ?? mapped.right };
    case 'insert':
    case 'update':
    case 'delete':
    case 'merge':
      throw internalError(`a node that writes (${mapped.kind}) would be duplicated`);
    default:
      return unreachable(mapped);
  }
}

function copyExpression(expression: Expression, renamed: Renamed, ids: ColumnIds): Expression {
  if (expression.kind === 'column') {
    const id = renamed.get(expression.id);
    return id === undefined ? expression : { ...expression, id };
  }
  if (expression.kind === 'lambda') {
    const parameters = expression.parameters.map((column) => {
      const id = ids.next();
      renamed.set(column.id, id);
      return { ...column, id };
    });
    return { ...expression, parameters, body: copyExpression(expression.body, renamed, ids) };
  }
  const mapped = mapExpressionChildren(expression, (child) => copyExpression(child, renamed, ids));
  if (mapped.kind !== 'subquery') return mapped;
  return { ...mapped, plan: copyPlan(mapped.plan, renamed, ids) };
}
