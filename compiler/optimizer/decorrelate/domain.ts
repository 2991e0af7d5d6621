import { and, columnRef, distinct, filter, join, nullOf, TRUE, unnest as unnestPlan } from '../../ir/build.ts';
import { type ColumnIds, freeColumns, substitutePlan } from '../../ir/columns.ts';
import { joinColumns } from '../../ir/derive.ts';
import type { Column, ColumnId, Expression } from '../../ir/expression.ts';
import type { Aggregate, Join, Plan, SetOperation, Values } from '../../ir/plan.ts';
import { mapAggregate, mapPlanExpressions, withChildren } from '../../ir/traverse.ts';
import type { Type } from '../../types/type.ts';
import { ids as idsOf, isConstant, references, same } from '../calls.ts';
import { emptyValue } from '../empty-aggregate.ts';
import { withNullability } from '../fold.ts';
import { replaceColumns } from '../nullability.ts';
import { renumber } from '../renumber.ts';
import { restrictTo } from '../restrict.ts';
import { hasVolatileExpressions, isRepeatable } from '../volatility.ts';
import { isCorrelated, usesAny } from './correlation.ts';
import type { DependentJoin } from './dependent-join.ts';

/**
 * The general way (Neumann and Kemper, "Unnesting Arbitrary Queries", BTW 2015): the right side is computed once for
 * each different combination D of the outer values that it uses, and the result is joined with the left side on
 * them. D is pushed down through the right side until nothing below depends on it, where it is a cross product.
 */
export function overDomain(spec: DependentJoin, ids: ColumnIds): Plan | undefined {
  const { left, right } = spec;
  const used = freeColumns(right);
  const correlated = left.columns.filter((column) => used.has(column.id));
  if (!isRepeatable(left) || !correlated.every((column) => isGroupable(column.type))) return undefined;
  const copy = renumber(distinct(restrictTo(left, correlated)), ids);
  const domain: Domain = { plan: copy.plan, columns: copy.plan.columns };
  const renamed = new Map<ColumnId, Expression>();
  correlated.forEach((column, i) => {
    const own = domain.columns[i];
    if (own !== undefined) renamed.set(column.id, columnRef(own));
  });
  const pushed = push(substitutePlan(right, renamed), domain, ids);
  if (pushed === undefined) return undefined;
  const equalities = correlated.map((column, i) => same(columnRef(column), columnRef(pushed.columns[i] ?? column)));
  const { nullAware, mark } = spec;
  return join(spec.join, left, pushed.plan, and([...equalities, spec.condition]), { nullAware, mark });
}

/** Values of these types can be grouped cheaply, and what is equal is the same. */
function isGroupable(type: Type): boolean {
  return type.kind !== 'any' && type.kind !== 'list' && type.kind !== 'interval';
}

interface Domain {
  readonly plan: Plan;
  readonly columns: readonly Column[];
}

/** A plan with, beside its columns, those of the domain: for each of the domain's rows what the plan is for it. */
type Pushed = Domain;

function push(plan: Plan, domain: Domain, ids: ColumnIds): Pushed | undefined {
  if (!isCorrelated(plan, idsOf(domain.columns))) {
    return { plan: join('inner', plan, domain.plan, TRUE), columns: domain.columns };
  }
  switch (plan.kind) {
    case 'values':
      return pushIntoValues(plan, domain);
    case 'filter': {
      const input = push(plan.input, domain, ids);
      return input && { plan: filter(input.plan, rebound(plan.predicate, domain, input)), columns: input.columns };
    }
    case 'project': {
      if (hasVolatileExpressions(plan)) return undefined;
      const input = push(plan.input, domain, ids);
      if (input === undefined) return undefined;
      const own = plan.expressions.map((expression) => rebound(expression, domain, input));
      return {
        plan: {
          ...plan,
          columns: [...plan.columns, ...input.columns],
          input: input.plan,
          expressions: [...own, ...references(input.columns)],
        },
        columns: input.columns,
      };
    }
    case 'sort':
      return push(plan.input, domain, ids);
    case 'distinct': {
      // With `on` the first row is wanted, so the order stays.
      const input = plan.on === undefined ? push(plan.input, domain, ids) : pushKeepingOrder(plan.input, domain, ids);
      if (input === undefined) return undefined;
      const own = plan.on?.map((expression) => rebound(expression, domain, input));
      return { plan: distinct(input.plan, own && [...own, ...references(input.columns)]), columns: input.columns };
    }
    case 'limit': {
      if (plan.count?.kind !== 'constant' || plan.count.value !== 1n || plan.offset !== undefined) return undefined;
      const below = plan.input;
      if (below.kind === 'project') {
        return push({ ...below, input: { ...plan, columns: below.input.columns, input: below.input } }, domain, ids);
      }
      const input = pushKeepingOrder(plan.input, domain, ids);
      return input && { plan: distinct(input.plan, references(input.columns)), columns: input.columns };
    }
    case 'unnest': {
      const input = push(plan.input, domain, ids);
      const { ordinality, outer } = plan;
      return (
        input && {
          plan: unnestPlan(input.plan, rebound(plan.expression, domain, input), plan.element, { ordinality, outer }),
          columns: input.columns,
        }
      );
    }
    case 'window': {
      // Each combination of outer values has partitions of its own.
      const input = pushKeepingOrder(plan.input, domain, ids);
      if (input === undefined) return undefined;
      const mapped = mapPlanExpressions(plan, (expression) => rebound(expression, domain, input));
      if (mapped.kind !== 'window') return undefined;
      const partitionBy = [...mapped.partitionBy, ...references(input.columns)];
      return {
        plan: { ...mapped, columns: [...input.plan.columns, ...plan.results], input: input.plan, partitionBy },
        columns: input.columns,
      };
    }
    case 'aggregate':
      return pushIntoAggregate(plan, domain, ids);
    case 'join':
      return pushIntoJoin(plan, domain, ids);
    case 'setOperation':
      return pushIntoSetOperation(plan, domain, ids);
    case 'let': {
      if (isCorrelated(plan.definition, idsOf(domain.columns))) return undefined;
      const body = push(plan.body, domain, ids);
      return body && { plan: { ...plan, columns: body.plan.columns, body: body.plan }, columns: body.columns };
    }
    case 'asOfJoin': {
      if (isCorrelated(plan.right, idsOf(domain.columns))) return undefined;
      const left = push(plan.left, domain, ids);
      if (left === undefined) return undefined;
      const bound = mapPlanExpressions(plan, (expression) => rebound(expression, domain, left));
      return { plan: withChildren(bound, [left.plan, plan.right]), columns: left.columns };
    }
    case 'scan':
    case 'recursive':
    case 'reference':
    case 'apply':
    case 'fetch':
    case 'insert':
    case 'update':
    case 'delete':
    case 'merge':
      return undefined;
  }
}

/** For who looks for the first row: the order is either none or that of a sort right here. */
function pushKeepingOrder(plan: Plan, domain: Domain, ids: ColumnIds): Pushed | undefined {
  if (plan.kind !== 'sort') return isOrdered(plan) ? undefined : push(plan, domain, ids);
  const input = push(plan.input, domain, ids);
  if (input === undefined) return undefined;
  const keys = plan.keys.map((key) => ({ ...key, expression: rebound(key.expression, domain, input) }));
  return { plan: { ...plan, columns: input.plan.columns, input: input.plan, keys }, columns: input.columns };
}

/** The domain's columns may come out of an input under other ids than they went in. */
function rebound(expression: Expression, domain: Domain, input: Pushed): Expression {
  if (input.columns === domain.columns) return expression;
  const by = new Map(domain.columns.map((column, i) => [column.id, columnRef(input.columns[i] ?? column)] as const));
  return replaceColumns(expression, by);
}

function isOrdered(plan: Plan): boolean {
  switch (plan.kind) {
    case 'sort':
      return true;
    case 'filter':
    case 'project':
    case 'limit':
    case 'unnest':
      return isOrdered(plan.input);
    default:
      return false;
  }
}

/** Rows of correlated values: each row by itself over the domain. */
function pushIntoValues(plan: Values, domain: Domain): Pushed | undefined {
  const [row] = plan.rows;
  if (row === undefined || plan.rows.length > 1) return undefined;
  return {
    plan: {
      kind: 'project',
      columns: [...plan.columns, ...domain.columns],
      input: domain.plan,
      expressions: [...row, ...references(domain.columns)],
    },
    columns: domain.columns,
  };
}

/** A second domain beside the first, for the other side of a join. */
function another(domain: Domain, ids: ColumnIds): Domain & { readonly by: ReadonlyMap<ColumnId, Expression> } {
  const copy = renumber(domain.plan, ids);
  const columns = domain.columns.map((column) => ({ ...column, id: copy.column(column.id) }));
  const by = new Map(domain.columns.map((column, i) => [column.id, columnRef(columns[i] ?? column)] as const));
  return { plan: copy.plan, columns, by };
}

function sameRow(a: readonly Column[], b: readonly Column[]): readonly Expression[] {
  return a.map((column, i) => same(columnRef(column), columnRef(b[i] ?? column)));
}

function pushIntoJoin(plan: Join, domain: Domain, ids: ColumnIds): Pushed | undefined {
  const own = idsOf(domain.columns);
  const inRight = isCorrelated(plan.right, own);
  const inLeft = isCorrelated(plan.left, own) || usesAny(plan.condition, own);
  const { nullAware, mark } = plan;
  if (plan.join === 'inner' && !inLeft) {
    const right = push(plan.right, domain, ids);
    return right && { plan: join('inner', plan.left, right.plan, plan.condition), columns: right.columns };
  }
  if (plan.join === 'full') return undefined;
  const left = push(plan.left, domain, ids);
  if (left === undefined) return undefined;
  const matched = rebound(plan.condition, domain, left);
  if (!inRight)
    return { plan: join(plan.join, left.plan, plan.right, matched, { nullAware, mark }), columns: left.columns };
  const second = another(domain, ids);
  const right = push(substitutePlan(plan.right, second.by), second, ids);
  if (right === undefined) return undefined;
  const condition = and([...sameRow(left.columns, right.columns), matched]);
  const joined = join(plan.join, left.plan, right.plan, condition, { nullAware, mark });
  const wanted = joinColumns(plan.join, left.plan.columns, plan.right.columns, mark);
  return { plan: restrictTo(joined, wanted), columns: left.columns };
}

function pushIntoAggregate(plan: Aggregate, domain: Domain, ids: ColumnIds): Pushed | undefined {
  const sets = plan.groupingSets;
  if (sets?.some((set) => set.length === 0)) return undefined;
  const scalar = plan.groups.length === 0;
  const input = push(plan.input, domain, ids);
  if (input === undefined) return undefined;
  const bind = (expression: Expression): Expression => rebound(expression, domain, input);
  const aggregates = plan.aggregates.map((call) => mapAggregate(call, bind));
  const groupCount = plan.groups.length;
  const positions = input.columns.map((_, i) => groupCount + i);
  if (!scalar) {
    // Groups of several sets have columns of their own.
    const outputs = sets === undefined ? input.columns : input.columns.map((column) => ({ ...column, id: ids.next() }));
    const grouped: Aggregate = {
      ...plan,
      columns: [...plan.columns.slice(0, groupCount), ...outputs, ...plan.columns.slice(groupCount)],
      input: input.plan,
      groups: [...plan.groups.map(bind), ...references(input.columns)],
      aggregates,
      groupingSets: sets?.map((set) => [...set, ...positions]),
    };
    return { plan: grouped, columns: outputs };
  }
  // A group without rows has a result too: the domain is joined with the groups that there are.
  const fresh = plan.columns.map((column): Column => ({ ...column, id: ids.next() }));
  const grouped: Aggregate = {
    ...plan,
    columns: [...input.columns, ...fresh],
    input: input.plan,
    groups: references(input.columns),
    aggregates,
  };
  const all = another(domain, ids);
  const joined = join('left', all.plan, grouped, and(sameRow(all.columns, input.columns)));
  const expressions = plan.aggregates.map((call, i): Expression => {
    const value = fresh[i] === undefined ? nullOf(call.type) : columnRef({ ...fresh[i], nullable: true });
    const empty = emptyValue(call);
    if (isConstant(empty, null)) return value;
    return withNullability({ kind: 'call', fn: 'coalesce', args: [value, empty], type: value.type, nullable: true });
  });
  return {
    plan: {
      kind: 'project',
      columns: [...plan.columns, ...all.columns],
      input: joined,
      expressions: [...expressions, ...references(all.columns)],
    },
    columns: all.columns,
  };
}

function pushIntoSetOperation(plan: SetOperation, domain: Domain, ids: ColumnIds): Pushed | undefined {
  const left = push(plan.left, domain, ids);
  const second = another(domain, ids);
  const right = push(substitutePlan(plan.right, second.by), second, ids);
  if (left === undefined || right === undefined) return undefined;
  const columns = domain.columns.map((column): Column => ({ ...column, id: ids.next() }));
  return {
    plan: {
      ...plan,
      columns: [...plan.columns, ...columns],
      left: restrictTo(left.plan, [...plan.left.columns, ...left.columns]),
      right: restrictTo(right.plan, [...plan.right.columns, ...right.columns]),
    },
    columns,
  };
}
