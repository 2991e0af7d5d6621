import { conjuncts } from '../ir/build.ts';
import type { ColumnId } from '../ir/expression.ts';
import type { Estimator } from './cardinality.ts';
import { hashJoinCost, nestedLoopCost } from './cost.ts';
import type { ColumnEstimate, Estimate, KeyDomain } from './estimates.ts';
import { equalitySelectivity, matchFraction, residualSelectivity, splitCondition } from './join-estimate.ts';
import { type Connection, type JoinGraph, type Term, termsWithDependent } from './join-graph.ts';
import { conjunctionSelectivity, type Lookup } from './selectivity.ts';

/** Rows and costs of the joins of a graph, from the estimates of its members. */
export interface JoinModel {
  /** Rows of each relation; of a dependent, those of its right side. */
  readonly rows: readonly number[];
  /** The fraction of all pairs of rows that an inner join's connection keeps. */
  readonly fraction: (connection: Connection) => number;
  /** The fraction that a term alone keeps. */
  readonly termFraction: (term: Term) => number;
  /** By how much joining a dependent multiplies the rows of what it is joined to. */
  readonly factor: (dependent: number, inLeft: (member: number) => boolean) => number;
  readonly innerCost: (left: number, right: number, output: number, hashed: boolean) => number;
  readonly dependentCost: (dependent: number, left: number, output: number) => number;
  /** Whether a term is an equality by which rows of the two sides can be hashed. */
  readonly isHashable: (term: Term, left: readonly number[], right: readonly number[]) => boolean;
}

interface DependentModel {
  readonly factor: number;
  readonly hashed: boolean;
}

export function joinModel(graph: JoinGraph, estimator: Estimator): JoinModel {
  const relations = graph.relations.map(estimator.estimate);
  const columns = new Map<ColumnId, ColumnEstimate>();
  const keys: KeyDomain[] = [];
  const take = (estimate: Estimate): void => {
    for (const [id, column] of estimate.columns) columns.set(id, column);
    keys.push(...estimate.keys);
  };
  relations.forEach(take);
  const rights = graph.dependents.map(({ join }) => estimator.estimate(join.right));
  rights.forEach(take);
  const lookup: Lookup = (id) => columns.get(id);

  const dependents = graph.dependents.map(({ join }, i): DependentModel => {
    const right = rights[i];
    if (right === undefined) return { factor: 1, hashed: true };
    const condition = splitCondition(join.condition, join.left.columns, join.right.columns);
    const equal = equalitySelectivity(condition.equalities, lookup, keys, right.keys);
    const matched = matchFraction(condition, lookup, right.rows, equal);
    const hashed = condition.equalities.length > 0;
    switch (join.join) {
      case 'semi':
        return { factor: matched, hashed };
      case 'anti':
        return { factor: Math.max(LEAST_UNMATCHED, 1 - matched), hashed };
      case 'left': {
        const partners = right.rows * equal * conjunctionSelectivity(condition.residual, lookup);
        return { factor: Math.max(1, partners + 1 - matched), hashed };
      }
      default:
        return { factor: 1, hashed };
    }
  });

  const columnsOf = (member: number): ReadonlySet<ColumnId> => {
    const plan = graph.relations[member] ?? graph.dependents[member - graph.relations.length]?.join.right;
    return new Set(plan?.columns.map((column) => column.id));
  };
  const termFraction = new Map(
    graph.terms.map((term) => {
      const [equality] = equalitiesOf(term, graph);
      const fraction =
        equality === undefined
          ? residualSelectivity(conjuncts(term.expression), term.members.map(columnsOf), lookup)
          : equalitySelectivity([equality], lookup, [], []);
      return [term, fraction] as const;
    }),
  );
  const product = (terms: readonly Term[]): number =>
    terms.reduce((fraction, term) => fraction * (termFraction.get(term) ?? 1), 1);

  return {
    rows: [...relations, ...rights].map((estimate) => estimate.rows),
    fraction: ({ equalities, terms }) => {
      const plain = equalities.map(({ left, right }) => ({ left, right, nullsEqual: false }));
      return equalitySelectivity(plain, lookup, keys, keys) * product(terms);
    },
    termFraction: (term) => termFraction.get(term) ?? 1,
    factor: (dependent, inLeft) => {
      const own = dependents[dependent - graph.relations.length]?.factor ?? 1;
      return own * product(termsWithDependent(graph, inLeft, dependent));
    },
    innerCost: (left, right, output, hashed) => {
      const [build, probe] = left < right ? [left, right] : [right, left];
      return hashed ? hashJoinCost(build, probe, output) : nestedLoopCost(probe, build, output);
    },
    dependentCost: (dependent, left, output) => {
      const index = dependent - graph.relations.length;
      const right = rights[index]?.rows ?? 0;
      if (dependents[index]?.hashed === false) return nestedLoopCost(left, right, output);
      return hashJoinCost(Math.min(left, right), Math.max(left, right), output);
    },
    isHashable: (term, left, right) => {
      const columnsOf = (members: readonly number[]) =>
        members.flatMap((member) => graph.relations[member]?.columns ?? []);
      return splitCondition(term.expression, columnsOf(left), columnsOf(right)).equalities.length > 0;
    },
  };
}

const LEAST_UNMATCHED = 0.02;

/** The term as an equality between its two members, if it is one. */
function equalitiesOf(term: Term, graph: JoinGraph): ReturnType<typeof splitCondition>['equalities'] {
  const [first, second, third] = term.members;
  if (first === undefined || second === undefined || third !== undefined) return [];
  const columnsOf = (member: number) =>
    graph.relations[member]?.columns ?? graph.dependents[member - graph.relations.length]?.join.right.columns ?? [];
  return splitCondition(term.expression, columnsOf(first), columnsOf(second)).equalities;
}
