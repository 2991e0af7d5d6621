import { conjuncts, filter } from '../ir/build.ts';
import { expressionColumns } from '../ir/columns.ts';
import type { Column, ColumnId, ColumnRef, Expression } from '../ir/expression.ts';
import type { Join, Plan } from '../ir/plan.ts';
import { typeEquals } from '../types/type.ts';
import { asComparison, equal } from './calls.ts';
import { conditionTerms, conjunction, withoutDuplicates } from './conjunctions.ts';
import { matchesOnce } from './facts.ts';
import { isVolatile, isVolatilePlan } from './volatility.ts';

/**
 * A maximal set of joins that may be done in any order: relations that are joined freely, and dependents, the right
 * sides of left, semi, anti, mark and single joins, each of which is joined to a set of relations that has all the
 * columns of its condition. These joins commute with inner joins and with each other as long as they find those
 * columns (Moerkotte, Fender and Eich, "On the Correct and Complete Enumeration of the Core Search Space", SIGMOD 2013).
 */
export interface JoinGraph {
  readonly relations: readonly Plan[];
  readonly dependents: readonly Dependent[];
  readonly classes: readonly EqualityClass[];
  /** Conditions over several members, without the equalities that the classes hold. */
  readonly terms: readonly Term[];
}

export interface Dependent {
  readonly join: Join;
  /** Members whose columns the condition uses. */
  readonly required: readonly number[];
}

/** Columns of several relations that are equal in every row. */
export interface EqualityClass {
  readonly members: readonly { readonly member: number; readonly column: ColumnRef }[];
}

/** Members are relations by their index, and then dependents. */
export interface Term {
  readonly expression: Expression;
  readonly members: readonly number[];
}

/** The graph of the joins at the top of the plan; undefined if there is nothing to order. */
export function joinGraph(root: Plan): JoinGraph | undefined {
  if (!isOrderable(root)) return undefined;
  const parts: Parts = { relations: [], joins: [], terms: [] };
  collect(root, parts);
  return assemble(parts);
}

interface Parts {
  readonly relations: Plan[];
  readonly joins: Join[];
  readonly terms: Expression[];
}

/** Whether the node belongs to the joins that are ordered together, not to one of the relations joined. */
function isOrderable(plan: Plan): boolean {
  switch (plan.kind) {
    case 'join':
      return plan.join !== 'full' && !isVolatile(plan.condition) && !isVolatilePlan(plan.right);
    case 'filter':
      return !isVolatile(plan.predicate) && isOrderable(plan.input);
    case 'project':
      return passesThrough(plan) && isOrderable(plan.input);
    default:
      return false;
  }
}

/** Whether the projection only leaves columns out. */
function passesThrough(plan: Extract<Plan, { kind: 'project' }>): boolean {
  return plan.expressions.every(
    (expression, i) => expression.kind === 'column' && expression.id === plan.columns[i]?.id,
  );
}

function collect(plan: Plan, parts: Parts): void {
  if (!isOrderable(plan)) {
    parts.relations.push(plan);
    return;
  }
  switch (plan.kind) {
    case 'filter':
      parts.terms.push(...conditionTerms(plan.predicate));
      collect(plan.input, parts);
      return;
    case 'project':
      collect(plan.input, parts);
      return;
    case 'join':
      collect(plan.left, parts);
      // A row with at most one partner is kept once by an inner join too, which may be done at any place.
      if (plan.join === 'inner' || (plan.join === 'semi' && matchesOnce(plan))) {
        parts.terms.push(...conditionTerms(plan.condition));
        collect(plan.right, parts);
      } else parts.joins.push(plan);
      return;
    default:
      parts.relations.push(plan);
  }
}

function assemble({ relations, joins, terms }: Parts): JoinGraph {
  const owners = new Map<ColumnId, number>();
  const own = (columns: readonly Column[], member: number): void => {
    for (const column of columns) owners.set(column.id, member);
  };
  relations.forEach((relation, i) => {
    own(relation.columns, i);
  });
  joins.forEach((join, i) => {
    const member = relations.length + i;
    if (join.join === 'left' || join.join === 'single') own(join.right.columns, member);
    if (join.mark !== undefined) own([join.mark], member);
  });
  const membersOf = (expression: Expression): readonly number[] => {
    const members = new Set<number>();
    for (const id of expressionColumns(expression)) {
      const member = owners.get(id);
      if (member !== undefined) members.add(member);
    }
    return [...members];
  };

  const local = new Map<number, Expression[]>();
  const shared: Term[] = [];
  const pairs: (readonly [ColumnRef, ColumnRef])[] = [];
  for (const term of withoutDuplicates(terms)) {
    const members = membersOf(term);
    const [first = 0, second] = members;
    const pair = asRelationPair(term, (id) => owners.get(id), relations.length);
    if (pair !== undefined) pairs.push(pair);
    else if (second === undefined && first < relations.length) addTo(local, first, term);
    else shared.push({ expression: term, members });
  }
  const classes = equalityClasses(pairs, (id) => owners.get(id) ?? -1);
  for (const { members } of classes) {
    // Only one column of a relation takes part in joins; the others are equal to it within the relation.
    const seen = new Map<number, ColumnRef>();
    for (const { member, column } of members) {
      const first = seen.get(member);
      if (first === undefined) seen.set(member, column);
      else addTo(local, member, equal(first, column));
    }
  }
  return {
    relations: relations.map((relation, i) => {
      const conditions = local.get(i);
      return conditions === undefined ? relation : filterMerged(relation, conditions);
    }),
    dependents: joins.map((join, i) => ({
      join,
      required: membersOf(join.condition).filter((member) => member !== relations.length + i),
    })),
    classes,
    terms: shared,
  };
}

function addTo(map: Map<number, Expression[]>, key: number, term: Expression): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [term]);
  else list.push(term);
}

function filterMerged(plan: Plan, terms: readonly Expression[]): Plan {
  if (plan.kind !== 'filter' || isVolatile(plan.predicate)) return filter(plan, conjunction(terms));
  return filter(plan.input, conjunction([...conjuncts(plan.predicate), ...terms]));
}

/** An equality of columns of two relations. */
function asRelationPair(
  term: Expression,
  owner: (id: ColumnId) => number | undefined,
  relations: number,
): readonly [ColumnRef, ColumnRef] | undefined {
  const comparison = asComparison(term);
  if (comparison?.fn !== 'eq') return undefined;
  const { left, right } = comparison;
  if (left.kind !== 'column' || right.kind !== 'column' || !typeEquals(left.type, right.type)) return undefined;
  const a = owner(left.id);
  const b = owner(right.id);
  return a !== undefined && b !== undefined && a !== b && a < relations && b < relations ? [left, right] : undefined;
}

function equalityClasses(
  pairs: readonly (readonly [ColumnRef, ColumnRef])[],
  owner: (id: ColumnId) => number,
): readonly EqualityClass[] {
  const classOf = new Map<ColumnId, ColumnRef[]>();
  for (const [a, b] of pairs) {
    const classA = classOf.get(a.id) ?? [a];
    const classB = classOf.get(b.id) ?? [b];
    if (classA === classB) continue;
    const merged = [...classA, ...classB];
    for (const column of merged) classOf.set(column.id, merged);
  }
  return [...new Set(classOf.values())].map((columns) => ({
    members: columns.map((column) => ({ member: owner(column.id), column })),
  }));
}

/** What joins two disjoint sets of members: an equality for each class that both have, and the terms now complete. */
export interface Connection {
  readonly equalities: readonly { readonly left: ColumnRef; readonly right: ColumnRef }[];
  readonly terms: readonly Term[];
}

export function connection(
  graph: JoinGraph,
  inLeft: (member: number) => boolean,
  inRight: (member: number) => boolean,
): Connection {
  const candidates = graph.classes.map(({ members }) => ({
    left: members.filter(({ member }) => inLeft(member)),
    right: members.filter(({ member }) => inRight(member)),
  }));
  const linked = candidates.filter(({ left, right }) => left.length > 0 && right.length > 0);
  // Columns of one pair of relations are taken together, as they may be that of a composite key.
  const counts = new Map<string, number>();
  const pairKey = (a: number, b: number): string => `${a},${b}`;
  if (linked.length > 1) {
    for (const { left, right } of linked) {
      for (const a of new Set(left.map(({ member }) => member))) {
        for (const b of new Set(right.map(({ member }) => member))) {
          counts.set(pairKey(a, b), (counts.get(pairKey(a, b)) ?? 0) + 1);
        }
      }
    }
  }
  const equalities = linked.flatMap(({ left, right }) => {
    let best: { readonly left: ColumnRef; readonly right: ColumnRef } | undefined;
    let most = -1;
    for (const a of left) {
      for (const b of right) {
        const count = counts.get(pairKey(a.member, b.member)) ?? 0;
        if (count > most) {
          most = count;
          best = { left: a.column, right: b.column };
        }
      }
    }
    return best === undefined ? [] : [best];
  });
  const terms = graph.terms.filter(
    ({ members }) =>
      members.every((member) => inLeft(member) || inRight(member)) && !members.every(inLeft) && !members.every(inRight),
  );
  return { equalities, terms };
}

/** The terms that can be checked once the dependent is joined to a set that has all their other members. */
export function termsWithDependent(
  graph: JoinGraph,
  inLeft: (member: number) => boolean,
  dependent: number,
): readonly Term[] {
  return graph.terms.filter(
    ({ members }) => members.includes(dependent) && members.every((member) => member === dependent || inLeft(member)),
  );
}
