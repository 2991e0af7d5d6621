import { innerColumns } from './columns.ts';
import type { ColumnId, Expression } from './expression.ts';
import type { BindingId, Plan } from './plan.ts';
import { expressionChildren, planChildren, planExpressions } from './traverse.ts';

/**
 * Whether two plans are the same but for the ids of what they define, as the plans of one text that stands twice are.
 * What they use of their surroundings must have the same ids.
 */
export function planEquals(a: Plan, b: Plan): boolean {
  const [ours, theirs] = [definedIds(a), definedIds(b)];
  if (ours.length !== theirs.length) return false;
  const renamed = new Map<unknown, ColumnId>();
  ours.forEach((id, i) => {
    const other = theirs[i];
    if (other !== undefined) renamed.set(id, other);
  });
  return sameProperty('', a, b, renamed);
}

/** In an order that equal plans share. */
function definedIds(plan: Plan): readonly (ColumnId | BindingId)[] {
  const ids = new Set<ColumnId | BindingId>();
  const visitExpression = (expression: Expression): void => {
    if (expression.kind === 'lambda') for (const { id } of expression.parameters) ids.add(id);
    if (expression.kind === 'subquery') visit(expression.plan);
    expressionChildren(expression).forEach(visitExpression);
  };
  const visit = (node: Plan): void => {
    planChildren(node).forEach(visit);
    if (node.kind === 'let' || node.kind === 'recursive') ids.add(node.binding);
    for (const { id } of [...node.columns, ...innerColumns(node)]) ids.add(id);
    planExpressions(node).forEach(visitExpression);
  };
  visit(plan);
  return [...ids];
}

/** Properties that hold an id. */
const IDS: ReadonlySet<string> = new Set(['id', 'rowId', 'binding']);

/**
 * Compares whatever properties there are, so that a node that gets a new one needs nothing here: at worst, what is the
 * same is taken for different.
 */
function sameProperty(name: string, a: unknown, b: unknown, renamed: ReadonlyMap<unknown, ColumnId>): boolean {
  if (name === 'range') return true;
  if (IDS.has(name)) return (renamed.get(a) ?? a) === b;
  if (Object.is(a, b)) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((element, i) => sameProperty('', element, b[i], renamed));
  }
  // A table is the same object or another table.
  if (name === 'table' || !isPlain(a) || !isPlain(b)) return false;
  const [ours, theirs] = [new Map(Object.entries(a)), new Map(Object.entries(b))];
  return [...new Set([...ours.keys(), ...theirs.keys()])].every((key) =>
    sameProperty(key, ours.get(key), theirs.get(key), renamed),
  );
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
