import { internalError, unreachable } from '../types/error.ts';
import { derivedColumns } from './derive.ts';
import type { AggregateCall, Expression, FrameBound, SortKey, WindowCall, WindowFrame } from './expression.ts';
import type { Plan } from './plan.ts';

/**
 * Generic walks over plans and expressions. Every `map…` function returns the very object it was given when nothing
 * changed, so that a pass can tell by identity whether it did anything, and shared subtrees stay shared.
 *
 * The relational inputs of a node and the plans inside its subquery expressions are different things: `planChildren`
 * gives the former only, `expressionPlans` the latter.
 */

/** The node's relational inputs, left before right. */
export function planChildren(plan: Plan): readonly Plan[] {
  switch (plan.kind) {
    case 'scan':
    case 'values':
    case 'reference':
      return [];
    case 'filter':
    case 'project':
    case 'aggregate':
    case 'window':
    case 'sort':
    case 'limit':
    case 'distinct':
    case 'unnest':
    case 'fetch':
    case 'insert':
    case 'update':
    case 'delete':
    case 'merge':
      return [plan.input];
    case 'join':
    case 'apply':
    case 'setOperation':
    case 'asOfJoin':
      return [plan.left, plan.right];
    case 'let':
      return [plan.definition, plan.body];
    case 'recursive':
      return [plan.base, plan.step];
    default:
      return unreachable(plan);
  }
}

/**
 * The node over other inputs. Output columns that follow from the inputs (pass-through nodes, joins) are derived
 * again, so a change of an input's columns or their nullability travels upwards.
 */
export function withChildren(plan: Plan, children: readonly Plan[]): Plan {
  const old = planChildren(plan);
  if (children.length !== old.length) throw internalError(`${plan.kind} takes ${old.length} inputs`);
  if (children.every((child, i) => child === old[i])) return plan;
  const [first, second] = children;
  if (first === undefined) return plan;
  switch (plan.kind) {
    case 'scan':
    case 'values':
    case 'reference':
      return plan;
    case 'filter':
    case 'sort':
    case 'limit':
    case 'distinct':
    case 'project':
    case 'aggregate':
    case 'window':
    case 'unnest':
    case 'fetch':
    case 'insert':
    case 'update':
    case 'delete':
    case 'merge':
      return derivedColumns({ ...plan, input: first });
    case 'join':
    case 'apply':
    case 'setOperation':
    case 'asOfJoin':
      if (second === undefined) throw internalError(`${plan.kind} takes 2 inputs`);
      return derivedColumns({ ...plan, left: first, right: second });
    case 'let':
      if (second === undefined) throw internalError(`${plan.kind} takes 2 inputs`);
      return derivedColumns({ ...plan, definition: first, body: second });
    case 'recursive':
      if (second === undefined) throw internalError(`${plan.kind} takes 2 inputs`);
      return { ...plan, base: first, step: second };
    default:
      return unreachable(plan);
  }
}

export function mapPlanChildren(plan: Plan, map: (child: Plan) => Plan): Plan {
  return withChildren(plan, mapArray(planChildren(plan), map));
}

/** Rebuilds the plan from the leaves up; does not look into subquery expressions. */
export function mapPlan(plan: Plan, map: (node: Plan) => Plan): Plan {
  return map(mapPlanChildren(plan, (child) => mapPlan(child, map)));
}

/** The expressions that stand in this node itself. */
export function planExpressions(plan: Plan): readonly Expression[] {
  switch (plan.kind) {
    case 'scan':
    case 'setOperation':
    case 'apply':
    case 'fetch':
    case 'delete':
    case 'let':
    case 'recursive':
    case 'reference':
      return [];
    case 'asOfJoin':
      return [...plan.keys.flatMap((key) => [key.left, key.right]), plan.order.left, plan.order.right];
    case 'values':
      return plan.rows.flat();
    case 'filter':
      return [plan.predicate];
    case 'project':
      return plan.expressions;
    case 'join':
      return [plan.condition];
    case 'aggregate':
      return [...plan.groups, ...plan.aggregates.flatMap(aggregateExpressions)];
    case 'window':
      return [
        ...plan.partitionBy,
        ...plan.orderBy.map((key) => key.expression),
        ...plan.calls.flatMap(windowCallExpressions),
      ];
    case 'sort':
      return plan.keys.map((key) => key.expression);
    case 'limit':
      return [plan.count, plan.offset].filter((e) => e !== undefined);
    case 'distinct':
      return plan.on ?? [];
    case 'unnest':
      return [plan.expression];
    case 'insert':
    case 'update':
      return plan.values;
    case 'merge':
      return [
        ...plan.matchValues,
        ...plan.onMatch.map((set) => set.value),
        ...plan.insertValues,
        ...(plan.conflict === undefined ? [] : [plan.conflict.condition]),
      ];
    default:
      return unreachable(plan);
  }
}

function aggregateExpressions(aggregate: AggregateCall): readonly Expression[] {
  return [
    ...aggregate.args,
    ...(aggregate.filter === undefined ? [] : [aggregate.filter]),
    ...aggregate.orderBy.map((key) => key.expression),
  ];
}

export function windowCallExpressions({ args, filter, frame }: WindowCall): readonly Expression[] {
  return [...args, ...(filter === undefined ? [] : [filter]), ...frameExpressions(frame)];
}

function frameExpressions({ start, end, key }: WindowFrame): readonly Expression[] {
  return [...boundExpressions(start), ...boundExpressions(end), ...(key === undefined ? [] : [key])];
}

function boundExpressions(bound: FrameBound): readonly Expression[] {
  if (bound.kind === 'unbounded' || bound.kind === 'current') return [];
  return bound.reach === undefined ? [bound.offset] : [bound.offset, bound.reach];
}

/**
 * The node with its own expressions replaced. Types must stay; columns of the node are not derived again, except that
 * a project's or aggregate's stay as declared (a pass that proves more about nullability says so itself).
 */
export function mapPlanExpressions(plan: Plan, map: (expression: Expression) => Expression): Plan {
  switch (plan.kind) {
    case 'scan':
    case 'setOperation':
    case 'apply':
    case 'fetch':
    case 'delete':
    case 'let':
    case 'recursive':
    case 'reference':
      return plan;
    case 'asOfJoin': {
      const keys = mapArray(plan.keys, (key) => {
        const left = map(key.left);
        const right = map(key.right);
        return left === key.left && right === key.right ? key : { left, right };
      });
      const left = map(plan.order.left);
      const right = map(plan.order.right);
      const same = keys === plan.keys && left === plan.order.left && right === plan.order.right;
      return same ? plan : { ...plan, keys, order: { ...plan.order, left, right } };
    }
    case 'values': {
      const rows = mapArray(plan.rows, (row) => mapArray(row, map));
      return rows === plan.rows ? plan : { ...plan, rows };
    }
    case 'filter': {
      const predicate = map(plan.predicate);
      return predicate === plan.predicate ? plan : { ...plan, predicate };
    }
    case 'project': {
      const expressions = mapArray(plan.expressions, map);
      return expressions === plan.expressions ? plan : { ...plan, expressions };
    }
    case 'join': {
      const condition = map(plan.condition);
      return condition === plan.condition ? plan : { ...plan, condition };
    }
    case 'aggregate': {
      const groups = mapArray(plan.groups, map);
      const aggregates = mapArray(plan.aggregates, (aggregate) => mapAggregate(aggregate, map));
      return groups === plan.groups && aggregates === plan.aggregates ? plan : { ...plan, groups, aggregates };
    }
    case 'window': {
      const partitionBy = mapArray(plan.partitionBy, map);
      const orderBy = mapSortKeys(plan.orderBy, map);
      const calls = mapArray(plan.calls, (call) => mapWindowCall(call, map));
      const same = partitionBy === plan.partitionBy && orderBy === plan.orderBy && calls === plan.calls;
      return same ? plan : { ...plan, partitionBy, orderBy, calls };
    }
    case 'sort': {
      const keys = mapSortKeys(plan.keys, map);
      return keys === plan.keys ? plan : { ...plan, keys };
    }
    case 'limit': {
      const count = plan.count && map(plan.count);
      const offset = plan.offset && map(plan.offset);
      return count === plan.count && offset === plan.offset ? plan : { ...plan, count, offset };
    }
    case 'distinct': {
      const on = plan.on && mapArray(plan.on, map);
      return on === plan.on ? plan : { ...plan, on };
    }
    case 'unnest': {
      const expression = map(plan.expression);
      return expression === plan.expression ? plan : { ...plan, expression };
    }
    case 'insert':
    case 'update': {
      const values = mapArray(plan.values, map);
      return values === plan.values ? plan : { ...plan, values };
    }
    case 'merge': {
      const matchValues = mapArray(plan.matchValues, map);
      const insertValues = mapArray(plan.insertValues, map);
      const onMatch = mapArray(plan.onMatch, (set) => {
        const value = map(set.value);
        return value === set.value ? set : { ...set, value };
      });
      const condition = plan.conflict && map(plan.conflict.condition);
      const same =
        matchValues === plan.matchValues &&
        insertValues === plan.insertValues &&
        onMatch === plan.onMatch &&
        condition === plan.conflict?.condition;
      if (same) return plan;
      const conflict = plan.conflict && condition && { ...plan.conflict, condition };
      return { ...plan, matchValues, insertValues, onMatch, conflict };
    }
    default:
      return unreachable(plan);
  }
}

export function mapAggregate(aggregate: AggregateCall, map: (expression: Expression) => Expression): AggregateCall {
  const args = mapArray(aggregate.args, map);
  const filter = aggregate.filter && map(aggregate.filter);
  const orderBy = mapSortKeys(aggregate.orderBy, map);
  const same = args === aggregate.args && filter === aggregate.filter && orderBy === aggregate.orderBy;
  return same ? aggregate : { ...aggregate, args, filter, orderBy };
}

export function mapWindowCall(call: WindowCall, map: (expression: Expression) => Expression): WindowCall {
  const args = mapArray(call.args, map);
  const filter = call.filter && map(call.filter);
  const frame = mapFrame(call.frame, map);
  const same = args === call.args && filter === call.filter && frame === call.frame;
  return same ? call : { ...call, args, filter, frame };
}

function mapFrame(frame: WindowFrame, map: (expression: Expression) => Expression): WindowFrame {
  const start = mapBound(frame.start, map);
  const end = mapBound(frame.end, map);
  const key = frame.key && map(frame.key);
  return start === frame.start && end === frame.end && key === frame.key ? frame : { ...frame, start, end, key };
}

function mapBound(bound: FrameBound, map: (expression: Expression) => Expression): FrameBound {
  if (bound.kind === 'unbounded' || bound.kind === 'current') return bound;
  const offset = map(bound.offset);
  const reach = bound.reach && map(bound.reach);
  return offset === bound.offset && reach === bound.reach ? bound : { ...bound, offset, reach };
}

export function mapSortKeys(keys: readonly SortKey[], map: (expression: Expression) => Expression): readonly SortKey[] {
  return mapArray(keys, (key) => {
    const expression = map(key.expression);
    return expression === key.expression ? key : { ...key, expression };
  });
}

/** Direct operands; a subquery's is its `arg` only (see `expressionPlans`). */
export function expressionChildren(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'column':
    case 'constant':
    case 'parameter':
      return [];
    case 'call':
    case 'and':
    case 'or':
      return expression.args;
    case 'case':
      return [...expression.branches.flatMap((branch) => [branch.when, branch.then]), expression.otherwise];
    case 'cast':
    case 'in':
      return [expression.arg];
    case 'subquery':
      return expression.arg === undefined ? [] : [expression.arg];
    case 'lambda':
      return [expression.body];
    default:
      return unreachable(expression);
  }
}

/** The expression over other operands; its type and nullability stay as declared. */
export function mapExpressionChildren(expression: Expression, map: (child: Expression) => Expression): Expression {
  switch (expression.kind) {
    case 'column':
    case 'constant':
    case 'parameter':
      return expression;
    case 'call':
    case 'and':
    case 'or': {
      const args = mapArray(expression.args, map);
      return args === expression.args ? expression : { ...expression, args };
    }
    case 'case': {
      const branches = mapArray(expression.branches, (branch) => {
        const when = map(branch.when);
        const then = map(branch.then);
        return when === branch.when && then === branch.then ? branch : { when, then };
      });
      const otherwise = map(expression.otherwise);
      const same = branches === expression.branches && otherwise === expression.otherwise;
      return same ? expression : { ...expression, branches, otherwise };
    }
    case 'cast':
    case 'in': {
      const arg = map(expression.arg);
      return arg === expression.arg ? expression : { ...expression, arg };
    }
    case 'subquery': {
      const arg = expression.arg && map(expression.arg);
      return arg === expression.arg ? expression : { ...expression, arg };
    }
    case 'lambda': {
      const body = map(expression.body);
      return body === expression.body ? expression : { ...expression, body };
    }
    default:
      return unreachable(expression);
  }
}

/** Rebuilds the expression from the leaves up; does not look into subqueries' plans. */
export function mapExpression(expression: Expression, map: (node: Expression) => Expression): Expression {
  return map(mapExpressionChildren(expression, (child) => mapExpression(child, map)));
}

/** Whether some node of the expression satisfies the test; does not look into subqueries' plans. */
export function someExpression(expression: Expression, test: (node: Expression) => boolean): boolean {
  return test(expression) || expressionChildren(expression).some((child) => someExpression(child, test));
}

/** The plans of the subqueries in an expression, outermost only. */
export function expressionPlans(expression: Expression): readonly Plan[] {
  const plans: Plan[] = [];
  const visit = (node: Expression): void => {
    if (node.kind === 'subquery') plans.push(node.plan);
    for (const child of expressionChildren(node)) visit(child);
  };
  visit(expression);
  return plans;
}

/** Whether some node of the plan satisfies the test, plans of subquery expressions included. */
export function somePlan(plan: Plan, test: (node: Plan) => boolean): boolean {
  return (
    test(plan) ||
    planChildren(plan).some((child) => somePlan(child, test)) ||
    planExpressions(plan).some((e) => expressionPlans(e).some((inner) => somePlan(inner, test)))
  );
}

/** `Array.map` that gives back the same array when no element changed. */
export function mapArray<T>(array: readonly T[], map: (element: T) => T): readonly T[] {
  let changed: T[] | undefined;
  for (let i = 0; i < array.length; i++) {
    const before = array[i] as T; // i is within the array, whose elements may themselves be undefined
    const after = map(before);
    if (changed !== undefined) changed.push(after);
    else if (after !== before) changed = [...array.slice(0, i), after];
  }
  return changed ?? array;
}
