import { columnRef, isFalseConstant, isTrueConstant, nullOf } from '../ir/build.ts';
import type { Column } from '../ir/expression.ts';
import type { Aggregate, Apply, Join, Plan, SetOperation, Values } from '../ir/plan.ts';
import { isVolatilePlan } from './volatility.ts';

/** Plans without rows, and what they make of the nodes above them. */

export function emptyValues(columns: readonly Column[]): Values {
  return { kind: 'values', columns, rows: [] };
}

export function isEmpty(plan: Plan): boolean {
  return plan.kind === 'values' && plan.rows.length === 0;
}

/** The node without what an empty input or a condition that is never true makes superfluous; its inputs are done. */
export function removeEmpty(plan: Plan): Plan {
  switch (plan.kind) {
    case 'filter':
      if (isTrueConstant(plan.predicate)) return plan.input;
      if (isFalseConstant(plan.predicate) && !isVolatilePlan(plan.input)) return emptyValues(plan.columns);
      return isEmpty(plan.input) ? emptyValues(plan.columns) : plan;
    case 'project':
    case 'window':
    case 'sort':
    case 'limit':
    case 'distinct':
    case 'unnest':
    case 'fetch':
      return isEmpty(plan.input) ? emptyValues(plan.columns) : plan;
    case 'aggregate':
      return isEmpty(plan.input) && isEmptyOverEmpty(plan) ? emptyValues(plan.columns) : plan;
    case 'join':
    case 'apply':
      return withoutEmptySide(plan);
    case 'setOperation':
      return withoutEmptyOperand(plan);
    default:
      return plan;
  }
}

function isEmptyOverEmpty(plan: Aggregate): boolean {
  return plan.groupingSets === undefined ? plan.groups.length > 0 : plan.groupingSets.every((set) => set.length > 0);
}

function withoutEmptySide(plan: Join | Apply): Plan {
  const { left, right } = plan;
  if (isEmpty(left) && plan.join !== 'full' && !isVolatilePlan(right)) return emptyValues(plan.columns);
  const never = plan.kind === 'join' && isFalseConstant(plan.condition);
  if (!(isEmpty(right) || never) || isVolatilePlan(right)) return plan;
  switch (plan.join) {
    case 'inner':
    case 'semi':
      return isVolatilePlan(left) ? plan : emptyValues(plan.columns);
    case 'anti':
      return left;
    case 'left':
    case 'single':
      return padded(plan, left);
    case 'mark':
      return plan;
    case 'full':
      return never || narrows(plan, left) ? plan : padded(plan, left);
  }
}

/** Whether a column of the left side would no longer be one that may be NULL, as expressions above take it to be. */
function narrows(plan: Join | Apply, left: Plan): boolean {
  const own = new Map(left.columns.map((column) => [column.id, column]));
  return plan.columns.some(({ id, nullable }) => nullable && own.get(id)?.nullable === false);
}

/** The left side with NULLs for the right's columns. */
function padded(plan: Join | Apply, left: Plan): Plan {
  const own = new Map(left.columns.map((column) => [column.id, column]));
  return {
    kind: 'project',
    columns: plan.columns.map((column) => own.get(column.id) ?? column),
    input: left,
    expressions: plan.columns.map((column) => {
      const from = own.get(column.id);
      return from === undefined ? nullOf(column.type) : columnRef(from);
    }),
  };
}

function withoutEmptyOperand(plan: SetOperation): Plan {
  const { left, right, operation } = plan;
  const leftEmpty = isEmpty(left);
  const rightEmpty = isEmpty(right);
  if (!leftEmpty && !rightEmpty) return plan;
  const other = leftEmpty ? right : left;
  if (operation === 'intersect' || (operation === 'except' && leftEmpty) || (leftEmpty && rightEmpty)) {
    return isVolatilePlan(other) ? plan : emptyValues(plan.columns);
  }
  const renamed: Plan = {
    kind: 'project',
    columns: plan.columns,
    input: other,
    expressions: other.columns.map((column) => columnRef(column)),
  };
  return plan.all ? renamed : { kind: 'distinct', columns: plan.columns, input: renamed };
}
