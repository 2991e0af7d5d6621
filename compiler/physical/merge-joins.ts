import type { ColumnId, Expression } from '../ir/expression.ts';
import { hashJoinCost, mergeJoinCost } from '../optimizer/cost.ts';
import { isIntegral } from '../types/type.ts';
import { mapChildren } from './columns.ts';
import type { HashJoin, PhysicalPlan, TableScan } from './plan.ts';

/**
 * Joins whose sides both come in the order of their key walk along it instead of looking keys up. The order is only
 * expected here: a table's comes from a sample of its rows, and threads deliver chunks as they are done. Rows that come
 * otherwise are joined as well, so what is wrong here costs time and nothing else.
 */
export function placeMergeJoins(plan: PhysicalPlan): PhysicalPlan {
  const result = mapChildren(plan, placeMergeJoins);
  return result.kind === 'hashJoin' && isBetterMerged(result) ? { ...result, ordered: true } : result;
}

function isBetterMerged(plan: HashJoin): boolean {
  const { keys, build, estimate = 0 } = plan;
  const [key] = keys;
  if (key === undefined || keys.length > 1 || key.nullsEqual || !isIntegral(key.build.type.kind)) return false;
  const { probe, by } = probeSide(plan, key.probe);
  const rows = { build: build.estimate ?? 0, probe: probe.estimate ?? 0 };
  if (mergeJoinCost(rows.build, rows.probe, estimate) >= hashJoinCost(rows.build, rows.probe, estimate)) return false;
  return ascends(build, key.build) && ascends(probe, by);
}

/** What comes to the build rows, and by what: with a group join the rows that the aggregate would get. */
function probeSide(
  { probe, groupJoin }: HashJoin,
  key: Expression,
): { readonly probe: PhysicalPlan; readonly by: Expression } {
  if (groupJoin !== true || probe.kind !== 'hashAggregate' || key.kind !== 'column') return { probe, by: key };
  const group = probe.groups[probe.columns.findIndex(({ id }) => id === key.id)];
  return { probe: probe.input, by: group ?? key };
}

/** Whether the plan's rows are expected to come with the expression ascending, NULLs anywhere. */
function ascends(plan: PhysicalPlan, expression: Expression): boolean {
  if (expression.kind === 'cast') return isIntegral(expression.type.kind) && ascends(plan, expression.arg);
  return expression.kind === 'column' && columnAscends(plan, expression.id);
}

function columnAscends(plan: PhysicalPlan, column: ColumnId): boolean {
  const isFirst = (by: Expression | undefined): boolean => by?.kind === 'column' && by.id === column;
  switch (plan.kind) {
    case 'tableScan':
      return isStoredInOrder(plan, column);
    case 'filter':
    case 'limit':
    case 'repeat':
    case 'unnest':
    case 'fetch':
      return columnAscends(plan.input, column);
    case 'project': {
      const from = plan.expressions[plan.columns.findIndex(({ id }) => id === column)];
      return from !== undefined && ascends(plan.input, from);
    }
    case 'hashJoin': {
      if (plan.join === 'full' || plan.join.startsWith('build')) return false;
      if (columnAscends(plan.probe, column)) return true;
      const key = plan.keys.find((other) => isFirst(other.build));
      return plan.join === 'inner' && key !== undefined && ascends(plan.probe, key.probe);
    }
    case 'nestedLoopJoin':
      return plan.join !== 'full' && columnAscends(plan.outer, column);
    case 'rangeJoin':
    case 'apply':
      return columnAscends(plan.outer, column);
    case 'window':
      if (plan.partitionBy.length > 0) return isFirst(plan.partitionBy[0]);
      if (plan.orderBy.length === 0) return columnAscends(plan.input, column);
      return plan.orderBy[0]?.descending === false && isFirst(plan.orderBy[0].expression);
    case 'sort':
      return plan.keys[0]?.descending === false && isFirst(plan.keys[0].expression);
    case 'let':
      return columnAscends(plan.body, column);
    default:
      return false;
  }
}

function isStoredInOrder({ table, columns, ordinals }: TableScan, column: ColumnId): boolean {
  const ordinal = ordinals[columns.findIndex(({ id }) => id === column)] ?? -1;
  return table.statistics().columns[ordinal]?.distribution?.()?.ascending === true;
}
