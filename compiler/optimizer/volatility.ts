import { scalarFunction } from '../functions/resolve.ts';
import { isTrueConstant } from '../ir/build.ts';
import { hasEffects } from '../ir/effects.ts';
import type { AggregateCall, Expression } from '../ir/expression.ts';
import type { Plan } from '../ir/plan.ts';
import { expressionChildren, planChildren, planExpressions } from '../ir/traverse.ts';

/** What may be evaluated more often, less often or elsewhere than the query says. */

const volatileExpressions = new WeakMap<Expression, boolean>();
const volatilePlans = new WeakMap<Plan, boolean>();
const unrepeatablePlans = new WeakMap<Plan, boolean>();

/** Whether some call may give another result each time it is evaluated, in subqueries too. */
export function isVolatile(expression: Expression): boolean {
  const known = volatileExpressions.get(expression);
  if (known !== undefined) return known;
  const result = expressionIsVolatile(expression);
  volatileExpressions.set(expression, result);
  return result;
}

function expressionIsVolatile(expression: Expression): boolean {
  switch (expression.kind) {
    case 'column':
    case 'constant':
    case 'parameter':
      return false;
    case 'call':
      // A function that is not in the catalogue is not known to be anything.
      if ((scalarFunction(expression.fn)?.volatility ?? 'volatile') === 'volatile') return true;
      break;
    case 'subquery':
      if (isVolatilePlan(expression.plan)) return true;
      break;
    default:
      break;
  }
  return expressionChildren(expression).some(isVolatile);
}

/** Whether an expression of this node itself is volatile. */
export function hasVolatileExpressions(plan: Plan): boolean {
  return planExpressions(plan).some(isVolatile);
}

/** Whether the plan writes or calls a volatile function anywhere: it then runs exactly as often as it stands there. */
export function isVolatilePlan(plan: Plan): boolean {
  const known = volatilePlans.get(plan);
  if (known !== undefined) return known;
  const result = hasEffects(plan) || hasVolatileExpressions(plan) || planChildren(plan).some(isVolatilePlan);
  volatilePlans.set(plan, result);
  return result;
}

/**
 * Whether two runs of the plan put out the same rows. A limit may choose other rows each time, unless it keeps none
 * out; so may `distinct on` and aggregates that depend on the order of their input.
 */
export function isRepeatable(plan: Plan): boolean {
  const known = unrepeatablePlans.get(plan);
  if (known !== undefined) return !known;
  const result = !isVolatilePlan(plan) && nodeIsRepeatable(plan) && planChildren(countedOnly(plan)).every(isRepeatable);
  unrepeatablePlans.set(plan, !result);
  return result;
}

/** The node with a limit's input in place of the limit where only the number of rows matters, not which they are. */
function countedOnly(plan: Plan): Plan {
  switch (plan.kind) {
    case 'join': {
      const tests = (plan.join === 'semi' || plan.join === 'anti') && isTrueConstant(plan.condition);
      return tests && plan.right.kind === 'limit' ? { ...plan, right: plan.right.input } : plan;
    }
    case 'aggregate': {
      const counts =
        plan.groups.length === 0 && plan.aggregates.every((call) => call.fn === 'count' && call.args.length === 0);
      return counts && plan.input.kind === 'limit' ? { ...plan, input: plan.input.input } : plan;
    }
    default:
      return plan;
  }
}

const ANY_ORDER = new Set(['count', 'count_if', 'sum', 'avg', 'min', 'max', 'bool_and', 'bool_or']);

/** Whether the aggregate gives the same for its rows in every order. */
export function ignoresOrder(call: AggregateCall): boolean {
  return ANY_ORDER.has(call.fn);
}

/** Window functions that give the same for all rows of the same place. */
const BY_PEERS = new Set([
  'rank',
  'dense_rank',
  'percent_rank',
  'cume_dist',
  'count',
  'count_if',
  'bool_and',
  'bool_or',
]);

function nodeIsRepeatable(plan: Plan): boolean {
  switch (plan.kind) {
    case 'limit':
    case 'asOfJoin':
      return false;
    case 'distinct':
      return plan.on === undefined;
    case 'window':
      // Rows that the order does not tell apart may come in another one.
      return plan.calls.every(({ fn, frame: { unit, start, end, exclude } }) => {
        const whole = start.kind === 'unbounded' && end.kind === 'unbounded' && exclude === 'nothing';
        return BY_PEERS.has(fn) && (whole || (unit !== 'rows' && exclude !== 'current' && exclude !== 'ties'));
      });
    case 'aggregate':
      return plan.aggregates.every(
        // The last bits of a sum of floats depend on the order of its terms.
        (call) => ignoresOrder(call) && call.type.kind !== 'float32' && call.type.kind !== 'float64',
      );
    default:
      return true;
  }
}
