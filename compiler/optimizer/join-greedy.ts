import type { JoinGraph } from './join-graph.ts';
import type { JoinLinks } from './join-links.ts';
import type { JoinModel } from './join-model.ts';
import type { JoinTree } from './join-tree.ts';

interface Component {
  readonly tree: JoinTree;
  readonly members: ReadonlySet<number>;
  readonly rows: number;
  /** Components that a condition links it with, and the rows of a join with each, once they have been asked for. */
  readonly partners: Map<Component, number | undefined>;
}

/** Joins again and again the two parts whose join is smallest (Fegaras, DEXA 1998); parts without a link come last. */
export function greedyTree(graph: JoinGraph, model: JoinModel, links: JoinLinks): JoinTree {
  const relations = graph.relations.length;
  const components = new Set<Component>();
  const waiting = new Set(graph.dependents.map((_, i) => relations + i));
  const at = new Map<number, Component>();

  const add = (bare: Omit<Component, 'partners'>, last: boolean): void => {
    const { tree, members, rows } = withDependents(bare, waiting, graph, model, last);
    const component: Component = { tree, members, rows, partners: new Map() };
    components.add(component);
    for (const member of members) at.set(member, component);
    for (const member of members) {
      for (const other of links.neighbours[member] ?? []) {
        const partner = at.get(other);
        if (partner === undefined || partner === component || !components.has(partner)) continue;
        component.partners.set(partner, undefined);
        partner.partners.set(component, undefined);
      }
    }
  };

  graph.relations.forEach((_, member) => {
    add({ tree: { kind: 'relation', member }, members: new Set([member]), rows: model.rows[member] ?? 0 }, false);
  });
  while (components.size > 1) {
    const [a, b, rows] = smallestJoin(components, links) ?? crossProduct(components);
    for (const gone of [a, b]) {
      components.delete(gone);
      for (const partner of gone.partners.keys()) partner.partners.delete(gone);
    }
    const tree: JoinTree = { kind: 'inner', left: a.tree, right: b.tree };
    add({ tree, members: new Set([...a.members, ...b.members]), rows }, false);
  }
  const [whole] = components;
  if (whole === undefined) throw new RangeError('a join of no relations');
  return withDependents(whole, waiting, graph, model, true).tree;
}

function smallestJoin(
  components: ReadonlySet<Component>,
  links: JoinLinks,
): readonly [Component, Component, number] | undefined {
  let best: readonly [Component, Component, number] | undefined;
  for (const component of components) {
    for (const [partner, known] of component.partners) {
      let rows = known;
      if (rows === undefined) {
        const [small, large] =
          component.members.size <= partner.members.size ? [component, partner] : [partner, component];
        const fraction = links.fractionBetween((member) => large.members.has(member), [...small.members]);
        rows = component.rows * partner.rows * fraction;
        component.partners.set(partner, rows);
        partner.partners.set(component, rows);
      }
      if (best === undefined || rows < best[2]) best = [component, partner, rows];
    }
  }
  return best;
}

function crossProduct(components: ReadonlySet<Component>): readonly [Component, Component, number] {
  const [left, right] = [...components].sort((a, b) => a.rows - b.rows);
  if (left === undefined || right === undefined) throw new RangeError('a cross product of fewer than two relations');
  return [left, right, left.rows * right.rows];
}

/** Joins the dependents whose columns are there: those that take rows away at once, the others when nothing else is left. */
function withDependents(
  component: Omit<Component, 'partners'>,
  waiting: Set<number>,
  graph: JoinGraph,
  model: JoinModel,
  last: boolean,
): Omit<Component, 'partners'> {
  let result = component;
  for (let again = waiting.size > 0; again; ) {
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
