import { columnRef } from '../ir/build.ts';
import { expressionColumns } from '../ir/columns.ts';
import { hasEffects } from '../ir/effects.ts';
import type { AggregateCall, Column, ColumnId, Expression } from '../ir/expression.ts';
import type { Aggregate, Plan } from '../ir/plan.ts';
import { mapPlan } from '../ir/traverse.ts';
import type { Type } from '../types/type.ts';
import { closure, factsOf } from './facts.ts';
import { isDetermined } from './identity.ts';
import { deriveNullability } from './nullability.ts';
import type { OptimizerContext, Pass } from './pass.ts';
import { renumber } from './renumber.ts';
import { restrictTo } from './restrict.ts';
import { isVolatile } from './volatility.ts';

/**
 * Groups only by columns that determine the others: grouping by a key of a table and more of its columns is grouping
 * by the key, and any value of a group is the group's value of the others.
 */
export const reduceGroupKeys: Pass = {
  name: 'reduce group keys',
  run: (plan, context) => {
    const reduced = mapPlan(plan, (node) => (node.kind === 'aggregate' ? reduceKeys(node, context) : node));
    return reduced === plan ? plan : deriveNullability(reduced);
  },
};

function reduceKeys(plan: Aggregate, context: OptimizerContext): Plan {
  if (plan.groupingSets !== undefined || plan.groups.length < 2) return plan;
  const { aggregate, computed } = withoutComputedGroups(plan);
  const reduced = withoutDependentGroups(aggregate, context);
  if (computed.size === 0) return reduced;
  const own = new Map(reduced.columns.map((column) => [column.id, column]));
  return {
    kind: 'project',
    columns: plan.columns,
    input: reduced,
    expressions: plan.columns.map((column) => computed.get(column.id) ?? columnRef(own.get(column.id) ?? column)),
  };
}

/** Groups that are computed from columns that are groups too are computed from them afterwards. */
function withoutComputedGroups(plan: Aggregate): {
  readonly aggregate: Aggregate;
  readonly computed: ReadonlyMap<ColumnId, Expression>;
} {
  const bare = new Set<ColumnId>();
  plan.groups.forEach((group, i) => {
    if (group.kind === 'column' && group.id === plan.columns[i]?.id) bare.add(group.id);
  });
  const computed = new Map<ColumnId, Expression>();
  plan.groups.forEach((group, i) => {
    const column = plan.columns[i];
    if (column === undefined || group.kind === 'column' || isVolatile(group) || !isDetermined(group)) return;
    const used = [...expressionColumns(group)];
    if (used.length > 0 && used.every((id) => bare.has(id))) computed.set(column.id, group);
  });
  if (computed.size === 0) return { aggregate: plan, computed };
  const aggregate: Aggregate = {
    ...plan,
    columns: plan.columns.filter((column) => !computed.has(column.id)),
    groups: plan.groups.filter((_, i) => !computed.has(plan.columns[i]?.id ?? -1)),
  };
  return { aggregate, computed };
}

function withoutDependentGroups(plan: Aggregate, { ids }: OptimizerContext): Plan {
  if (hasEffects(plan.input)) return plan;
  const kept = determiningGroups(plan);
  if (kept.size === plan.groups.length) return plan;
  // The output columns keep their ids, so those of the input get new ones: an id is defined once.
  const copy = renumber({ ...plan, columns: plan.columns.map((column) => ({ ...column, id: ids.next() })) }, ids).plan;
  if (copy.kind !== 'aggregate') return plan;
  const groups: Expression[] = [];
  const groupColumns: Column[] = [];
  const values: AggregateCall[] = [];
  const valueColumns: Column[] = [];
  copy.groups.forEach((group, i) => {
    const column = plan.columns[i];
    if (column === undefined) return;
    if (kept.has(i)) {
      groups.push(group);
      groupColumns.push(column);
    } else {
      values.push(anyValue(group));
      valueColumns.push({ ...column, nullable: true });
    }
  });
  const reduced: Aggregate = {
    ...copy,
    columns: [...groupColumns, ...plan.columns.slice(plan.groups.length), ...valueColumns],
    groups,
    aggregates: [...copy.aggregates, ...values],
  };
  return restrictTo(reduced, plan.columns);
}

function anyValue(arg: Expression): AggregateCall {
  return { fn: 'any_value', args: [arg], distinct: false, orderBy: [], type: arg.type, nullable: true };
}

/** Positions of groups that determine all groups; the dearest to hash are dropped first. */
function determiningGroups(plan: Aggregate): ReadonlySet<number> {
  const { dependencies } = factsOf(plan.input);
  const candidates = plan.groups
    .map((group, i) => ({ i, id: group.kind === 'column' ? group.id : undefined, weight: weightOf(group.type) }))
    .sort((a, b) => b.weight - a.weight || b.i - a.i);
  const kept = new Map(candidates.map(({ i, id }) => [i, id]));
  for (const { i, id } of candidates) {
    if (id === undefined || kept.size === 1) continue;
    const others = [...kept].flatMap(([position, other]) => (position !== i && other !== undefined ? [other] : []));
    if (closure(others, dependencies).has(id)) kept.delete(i);
  }
  return new Set(kept.keys());
}

function weightOf(type: Type): number {
  switch (type.kind) {
    case 'bool':
    case 'int8':
    case 'int16':
    case 'int32':
    case 'date':
      return 1;
    case 'int64':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
    case 'float32':
    case 'float64':
      return 2;
    case 'decimal':
      return 3;
    default:
      return 10;
  }
}
