import { and, filter, join } from '../ir/build.ts';
import type { Plan } from '../ir/plan.ts';
import { mapPlanChildren } from '../ir/traverse.ts';
import { internalError } from '../types/error.ts';
import { equal } from './calls.ts';
import type { Estimator } from './cardinality.ts';
import { restrictTo } from './decorrelate/correlation.ts';
import { enumerate, type JoinTree } from './join-enumeration.ts';
import { connection, type JoinGraph, joinGraph, termsWithDependent } from './join-graph.ts';
import { joinModel } from './join-model.ts';
import type { OptimizerContext, Pass } from './pass.ts';
import { reduceAggregates } from './semi-join-reduction.ts';

/** Orders inner joins, and with them the left, semi, anti, mark and single joins above them, by estimated cost. */
export const orderJoins: Pass = { name: 'order joins', run: (plan, context) => order(plan, context) };

function order(plan: Plan, context: OptimizerContext): Plan {
  const graph = joinGraph(plan);
  if (graph === undefined) return mapPlanChildren(plan, (child) => order(child, context));
  const reduced = reduceAggregates(graph, context);
  const ordered: JoinGraph = {
    ...reduced,
    relations: reduced.relations.map((relation) => order(relation, context)),
    dependents: reduced.dependents.map((dependent) => ({
      ...dependent,
      join: { ...dependent.join, right: order(dependent.join.right, context) },
    })),
  };
  const tree = enumerate(ordered, joinModel(ordered, context.estimator));
  return restrictTo(build(tree, ordered, context.estimator).plan, plan.columns);
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
