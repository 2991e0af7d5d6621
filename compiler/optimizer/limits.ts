import { constant, limit, sort } from '../ir/build.ts';
import { expressionColumns } from '../ir/columns.ts';
import type { ColumnId, Expression, SortKey } from '../ir/expression.ts';
import type { Limit, Plan } from '../ir/plan.ts';
import { mapPlanChildren, withChildren } from '../ir/traverse.ts';
import { INT64 } from '../types/type.ts';
import { emptyValues } from './empty.ts';
import { replaceColumns } from './nullability.ts';
import type { Pass } from './pass.ts';
import { hasVolatileExpressions, isVolatile, isVolatilePlan } from './volatility.ts';

/** Moves limits below what puts out a row for each input row, and copies them into what puts out no fewer. */
export const pushLimits: Pass = { name: 'push limits', run: (plan) => visit(plan) };

function visit(plan: Plan): Plan {
  const node = plan.kind === 'limit' ? pushLimit(plan) : plan;
  return mapPlanChildren(node, visit);
}

function pushLimit(plan: Limit): Plan {
  const { input, count, offset } = plan;
  const rows = constantCount(count);
  if (rows === 0n && !isVolatilePlan(input)) return emptyValues(plan.columns);
  if (input.kind === 'limit') return mergeLimits(plan, input);
  if (input.kind === 'project') {
    if (hasVolatileExpressions(input)) return plan;
    return withChildren(input, [pushLimit({ ...plan, columns: input.input.columns, input: input.input })]);
  }
  const skipped = offset === undefined ? 0n : constantCount(offset);
  if (rows === undefined || skipped === undefined || isVolatilePlan(input)) return plan;
  const needed = rows + skipped;
  switch (input.kind) {
    case 'sort': {
      const below = firstOf(input.input, input.keys, needed);
      return below === input.input ? plan : withChildren(plan, [withChildren(input, [below])]);
    }
    case 'join':
    case 'apply': {
      const keepsLeft = input.join === 'left' || input.join === 'single' || input.join === 'mark';
      if (!keepsLeft) return plan;
      return withChildren(plan, [withChildren(input, [limited(input.left, needed), input.right])]);
    }
    case 'setOperation': {
      if (input.operation !== 'union' || !input.all) return plan;
      const sides = [limited(input.left, needed), limited(input.right, needed)];
      return withChildren(plan, [withChildren(input, sides)]);
    }
    default:
      return plan;
  }
}

/**
 * The plan with fewer rows, among which are so many first ones in the order of the keys: where a join keeps the rows of
 * its left side and the order is theirs, only their first ones can be among the first of its own.
 */
function firstOf(plan: Plan, keys: readonly SortKey[], rows: bigint): Plan {
  switch (plan.kind) {
    case 'project': {
      const by = new Map<ColumnId, Expression>();
      plan.columns.forEach((column, i) => {
        const expression = plan.expressions[i];
        if (expression !== undefined) by.set(column.id, expression);
      });
      const below = keys.map((key) => ({ ...key, expression: replaceColumns(key.expression, by) }));
      return hasVolatileExpressions(plan) ? plan : withChildren(plan, [firstOf(plan.input, below, rows)]);
    }
    case 'join':
    case 'apply': {
      if (plan.join !== 'left' && plan.join !== 'single' && plan.join !== 'mark') return plan;
      const left = new Set(plan.left.columns.map((column) => column.id));
      const ofLeft = keys.every(({ expression }) => [...expressionColumns(expression)].every((id) => left.has(id)));
      if (!ofLeft || plan.left.kind === 'limit' || keys.some(({ expression }) => isVolatile(expression))) return plan;
      const first = limited(sort(firstOf(plan.left, keys, rows), keys), rows);
      return withChildren(plan, [first, plan.right]);
    }
    default:
      return plan;
  }
}

/** At most so many rows of the plan. */
function limited(plan: Plan, rows: bigint): Plan {
  if (plan.kind === 'limit') {
    const own = constantCount(plan.count);
    if (own !== undefined && own <= rows) return plan;
  }
  return limit(plan, constant(rows, INT64));
}

function mergeLimits(outer: Limit, inner: Limit): Plan {
  const [a, b] = [constantCount(outer.count), constantCount(inner.count)];
  const [skipOuter, skipInner] = [outer.offset, inner.offset].map((offset) =>
    offset === undefined ? 0n : constantCount(offset),
  );
  const known =
    (a !== undefined || outer.count === undefined) &&
    (b !== undefined || inner.count === undefined) &&
    skipOuter !== undefined &&
    skipInner !== undefined;
  if (!known) return outer;
  const left = b === undefined ? undefined : b > skipOuter ? b - skipOuter : 0n;
  const rows = a === undefined ? left : left === undefined || a < left ? a : left;
  const skipped = skipOuter + skipInner;
  return pushLimit({
    ...outer,
    input: inner.input,
    count: rows === undefined ? undefined : constant(rows, INT64),
    offset: skipped === 0n ? undefined : constant(skipped, INT64),
  });
}

function constantCount(expression: Expression | undefined): bigint | undefined {
  return expression?.kind === 'constant' && typeof expression.value === 'bigint' ? expression.value : undefined;
}
