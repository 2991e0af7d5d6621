import type { JoinGraph } from './join-graph.ts';
import type { JoinLinks } from './join-links.ts';
import type { JoinModel } from './join-model.ts';
import { type JoinTree, leaves } from './join-tree.ts';

/**
 * The cheapest tree whose parts are neighbours in the order of the given tree's leaves, which is at least as good as that
 * tree (linearized dynamic programming, Neumann and Radke, "Adaptive Optimization of Very Large Join Queries", SIGMOD
 * 2018, with the order of a greedy tree in place of that of IKKBZ).
 */
export function bestOfOrder(tree: JoinTree, graph: JoinGraph, model: JoinModel, links: JoinLinks): JoinTree {
  const relations = graph.relations.length;
  const order = leaves(tree);
  const size = order.length;
  const places: number[] = [];
  order.forEach((member, place) => {
    places[member] = place;
  });
  const isDependent = (place: number): boolean => (order[place] ?? 0) >= relations;
  const at = (from: number, to: number): number => from * size + to;
  const rows = new Float64Array(size * size);
  const cost = new Float64Array(size * size).fill(Number.POSITIVE_INFINITY);
  /** The place at which the right part begins. */
  const split = new Int32Array(size * size).fill(-1);
  // For each place, those that it is linked with and that a hash join can use, as sorted lists would be scanned too often.
  const linked = linkTable(links.neighbours, order, places);
  const hashed = linkTable(links.hashable, order, places);

  for (let from = 0; from < size; from++) {
    if (isDependent(from)) continue;
    cost[at(from, from)] = 0;
    rows[at(from, from)] = model.rows[order[from] ?? 0] ?? 0;
  }
  for (let length = 2; length <= size; length++) {
    for (let from = 0; from + length <= size; from++) {
      const to = from + length - 1;
      if (isDependent(from)) continue;
      const expected = rowsOf(from, to);
      rows[at(from, to)] = expected;
      let best = Number.POSITIVE_INFINITY;
      for (let middle = from + 1; middle <= to; middle++) {
        const left = cost[at(from, middle - 1)] ?? Number.POSITIVE_INFINITY;
        if (left >= best) continue;
        const dependent = isDependent(middle);
        if (dependent && middle < to) continue;
        const below = dependent ? left : left + (cost[at(middle, to)] ?? Number.POSITIVE_INFINITY);
        if (below >= best) continue;
        const rowsLeft = rows[at(from, middle - 1)] ?? 0;
        let total: number;
        if (dependent) {
          if (!hasRequired(from, middle)) continue;
          total = below + model.dependentCost(order[middle] ?? 0, rowsLeft, expected);
        } else {
          const rowsRight = rows[at(middle, to)] ?? 0;
          const isLinked = crosses(linked, from, middle, to);
          // Cross products only where the order's tree has them: whole parts that nothing links.
          if (!isLinked && !isApart(from, middle, to)) continue;
          total = below + model.innerCost(rowsLeft, rowsRight, expected, crosses(hashed, from, middle, to));
        }
        if (total >= best) continue;
        best = total;
        split[at(from, to)] = middle;
      }
      cost[at(from, to)] = best;
    }
  }
  if (!Number.isFinite(cost[at(0, size - 1)] ?? Number.POSITIVE_INFINITY)) return tree;
  return build(0, size - 1);

  /** Of the whole range, as if its last member came last. */
  function rowsOf(from: number, to: number): number {
    const before = rows[at(from, to - 1)] ?? 0;
    const member = order[to] ?? 0;
    const inRange = (m: number): boolean => {
      const place = places[m] ?? -1;
      return place >= from && place < to;
    };
    if (isDependent(to)) return hasRequired(from, to) ? before * model.factor(member, inRange) : before;
    return before * (model.rows[member] ?? 0) * links.fraction(inRange, member);
  }

  function hasRequired(from: number, place: number): boolean {
    const dependent = graph.dependents[(order[place] ?? 0) - relations];
    return dependent?.required.every((m) => (places[m] ?? -1) >= from && (places[m] ?? -1) < place) === true;
  }

  /** Whether nothing outside the range, and nothing between its parts, links them: a cross product is due here. */
  function isApart(from: number, middle: number, to: number): boolean {
    return isClosed(from, middle - 1) || isClosed(middle, to);
  }

  function isClosed(from: number, to: number): boolean {
    for (let place = from; place <= to; place++) {
      for (const other of linked[place] ?? []) if (other < from || other > to) return false;
    }
    return true;
  }

  function build(from: number, to: number): JoinTree {
    const member = order[to] ?? 0;
    if (from === to) return { kind: 'relation', member };
    const middle = split[at(from, to)] ?? to;
    if (isDependent(middle)) return { kind: 'dependent', left: build(from, middle - 1), member };
    return { kind: 'inner', left: build(from, middle - 1), right: build(middle, to) };
  }
}

/** By place, the places of the members that are linked. */
function linkTable(
  links: readonly ReadonlySet<number>[],
  order: readonly number[],
  places: readonly number[],
): readonly (readonly number[])[] {
  return order.map((member) => [...(links[member] ?? [])].map((other) => places[other] ?? -1));
}

/** Whether a link leads from the part before the middle to the part from it on. */
function crosses(links: readonly (readonly number[])[], from: number, middle: number, to: number): boolean {
  const [first, last, low, high] =
    middle - from <= to - middle + 1 ? [from, middle - 1, middle, to] : [middle, to, from, middle - 1];
  for (let place = first; place <= last; place++) {
    for (const other of links[place] ?? []) if (other >= low && other <= high) return true;
  }
  return false;
}
