import { conjuncts, join } from '../ir/build.ts';
import type { ColumnId, ColumnRef, Expression } from '../ir/expression.ts';
import type { Aggregate, Join, Plan } from '../ir/plan.ts';
import { planChildren, withChildren } from '../ir/traverse.ts';
import { asComparison, equal } from './calls.ts';
import type { Estimator } from './cardinality.ts';
import { isUniqueOn } from './facts.ts';
import type { JoinGraph } from './join-graph.ts';
import type { OptimizerContext } from './pass.ts';
import { renumber } from './renumber.ts';
import { restrictTo } from './restrict.ts';
import { isRepeatable } from './volatility.ts';

/** A reducer must leave out at least three quarters of the groups, ... */
const MOST_KEPT = 0.25;
/** ... and cost no more than this part of what it saves. */
const MOST_COST = 0.5;

/**
 * Groups that the join above will drop need not be computed: where a relation with few values is joined to the groups
 * of an aggregate, the aggregate's input is first reduced to these values by a semi join with a copy of the relation.
 * This is what magic sets do for correlated aggregates (Seshadri et al., "Cost-Based Optimization for Magic",
 * SIGMOD 1996), restricted to base relations, which are cheap to read twice. A relation that was joined for its
 * values only is moved instead of copied. `used` are the columns that are needed above the joins.
 */
export function reduceAggregates(
  original: JoinGraph,
  used: ReadonlySet<ColumnId>,
  context: OptimizerContext,
): JoinGraph {
  let graph = original;
  for (const relation of original.relations) {
    const at = graph.relations.indexOf(relation);
    const grouped = at < 0 ? undefined : aggregateUnder(relation);
    if (grouped === undefined) continue;
    const links = graph.classes.flatMap(({ members }) => {
      const own = members.find(({ member }) => member === at);
      if (own === undefined) return [];
      return members.filter(({ member }) => member !== at).map((other) => ({ own: own.column.id, other }));
    });
    const reducer = bestReducer(grouped, links, graph, context.estimator);
    if (reducer === undefined) continue;
    const reduced = reduce(relation, grouped, reducer, context);
    graph = { ...graph, relations: graph.relations.map((each) => (each === relation ? reduced : each)) };
    if (isForValuesOnly(reducer, graph, used)) graph = withoutRelation(graph, reducer.member);
  }
  const dependents = graph.dependents.map((dependent) => {
    const { join: node } = dependent;
    const grouped = node.nullAware ? undefined : aggregateUnder(node.right);
    if (grouped === undefined) return dependent;
    const reducer = bestReducer(grouped, dependentLinks(node, graph), graph, context.estimator);
    if (reducer === undefined) return dependent;
    return { ...dependent, join: { ...node, right: reduce(node.right, grouped, reducer, context) } };
  });
  return { ...graph, dependents };
}

/** The equalities between the right side's columns and those of relations. */
function dependentLinks({ right: plan, condition }: Join, graph: JoinGraph): readonly Link[] {
  const own = new Set(plan.columns.map((column) => column.id));
  return conjuncts(condition).flatMap((term) => {
    const comparison = asComparison(term);
    if (comparison?.fn !== 'eq') return [];
    const { left, right } = comparison;
    if (left.kind !== 'column' || right.kind !== 'column' || own.has(left.id) === own.has(right.id)) return [];
    const [inner, outer] = own.has(left.id) ? [left, right] : [right, left];
    return equalMembers(outer, graph).map((other) => ({ own: inner.id, other }));
  });
}

interface Reducer {
  /** What the aggregate groups by. */
  readonly group: Expression;
  readonly member: number;
  readonly source: Plan;
  readonly column: ColumnRef;
  /** The fraction of groups that it keeps. */
  readonly kept: number;
}

function bestReducer(
  grouped: GroupedPlan,
  links: readonly Link[],
  graph: JoinGraph,
  estimator: Estimator,
): Reducer | undefined {
  const work = workOf(grouped.aggregate.input, estimator);
  const reducers = links.flatMap(({ own, other: { member, column } }): readonly Reducer[] => {
    const group = grouped.groupOf(own);
    const source = graph.relations[member];
    if (group === undefined || source === undefined || !isRepeatable(source)) return [];
    const estimate = estimator.estimate(source).columns.get(column.id);
    if (estimate === undefined) return [];
    const kept = estimate.distinct / Math.max(1, estimate.domain);
    const worthIt = kept <= MOST_KEPT && workOf(source, estimator) <= MOST_COST * work;
    return worthIt ? [{ group, member, source, column, kept }] : [];
  });
  return reducers.sort((a, b) => a.kept - b.kept)[0];
}

function reduce(plan: Plan, grouped: GroupedPlan, reducer: Reducer, { ids }: OptimizerContext): Plan {
  const wanted = reducer.source.columns.filter((column) => column.id === reducer.column.id);
  const copy = renumber(restrictTo(reducer.source, wanted), ids);
  const key: ColumnRef = { ...reducer.column, id: copy.column(reducer.column.id) };
  const { aggregate } = grouped;
  const input = join('semi', aggregate.input, copy.plan, equal(reducer.group, key));
  return replaceInput(plan, aggregate, { ...aggregate, input });
}

/** Whether the relation does nothing but keep rows whose column has one of its values, each of them once. */
function isForValuesOnly({ member, source, column }: Reducer, graph: JoinGraph, used: ReadonlySet<ColumnId>): boolean {
  const isUsed = (m: number): boolean => m === member;
  return (
    isUniqueOn(source, [column.id]) &&
    !source.columns.some((own) => used.has(own.id)) &&
    !graph.terms.some((term) => term.members.some(isUsed)) &&
    !graph.dependents.some((dependent) => dependent.required.some(isUsed)) &&
    graph.classes.every((each) => each.members.every((m) => m.member !== member || m.column.id === column.id))
  );
}

function withoutRelation(graph: JoinGraph, removed: number): JoinGraph {
  const shift = (member: number): number => (member > removed ? member - 1 : member);
  return {
    relations: graph.relations.filter((_, i) => i !== removed),
    dependents: graph.dependents.map((dependent) => ({ ...dependent, required: dependent.required.map(shift) })),
    classes: graph.classes.map(({ members }) => ({
      members: members
        .filter(({ member }) => member !== removed)
        .map(({ member, column }) => ({ member: shift(member), column })),
    })),
    terms: graph.terms.map((term) => ({ ...term, members: term.members.map(shift) })),
  };
}

interface Link {
  /** The aggregate's output column. */
  readonly own: ColumnId;
  /** What it is equal to in another relation. */
  readonly other: { readonly member: number; readonly column: ColumnRef };
}

/** The columns of relations that are equal to a column, itself included. */
function equalMembers(column: ColumnRef, graph: JoinGraph): readonly Link['other'][] {
  const known = graph.classes.find(({ members }) => members.some((m) => m.column.id === column.id));
  if (known !== undefined) return known.members;
  const member = graph.relations.findIndex((relation) => relation.columns.some((c) => c.id === column.id));
  return member < 0 ? [] : [{ member, column }];
}

interface GroupedPlan {
  readonly aggregate: Aggregate;
  /** What is grouped by, for an output column that is a group. */
  readonly groupOf: (id: ColumnId) => Expression | undefined;
}

/** The aggregate below projections and filters. */
function aggregateUnder(plan: Plan): GroupedPlan | undefined {
  switch (plan.kind) {
    case 'filter':
      return aggregateUnder(plan.input);
    case 'project': {
      const below = aggregateUnder(plan.input);
      if (below === undefined) return undefined;
      return {
        aggregate: below.aggregate,
        groupOf: (id) => {
          const from = plan.expressions[plan.columns.findIndex((column) => column.id === id)];
          return from?.kind === 'column' ? below.groupOf(from.id) : undefined;
        },
      };
    }
    case 'aggregate': {
      if (plan.groups.length === 0 || plan.groupingSets !== undefined) return undefined;
      return {
        aggregate: plan,
        groupOf: (id) => plan.groups[plan.columns.findIndex((column) => column.id === id)],
      };
    }
    default:
      return undefined;
  }
}

function replaceInput(plan: Plan, old: Aggregate, replacement: Aggregate): Plan {
  if (plan === old) return replacement;
  return withChildren(
    plan,
    planChildren(plan).map((child) => replaceInput(child, old, replacement)),
  );
}

/** Rows that pass through all operators of the plan. */
function workOf(plan: Plan, estimator: Estimator): number {
  return planChildren(plan).reduce((sum, child) => sum + workOf(child, estimator), estimator.rows(plan));
}
