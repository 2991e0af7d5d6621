import { apply, caseOf, columnRef, constant, FALSE, nullOf, TRUE } from '../../ir/build.ts';
import type { ColumnIds } from '../../ir/columns.ts';
import type { AggregateCall, Column, Expression } from '../../ir/expression.ts';
import type { Aggregate, Plan } from '../../ir/plan.ts';
import { BOOL, INT64 } from '../../types/type.ts';
import { compare, isNull } from '../calls.ts';

/** One row with one column: whether the plan has rows. */
export function existenceColumn(plan: Plan, mark: Column, ids: ColumnIds): Plan {
  const counts = countRows(plan, [undefined], ids);
  return { kind: 'project', columns: [mark], input: counts, expressions: counts.columns.map(isPositive) };
}

/**
 * The mark of IN by an Apply, which knows no unknown comparisons: true if the comparison is true for a row, unknown
 * if it is for none but unknown for one.
 */
export function unknownAwareMark(left: Plan, right: Plan, condition: Expression, mark: Column, ids: ColumnIds): Plan {
  const counts = countRows(right, [condition, isNull(condition)], ids);
  const [matched, unknown] = counts.columns.map(isPositive);
  const branches = [
    ...(matched === undefined ? [] : [{ when: matched, then: TRUE }]),
    ...(unknown === undefined ? [] : [{ when: unknown, then: nullOf(BOOL) }]),
  ];
  const row: Plan = { kind: 'project', columns: [mark], input: counts, expressions: [caseOf(branches, FALSE)] };
  return apply('inner', left, row);
}

/** One row: for each filter, the number of rows that pass it. */
function countRows(plan: Plan, filters: readonly (Expression | undefined)[], ids: ColumnIds): Aggregate {
  const aggregates = filters.map(
    (filter): AggregateCall => ({
      fn: 'count',
      args: [],
      distinct: false,
      filter,
      orderBy: [],
      type: INT64,
      nullable: false,
    }),
  );
  const columns = filters.map((): Column => ({ id: ids.next(), name: 'count', type: INT64, nullable: false }));
  return { kind: 'aggregate', columns, input: plan, groups: [], aggregates };
}

function isPositive(count: Column): Expression {
  return compare('gt', columnRef(count), constant(0n, INT64));
}
