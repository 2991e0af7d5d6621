import { and, apply, caseOf, columnRef, constant, FALSE, filter, nullOf, or, singleRow, TRUE } from '../../ir/build.ts';
import { type ColumnIds, expressionColumns } from '../../ir/columns.ts';
import type { AggregateCall, Column, Expression, SortKey, Subquery } from '../../ir/expression.ts';
import type { Plan } from '../../ir/plan.ts';
import { expressionChildren, mapExpressionChildren } from '../../ir/traverse.ts';
import { OrbitError, unreachable } from '../../types/error.ts';
import { BOOL } from '../../types/type.ts';
import { equal, ids as idsOf, isNull } from '../calls.ts';
import { hasAtMostOneRow } from '../facts.ts';
import { canFailOver } from '../failure.ts';
import { withNullability } from '../fold.ts';
import { renumber } from '../renumber.ts';
import { hasVolatileExpressions, isRepeatable } from '../volatility.ts';
import { isCorrelated } from './correlation.ts';
import { unnest } from './unnest.ts';

/** A plan that gets a column for each subquery replaced. */
export interface Attached {
  plan: Plan;
  readonly ids: ColumnIds;
  /** Conditions under which the subquery is evaluated at all: those of the CASE branches that it stands in. */
  readonly guards: readonly Expression[];
}

export function containsSubquery(expression: Expression): boolean {
  return expression.kind === 'subquery' || expressionChildren(expression).some(containsSubquery);
}

/**
 * The expression with columns of `attached.plan` in place of its subqueries, whose own plans are done. `truth` says
 * that only whether it is true matters, so that unknown may be taken for false.
 */
export function replaceSubqueries(expression: Expression, attached: Attached, truth: boolean): Expression {
  if (!containsSubquery(expression)) return expression;
  switch (expression.kind) {
    case 'subquery':
      return replaceSubquery(expression, attached, truth);
    case 'and':
    case 'or':
      return mapExpressionChildren(expression, (arg) => replaceSubqueries(arg, attached, truth));
    case 'case':
      return replaceInCase(expression, attached, truth);
    case 'lambda':
      throw new OrbitError('feature_not_supported', 'a subquery in a lambda is not supported', {
        range: expression.range,
      });
    default:
      return mapExpressionChildren(expression, (arg) => replaceSubqueries(arg, attached, false));
  }
}

function replaceInCase(
  expression: Extract<Expression, { kind: 'case' }>,
  attached: Attached,
  truth: boolean,
): Expression {
  const passed: Expression[] = [];
  const under = (conditions: readonly Expression[], arg: Expression): Expression => {
    const guarded: Attached = { ...attached, guards: [...attached.guards, ...conditions] };
    const replaced = replaceSubqueries(arg, guarded, truth && arg.type.kind === 'bool');
    attached.plan = guarded.plan;
    return replaced;
  };
  const branches = expression.branches.map((branch) => {
    const when = under(passed, branch.when);
    const then = under([...passed, when], branch.then);
    passed.push(isNotTrue(when));
    return { when, then };
  });
  const otherwise = under(passed, expression.otherwise);
  return { ...caseOf(branches, otherwise, expression.range), nullable: expression.nullable };
}

function isNotTrue(condition: Expression): Expression {
  return { kind: 'call', fn: 'is_not_true', args: [condition], type: BOOL, nullable: false };
}

function replaceSubquery(subquery: Subquery, attached: Attached, truth: boolean): Expression {
  const { ids } = attached;
  const only = subquery.form === 'scalar' ? onlyValue(subquery.plan) : undefined;
  if (only !== undefined) return only;
  const plan = underGuards(subquery.plan, attached);
  const mark: Column = { id: ids.next(), name: subquery.form, type: BOOL, nullable: false };
  switch (subquery.form) {
    case 'scalar': {
      // A subquery that is not evaluated cannot fail by having two rows.
      const right = hasAtMostOneRow(plan) ? plan : filter(plan, and(attached.guards));
      return attach(attached, 'single', right, plan.columns[0]);
    }
    case 'exists': {
      attached.plan = unnest(
        { join: 'mark', left: attached.plan, right: plan, condition: TRUE, nullAware: false, mark },
        ids,
      );
      return columnRef(mark);
    }
    case 'in': {
      const [column] = plan.columns;
      if (subquery.arg === undefined || column === undefined) return subquery;
      const arg = replaceSubqueries(subquery.arg, attached, false);
      const condition = equal(arg, columnRef(column));
      const nullAware = !truth && condition.nullable;
      if (nullAware && isCorrelated(plan, idsOf(attached.plan.columns)) && isRepeatable(plan)) {
        return markedTwice(arg, plan, column, mark, attached);
      }
      const result = { ...mark, nullable: nullAware };
      attached.plan = unnest(
        { join: 'mark', left: attached.plan, right: plan, condition, nullAware, mark: result },
        ids,
      );
      return columnRef(result);
    }
    case 'array':
      return replaceArray(subquery, plan, attached);
    default:
      return unreachable(subquery.form);
  }
}

/** The value of a subquery without input rows (`select a + b`), which can stand where the subquery does. */
function onlyValue(plan: Plan): Expression | undefined {
  if (plan.kind !== 'project' || hasVolatileExpressions(plan)) return undefined;
  const { input } = plan;
  return input.kind === 'values' && input.columns.length === 0 && input.rows.length === 1
    ? plan.expressions[0]
    : undefined;
}

/**
 * In a branch that is not taken, a subquery must not fail by what it computes of the outer row: it is run for the rows
 * that take the branch, one by one. What it computes of its own rows is computed for all of them in any case.
 */
function underGuards(plan: Plan, { plan: left, guards }: Attached): Plan {
  const outer = new Set(left.columns.map((column) => column.id));
  if (guards.length === 0 || !canFailOver(plan, outer)) return plan;
  return apply('inner', filter(singleRow(), and(guards)), plan);
}

/**
 * Whether a value is among those of its own row's subquery, by two tests that can hash the correlation: for a row that
 * is equal, and for one that might be.
 */
function markedTwice(arg: Expression, plan: Plan, column: Column, mark: Column, attached: Attached): Expression {
  const { ids } = attached;
  const copy = renumber(plan, ids);
  const possible: Column = { ...column, id: copy.column(column.id) };
  const unknown: Column = { ...mark, id: ids.next(), name: 'unknown' };
  const unknownSides = [arg, columnRef(possible)].filter((side) => side.nullable).map(isNull);
  const test = (right: Plan, condition: Expression, result: Column): Expression => {
    attached.plan = unnest(
      {
        join: 'mark',
        left: attached.plan,
        right: filter(right, condition),
        condition: TRUE,
        nullAware: false,
        mark: result,
      },
      ids,
    );
    return columnRef(result);
  };
  const branches = [
    { when: test(plan, equal(arg, columnRef(column)), mark), then: TRUE },
    { when: test(copy.plan, or(unknownSides), unknown), then: nullOf(BOOL) },
  ];
  return caseOf(branches, FALSE);
}

function attach(attached: Attached, join: 'single' | 'inner', right: Plan, column: Column | undefined): Expression {
  attached.plan = unnest({ join, left: attached.plan, right, condition: TRUE, nullAware: false }, attached.ids);
  const joined = attached.plan.columns.find((own) => own.id === column?.id);
  if (joined === undefined) throw new OrbitError('internal_error', 'a subquery lost its column');
  return columnRef(joined);
}

/** The list of a column's values is an aggregate; of no rows, the empty list. */
function replaceArray(subquery: Subquery, plan: Plan, attached: Attached): Expression {
  const { input, value, orderBy } = orderedValue(plan);
  const call: AggregateCall = {
    fn: 'array_agg',
    args: [value],
    distinct: false,
    orderBy,
    type: subquery.type,
    nullable: true,
  };
  const column: Column = { id: attached.ids.next(), name: 'array', type: subquery.type, nullable: true };
  const aggregate: Plan = { kind: 'aggregate', columns: [column], input, groups: [], aggregates: [call] };
  const list = attach(attached, 'single', aggregate, column);
  const args = [list, constant([], subquery.type)];
  return withNullability({ kind: 'call', fn: 'coalesce', args, type: subquery.type, nullable: true });
}

/** The plan's only column over a plan that also has the columns by which it is ordered. */
function orderedValue(plan: Plan): {
  readonly input: Plan;
  readonly value: Expression;
  readonly orderBy: readonly SortKey[];
} {
  const [column] = plan.columns;
  if (column === undefined) throw new OrbitError('internal_error', 'a subquery has no column');
  if (plan.kind === 'project' && plan.input.kind !== 'project') {
    const below = ordering(plan.input);
    const [value] = plan.expressions;
    if (below.length > 0 && value !== undefined) return { input: plan.input, value, orderBy: below };
  }
  return { input: plan, value: columnRef(column), orderBy: ordering(plan) };
}

/** The keys by which the plan's rows are ordered, as far as its own columns say. */
export function ordering(plan: Plan): readonly SortKey[] {
  switch (plan.kind) {
    case 'sort':
      return plan.keys;
    case 'limit':
    case 'filter':
      return ordering(plan.input);
    case 'project': {
      const own = new Set(plan.columns.map((column) => column.id));
      const keys = ordering(plan.input);
      return keys.every((key) => [...expressionColumns(key.expression)].every((id) => own.has(id))) ? keys : [];
    }
    default:
      return [];
  }
}
