import { conjuncts, or } from '../ir/build.ts';
import { expressionColumns } from '../ir/columns.ts';
import { expressionEquals } from '../ir/equal.ts';
import type { ColumnId, ColumnRef, Expression } from '../ir/expression.ts';
import type { Plan } from '../ir/plan.ts';
import { typeEquals } from '../types/type.ts';
import { asComparison } from './calls.ts';
import { conditionTerms, conjunction } from './conjunctions.ts';
import { isIdentity } from './identity.ts';
import { replaceColumns } from './nullability.ts';
import { isVolatile } from './volatility.ts';

/** What conditions imply for columns other than those they name. */

interface ColumnPair {
  readonly a: ColumnRef;
  readonly b: ColumnRef;
}

/** `a = b` between columns of one type. */
function asColumnPair(term: Expression): ColumnPair | undefined {
  const comparison = asComparison(term);
  if (comparison?.fn !== 'eq') return undefined;
  const { left: a, right: b } = comparison;
  if (a.kind !== 'column' || b.kind !== 'column') return undefined;
  return typeEquals(a.type, b.type) && isIdentity(a.type) ? { a, b } : undefined;
}

/** The only column of a term whose other operands are constants. */
function onlyColumn(term: Expression): ColumnId | undefined {
  const [only, ...others] = expressionColumns(term);
  return others.length === 0 && !isVolatile(term) ? only : undefined;
}

/**
 * The terms, and for each one over a single column the same over all columns that are equal to it. Terms that the
 * sides are known to satisfy already travel too, but are not repeated where they hold.
 */
export function withTransitive(terms: readonly Expression[], sides: readonly Plan[]): readonly Expression[] {
  const pairs = terms.flatMap((term) => asColumnPair(term) ?? []);
  if (pairs.length === 0) return terms;
  const known = sides.flatMap(termsThatHold);
  const all = [...terms, ...known];
  for (let i = 0; i < all.length; i++) {
    const term = all[i];
    if (term === undefined) continue;
    const column = onlyColumn(term);
    if (column === undefined) continue;
    for (const pair of pairs) {
      const other = pair.a.id === column ? pair.b : pair.b.id === column ? pair.a : undefined;
      if (other === undefined) continue;
      const moved = replaceColumns(term, new Map([[column, other]]));
      if (!all.some((existing) => expressionEquals(existing, moved))) all.push(moved);
    }
  }
  return [...terms, ...all.slice(terms.length + known.length)];
}

/**
 * Of a join that keeps its left side whole: what holds for the left side's columns restricts the rows of the right
 * side that can be partners.
 */
export function impliedBySides(
  condition: readonly Expression[],
  leftTerms: readonly Expression[],
  left: Plan,
  right: ReadonlySet<ColumnId>,
): readonly Expression[] {
  const pairs = condition.flatMap((term) => asColumnPair(term) ?? []);
  if (pairs.length === 0) return [];
  const implied: Expression[] = [];
  for (const term of [...leftTerms, ...termsThatHold(left)]) {
    const column = onlyColumn(term);
    for (const { a, b } of pairs) {
      const other = a.id === column && right.has(b.id) ? b : b.id === column && right.has(a.id) ? a : undefined;
      if (column !== undefined && other !== undefined) implied.push(replaceColumns(term, new Map([[column, other]])));
    }
  }
  return implied;
}

/**
 * What terms over several relations imply for the columns of one: a disjunction whose every branch restricts them
 * restricts them by the disjunction of these parts.
 */
export function impliedOver(terms: readonly Expression[], own: ReadonlySet<ColumnId>): readonly Expression[] {
  return terms.flatMap((term) => {
    if (term.kind !== 'or' || isVolatile(term)) return [];
    const parts = term.args.map((branch) =>
      conjuncts(branch).filter((part) => {
        const used = [...expressionColumns(part)];
        return used.length > 0 && used.every((id) => own.has(id));
      }),
    );
    if (parts.some((part) => part.length === 0)) return [];
    return conditionTerms(or(parts.map(conjunction)));
  });
}

/** Conditions over one column and constants that every row of the plan satisfies. */
function termsThatHold(plan: Plan): readonly Expression[] {
  switch (plan.kind) {
    case 'filter':
      return [
        ...conjuncts(plan.predicate).filter((term) => onlyColumn(term) !== undefined),
        ...termsThatHold(plan.input),
      ];
    case 'project': {
      const own = new Set(plan.columns.map((column) => column.id));
      return termsThatHold(plan.input).filter((term) => own.has(onlyColumn(term) ?? -1));
    }
    case 'aggregate': {
      const own = new Set(plan.columns.slice(0, plan.groups.length).map((column) => column.id));
      return plan.groupingSets === undefined
        ? termsThatHold(plan.input).filter((term) => own.has(onlyColumn(term) ?? -1))
        : [];
    }
    case 'sort':
    case 'limit':
    case 'distinct':
      return termsThatHold(plan.input);
    case 'join':
      if (plan.join === 'inner') return [...termsThatHold(plan.left), ...termsThatHold(plan.right)];
      return plan.join === 'full' ? [] : termsThatHold(plan.left);
    default:
      return [];
  }
}
