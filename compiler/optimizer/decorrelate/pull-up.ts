import { and, apply, columnRef, conjuncts, filter, join } from '../../ir/build.ts';
import { type ColumnIds, expressionColumns } from '../../ir/columns.ts';
import type { Column, ColumnId, Expression } from '../../ir/expression.ts';
import type { Aggregate, Plan, Project } from '../../ir/plan.ts';
import { planExpressions, withChildren } from '../../ir/traverse.ts';
import { equal } from '../calls.ts';
import { isIdentity } from '../identity.ts';
import { replaceColumns } from '../nullability.ts';
import { hasVolatileExpressions, isVolatile } from '../volatility.ts';
import { asCorrelation, isCorrelated, usesAny } from './correlation.ts';

/** A plan that uses no outer columns, and the conditions that stood in it and do: they may use any of its columns. */
export interface Pulled {
  readonly plan: Plan;
  readonly conditions: readonly Expression[];
}

export interface PullUpOptions {
  readonly outer: ReadonlySet<ColumnId>;
  readonly ids: ColumnIds;
  /** Whether the number of equal rows matters, as it does not for EXISTS. */
  readonly multiplicity: boolean;
}

/**
 * Takes the correlated conditions out of the plan, to become the condition of a join with the outer side. The plan
 * may put out more columns than before. Undefined where a correlated condition stands below a node that it must not
 * be moved over (Seshadri, Pirahesh and Leung, "Complex Query Decorrelation", ICDE 1996, give the cases).
 */
export function pullUp(plan: Plan, options: PullUpOptions): Pulled | undefined {
  const { outer } = options;
  if (!isCorrelated(plan, outer)) return { plan, conditions: [] };
  switch (plan.kind) {
    case 'filter': {
      const pulled = pullUp(plan.input, options);
      if (pulled === undefined || isVolatile(plan.predicate)) return undefined;
      const { local, correlated } = split(plan.predicate, pulled.plan);
      return { plan: filter(pulled.plan, and(local)), conditions: [...pulled.conditions, ...correlated] };
    }
    case 'project':
      return pullOverProject(plan, options);
    case 'sort':
      return pullUp(plan.input, options);
    case 'distinct': {
      if (plan.on !== undefined) return undefined;
      const pulled = pullUp(plan.input, options);
      if (pulled === undefined) return undefined;
      if (options.multiplicity && !addsOnlyFixedColumns(pulled, plan.columns, outer)) return undefined;
      return { plan: { ...plan, columns: pulled.plan.columns, input: pulled.plan }, conditions: pulled.conditions };
    }
    case 'aggregate':
      return pullOverAggregate(plan, options);
    case 'join': {
      if (isVolatile(plan.condition)) return undefined;
      if (plan.join === 'inner') {
        const left = pullUp(plan.left, options);
        const right = pullUp(plan.right, options);
        if (left === undefined || right === undefined) return undefined;
        const { local, correlated } = split(plan.condition, left.plan, right.plan);
        return {
          plan: join('inner', left.plan, right.plan, and(local)),
          conditions: [...left.conditions, ...right.conditions, ...correlated],
        };
      }
      if (plan.join === 'full' || isCorrelated(plan.right, outer)) return undefined;
      const left = pullUp(plan.left, options);
      if (left === undefined) return undefined;
      const condition = replaceColumns(plan.condition, innerEquals(left.conditions, outer));
      if (usesAny(condition, outer)) return undefined;
      const { nullAware, mark } = plan;
      const joined = join(plan.join, left.plan, plan.right, condition, { nullAware, mark });
      return { plan: joined, conditions: left.conditions };
    }
    case 'apply': {
      if (isCorrelated(plan.right, outer)) return undefined;
      const left = pullUp(plan.left, options);
      return left && { plan: apply(plan.join, left.plan, plan.right, plan.mark), conditions: left.conditions };
    }
    case 'unnest': {
      if (usesAny(plan.expression, outer)) return undefined;
      const pulled = pullUp(plan.input, options);
      return pulled && { plan: withChildren(plan, [pulled.plan]), conditions: pulled.conditions };
    }
    case 'let': {
      if (isCorrelated(plan.definition, outer)) return undefined;
      const body = pullUp(plan.body, options);
      return body && { plan: withChildren(plan, [plan.definition, body.plan]), conditions: body.conditions };
    }
    case 'asOfJoin': {
      if (isCorrelated(plan.right, outer) || planExpressions(plan).some((e) => usesAny(e, outer))) return undefined;
      const left = pullUp(plan.left, options);
      return left && { plan: withChildren(plan, [left.plan, plan.right]), conditions: left.conditions };
    }
    case 'recursive':
    case 'reference':
    case 'scan':
    case 'values':
    case 'limit':
    case 'window':
    case 'setOperation':
    case 'fetch':
    case 'insert':
    case 'update':
    case 'delete':
    case 'merge':
      return undefined;
  }
}

/** The terms over the inputs alone, and those that use columns from outside, of whichever level. */
function split(
  condition: Expression,
  ...inputs: readonly Plan[]
): { readonly local: readonly Expression[]; readonly correlated: readonly Expression[] } {
  const provided = new Set(inputs.flatMap((input) => input.columns.map((column) => column.id)));
  const terms = conjuncts(condition);
  const isLocal = (term: Expression): boolean => [...expressionColumns(term)].every((id) => provided.has(id));
  return { local: terms.filter(isLocal), correlated: terms.filter((term) => !isLocal(term)) };
}

/**
 * Inner columns that the conditions make equal to outer ones. For rows that the conditions leave, one may stand for
 * the other.
 */
function innerEquals(
  conditions: readonly Expression[],
  outer: ReadonlySet<ColumnId>,
): ReadonlyMap<ColumnId, Expression> {
  const equals = new Map<ColumnId, Expression>();
  for (const condition of conditions) {
    const correlation = asCorrelation(condition, outer);
    if (correlation?.outer.kind !== 'column' || correlation.inner.kind !== 'column') continue;
    if (isIdentity(correlation.outer.type)) equals.set(correlation.outer.id, correlation.inner);
  }
  return equals;
}

function pullOverProject(plan: Project, options: PullUpOptions): Pulled | undefined {
  if (hasVolatileExpressions(plan) || plan.expressions.some((e) => usesAny(e, options.outer))) return undefined;
  const pulled = pullUp(plan.input, options);
  if (pulled === undefined) return undefined;
  const needed = missingColumns(pulled, plan.columns, options.outer);
  return {
    plan: {
      ...plan,
      columns: [...plan.columns, ...needed],
      input: pulled.plan,
      expressions: [...plan.expressions, ...needed.map((column) => columnRef(column))],
    },
    conditions: pulled.conditions,
  };
}

/** Columns that the pulled conditions use and that are not among those put out. */
function missingColumns(pulled: Pulled, columns: readonly Column[], outer: ReadonlySet<ColumnId>): readonly Column[] {
  const present = new Set(columns.map((column) => column.id));
  const used = new Set(pulled.conditions.flatMap((condition) => [...expressionColumns(condition)]));
  return pulled.plan.columns.filter(
    (column) => used.has(column.id) && !present.has(column.id) && !outer.has(column.id),
  );
}

/** Whether the conditions give every column that is not among the old ones one value for each outer row. */
function addsOnlyFixedColumns(pulled: Pulled, columns: readonly Column[], outer: ReadonlySet<ColumnId>): boolean {
  const fixed = new Set(columns.map((column) => column.id));
  for (const condition of pulled.conditions) {
    const correlation = asCorrelation(condition, outer);
    if (correlation?.inner.kind === 'column') fixed.add(correlation.inner.id);
  }
  return pulled.plan.columns.every((column) => fixed.has(column.id));
}

/**
 * An aggregate with groups: what a correlated equality compares becomes a group too. Within one outer row it has one
 * value only, so the groups stay as they were.
 */
function pullOverAggregate(plan: Aggregate, options: PullUpOptions): Pulled | undefined {
  if (plan.groups.length === 0 || plan.groupingSets !== undefined) return undefined;
  return groupByCorrelation(plan, options);
}

/** The aggregate over the pulled input, grouped by its correlated equalities as well. */
export function groupByCorrelation(plan: Aggregate, options: PullUpOptions): Pulled | undefined {
  const { outer } = options;
  const own = [
    ...plan.groups,
    ...plan.aggregates.flatMap((call) => [...call.args, ...call.orderBy.map((k) => k.expression)]),
  ];
  const filters = plan.aggregates.flatMap((call) => (call.filter === undefined ? [] : [call.filter]));
  if ([...own, ...filters].some((expression) => usesAny(expression, outer))) return undefined;
  const pulled = pullUp(plan.input, options);
  if (pulled === undefined) return undefined;
  const provided = new Set(pulled.plan.columns.map((column) => column.id));
  const groups: Expression[] = [...plan.groups];
  const groupColumns: Column[] = plan.columns.slice(0, plan.groups.length);
  const conditions: Expression[] = [];
  for (const condition of pulled.conditions) {
    const kept = new Set(groupColumns.map((column) => column.id));
    const inner = [...expressionColumns(condition)].filter((id) => provided.has(id));
    if (inner.every((id) => kept.has(id))) {
      conditions.push(condition);
      continue;
    }
    const correlation = asCorrelation(condition, outer);
    if (correlation === undefined) return undefined;
    const column = groupColumn(correlation.inner, options.ids);
    groups.push(correlation.inner);
    groupColumns.push(column);
    conditions.push(equal(correlation.outer, columnRef(column)));
  }
  const columns = [...groupColumns, ...plan.columns.slice(plan.groups.length)];
  return { plan: { ...plan, columns, input: pulled.plan, groups }, conditions };
}

function groupColumn(expression: Expression, ids: ColumnIds): Column {
  const { type, nullable } = expression;
  return { id: expression.kind === 'column' ? expression.id : ids.next(), name: 'key', type, nullable };
}
