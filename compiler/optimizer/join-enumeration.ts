import { connection, type JoinGraph } from './join-graph.ts';
import type { JoinModel } from './join-model.ts';

/** In which order the members of a graph are joined. */
export type JoinTree =
  | { readonly kind: 'relation'; readonly member: number }
  | { readonly kind: 'inner'; readonly left: JoinTree; readonly right: JoinTree }
  | { readonly kind: 'dependent'; readonly left: JoinTree; readonly member: number };

/** Beyond so many members the search for the best order takes longer than it can save; sparse graphs have fewer orders. */
const MOST_ENUMERATED = 10;
const MOST_ENUMERATED_SPARSE = 12;
/** A sparse graph has at most so many links more than a tree. */
const SURPLUS_LINKS = 2;

/** The cheapest tree, or for many members a good one. */
export function enumerate(graph: JoinGraph, model: JoinModel): JoinTree {
  const size = graph.relations.length + graph.dependents.length;
  const most = isSparse(graph) ? MOST_ENUMERATED_SPARSE : MOST_ENUMERATED;
  if (size > most) return greedyTree(graph, model);
  return bestTree(graph, model) ?? greedyTree(graph, model);
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

/* Dynamic programming over subsets: sets of members are bits of a number. Of each set that is connected, the cheapest
 * of all ways to split it in two connected sets is kept (Vance and Maier, SIGMOD 1996); sets that are not connected
 * have no entry, which prunes what DPccp (Moerkotte and Neumann, VLDB 2006) would not enumerate either. */
function bestTree(graph: JoinGraph, model: JoinModel): JoinTree | undefined {
  const relations = graph.relations.length;
  const size = relations + graph.dependents.length;
  const all = 2 ** size - 1;
  const relationBits = 2 ** relations - 1;
  const { adjacent, hashed } = neighbours(graph, model);
  const required = graph.dependents.map((dependent) => bits(dependent.required));

  const reach = reachable(graph, adjacent, required);

  const cost = new Float64Array(all + 1).fill(Number.POSITIVE_INFINITY);
  const rows = new Float64Array(all + 1);
  const left = new Int32Array(all + 1);
  const near = new Int32Array(all + 1);
  const nearHashed = new Int32Array(all + 1);
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
    let estimated = false;
    for (let right = (set - 1) & set; right > 0; right = (right - 1) & set) {
      const rest = set ^ right;
      // Each pair once: the side with the lowest member, which is a relation, is the left one.
      if ((right & lowest) !== 0) continue;
      const isDependent = (right & relationBits) === 0;
      if (isDependent && (right & (right - 1)) !== 0) continue;
      const below = (cost[rest] ?? 0) + (isDependent ? 0 : (cost[right] ?? 0));
      if (below >= (cost[set] ?? 0)) continue;
      if (isDependent) {
        const dependent = 31 - Math.clz32(right);
        const needs = required[dependent - relations] ?? 0;
        if ((needs & rest) !== needs) continue;
        if (!estimated) rows[set] = (rows[rest] ?? 0) * model.factor(dependent, (m) => ((rest >> m) & 1) === 1);
        estimated = true;
        const total = below + model.dependentCost(dependent, rows[rest] ?? 0, rows[set] ?? 0);
        if (total < (cost[set] ?? 0)) {
          cost[set] = total;
          left[set] = rest;
        }
        continue;
      }
      if (((near[rest] ?? 0) & right) === 0) continue;
      if (!estimated) {
        const linked = connection(
          graph,
          (m) => ((rest >> m) & 1) === 1,
          (m) => ((right >> m) & 1) === 1,
        );
        rows[set] = (rows[rest] ?? 0) * (rows[right] ?? 0) * model.fraction(linked);
        estimated = true;
      }
      const isHashed = ((nearHashed[rest] ?? 0) & right) !== 0;
      const total = below + model.innerCost(rows[rest] ?? 0, rows[right] ?? 0, rows[set] ?? 0, isHashed);
      if (total < (cost[set] ?? 0)) {
        cost[set] = total;
        left[set] = rest;
      }
    }
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

/** For each member, those that a condition links it with, and those that it can be hashed with. */
function neighbours(
  graph: JoinGraph,
  model: JoinModel,
): { readonly adjacent: readonly number[]; readonly hashed: readonly number[] } {
  const size = graph.relations.length + graph.dependents.length;
  const adjacent = new Array<number>(size).fill(0);
  const hashed = new Array<number>(size).fill(0);
  const link = (table: number[], members: readonly number[]): void => {
    const set = bits(members);
    for (const member of members) table[member] = ((table[member] ?? 0) | set) & ~(1 << member);
  };
  for (const { members } of graph.classes) {
    const own = members.map(({ member }) => member);
    link(adjacent, own);
    link(hashed, own);
  }
  for (const term of graph.terms) {
    // A condition over more than two members links each with each: a cross product of some may be worth it.
    link(adjacent, term.members);
    const [a, b, c] = term.members;
    if (a !== undefined && b !== undefined && c === undefined && model.isHashable(term, [a], [b])) {
      link(hashed, term.members);
    }
  }
  linkComponents(graph.relations.length, adjacent, link);
  return { adjacent, hashed };
}

/** Relations that no condition links, even over others, are linked by cross products. */
function linkComponents(
  relations: number,
  adjacent: number[],
  link: (table: number[], members: readonly number[]) => void,
): void {
  const relationBits = 2 ** relations - 1;
  let reached = 1;
  for (let before = 0; before !== reached; ) {
    before = reached;
    for (let member = 0; member < relations; member++) {
      if ((reached >> member) & 1) reached |= (adjacent[member] ?? 0) & relationBits;
    }
  }
  if (reached === relationBits) return;
  const inside: number[] = [];
  const outside: number[] = [];
  for (let member = 0; member < relations; member++) ((reached >> member) & 1 ? inside : outside).push(member);
  for (const a of inside) for (const b of outside) link(adjacent, [a, b]);
  linkComponents(relations, adjacent, link);
}

interface Component {
  readonly tree: JoinTree;
  readonly members: ReadonlySet<number>;
  readonly rows: number;
}

/** Joins again and again the two parts whose join is smallest (Fegaras, DEXA 1998); parts without a link come last. */
function greedyTree(graph: JoinGraph, model: JoinModel): JoinTree {
  let components: readonly Component[] = graph.relations.map((_, member) => ({
    tree: { kind: 'relation', member },
    members: new Set([member]),
    rows: model.rows[member] ?? 0,
  }));
  const waiting = new Set(graph.dependents.map((_, i) => graph.relations.length + i));
  for (;;) {
    components = components.map((component) => withDependents(component, waiting, graph, model, false));
    const [first, second] = components;
    if (first === undefined) throw new RangeError('a join of no relations');
    if (second === undefined) return withDependents(first, waiting, graph, model, true).tree;
    const best = smallestJoin(components, graph, model) ?? crossProduct(components);
    components = [...components.filter((c) => c !== best.left && c !== best.right), best.joined];
  }
}

interface Candidate {
  readonly left: Component;
  readonly right: Component;
  readonly joined: Component;
}

function joinOf(left: Component, right: Component, rows: number): Candidate {
  return {
    left,
    right,
    joined: {
      tree: { kind: 'inner', left: left.tree, right: right.tree },
      members: new Set([...left.members, ...right.members]),
      rows,
    },
  };
}

function smallestJoin(components: readonly Component[], graph: JoinGraph, model: JoinModel): Candidate | undefined {
  const at = new Map<number, number>();
  components.forEach((component, i) => {
    for (const member of component.members) at.set(member, i);
  });
  const pairs = new Set<number>();
  for (const members of [
    ...graph.classes.map((c) => c.members.map((m) => m.member)),
    ...graph.terms.map((t) => t.members),
  ]) {
    const linked = [...new Set(members.map((member) => at.get(member)))].filter((i) => i !== undefined);
    for (const a of linked) for (const b of linked) if (a < b) pairs.add(a * components.length + b);
  }
  let best: Candidate | undefined;
  for (const pair of pairs) {
    const left = components[Math.floor(pair / components.length)];
    const right = components[pair % components.length];
    if (left === undefined || right === undefined) continue;
    const linked = connection(
      graph,
      (m) => left.members.has(m),
      (m) => right.members.has(m),
    );
    if (linked.equalities.length === 0 && linked.terms.length === 0) continue;
    const rows = left.rows * right.rows * model.fraction(linked);
    if (best === undefined || rows < best.joined.rows) best = joinOf(left, right, rows);
  }
  return best;
}

function crossProduct(components: readonly Component[]): Candidate {
  const [left, right] = [...components].sort((a, b) => a.rows - b.rows);
  if (left === undefined || right === undefined) throw new RangeError('a cross product of fewer than two relations');
  return joinOf(left, right, left.rows * right.rows);
}

/** Joins the dependents whose columns are there: those that take rows away at once, the others when nothing else is left. */
function withDependents(
  component: Component,
  waiting: Set<number>,
  graph: JoinGraph,
  model: JoinModel,
  last: boolean,
): Component {
  let result = component;
  for (let again = true; again; ) {
    again = false;
    for (const member of waiting) {
      const dependent = graph.dependents[member - graph.relations.length];
      if (!dependent?.required.every((m) => result.members.has(m))) continue;
      if (!last && dependent.required.length === 0) continue;
      const { members } = result;
      const factor = model.factor(member, (m) => members.has(m));
      if (!last && factor >= 1 && !isNeeded(member, graph)) continue;
      waiting.delete(member);
      result = {
        tree: { kind: 'dependent', left: result.tree, member },
        members: new Set([...members, member]),
        rows: result.rows * factor,
      };
      again = true;
    }
  }
  return result;
}

/** Whether other conditions use the dependent's columns. */
function isNeeded(member: number, graph: JoinGraph): boolean {
  return (
    graph.terms.some(({ members }) => members.includes(member)) ||
    graph.dependents.some(({ required }) => required.includes(member))
  );
}
