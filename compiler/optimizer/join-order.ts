import { and, filter, join } from '../ir/build.ts';
import { expressionColumns } from '../ir/columns.ts';
import type { ColumnId } from '../ir/expression.ts';
import type { Plan } from '../ir/plan.ts';
import { mapPlanChildren, planExpressions, withChildren } from '../ir/traverse.ts';
import { internalError } from '../types/error.ts';
import { equal, ids } from './calls.ts';
import type { Estimator } from './cardinality.ts';
import { enumerate } from './join-enumeration.ts';
import { connection, type JoinGraph, joinGraph, termsWithDependent } from './join-graph.ts';
import { joinModel } from './join-model.ts';
import type { JoinTree } from './join-tree.ts';
import type { OptimizerContext, Pass } from './pass.ts';
import { restrictTo } from './restrict.ts';
import { reduceAggregates } from './semi-join-reduction.ts';

/** Orders inner joins, and with them the left, semi, anti, mark and single joins above them, by estimated cost. */
export const orderJoins: Pass = {
  name: 'order joins',
  run: (plan, context) => order(plan, ids(plan.columns), context),
};

/** `used`: the columns of the plan that are needed above it; others may get lost. */
function order(plan: Plan, used: ReadonlySet<ColumnId>, context: OptimizerContext): Plan {
  const whole = (child: Plan): Plan => order(child, ids(child.columns), context);
  const graph = joinGraph(plan);
  if (graph === undefined) {
    if (plan.kind !== 'aggregate' && plan.kind !== 'project') return mapPlanChildren(plan, whole);
    const needed = new Set(planExpressions(plan).flatMap((expression) => [...expressionColumns(expression)]));
    return withChildren(plan, [order(plan.input, needed, context)]);
  }
  const reduced = reduceAggregates(graph, used, context);
  const ordered: JoinGraph = {
    ...reduced,
    relations: reduced.relations.map(whole),
    dependents: reduced.dependents.map((dependent) => ({
      ...dependent,
      join: { ...dependent.join, right: whole(dependent.join.right) },
    })),
  };
  const tree = enumerate(ordered, joinModel(ordered, context.estimator));
  const wanted = plan.columns.filter((column) => used.has(column.id));
  return restrictTo(build(tree, ordered, context.estimator).plan, wanted);
}

interface Built {
  readonly plan: Plan;
  readonly members: ReadonlySet<number>;
}

function build(tree: JoinTree, graph: JoinGraph, estimator: Estimator): Built {
  switch (tree.kind) {
    case 'relation': {
      const plan = graph.relations[tree.member];
      if (plan === undefined) throw internalError(`there is no relation ${tree.member}`);
      return { plan, members: new Set([tree.member]) };
    }
    case 'dependent': {
      const left = build(tree.left, graph, estimator);
      const dependent = graph.dependents[tree.member - graph.relations.length];
      if (dependent === undefined) throw internalError(`there is no dependent ${tree.member}`);
      const { right, condition, nullAware, mark, join: kind } = dependent.join;
      const joined = join(kind, left.plan, right, condition, { nullAware, mark });
      const terms = termsWithDependent(graph, (member) => left.members.has(member), tree.member);
      return {
        plan: filter(joined, and(terms.map((term) => term.expression))),
        members: new Set([...left.members, tree.member]),
      };
    }
    case 'inner': {
      const a = build(tree.left, graph, estimator);
      const b = build(tree.right, graph, estimator);
      // By convention the larger side stands at the left, where it is streamed.
      const [left, right] = estimator.rows(a.plan) >= estimator.rows(b.plan) ? [a, b] : [b, a];
      const { equalities, terms } = connection(
        graph,
        (member) => left.members.has(member),
        (member) => right.members.has(member),
      );
      const condition = and([
        ...equalities.map((pair) => equal(pair.left, pair.right)),
        ...terms.map((term) => term.expression),
      ]);
      return {
        plan: join('inner', left.plan, right.plan, condition),
        members: new Set([...left.members, ...right.members]),
      };
    }
  }
}
