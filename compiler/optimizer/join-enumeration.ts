import { bestTree } from './join-exact.ts';
import type { JoinGraph } from './join-graph.ts';
import { greedyTree } from './join-greedy.ts';
import { bestOfOrder } from './join-linear.ts';
import { joinLinks } from './join-links.ts';
import type { JoinModel } from './join-model.ts';
import type { JoinTree } from './join-tree.ts';

/** Beyond so many members the search for the best order takes longer than it can save; sparse graphs have fewer orders. */
const MOST_ENUMERATED = 12;
const MOST_ENUMERATED_SPARSE = 14;
/** A sparse graph has at most so many links more than a tree. */
const SURPLUS_LINKS = 2;
/** Trying all trees over one order takes the third power of the members. */
const MOST_LINEARIZED = 150;

/** The cheapest tree, or for many members a good one. */
export function enumerate(graph: JoinGraph, model: JoinModel): JoinTree {
  const size = graph.relations.length + graph.dependents.length;
  const links = joinLinks(graph, model);
  const most = isSparse(graph) ? MOST_ENUMERATED_SPARSE : MOST_ENUMERATED;
  const best = size <= most ? bestTree(graph, model, links) : undefined;
  if (best !== undefined) return best;
  const greedy = greedyTree(graph, model, links);
  return size <= MOST_LINEARIZED ? bestOfOrder(greedy, graph, model, links) : greedy;
}

function isSparse(graph: JoinGraph): boolean {
  const size = graph.relations.length + graph.dependents.length;
  const pairs = (members: number): number => (members * (members - 1)) / 2;
  const links = [
    ...graph.classes.map(({ members }) => pairs(members.length)),
    ...graph.terms.map(({ members }) => pairs(members.length)),
    ...graph.dependents.map(({ required }) => Math.max(1, required.length)),
  ];
  return links.reduce((sum, count) => sum + count, 0) < size + SURPLUS_LINKS;
}
