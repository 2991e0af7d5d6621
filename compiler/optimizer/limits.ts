import { constant, limit } from '../ir/build.ts';
import type { Expression } from '../ir/expression.ts';
import type { Limit, Plan } from '../ir/plan.ts';
import { mapPlanChildren, withChildren } from '../ir/traverse.ts';
import { INT64 } from '../types/type.ts';
import { emptyValues } from './empty.ts';
import type { Pass } from './pass.ts';
import { hasVolatileExpressions, isVolatilePlan } from './volatility.ts';

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
