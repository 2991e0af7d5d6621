import { conjuncts, join } from '../ir/build.ts';
import type { ColumnId, ColumnRef, Expression } from '../ir/expression.ts';
import type { Aggregate, Plan } from '../ir/plan.ts';
import { planChildren, withChildren } from '../ir/traverse.ts';
import { asComparison, equal } from './calls.ts';
import type { Estimator } from './cardinality.ts';
import { restrictTo } from './decorrelate/correlation.ts';
import type { JoinGraph } from './join-graph.ts';
import type { OptimizerContext } from './pass.ts';
import { renumber } from './renumber.ts';
import { isRepeatable } from './volatility.ts';

/** A reducer must leave out at least three quarters of the groups, ... */
const MOST_KEPT = 0.25;
/** ... and cost no more than this part of what it saves. */
const MOST_COST = 0.5;

/**
 * Groups that the join above will drop need not be computed: where a relation with few values is joined to the groups
 * of an aggregate, the aggregate's input is first reduced to these values by a semi join with a copy of the relation.
 * This is what magic sets do for correlated aggregates (Seshadri et al., "Cost-Based Optimization for Magic",
 * SIGMOD 1996), restricted to base relations, which are cheap to read twice.
 */
export function reduceAggregates(graph: JoinGraph, context: OptimizerContext): JoinGraph {
  const { estimator } = context;
  const relations = graph.relations.map((relation, i) => {
    const grouped = aggregateUnder(relation);
    if (grouped === undefined) return relation;
    const links = graph.classes.flatMap(({ members }) => {
      const own = members.find(({ member }) => member === i);
      return own === undefined ? [] : members.filter(({ member }) => member !== i).map((other) => ({ own: own.column.id, other }));
    });
    return reduced(relation, grouped, links, graph, context);
  });
  const dependents = graph.dependents.map((dependent) => {
    const { join: node } = dependent;
    const grouped = node.nullAware ? undefined : aggregateUnder(node.right);
    if (grouped === undefined) return dependent;
    const own = new Set(node.right.columns.map((column) => column.id));
    const links = conjuncts(node.condition).flatMap((term) => {
      const comparison = asComparison(term);
      if (comparison?.fn !== 'eq') return [];
      const { left, right } = comparison;
      if (left.kind !== 'column' || right.kind !== 'column' || own.has(left.id) === own.has(right.id)) return [];
      const [inner, outer] = own.has(left.id) ? [left, right] : [right, left];
      return equalMembers(outer, graph).map((other) => ({ own: inner.id, other }));
    });
    const right = reduced(node.right, grouped, links, graph, context);
    return right === node.right ? dependent : { ...dependent, join: { ...node, right } };
  });
  return { ...graph, relations, dependents };

  function reduced(
    plan: Plan,
    grouped: GroupedPlan,
    links: readonly Link[],
    within: JoinGraph,
    { ids }: OptimizerContext,
  ): Plan {
    const reducers = links.flatMap((link) => {
      const group = grouped.groupOf(link.own);
      const source = within.relations[link.other.member];
      if (group === undefined || source === undefined || !isRepeatable(source)) return [];
      const column = estimator.estimate(source).columns.get(link.other.column.id);
      if (column === undefined) return [];
      const kept = column.distinct / Math.max(1, column.domain);
      const worthIt =
        kept <= MOST_KEPT && workOf(source, estimator) <= MOST_COST * workOf(grouped.aggregate.input, estimator);
      return worthIt ? [{ group, source, column: link.other.column, kept }] : [];
    });
    const [best] = reducers.sort((a, b) => a.kept - b.kept);
    if (best === undefined) return plan;
    const wanted = best.source.columns.filter((column) => column.id === best.column.id);
    const copy = renumber(restrictTo(best.source, wanted), ids);
    const key: ColumnRef = { ...best.column, id: copy.column(best.column.id) };
    const { aggregate } = grouped;
    const input = join('semi', aggregate.input, copy.plan, equal(best.group, key));
    return replaceInput(plan, aggregate, { ...aggregate, input });
  }
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

