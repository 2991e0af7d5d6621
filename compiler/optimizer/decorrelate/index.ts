import { and, conjuncts, filter, join, sort } from '../../ir/build.ts';
import type { ColumnIds } from '../../ir/columns.ts';
import type { Expression } from '../../ir/expression.ts';
import type { AsOfJoin, Filter, Join, Plan } from '../../ir/plan.ts';
import { mapExpressionChildren, mapPlanChildren, mapPlanExpressions, withChildren } from '../../ir/traverse.ts';
import { OrbitError } from '../../types/error.ts';
import { ids as idsOf } from '../calls.ts';
import { deriveNullability } from '../nullability.ts';
import type { Pass } from '../pass.ts';
import { restrictTo } from '../restrict.ts';
import { asExistenceTest, attachExistence } from './attach.ts';
import { usesAny } from './correlation.ts';
import { type Attached, containsSubquery, ordering, replaceSubqueries } from './subqueries.ts';
import { asDependentJoin, unnest } from './unnest.ts';

/**
 * Replaces every subquery of an expression by a join, and every Apply that allows it. What stays an Apply is run once
 * for each outer row.
 */
export const decorrelate: Pass = {
  name: 'decorrelate',
  run: (plan, { ids }) => {
    const result = decorrelatePlan(plan, ids);
    // A right side that always has its one row is not padded: what stands above takes its columns as nullable still.
    return result === plan ? plan : deriveNullability(result);
  },
};

export function decorrelatePlan(plan: Plan, ids: ColumnIds): Plan {
  const node = mapPlanChildren(plan, (child) => decorrelatePlan(child, ids));
  if (node.kind === 'apply') return unnest(asDependentJoin(node), ids);
  const prepared = mapPlanExpressions(node, (expression) => decorrelateSubqueries(expression, ids));
  return prepared === node ? node : withoutSubqueries(prepared, ids);
}

/** The expression with the plans of its subqueries done; the same object only if it has none. */
function decorrelateSubqueries(expression: Expression, ids: ColumnIds): Expression {
  const mapped = mapExpressionChildren(expression, (child) => decorrelateSubqueries(child, ids));
  return mapped.kind === 'subquery' ? { ...mapped, plan: decorrelatePlan(mapped.plan, ids) } : mapped;
}

function withoutSubqueries(plan: Plan, ids: ColumnIds): Plan {
  switch (plan.kind) {
    case 'filter':
      return liftFromFilter(plan, ids);
    case 'join':
      return liftFromJoin(plan, ids);
    case 'values':
      return liftFromValues(plan, ids);
    case 'merge':
      if (plan.onMatch.some(({ value }) => containsSubquery(value))) throw unsupported('an update of a matched row');
      return liftFromInput(plan, plan.input, ids);
    case 'project':
    case 'aggregate':
    case 'window':
    case 'sort':
    case 'limit':
    case 'distinct':
    case 'unnest':
    case 'insert':
    case 'update':
      return liftFromInput(plan, plan.input, ids);
    case 'asOfJoin':
      return liftFromAsOfJoin(plan, ids);
    case 'let':
    case 'recursive':
    case 'reference':
    case 'scan':
    case 'apply':
    case 'setOperation':
    case 'fetch':
    case 'delete':
      return plan;
  }
}

function unsupported(where: string): OrbitError {
  return new OrbitError('feature_not_supported', `a subquery in ${where} is not supported`);
}

/** The node over an input that has a column for each subquery; these columns are not put out. */
function liftFromInput(plan: Plan, input: Plan, ids: ColumnIds): Plan {
  const attached: Attached = { plan: input, ids, guards: [] };
  const mapped = mapPlanExpressions(plan, (expression) => replaceSubqueries(expression, attached, false));
  return restrictTo(withChildren(mapped, [inOrderOf(input, attached.plan)]), plan.columns);
}

/** What was joined to ordered rows, in their order, which joins do not keep. */
function inOrderOf(input: Plan, joined: Plan): Plan {
  return joined === input ? joined : sort(joined, ordering(input));
}

function liftFromFilter(plan: Filter, ids: ColumnIds): Plan {
  const terms = conjuncts(plan.predicate);
  const simple = terms.filter((term) => !containsSubquery(term));
  let input = filter(plan.input, and(simple));
  const rest: Expression[] = [];
  for (const term of terms) {
    if (!containsSubquery(term)) continue;
    const test = asExistenceTest(term);
    if (test === undefined) rest.push(term);
    else input = attachExistence(test, input, ids);
  }
  const attached: Attached = { plan: input, ids, guards: [] };
  const replaced = rest.map((term) => replaceSubqueries(term, attached, true));
  return restrictTo(filter(inOrderOf(plan.input, attached.plan), and(replaced)), plan.columns);
}

function liftFromJoin(plan: Join, ids: ColumnIds): Plan {
  const terms = conjuncts(plan.condition);
  const simple = terms.filter((term) => !containsSubquery(term));
  const nested = terms.filter(containsSubquery);
  const { left, right, nullAware, mark } = plan;
  const options = { nullAware, mark };
  if (plan.join === 'inner') {
    return liftFromFilter(filterOver(join('inner', left, right, and(simple)), and(nested)), ids);
  }
  // A term over one side only is computed there, before the join.
  const attachedLeft: Attached = { plan: left, ids, guards: [] };
  const attachedRight: Attached = { plan: right, ids, guards: [] };
  const leftIds = idsOf(left.columns);
  const rightIds = idsOf(right.columns);
  const mixed: Expression[] = [];
  const replaced: Expression[] = [...simple];
  for (const term of nested) {
    const inLeft = usesAny(term, leftIds);
    if (inLeft && usesAny(term, rightIds)) mixed.push(term);
    else replaced.push(replaceSubqueries(term, inLeft ? attachedLeft : attachedRight, false));
  }
  if (mixed.length === 0) {
    const joined = join(plan.join, attachedLeft.plan, attachedRight.plan, and(replaced), options);
    return restrictTo(joined, plan.columns);
  }
  if (plan.join === 'full') throw unsupported('the condition of a full join, over columns of both sides,');
  const inner = liftFromFilter(filterOver(attachedRight.plan, and(mixed)), ids);
  const joined = unnest(
    { join: plan.join, left: attachedLeft.plan, right: inner, condition: and(replaced), nullAware, mark },
    ids,
  );
  return restrictTo(joined, plan.columns);
}

/** Every expression is over one side only. */
function liftFromAsOfJoin(plan: AsOfJoin, ids: ColumnIds): Plan {
  const left: Attached = { plan: plan.left, ids, guards: [] };
  const right: Attached = { plan: plan.right, ids, guards: [] };
  const lifted = <T extends { readonly left: Expression; readonly right: Expression }>(pair: T): T => ({
    ...pair,
    left: replaceSubqueries(pair.left, left, false),
    right: replaceSubqueries(pair.right, right, false),
  });
  const mapped = { ...plan, keys: plan.keys.map(lifted), order: lifted(plan.order) };
  return restrictTo(withChildren(mapped, [left.plan, right.plan]), plan.columns);
}

function filterOver(input: Plan, predicate: Expression): Filter {
  return { kind: 'filter', columns: input.columns, input, predicate };
}

/** Rows whose cells have subqueries, one after the other. */
function liftFromValues(plan: Extract<Plan, { kind: 'values' }>, ids: ColumnIds): Plan {
  const rows = plan.rows.map((row): Plan => {
    const attached: Attached = { plan: { kind: 'values', columns: [], rows: [[]] }, ids, guards: [] };
    const expressions = row.map((cell) => replaceSubqueries(cell, attached, false));
    const only = plan.rows.length === 1;
    const columns = plan.columns.map((column) => (only ? column : { ...column, id: ids.next() }));
    return { kind: 'project', columns, input: attached.plan, expressions };
  });
  const [first, ...others] = rows;
  if (first === undefined) return plan;
  return others.reduce((left, right, i): Plan => {
    const last = i === others.length - 1;
    const columns = plan.columns.map((column): typeof column => (last ? column : { ...column, id: ids.next() }));
    return { kind: 'setOperation', operation: 'union', all: true, columns, left, right };
  }, first);
}
