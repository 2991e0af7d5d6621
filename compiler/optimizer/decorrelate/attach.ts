import { columnRef, filter, or, TRUE } from '../../ir/build.ts';
import type { ColumnIds } from '../../ir/columns.ts';
import type { Expression, Subquery } from '../../ir/expression.ts';
import type { Plan } from '../../ir/plan.ts';
import { argumentOf, equal, ids as idsOf, isNull } from '../calls.ts';
import { isCorrelated } from './correlation.ts';
import { containsSubquery } from './subqueries.ts';
import { unnest } from './unnest.ts';

/** A condition that is nothing but EXISTS or IN, or the negation of one. */
export interface ExistenceTest {
  readonly subquery: Subquery;
  readonly negated: boolean;
}

export function asExistenceTest(condition: Expression): ExistenceTest | undefined {
  const inner = argumentOf(condition, 'not');
  const subquery = inner ?? condition;
  if (subquery.kind !== 'subquery' || (subquery.form !== 'exists' && subquery.form !== 'in')) return undefined;
  if (subquery.arg !== undefined && containsSubquery(subquery.arg)) return undefined;
  return { subquery, negated: inner !== undefined };
}

/** The rows of the input that pass the test: a semi or anti join. */
export function attachExistence({ subquery, negated }: ExistenceTest, left: Plan, ids: ColumnIds): Plan {
  const { plan } = subquery;
  const [column] = plan.columns;
  if (subquery.form === 'exists' || subquery.arg === undefined || column === undefined) {
    return unnest({ join: negated ? 'anti' : 'semi', left, right: plan, condition: TRUE, nullAware: false }, ids);
  }
  const { arg } = subquery;
  const inner = columnRef(column);
  const condition = equal(arg, inner);
  if (!negated) return unnest({ join: 'semi', left, right: plan, condition, nullAware: false }, ids);
  if (!condition.nullable || !isCorrelated(plan, idsOf(left.columns))) {
    return unnest({ join: 'anti', left, right: plan, condition, nullAware: condition.nullable }, ids);
  }
  // The rows of one outer row are few: that none of them makes the comparison true or unknown is an ordinary anti
  // join, and the correlation can be its hash key.
  const unknown = [arg, inner].filter((side) => side.nullable).map(isNull);
  const possible = or([condition, ...unknown]);
  return unnest({ join: 'anti', left, right: filter(plan, possible), condition: TRUE, nullAware: false }, ids);
}
