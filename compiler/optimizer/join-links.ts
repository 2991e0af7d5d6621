import { connection, type JoinGraph, type Term } from './join-graph.ts';
import type { JoinModel } from './join-model.ts';

/** What links the members of a graph, by member, so that nobody goes through all conditions for each pair of sets. */
export interface JoinLinks {
  /** Members that share a condition or an equality with the member, dependents' conditions not counted. */
  readonly neighbours: readonly ReadonlySet<number>[];
  /** The same, as far as an equality makes a hash join of the two. */
  readonly hashable: readonly ReadonlySet<number>[];
  /** The fraction of pairs that remain when a relation is joined to a set without it. */
  readonly fraction: (inSet: (member: number) => boolean, member: number) => number;
  /** The same for two disjoint sets, the second given by its members. */
  readonly fractionBetween: (inSet: (member: number) => boolean, others: readonly number[]) => number;
}

export function joinLinks(graph: JoinGraph, model: JoinModel): JoinLinks {
  const size = graph.relations.length + graph.dependents.length;
  const classesOf = Array.from({ length: size }, (): number[] => []);
  const termsOf = Array.from({ length: size }, (): Term[] => []);
  const neighbours = Array.from({ length: size }, () => new Set<number>());
  const hashable = Array.from({ length: size }, () => new Set<number>());
  const link = (table: readonly Set<number>[], members: readonly number[]): void => {
    for (const a of members) for (const b of members) if (a !== b) table[a]?.add(b);
  };
  graph.classes.forEach(({ members }, i) => {
    const own = members.map(({ member }) => member);
    for (const member of own) classesOf[member]?.push(i);
    link(neighbours, own);
    link(hashable, own);
  });
  for (const term of graph.terms) {
    for (const member of term.members) termsOf[member]?.push(term);
    // A condition over more than two members links each with each: a cross product of some may be worth it.
    link(neighbours, term.members);
    const [a, b, c] = term.members;
    if (a === undefined || b === undefined || c !== undefined) continue;
    if (model.isHashable(term, [a], [b])) link(hashable, term.members);
  }

  const pairs = new Map<number, number>();
  /** Of one equality, which most links are. */
  const pairFraction = (index: number, member: number, partner: number): number => {
    const key = (index * size + member) * size + partner;
    const known = pairs.get(key);
    if (known !== undefined) return known;
    const { members } = graph.classes[index] ?? { members: [] };
    const left = members.find((m) => m.member === member)?.column;
    const right = members.find((m) => m.member === partner)?.column;
    const equalities = left === undefined || right === undefined ? [] : [{ left, right }];
    const fraction = model.fraction({ equalities, terms: [] });
    pairs.set(key, fraction);
    return fraction;
  };

  const equalFraction = (inSet: (member: number) => boolean, member: number): number => {
    let only: readonly [index: number, partner: number] | undefined;
    for (const index of classesOf[member] ?? []) {
      const partner = graph.classes[index]?.members.find((m) => m.member !== member && inSet(m.member));
      if (partner === undefined) continue;
      // Several equalities may be those of a composite key.
      if (only !== undefined) {
        const { equalities } = connection(graph, inSet, (other) => other === member);
        return model.fraction({ equalities, terms: [] });
      }
      only = [index, partner.member];
    }
    return only === undefined ? 1 : pairFraction(only[0], member, only[1]);
  };

  return {
    neighbours,
    hashable,
    fraction: (inSet, member) => {
      let fraction = equalFraction(inSet, member);
      for (const term of termsOf[member] ?? []) {
        if (term.members.every((other) => other === member || inSet(other))) fraction *= model.termFraction(term);
      }
      return fraction;
    },
    fractionBetween: (inSet, others) => {
      const [only, second] = others;
      const own = new Set(others);
      let linked: readonly [index: number, member: number, partner: number] | undefined;
      let several = false;
      for (const member of others) {
        for (const index of classesOf[member] ?? []) {
          if (linked?.[0] === index) continue;
          const partner = graph.classes[index]?.members.find((m) => inSet(m.member));
          if (partner === undefined) continue;
          if (linked !== undefined) several = true;
          linked = [index, member, partner.member];
        }
      }
      let fraction = 1;
      if (several) {
        const { equalities } = connection(graph, inSet, (member) => own.has(member));
        fraction = model.fraction({ equalities, terms: [] });
      } else if (linked !== undefined) fraction = pairFraction(linked[0], linked[1], linked[2]);
      const terms =
        second === undefined ? (termsOf[only ?? -1] ?? []) : new Set(others.flatMap((m) => termsOf[m] ?? []));
      for (const term of terms) {
        const complete = term.members.every((member) => own.has(member) || inSet(member));
        if (complete && !term.members.every((member) => own.has(member))) fraction *= model.termFraction(term);
      }
      return fraction;
    },
  };
}
