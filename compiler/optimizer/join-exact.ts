import type { JoinGraph } from './join-graph.ts';
import type { JoinLinks } from './join-links.ts';
import type { JoinModel } from './join-model.ts';
import type { JoinTree } from './join-tree.ts';

/**
 * The cheapest tree, by dynamic programming over subsets: sets of members are bits of a number. Of each set that is
 * connected, the cheapest of all ways to split it in two connected sets is kept (Vance and Maier, SIGMOD 1996); sets that
 * are not connected have no entry, which prunes what DPccp (Moerkotte and Neumann, VLDB 2006) would not enumerate either.
 */
export function bestTree(graph: JoinGraph, model: JoinModel, links: JoinLinks): JoinTree | undefined {
  const relations = graph.relations.length;
  const size = relations + graph.dependents.length;
  const all = 2 ** size - 1;
  const relationBits = 2 ** relations - 1;
  const adjacent = links.neighbours.map((members) => bits([...members]));
  const hashed = links.hashable.map((members) => bits([...members]));
  linkComponents(relations, adjacent);
  const required = graph.dependents.map((dependent) => bits(dependent.required));
  const reach = reachable(graph, adjacent, required);

  const cost = new Float64Array(all + 1).fill(Number.POSITIVE_INFINITY);
  const rows = new Float64Array(all + 1);
  const left = new Int32Array(all + 1);
  const near = new Int32Array(all + 1);
  const nearHashed = new Int32Array(all + 1);

  /** From the set without one member; undefined if no tree ends so. */
  const rowsOf = (set: number): number | undefined => {
    for (let remaining = set; remaining !== 0; remaining &= remaining - 1) {
      const member = 31 - Math.clz32(remaining & -remaining);
      const rest = set ^ (1 << member);
      if (!Number.isFinite(cost[rest] ?? Number.POSITIVE_INFINITY)) continue;
      const inRest = (m: number): boolean => ((rest >> m) & 1) === 1;
      if (member >= relations) {
        const needs = required[member - relations] ?? 0;
        if ((needs & rest) === needs) return (rows[rest] ?? 0) * model.factor(member, inRest);
      } else if (((adjacent[member] ?? 0) & rest) !== 0) {
        return (rows[rest] ?? 0) * (model.rows[member] ?? 0) * links.fraction(inRest, member);
      }
    }
    return undefined;
  };

  for (let set = 1; set <= all; set++) {
    const lowest = set & -set;
    const member = 31 - Math.clz32(lowest);
    near[set] = (near[set ^ lowest] ?? 0) | (adjacent[member] ?? 0);
    nearHashed[set] = (nearHashed[set ^ lowest] ?? 0) | (hashed[member] ?? 0);
    if ((set & relationBits) === 0) continue;
    if (set === lowest) {
      cost[set] = 0;
      rows[set] = model.rows[member] ?? 0;
      continue;
    }
    if (!isConnected(set, lowest, reach)) continue;
    const expected = rowsOf(set);
    if (expected === undefined) continue;
    rows[set] = expected;
    let best = Number.POSITIVE_INFINITY;
    for (let right = (set - 1) & set; right > 0; right = (right - 1) & set) {
      // Each pair once: the side with the lowest member, which is a relation, is the left one.
      if ((right & lowest) !== 0) continue;
      const rest = set ^ right;
      const isDependent = (right & relationBits) === 0;
      if (isDependent && (right & (right - 1)) !== 0) continue;
      const below = (cost[rest] ?? 0) + (isDependent ? 0 : (cost[right] ?? 0));
      if (below >= best) continue;
      let total: number;
      if (isDependent) {
        const dependent = 31 - Math.clz32(right);
        const needs = required[dependent - relations] ?? 0;
        if ((needs & rest) !== needs) continue;
        total = below + model.dependentCost(dependent, rows[rest] ?? 0, expected);
      } else {
        if (((near[rest] ?? 0) & right) === 0) continue;
        const isHashed = ((nearHashed[rest] ?? 0) & right) !== 0;
        total = below + model.innerCost(rows[rest] ?? 0, rows[right] ?? 0, expected, isHashed);
      }
      if (total >= best) continue;
      best = total;
      left[set] = rest;
    }
    cost[set] = best;
  }
  const build = (set: number): JoinTree => {
    const rest = left[set] ?? 0;
    if (rest === 0) return { kind: 'relation', member: 31 - Math.clz32(set) };
    const right = set ^ rest;
    if ((right & relationBits) === 0) return { kind: 'dependent', left: build(rest), member: 31 - Math.clz32(right) };
    return { kind: 'inner', left: build(rest), right: build(right) };
  };
  return Number.isFinite(cost[all] ?? Number.POSITIVE_INFINITY) ? build(all) : undefined;
}

/** For each member, those that it can be joined with as neighbours, dependents included. */
function reachable(graph: JoinGraph, adjacent: readonly number[], required: readonly number[]): readonly number[] {
  const relations = graph.relations.length;
  const reach = [...adjacent];
  required.forEach((needs, i) => {
    const dependent = 1 << (relations + i);
    const partners = needs === 0 ? 2 ** relations - 1 : needs;
    reach[relations + i] = (reach[relations + i] ?? 0) | partners;
    for (let member = 0; member < reach.length; member++) {
      if ((partners >> member) & 1) reach[member] = (reach[member] ?? 0) | dependent;
    }
  });
  return reach;
}

function isConnected(set: number, start: number, reach: readonly number[]): boolean {
  let reached = start;
  for (let frontier = start; frontier !== 0; ) {
    const member = 31 - Math.clz32(frontier & -frontier);
    frontier &= frontier - 1;
    const next = (reach[member] ?? 0) & set & ~reached;
    reached |= next;
    frontier |= next;
  }
  return reached === set;
}

function bits(members: readonly number[]): number {
  return members.reduce((set, member) => set | (1 << member), 0);
}

/** Relations that no condition links, even over others, are linked by cross products. */
function linkComponents(relations: number, adjacent: number[]): void {
  const relationBits = 2 ** relations - 1;
  let reached = 1;
  for (let before = 0; before !== reached; ) {
    before = reached;
    for (let member = 0; member < relations; member++) {
      if ((reached >> member) & 1) reached |= (adjacent[member] ?? 0) & relationBits;
    }
  }
  if (reached === relationBits) return;
  for (let a = 0; a < relations; a++) {
    for (let b = 0; b < relations; b++) {
      if (((reached >> a) & 1) !== ((reached >> b) & 1)) adjacent[a] = (adjacent[a] ?? 0) | (1 << b);
    }
  }
  linkComponents(relations, adjacent);
}
