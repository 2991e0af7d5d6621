import { expressionColumns } from '../ir/columns.ts';
import type { ColumnId, Expression } from '../ir/expression.ts';
import type { BindingId } from '../ir/plan.ts';
import { windowCallExpressions } from '../ir/traverse.ts';
import { isVolatile } from '../optimizer/volatility.ts';
import { unreachable } from '../types/error.ts';
import type { PhysicalPlan } from './plan.ts';

export { isIdentity } from '../optimizer/identity.ts';

/** The inputs of a node in the order in which printed plans show them: the streamed side first. */
export function children(plan: PhysicalPlan): readonly PhysicalPlan[] {
  switch (plan.kind) {
    case 'tableScan':
    case 'keyLookup':
    case 'values':
    case 'reference':
      return [];
    case 'hashJoin':
      return [plan.probe, plan.build];
    case 'nestedLoopJoin':
    case 'rangeJoin':
    case 'apply':
      return [plan.outer, plan.inner];
    case 'let':
      return [plan.definition, plan.body];
    case 'recursive':
      return [plan.base, plan.step];
    case 'unionAll':
      return plan.inputs;
    case 'filter':
    case 'project':
    case 'hashAggregate':
    case 'window':
    case 'sort':
    case 'limit':
    case 'repeat':
    case 'unnest':
    case 'fetch':
    case 'insert':
    case 'update':
    case 'delete':
    case 'merge':
      return [plan.input];
    default:
      return unreachable(plan);
  }
}

/** The same node over other inputs; a node whose inputs stay the same is returned itself. */
export function mapChildren(plan: PhysicalPlan, map: (child: PhysicalPlan) => PhysicalPlan): PhysicalPlan {
  switch (plan.kind) {
    case 'tableScan':
    case 'keyLookup':
    case 'values':
    case 'reference':
      return plan;
    case 'let': {
      const definition = map(plan.definition);
      const body = map(plan.body);
      return definition === plan.definition && body === plan.body ? plan : { ...plan, definition, body };
    }
    case 'recursive': {
      const base = map(plan.base);
      const step = map(plan.step);
      return base === plan.base && step === plan.step ? plan : { ...plan, base, step };
    }
    case 'hashJoin': {
      const probe = map(plan.probe);
      const build = map(plan.build);
      return probe === plan.probe && build === plan.build ? plan : { ...plan, probe, build };
    }
    case 'nestedLoopJoin':
    case 'rangeJoin':
    case 'apply': {
      const outer = map(plan.outer);
      const inner = map(plan.inner);
      return outer === plan.outer && inner === plan.inner ? plan : { ...plan, outer, inner };
    }
    case 'unionAll': {
      const inputs = plan.inputs.map(map);
      return inputs.every((input, i) => input === plan.inputs[i]) ? plan : { ...plan, inputs };
    }
    case 'filter':
    case 'project':
    case 'hashAggregate':
    case 'window':
    case 'sort':
    case 'limit':
    case 'repeat':
    case 'unnest':
    case 'fetch':
    case 'insert':
    case 'update':
    case 'delete':
    case 'merge': {
      const input = map(plan.input);
      return input === plan.input ? plan : { ...plan, input };
    }
    default:
      return unreachable(plan);
  }
}

/** Every expression that the node itself evaluates, without those of its inputs. */
export function expressions(plan: PhysicalPlan): readonly Expression[] {
  switch (plan.kind) {
    case 'tableScan':
      return plan.predicates;
    case 'keyLookup':
      return [...plan.keys.flat(), ...plan.predicates];
    case 'values':
      return plan.rows.flat();
    case 'filter':
      return [plan.predicate];
    case 'project':
      return plan.expressions;
    case 'hashJoin': {
      const keys = plan.keys.flatMap((key) => [key.probe, key.build]);
      return plan.residual === undefined ? keys : [...keys, plan.residual];
    }
    case 'nestedLoopJoin':
      return [plan.predicate];
    case 'rangeJoin':
      return [
        ...plan.keys.flatMap((key) => [key.outer, key.inner]),
        plan.order,
        ...defined(plan.lower?.value),
        ...defined(plan.upper?.value),
        ...defined(plan.residual),
      ];
    case 'apply':
    case 'unionAll':
    case 'fetch':
    case 'delete':
    case 'let':
    case 'recursive':
    case 'reference':
      return [];
    case 'hashAggregate': {
      const aggregates = plan.aggregates.flatMap((call) => [
        ...call.args,
        ...(call.filter === undefined ? [] : [call.filter]),
        ...call.orderBy.map((key) => key.expression),
      ]);
      return [...plan.groups, ...aggregates];
    }
    case 'window':
      return [
        ...plan.partitionBy,
        ...plan.orderBy.map((key) => key.expression),
        ...plan.calls.flatMap(windowCallExpressions),
      ];
    case 'sort':
      return [...plan.keys.map((key) => key.expression), ...defined(plan.limit), ...defined(plan.offset)];
    case 'limit':
      return [...defined(plan.count), ...defined(plan.offset)];
    case 'repeat':
      return [plan.count];
    case 'unnest':
      return [plan.expression];
    case 'insert':
    case 'update':
      return plan.values;
    case 'merge':
      return [
        ...plan.matchValues,
        ...plan.onMatch.map((assignment) => assignment.value),
        ...plan.insertValues,
        ...(plan.conflict === undefined ? [] : [plan.conflict.condition]),
      ];
    default:
      return unreachable(plan);
  }
}

/** The columns that the node itself makes, as opposed to those of its inputs that it passes on. */
export function definedColumns(plan: PhysicalPlan): readonly ColumnId[] {
  const passed = new Set(children(plan).flatMap((child) => child.columns.map((column) => column.id)));
  return plan.columns.map((column) => column.id).filter((id) => !passed.has(id));
}

/** Whether the plan changes a table: it then runs, whether anybody needs its rows or not. */
export function writes(plan: PhysicalPlan): boolean {
  const own = plan.kind === 'insert' || plan.kind === 'update' || plan.kind === 'delete' || plan.kind === 'merge';
  return own || children(plan).some(writes);
}

export function expressionVaries(expression: Expression, columns: ReadonlySet<ColumnId>): boolean {
  return isVolatile(expression) || [...expressionColumns(expression)].some((id) => columns.has(id));
}

/** Whether the rows of the plan depend on what changes: columns from outside, bindings, or how often it runs. */
export function variesWith(
  plan: PhysicalPlan,
  columns: ReadonlySet<ColumnId>,
  bindings: ReadonlySet<BindingId>,
): boolean {
  const made = new Set<number>();
  walk(plan, (node) => {
    if (node.kind === 'hashJoin') for (const { filter } of node.makesFilters ?? []) made.add(filter);
  });
  const visit = (node: PhysicalPlan): boolean => {
    if (node.kind === 'reference' && bindings.has(node.binding)) return true;
    // What a join outside leaves out of a scan may be something else each time.
    if (node.kind === 'tableScan' && node.keyFilters?.some(({ filter }) => !made.has(filter)) === true) return true;
    return expressions(node).some((expression) => expressionVaries(expression, columns)) || children(node).some(visit);
  };
  return writes(plan) || visit(plan);
}

/** Depth first, a node before its inputs. */
export function walk(plan: PhysicalPlan, visit: (plan: PhysicalPlan) => void): void {
  visit(plan);
  for (const child of children(plan)) walk(child, visit);
}

function defined(expression: Expression | undefined): readonly Expression[] {
  return expression === undefined ? [] : [expression];
}
