import {
  aggregate,
  and,
  apply,
  caseOf,
  columnRef,
  constant,
  filter,
  newColumn,
  nullOf,
  project,
  singleRow,
} from '../../compiler/ir/build.ts';
import { aggregateCall, call } from '../../compiler/ir/call.ts';
import { type ColumnIds, columnIdsAfter } from '../../compiler/ir/columns.ts';
import { derivedColumns } from '../../compiler/ir/derive.ts';
import type { Case, Column, Expression, Subquery } from '../../compiler/ir/expression.ts';
import type { Plan } from '../../compiler/ir/plan.ts';
import {
  mapExpressionChildren,
  mapPlanChildren,
  mapPlanExpressions,
  planChildren,
  withChildren,
} from '../../compiler/ir/traverse.ts';
import { renumber } from '../../compiler/optimizer/renumber.ts';
import { BOOL } from '../../compiler/types/type.ts';

/**
 * Every subquery as an Apply that runs it for each row, if its branch is taken: what decorrelation must agree with, and a way to plans whose
 * Apply nodes stand deep in each other.
 */
export function applySubqueries(plan: Plan): Plan {
  return withApplies(plan, columnIdsAfter(plan));
}

function withApplies(plan: Plan, ids: ColumnIds): Plan {
  const node = mapPlanChildren(plan, (child) => withApplies(child, ids));
  let [input] = planChildren(node);
  const replace = (expression: Expression, guards: readonly Expression[]): Expression => {
    if (expression.kind === 'case') return replaceInCase(expression, guards, replace);
    const inner = mapExpressionChildren(expression, (child) => replace(child, guards));
    if (inner.kind !== 'subquery') return inner;
    if (input === undefined) throw new Error(`a subquery in ${plan.kind}`);
    const attached = attach(inner, guards, input, ids);
    input = attached.plan;
    return attached.value;
  };
  const mapped = mapPlanExpressions(node, (expression) => replace(expression, []));
  if (input === undefined || mapped === node) return node;
  const widened = derivedColumns(withChildren(mapped, [input]));
  const items = plan.columns.map((column) => ({ name: column.name, expression: columnRef(column) }));
  return project(widened, items, ids);
}

/** Branches after their conditions, and only if no earlier one holds. */
function replaceInCase(
  expression: Case,
  guards: readonly Expression[],
  replace: (part: Expression, guards: readonly Expression[]) => Expression,
): Expression {
  const passed = [...guards];
  const branches = expression.branches.map((branch) => {
    const when = replace(branch.when, passed);
    const then = replace(branch.then, [...passed, when]);
    passed.push(call('is_not_true', [when]));
    return { when, then };
  });
  const otherwise = replace(expression.otherwise, passed);
  const same = branches.every(({ when, then }, i) => {
    const before = expression.branches[i];
    return before?.when === when && before.then === then;
  });
  return same && otherwise === expression.otherwise ? expression : { ...expression, branches, otherwise };
}

function attach(
  subquery: Subquery,
  guards: readonly Expression[],
  left: Plan,
  ids: ColumnIds,
): { readonly plan: Plan; readonly value: Expression } {
  const always = withApplies(subquery.plan, ids);
  const right = guards.length === 0 ? always : apply('inner', filter(singleRow(), and(guards)), always);
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
    case 'in': {
      const { arg } = subquery;
      if (column === undefined || arg === undefined) break;
      return attachIn(arg, column, left, right, ids);
    }
  }
  throw new Error(`a subquery of the form ${subquery.form}`);
}

/** Whether a row is equal, and if not whether one could be, as two marks. */
function attachIn(
  arg: Expression,
  column: Column,
  left: Plan,
  right: Plan,
  ids: ColumnIds,
): { readonly plan: Plan; readonly value: Expression } {
  const again = renumber(right, ids);
  const other = again.plan.columns[right.columns.indexOf(column)];
  if (other === undefined) throw new Error('a column is lost');
  const found = newColumn(ids, 'found', BOOL, false);
  const unknown = newColumn(ids, 'unknown', BOOL, false);
  const equal = call('eq', [arg, columnRef(column)]);
  const unsure = call('is_null', [call('eq', [arg, columnRef(other)])]);
  const first = apply('mark', left, filter(right, equal), found);
  return {
    plan: apply('mark', first, filter(again.plan, unsure), unknown),
    value: caseOf(
      [
        { when: columnRef(found), then: constant(true, BOOL) },
        { when: columnRef(unknown), then: nullOf(BOOL) },
      ],
      constant(false, BOOL),
    ),
  };
}
