import {
  and,
  columnRef,
  constant,
  distinct,
  filter,
  join,
  nullOf,
  sort,
  TRUE,
  unnest as unnestPlan,
} from '../../ir/build.ts';
import { type ColumnIds, freeColumns, substitutePlan } from '../../ir/columns.ts';
import { joinColumns } from '../../ir/derive.ts';
import type { AggregateCall, Column, ColumnId, Expression } from '../../ir/expression.ts';
import type { Aggregate, Join, Let, Plan, Recursive, SetOperation } from '../../ir/plan.ts';
import { mapAggregate, mapPlanExpressions, withChildren } from '../../ir/traverse.ts';
import { INT32, type Type } from '../../types/type.ts';
import { ids as idsOf, isConstant, references, same } from '../calls.ts';
import { emptyValue } from '../empty-aggregate.ts';
import { withNullability } from '../fold.ts';
import { renumber } from '../renumber.ts';
import { restrictTo } from '../restrict.ts';
import { hasVolatileExpressions, ignoresOrder, isRepeatable } from '../volatility.ts';
import { usesAny } from './correlation.ts';
import type { DependentJoin } from './dependent-join.ts';
import { pushOrdered } from './domain-order.ts';
import { another, type Domain, depends, exactly, type Pushed, rebound } from './pushed.ts';

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
  const domain: Domain = { plan: copy.plan, columns: copy.plan.columns, bound: new Set() };
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

function push(plan: Plan, domain: Domain, ids: ColumnIds): Pushed | undefined {
  if (!depends(plan, domain)) return { plan: join('inner', plan, domain.plan, TRUE), columns: domain.columns };
  switch (plan.kind) {
    case 'values':
    case 'limit': {
      const pushed = pushOrdered(plan, domain, { ids, push });
      return pushed && exactly(plan, pushed);
    }
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
      if (plan.on !== undefined) {
        const ordered = pushOrdered(plan, domain, { ids, push });
        return ordered && exactly(plan, ordered);
      }
      const input = push(plan.input, domain, ids);
      return input && { plan: distinct(input.plan), columns: input.columns };
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
      const input = pushOrdered(plan.input, domain, { ids, push });
      if (input === undefined) return undefined;
      const ordered = sort(input.plan, input.order);
      const mapped = mapPlanExpressions(plan, (expression) => rebound(expression, domain, input));
      if (mapped.kind !== 'window') return undefined;
      const partitionBy = [...mapped.partitionBy, ...references(input.columns)];
      const columns = [...ordered.columns, ...plan.results];
      return exactly(plan, { plan: { ...mapped, columns, input: ordered, partitionBy }, columns: input.columns });
    }
    case 'aggregate':
      return pushIntoAggregate(plan, domain, ids);
    case 'join':
      return pushIntoJoin(plan, domain, ids);
    case 'setOperation':
      return pushIntoSetOperation(plan, domain, ids);
    case 'let':
      return pushIntoLet(plan, domain, ids);
    case 'recursive':
      return pushIntoRecursion(plan, domain, ids);
    case 'reference': {
      const columns = domain.columns.map((column): Column => ({ ...column, id: ids.next(), nullable: true }));
      return { plan: { ...plan, columns: [...plan.columns, ...columns] }, columns };
    }
    case 'asOfJoin': {
      if (depends(plan.right, domain)) return undefined;
      const left = push(plan.left, domain, ids);
      if (left === undefined) return undefined;
      const bound = mapPlanExpressions(plan, (expression) => rebound(expression, domain, left));
      return { plan: withChildren(bound, [left.plan, plan.right]), columns: left.columns };
    }
    case 'scan':
    case 'apply':
    case 'fetch':
    case 'insert':
    case 'update':
    case 'delete':
    case 'merge':
      return undefined;
  }
}

/** A definition that depends on the domain is computed for all of it; its rows have the domain's columns then. */
function pushIntoLet(plan: Let, domain: Domain, ids: ColumnIds): Pushed | undefined {
  if (!depends(plan.definition, domain)) {
    const body = push(plan.body, domain, ids);
    return body && { plan: { ...plan, columns: body.plan.columns, body: body.plan }, columns: body.columns };
  }
  const pushed = push(plan.definition, domain, ids);
  const second = another(domain, ids);
  const bound = new Set([...domain.bound, plan.binding]);
  const body = push(substitutePlan(plan.body, second.by), { ...second, bound }, ids);
  if (pushed === undefined || body === undefined) return undefined;
  const definition = exactly(plan.definition, pushed).plan;
  return { plan: { ...plan, columns: body.plan.columns, definition, body: body.plan }, columns: body.columns };
}

/** The recursions of all of the domain's rows, side by side: their iterations are numbered alike. */
function pushIntoRecursion(plan: Recursive, domain: Domain, ids: ColumnIds): Pushed | undefined {
  const base = push(plan.base, domain, ids);
  const second = another(domain, ids);
  const bound = new Set([...domain.bound, plan.binding]);
  const step = push(substitutePlan(plan.step, second.by), { ...second, bound }, ids);
  if (base === undefined || step === undefined) return undefined;
  const columns = domain.columns.map((column): Column => ({ ...column, id: ids.next(), nullable: true }));
  return {
    plan: {
      ...plan,
      columns: [...plan.columns, ...columns],
      base: exactly(plan.base, base).plan,
      step: exactly(plan.step, step).plan,
    },
    columns,
  };
}

function sameRow(a: readonly Column[], b: readonly Column[]): readonly Expression[] {
  return a.map((column, i) => same(columnRef(column), columnRef(b[i] ?? column)));
}

function pushIntoJoin(plan: Join, domain: Domain, ids: ColumnIds): Pushed | undefined {
  const inRight = depends(plan.right, domain);
  const inLeft = depends(plan.left, domain) || usesAny(plan.condition, idsOf(domain.columns));
  const { nullAware, mark } = plan;
  if (plan.join === 'inner' && !inLeft) {
    const right = push(plan.right, domain, ids);
    return right && { plan: join('inner', plan.left, right.plan, plan.condition), columns: right.columns };
  }
  const left = push(plan.left, domain, ids);
  if (left === undefined) return undefined;
  const matched = rebound(plan.condition, domain, left);
  if (!inRight && plan.join !== 'full')
    return { plan: join(plan.join, left.plan, plan.right, matched, { nullAware, mark }), columns: left.columns };
  const second = another(domain, ids);
  const right = push(substitutePlan(plan.right, second.by), second, ids);
  if (right === undefined) return undefined;
  const condition = and([...sameRow(left.columns, right.columns), matched]);
  const joined = join(plan.join, left.plan, right.plan, condition, { nullAware, mark });
  if (plan.join === 'full') return eitherSide(plan, joined, left.columns, right.columns, ids);
  const wanted = joinColumns(plan.join, left.plan.columns, plan.right.columns, mark);
  return { plan: restrictTo(joined, wanted), columns: left.columns };
}

/** A full join pads both sides: the domain's columns come from the one that is there. */
function eitherSide(
  plan: Join,
  joined: Plan,
  left: readonly Column[],
  right: readonly Column[],
  ids: ColumnIds,
): Pushed {
  const columns = left.map((column): Column => ({ ...column, id: ids.next(), nullable: true }));
  const values = left.map((column, i): Expression => {
    const args = [column, right[i] ?? column].map((side) => columnRef({ ...side, nullable: true }));
    return { kind: 'call', fn: 'coalesce', args, type: column.type, nullable: true };
  });
  return {
    plan: {
      kind: 'project',
      columns: [...plan.columns, ...columns],
      input: joined,
      expressions: [...references(plan.columns), ...values],
    },
    columns,
  };
}

function pushIntoAggregate(plan: Aggregate, domain: Domain, ids: ColumnIds): Pushed | undefined {
  const sets = plan.groupingSets;
  const emptySets = sets?.filter((set) => set.length === 0).length ?? 0;
  if (emptySets > 1) return undefined;
  // The domain mixes the rows of its own rows: what depends on their order gets it as keys.
  const sees = (call: AggregateCall): boolean => call.orderBy.length === 0 && !call.distinct && !ignoresOrder(call);
  const ordered = plan.aggregates.some(sees) ? pushOrdered(plan.input, domain, { ids, push }) : undefined;
  const input = plan.aggregates.some(sees) ? ordered : push(plan.input, domain, ids);
  if (input === undefined) return undefined;
  const order = ordered?.order ?? [];
  const bind = (expression: Expression): Expression => rebound(expression, domain, input);
  const aggregates = plan.aggregates.map((call) =>
    sees(call) ? { ...mapAggregate(call, bind), orderBy: order } : mapAggregate(call, bind),
  );
  const groupCount = plan.groups.length;
  const positions = input.columns.map((_, i) => groupCount + i);
  // Groups of several sets have columns of their own.
  const outputs = sets === undefined ? input.columns : input.columns.map((column) => ({ ...column, id: ids.next() }));
  const total = groupCount === 0 || emptySets > 0;
  const own = total ? plan.columns.map((column): Column => ({ ...column, id: ids.next() })) : plan.columns;
  const grouped: Aggregate = {
    ...plan,
    columns: [...own.slice(0, groupCount), ...outputs, ...own.slice(groupCount)],
    input: input.plan,
    groups: [...plan.groups.map(bind), ...references(input.columns)],
    aggregates,
    groupingSets: sets?.map((set) => [...set, ...positions]),
    set: plan.set && own.at(-1),
  };
  if (!total) return { plan: grouped, columns: outputs };
  // The group of all rows has a result without rows too: the domain is joined with the groups that there are.
  const all = another(domain, ids);
  const joined = join('left', all.plan, grouped, and(sameRow(all.columns, outputs)));
  const empty = [
    ...plan.groups.map((group) => nullOf(group.type)),
    ...plan.aggregates.map(emptyValue),
    ...(sets === undefined
      ? []
      : [
          constant(
            sets.findIndex((set) => set.length === 0),
            INT32,
          ),
        ]),
  ];
  const expressions = own.map((column, i): Expression => {
    const value = columnRef({ ...column, nullable: true });
    const other = empty[i];
    if (other === undefined || isConstant(other, null)) return value;
    return withNullability({ kind: 'call', fn: 'coalesce', args: [value, other], type: value.type, nullable: true });
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
  const columns = domain.columns.map(
    (column, i): Column => ({
      ...column,
      id: ids.next(),
      nullable: left.columns[i]?.nullable !== false || right.columns[i]?.nullable !== false,
    }),
  );
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
