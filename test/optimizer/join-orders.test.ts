import { describe, expect, test } from 'vitest';
import { TRUE, values } from '../../compiler/ir/build.ts';
import { columnIds } from '../../compiler/ir/columns.ts';
import { hashJoinCost } from '../../compiler/optimizer/cost.ts';
import { enumerate } from '../../compiler/optimizer/join-enumeration.ts';
import { bestTree } from '../../compiler/optimizer/join-exact.ts';
import type { JoinGraph, Term } from '../../compiler/optimizer/join-graph.ts';
import { greedyTree } from '../../compiler/optimizer/join-greedy.ts';
import { bestOfOrder } from '../../compiler/optimizer/join-linear.ts';
import { joinLinks } from '../../compiler/optimizer/join-links.ts';
import type { JoinModel } from '../../compiler/optimizer/join-model.ts';
import { type JoinTree, leaves } from '../../compiler/optimizer/join-tree.ts';
import { type Random, seededRandom } from './answers.ts';

// Orders of joins over random graphs of made-up relations: the exact search finds what trying everything finds, the
// others find something that is no worse than what they start from.

interface Problem {
  readonly graph: JoinGraph;
  readonly model: JoinModel;
}

/** `extra` links beside a spanning tree. */
function problem(random: Random, size: number, extra: number): Problem {
  const plan = values(columnIds(1), [], [[]]);
  const rows = Array.from({ length: size }, () => 10 ** (1 + random(40) / 10));
  const fractions = new Map<Term, number>();
  const link = (a: number, b: number): Term => {
    const term: Term = { expression: TRUE, members: [a, b] };
    fractions.set(term, 1 / Math.max(rows[a] ?? 1, rows[b] ?? 1, 1 + random(100)));
    return term;
  };
  const terms = Array.from({ length: size - 1 }, (_, i) => link(random(i + 1), i + 1));
  for (let i = 0; i < extra; i++) {
    const a = random(size);
    const b = random(size);
    if (a !== b) terms.push(link(a, b));
  }
  const graph: JoinGraph = { relations: rows.map(() => plan), dependents: [], classes: [], terms };
  const fractionOf = (list: readonly Term[]): number => list.reduce((f, term) => f * (fractions.get(term) ?? 1), 1);
  const model: JoinModel = {
    rows,
    fraction: (connection) => fractionOf(connection.terms),
    termFraction: (term) => fractionOf([term]),
    factor: () => 1,
    innerCost: (left, right, output) => hashJoinCost(Math.min(left, right), Math.max(left, right), output),
    dependentCost: () => 0,
    isHashable: () => true,
  };
  return { graph, model };
}

function rowsOf(members: ReadonlySet<number>, { graph, model }: Problem): number {
  const inside = graph.terms.filter((term) => term.members.every((member) => members.has(member)));
  return inside.reduce(
    (rows, term) => rows * model.termFraction(term),
    [...members].reduce((rows, member) => rows * (model.rows[member] ?? 1), 1),
  );
}

function costOf(tree: JoinTree, of: Problem): number {
  if (tree.kind === 'relation') return 0;
  if (tree.kind === 'dependent') return costOf(tree.left, of);
  const [left, right] = [new Set(leaves(tree.left)), new Set(leaves(tree.right))];
  const own = of.model.innerCost(rowsOf(left, of), rowsOf(right, of), rowsOf(new Set([...left, ...right]), of), true);
  return costOf(tree.left, of) + costOf(tree.right, of) + own;
}

/** The least cost of all trees without cross products. */
function leastCost(members: readonly number[], of: Problem): number {
  if (members.length === 1) return 0;
  let least = Number.POSITIVE_INFINITY;
  for (let bits = 1; bits < 2 ** members.length - 1; bits += 2) {
    const left = members.filter((_, i) => (bits >> i) & 1);
    const right = members.filter((_, i) => ((bits >> i) & 1) === 0);
    const linked = of.graph.terms.some(
      ({ members: own }) => own.some((m) => left.includes(m)) && own.some((m) => right.includes(m)),
    );
    if (!linked) continue;
    const below = leastCost(left, of) + leastCost(right, of);
    if (below >= least) continue;
    const [a, b] = [rowsOf(new Set(left), of), rowsOf(new Set(right), of)];
    least = Math.min(least, below + of.model.innerCost(a, b, rowsOf(new Set(members), of), true));
  }
  return least;
}

const all = (tree: JoinTree): readonly number[] => [...leaves(tree)].sort((a, b) => a - b);
const upTo = (size: number): readonly number[] => Array.from({ length: size }, (_, i) => i);

describe('orders of joins', () => {
  test.each([2, 3, 4, 5, 6])('the cheapest of %i relations', (size) => {
    for (let seed = 1; seed <= 20; seed++) {
      const of = problem(seededRandom(seed), size, seed % 5);
      const tree = bestTree(of.graph, of.model, joinLinks(of.graph, of.model));
      if (tree === undefined) throw new Error('no tree');
      expect(all(tree)).toEqual(upTo(size));
      expect(costOf(tree, of) / leastCost(upTo(size), of)).toBeCloseTo(1, 6);
    }
  });

  test.each([6, 12, 20, 40])('good ones of %i relations', (size) => {
    for (let seed = 1; seed <= 5; seed++) {
      const of = problem(seededRandom(seed), size, seed * 2);
      const links = joinLinks(of.graph, of.model);
      const greedy = greedyTree(of.graph, of.model, links);
      const linear = bestOfOrder(greedy, of.graph, of.model, links);
      expect(all(greedy)).toEqual(upTo(size));
      expect(all(linear)).toEqual(upTo(size));
      expect(costOf(linear, of)).toBeLessThanOrEqual(costOf(greedy, of) * (1 + 1e-9));
      const chosen = enumerate(of.graph, of.model);
      expect(all(chosen)).toEqual(upTo(size));
      expect(costOf(chosen, of)).toBeLessThanOrEqual(costOf(linear, of) * (1 + 1e-9));
    }
  });

  test('relations that nothing links', () => {
    const of = problem(seededRandom(3), 15, 0);
    const graph = { ...of.graph, terms: of.graph.terms.filter((_, i) => i % 4 !== 1) };
    expect(all(enumerate(graph, of.model))).toEqual(upTo(15));
  });
});
