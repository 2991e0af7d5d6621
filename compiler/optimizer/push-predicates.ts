import { and, conjuncts, filter, isFalseConstant } from '../ir/build.ts';
import { expressionColumns } from '../ir/columns.ts';
import type { Column, ColumnId, Expression } from '../ir/expression.ts';
import type { Aggregate, Apply, Join, Plan, SetOperation } from '../ir/plan.ts';
import { mapPlanChildren, withChildren } from '../ir/traverse.ts';
import { ids } from './calls.ts';
import { conditionTerms, mergeTerms } from './conjunctions.ts';
import { emptyValues, removeEmpty } from './empty.ts';
import { replaceColumns } from './nullability.ts';
import type { Pass } from './pass.ts';
import { impliedBySides, impliedOver, withTransitive } from './transitive.ts';
import { hasVolatileExpressions, isVolatile, isVolatilePlan } from './volatility.ts';

/**
 * Moves every condition as close to the scans as its columns allow, adds what equalities imply for other columns, and
 * turns filters over cross products into join conditions.
 */
export const pushPredicates: Pass = { name: 'push predicates', run: (plan) => push(plan, []) };

/** The rows of the plan for which all terms are true. */
function push(plan: Plan, terms: readonly Expression[]): Plan {
  return removeEmpty(pushNode(plan, terms));
}

function pushNode(plan: Plan, terms: readonly Expression[]): Plan {
  if (terms.some(isFalseConstant) && !isVolatilePlan(plan)) return emptyValues(plan.columns);
  switch (plan.kind) {
    case 'filter': {
      if (isVolatile(plan.predicate)) return keep(plan, terms);
      const all = mergeTerms([...conditionTerms(plan.predicate), ...terms]);
      const result = push(plan.input, all);
      return sameFilter(plan, result) ? plan : result;
    }
    case 'project': {
      if (hasVolatileExpressions(plan)) return keep(plan, terms);
      const below = translate(terms, plan.columns, plan.expressions);
      return withChildren(plan, [push(plan.input, below)]);
    }
    case 'join':
      return isVolatile(plan.condition) ? keep(plan, terms) : pushIntoJoin(plan, terms);
    case 'apply':
      return pushIntoApply(plan, terms);
    case 'aggregate':
      return pushIntoAggregate(plan, terms);
    case 'window': {
      // A condition on what all rows of a partition agree on keeps partitions or drops them as a whole.
      const fixed = new Set(plan.partitionBy.flatMap((e) => (e.kind === 'column' ? [e.id] : [])));
      const own = ids(plan.columns);
      const [below, above] = partition(
        terms,
        (term) => !hasVolatileExpressions(plan) && usesOnly(term, own, fixed) && expressionColumns(term).size > 0,
      );
      return keepSome(plan, below, above);
    }
    case 'sort':
      return withChildren(plan, [push(plan.input, terms)]);
    case 'distinct': {
      if (plan.on === undefined) return withChildren(plan, [push(plan.input, terms)]);
      const on = new Set(plan.on.flatMap((expression) => (expression.kind === 'column' ? [expression.id] : [])));
      const own = ids(plan.columns);
      const [below, above] = partition(terms, (term) => usesOnly(term, own, on));
      return above.length === 0 ? withChildren(plan, [push(plan.input, below)]) : keepSome(plan, below, above);
    }
    case 'unnest': {
      if (hasVolatileExpressions(plan)) return keep(plan, terms);
      const input = ids(plan.input.columns);
      const [below, above] = partition(terms, (term) => usesOnly(term, ids(plan.columns), input));
      return keepSome(plan, below, above);
    }
    case 'fetch': {
      const input = ids(plan.input.columns);
      const [below, above] = partition(terms, (term) => usesOnly(term, ids(plan.columns), input));
      return keepSome(plan, below, above);
    }
    case 'setOperation':
      return pushIntoSetOperation(plan, terms);
    case 'scan':
    case 'values':
      return withTerms(plan, terms);
    case 'let':
      return withChildren(plan, [push(plan.definition, []), push(plan.body, terms)]);
    case 'asOfJoin': {
      const left = ids(plan.left.columns);
      const [below, above] = partition(terms, (term) => usesOnly(term, ids(plan.columns), left));
      return withTerms(withChildren(plan, [push(plan.left, below), push(plan.right, [])]), above);
    }
    case 'reference':
      return withTerms(plan, terms);
    case 'recursive':
    case 'limit':
    case 'insert':
    case 'update':
    case 'delete':
    case 'merge':
      return keep(plan, terms);
  }
}

function withTerms(plan: Plan, terms: readonly Expression[]): Plan {
  return filter(plan, and(mergeTerms(terms)));
}

/** All terms stay above the node. */
function keep(plan: Plan, terms: readonly Expression[]): Plan {
  return withTerms(
    mapPlanChildren(plan, (child) => push(child, [])),
    terms,
  );
}

/** Some terms go below the node with one input, the others stay. */
function keepSome(plan: Plan, below: readonly Expression[], above: readonly Expression[]): Plan {
  return withTerms(
    mapPlanChildren(plan, (child) => push(child, below)),
    above,
  );
}

/** Whether pushing only took the filter apart and put it together again. */
function sameFilter(before: Extract<Plan, { kind: 'filter' }>, after: Plan): boolean {
  if (after.kind !== 'filter' || after.input !== before.input) return false;
  const old = conjuncts(before.predicate);
  const now = conjuncts(after.predicate);
  return old.length === now.length && old.every((term, i) => term === now[i]);
}

function partition(
  terms: readonly Expression[],
  test: (term: Expression) => boolean,
): readonly [readonly Expression[], readonly Expression[]] {
  return [terms.filter(test), terms.filter((term) => !test(term))];
}

/** Whether of the node's columns the term uses allowed ones only; columns from outside are constants here. */
function usesOnly(term: Expression, own: ReadonlySet<ColumnId>, allowed: ReadonlySet<ColumnId>): boolean {
  for (const id of expressionColumns(term)) if (own.has(id) && !allowed.has(id)) return false;
  return true;
}

/** The terms with expressions in place of the columns that they compute. */
function translate(
  terms: readonly Expression[],
  columns: readonly Column[],
  expressions: readonly Expression[],
): readonly Expression[] {
  if (terms.length === 0) return terms;
  const by = new Map<ColumnId, Expression>();
  columns.forEach((column, i) => {
    const expression = expressions[i];
    const passed = expression?.kind === 'column' && expression.id === column.id;
    if (expression !== undefined && !passed) by.set(column.id, expression);
  });
  if (by.size === 0) return terms;
  return terms.flatMap((term) => {
    const translated = replaceColumns(term, by);
    return translated === term ? [term] : conditionTerms(translated);
  });
}

function pushIntoAggregate(plan: Aggregate, terms: readonly Expression[]): Plan {
  const sets = plan.groupingSets;
  const groups = plan.columns.slice(0, plan.groups.length);
  const inAllSets = groups.filter((_, i) => sets === undefined || sets.every((set) => set.includes(i)));
  const fixed = ids(inAllSets);
  const own = ids(plan.columns);
  const [below, above] = partition(
    terms,
    (term) => plan.groups.length > 0 && sets?.some((set) => set.length === 0) !== true && usesOnly(term, own, fixed),
  );
  return keepSome(plan, translate(below, groups, plan.groups), above);
}

function pushIntoSetOperation(plan: SetOperation, terms: readonly Expression[]): Plan {
  const side = (input: Plan): Plan => {
    const expressions = input.columns.map((column): Expression => ({ kind: 'column', ...column }));
    return push(input, translate(terms, plan.columns, expressions));
  };
  return withChildren(plan, [side(plan.left), side(plan.right)]);
}

function pushIntoApply(plan: Apply, terms: readonly Expression[]): Plan {
  if (isVolatilePlan(plan.right)) return keep(plan, terms);
  const own = ids(plan.columns);
  const left = ids(plan.left.columns);
  const right = ids(plan.right.columns);
  const [toLeft, others] = partition(terms, (term) => usesOnly(term, own, left));
  const [toRight, above] = partition(others, (term) => plan.join === 'inner' && usesOnly(term, own, right));
  return withTerms(withChildren(plan, [push(plan.left, toLeft), push(plan.right, toRight)]), above);
}

function pushIntoJoin(plan: Join, terms: readonly Expression[]): Plan {
  const left = ids(plan.left.columns);
  const right = ids(plan.right.columns);
  const both = new Set([...left, ...right, ...(plan.mark === undefined ? [] : [plan.mark.id])]);
  const overLeft = (term: Expression): boolean => usesOnly(term, both, left);
  const overRight = (term: Expression): boolean => usesOnly(term, both, right);
  const condition = plan.nullAware ? conjuncts(plan.condition) : conditionTerms(plan.condition);
  const rebuilt = (
    toLeft: readonly Expression[],
    toRight: readonly Expression[],
    own: readonly Expression[],
    above: readonly Expression[],
  ): Plan => {
    const sides = withChildren(plan, [push(plan.left, toLeft), push(plan.right, toRight)]);
    const old = conjuncts(plan.condition);
    const same = own.length === old.length && own.every((term, i) => term === old[i]);
    return withTerms(sides.kind === 'join' && !same ? { ...sides, condition: and(own) } : sides, above);
  };
  switch (plan.join) {
    case 'inner': {
      const all = withTransitive(mergeTerms([...terms, ...condition]), [plan.left, plan.right]);
      const [toLeft, others] = partition(all, overLeft);
      const [toRight, own] = partition(others, overRight);
      return rebuilt([...toLeft, ...impliedOver(own, left)], [...toRight, ...impliedOver(own, right)], own, []);
    }
    case 'semi': {
      const [toLeftOnly, above] = partition(terms, overLeft);
      const all = withTransitive(mergeTerms([...toLeftOnly, ...condition]), [plan.left, plan.right]);
      const [toLeft, others] = partition(all, overLeft);
      const [toRight, own] = partition(others, overRight);
      return rebuilt([...toLeft, ...impliedOver(own, left)], [...toRight, ...impliedOver(own, right)], own, above);
    }
    case 'left':
    case 'single':
    case 'anti':
    case 'mark': {
      const [toLeft, above] = partition(terms, overLeft);
      if (plan.nullAware) return rebuilt(toLeft, [], condition, above);
      const [toRight, own] = partition(condition, (term) => overRight(term) && !overLeft(term));
      const implied = impliedBySides(own, [...toLeft], plan.left, right);
      return rebuilt(toLeft, [...toRight, ...implied, ...impliedOver(own, right)], own, above);
    }
    case 'full':
      return rebuilt([], [], condition, terms);
  }
}
