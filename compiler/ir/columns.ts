import type { Column, ColumnId, Expression } from './expression.ts';
import type { Plan } from './plan.ts';
import {
  expressionChildren,
  mapExpressionChildren,
  mapPlanChildren,
  mapPlanExpressions,
  planChildren,
  planExpressions,
} from './traverse.ts';

/** Hands out column ids that are unique in a plan. */
export interface ColumnIds {
  readonly next: () => ColumnId;
}

export function columnIds(first: ColumnId = 1): ColumnIds {
  let id = first;
  return { next: () => id++ };
}

/** Ids beyond every one that the plan uses or defines, for passes that add columns. */
export function columnIdsAfter(plan: Plan): ColumnIds {
  let max = 0;
  const visitExpression = (expression: Expression): void => {
    if (expression.kind === 'column') max = Math.max(max, expression.id);
    if (expression.kind === 'lambda') for (const column of expression.parameters) max = Math.max(max, column.id);
    if (expression.kind === 'subquery') visit(expression.plan);
    for (const child of expressionChildren(expression)) visitExpression(child);
  };
  const visit = (node: Plan): void => {
    for (const column of node.columns) max = Math.max(max, column.id);
    for (const column of innerColumns(node)) max = Math.max(max, column.id);
    if (node.kind === 'let' || node.kind === 'recursive') max = Math.max(max, node.binding);
    for (const expression of planExpressions(node)) visitExpression(expression);
    for (const child of planChildren(node)) visit(child);
  };
  visit(plan);
  return columnIds(max + 1);
}

/** Columns that a node defines for its own expressions only. */
export function innerColumns(plan: Plan): readonly Column[] {
  return plan.kind === 'merge' ? plan.current : [];
}

const EMPTY: ReadonlySet<ColumnId> = new Set();
const freeOfPlan = new WeakMap<Plan, ReadonlySet<ColumnId>>();

/** Ids that the expression needs from its surroundings; those used inside its subqueries included. */
export function expressionColumns(expression: Expression): ReadonlySet<ColumnId> {
  const used = new Set<ColumnId>();
  collectColumns(expression, used);
  return used;
}

function collectColumns(expression: Expression, used: Set<ColumnId>): void {
  switch (expression.kind) {
    case 'column':
      used.add(expression.id);
      return;
    case 'lambda': {
      // Ids are unique in a plan, so a parameter cannot hide a column that is used elsewhere.
      const inner = new Set<ColumnId>();
      collectColumns(expression.body, inner);
      for (const parameter of expression.parameters) inner.delete(parameter.id);
      for (const id of inner) used.add(id);
      return;
    }
    case 'subquery':
      for (const id of freeColumns(expression.plan)) used.add(id);
      if (expression.arg !== undefined) collectColumns(expression.arg, used);
      return;
    default:
      for (const child of expressionChildren(expression)) collectColumns(child, used);
  }
}

/** The outer references of a plan: ids that it uses and does not define. */
export function freeColumns(plan: Plan): ReadonlySet<ColumnId> {
  const known = freeOfPlan.get(plan);
  if (known !== undefined) return known;
  const free = new Set<ColumnId>();
  const children = planChildren(plan);
  for (const child of children) for (const id of freeColumns(child)) free.add(id);
  for (const expression of planExpressions(plan)) collectColumns(expression, free);
  if (free.size > 0) {
    for (const child of children) for (const column of child.columns) free.delete(column.id);
    for (const column of innerColumns(plan)) free.delete(column.id);
  }
  const result = free.size === 0 ? EMPTY : free;
  freeOfPlan.set(plan, result);
  return result;
}

/** Replaces references to the mapped columns, inside subqueries too. The replacements must have the columns' types. */
export function substitute(expression: Expression, by: ReadonlyMap<ColumnId, Expression>): Expression {
  if (expression.kind === 'column') return by.get(expression.id) ?? expression;
  const mapped = mapExpressionChildren(expression, (child) => substitute(child, by));
  if (mapped.kind !== 'subquery') return mapped;
  const plan = substitutePlan(mapped.plan, by);
  return plan === mapped.plan ? mapped : { ...mapped, plan };
}

/** Replaces a plan's outer references. */
export function substitutePlan(plan: Plan, by: ReadonlyMap<ColumnId, Expression>): Plan {
  const free = freeColumns(plan);
  if (![...by.keys()].some((id) => free.has(id))) return plan;
  const mapped = mapPlanExpressions(plan, (expression) => substitute(expression, by));
  return mapPlanChildren(mapped, (child) => substitutePlan(child, by));
}
