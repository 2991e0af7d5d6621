import { expressionColumns, freeColumns } from '../ir/columns.ts';
import { derivedColumns } from '../ir/derive.ts';
import type { ColumnId, Expression } from '../ir/expression.ts';
import type { Aggregate, Apply, Fetch, Join, Plan, Project, SetOperation, Values, Window } from '../ir/plan.ts';
import { expressionChildren, planExpressions, withChildren } from '../ir/traverse.ts';
import { unreachable } from '../types/error.ts';
import { hasAtMostOneRow, matchesOnce } from './facts.ts';
import { replaceColumns } from './nullability.ts';
import type { Pass } from './pass.ts';
import { restrictTo } from './restrict.ts';
import { hasVolatileExpressions, isVolatile, isVolatilePlan } from './volatility.ts';

/**
 * Columns that nobody uses disappear, with the expressions that compute them, the aggregates, and the outer joins that
 * only provide them. Rows that an operator keeps in memory are narrowed to what is used above it.
 */
export const pruneColumns: Pass = {
  name: 'prune columns',
  run: (plan) => restrictTo(prune(plan, idSet(plan.columns.map((column) => column.id))), plan.columns),
};

type Ids = ReadonlySet<ColumnId>;

const idSet = (ids: Iterable<ColumnId>): Ids => new Set(ids);

function union(required: Ids, expressions: readonly Expression[], ...more: readonly ColumnId[]): Ids {
  const all = new Set(required);
  for (const expression of expressions) for (const id of expressionColumns(expression)) all.add(id);
  for (const id of more) all.add(id);
  return all;
}

/** The plan with at least its required columns, in any order. */
function prune(plan: Plan, required: Ids): Plan {
  switch (plan.kind) {
    case 'scan': {
      const kept = plan.columns.map((column) => required.has(column.id));
      if (!kept.includes(false)) return plan;
      return {
        ...plan,
        columns: plan.columns.filter((_, i) => kept[i]),
        ordinals: plan.ordinals.filter((_, i) => kept[i]),
      };
    }
    case 'values':
      return pruneValues(plan, required);
    case 'filter':
      return withChildren(plan, [prune(plan.input, union(required, [plan.predicate]))]);
    case 'project':
      return pruneProject(plan, required);
    case 'join':
      return pruneJoin(plan, required);
    case 'apply':
      return pruneApply(plan, required);
    case 'aggregate':
      return pruneAggregate(plan, required);
    case 'window':
      return pruneWindow(plan, required);
    case 'sort': {
      const needed = union(required, planExpressions(plan));
      return withChildren(plan, [narrow(prune(plan.input, needed), needed)]);
    }
    case 'limit':
      return withChildren(plan, [prune(plan.input, required)]);
    case 'distinct': {
      const { on, input } = plan;
      if (on === undefined) return withChildren(plan, [restrictTo(prune(input, idsOf(input)), input.columns)]);
      return withChildren(plan, [prune(input, union(required, on))]);
    }
    case 'setOperation':
      return pruneSetOperation(plan, required);
    case 'unnest':
      return withChildren(plan, [prune(plan.input, union(required, [plan.expression]))]);
    case 'fetch':
      return pruneFetch(plan, required);
    case 'let':
      return withChildren(plan, [whole(plan.definition), prune(plan.body, required)]);
    case 'recursive':
      return withChildren(plan, [whole(plan.base), whole(plan.step)]);
    case 'reference':
      return plan;
    case 'asOfJoin': {
      const needed = union(required, planExpressions(plan));
      const side = (input: Plan): Plan => narrow(prune(input, needed), needed);
      return withChildren(plan, [side(plan.left), side(plan.right)]);
    }
    case 'insert':
      return withChildren(plan, [prune(plan.input, union(required, plan.values))]);
    case 'update':
      return withChildren(plan, [prune(plan.input, union(required, plan.values, plan.rowId))]);
    case 'delete':
      return withChildren(plan, [prune(plan.input, union(required, [], plan.rowId))]);
    case 'merge':
      return withChildren(plan, [prune(plan.input, union(required, planExpressions(plan)))]);
    default:
      return unreachable(plan);
  }
}

function idsOf(plan: Plan): Ids {
  return idSet(plan.columns.map((column) => column.id));
}

/** The plan with all its columns in their order, pruned below: others go by their positions. */
function whole(plan: Plan): Plan {
  return restrictTo(prune(plan, idsOf(plan)), plan.columns);
}

/** The plan with only its required columns. */
function narrow(plan: Plan, required: Ids): Plan {
  const columns = plan.columns.filter((column) => required.has(column.id));
  return columns.length === plan.columns.length ? plan : restrictTo(plan, columns);
}

function pruneValues(plan: Values, required: Ids): Plan {
  const kept = plan.columns.map((column, i) => {
    return required.has(column.id) || plan.rows.some((row) => row[i] !== undefined && isVolatile(row[i]));
  });
  if (!kept.includes(false)) return plan;
  return {
    ...plan,
    columns: plan.columns.filter((_, i) => kept[i]),
    rows: plan.rows.map((row) => row.filter((_, i) => kept[i])),
  };
}

function pruneProject(plan: Project, required: Ids): Plan {
  const kept = plan.columns.map((column, i) => {
    const expression = plan.expressions[i];
    return required.has(column.id) || (expression !== undefined && isVolatile(expression));
  });
  const columns = plan.columns.filter((_, i) => kept[i]);
  const expressions = plan.expressions.filter((_, i) => kept[i]);
  const input = prune(plan.input, union(new Set(), expressions));
  const onlyPasses = expressions.every(
    (expression, i) => expression.kind === 'column' && expression.id === columns[i]?.id,
  );
  if (onlyPasses) return input;
  const same = !kept.includes(false) && input === plan.input;
  const pruned = same ? plan : derivedColumns({ ...plan, columns, expressions, input });
  return pruned.kind === 'project' ? mergeProjects(pruned) : pruned;
}

/** One projection for two, unless that would compute something twice. */
function mergeProjects(plan: Project): Plan {
  const { input } = plan;
  if (input.kind !== 'project' || hasVolatileExpressions(input)) return plan;
  const uses = new Map<ColumnId, number>();
  for (const expression of plan.expressions) countUses(expression, uses);
  const by = new Map<ColumnId, Expression>();
  for (const [i, column] of input.columns.entries()) {
    const expression = input.expressions[i];
    if (expression === undefined) continue;
    const cheap = expression.kind === 'column' || expression.kind === 'constant';
    if (!cheap && (uses.get(column.id) ?? 0) > 1) return plan;
    by.set(column.id, expression);
  }
  const merged = { ...plan, input: input.input, expressions: plan.expressions.map((e) => replaceColumns(e, by)) };
  return mergeProjects(merged);
}

function countUses(expression: Expression, uses: Map<ColumnId, number>): void {
  if (expression.kind === 'column') uses.set(expression.id, (uses.get(expression.id) ?? 0) + 1);
  // A lambda's body is computed for every element.
  const times = expression.kind === 'lambda' ? 2 : 1;
  for (let i = 0; i < times; i++) for (const child of expressionChildren(expression)) countUses(child, uses);
}

function pruneJoin(plan: Join, required: Ids): Plan {
  const { left, right, mark } = plan;
  const unused = !right.columns.some((column) => required.has(column.id)) && !isVolatilePlan(right);
  if (plan.join === 'left' && unused && (matchesOnce(plan) || hasAtMostOneRow(right))) return prune(left, required);
  if (plan.join === 'mark' && unused && mark !== undefined && !required.has(mark.id)) return prune(left, required);
  const needed = union(required, [plan.condition]);
  const side = (input: Plan): Plan => narrow(prune(input, needed), needed);
  return withChildren(plan, [side(left), side(right)]);
}

function pruneApply(plan: Apply, required: Ids): Plan {
  const { left, right, mark } = plan;
  const unused = !right.columns.some((column) => required.has(column.id)) && !isVolatilePlan(right);
  if (plan.join === 'left' && unused && hasAtMostOneRow(right)) return prune(left, required);
  if (plan.join === 'mark' && unused && mark !== undefined && !required.has(mark.id)) return prune(left, required);
  return withChildren(plan, [prune(left, union(required, [], ...freeColumns(right))), prune(right, required)]);
}

function pruneAggregate(plan: Aggregate, required: Ids): Plan {
  const groups = plan.groups.length;
  const kept = plan.columns.map((column, i) => i < groups || required.has(column.id));
  const trimmed: Aggregate = kept.includes(false)
    ? {
        ...plan,
        columns: plan.columns.filter((_, i) => kept[i]),
        aggregates: plan.aggregates.filter((_, i) => kept[groups + i]),
        set: plan.set !== undefined && required.has(plan.set.id) ? plan.set : undefined,
      }
    : plan;
  return withChildren(trimmed, [prune(plan.input, union(new Set(), planExpressions(trimmed)))]);
}

function pruneFetch(plan: Fetch, required: Ids): Plan {
  const kept = plan.fetched.map((column) => required.has(column.id));
  if (!kept.includes(true)) return prune(plan.input, required);
  const input = prune(plan.input, union(required, [], plan.rowId));
  if (input === plan.input && !kept.includes(false)) return plan;
  const fetched = plan.fetched.filter((_, i) => kept[i]);
  const ordinals = plan.ordinals.filter((_, i) => kept[i]);
  return derivedColumns({ ...plan, fetched, ordinals, input });
}

/** Rows are kept in memory while they are sorted, so they carry nothing that is not used. */
function pruneWindow(plan: Window, required: Ids): Plan {
  const kept = plan.results.map((column) => required.has(column.id));
  if (!kept.includes(true)) return prune(plan.input, required);
  const trimmed: Window = kept.includes(false)
    ? { ...plan, results: plan.results.filter((_, i) => kept[i]), calls: plan.calls.filter((_, i) => kept[i]) }
    : plan;
  const needed = union(required, planExpressions(trimmed));
  const input = narrow(prune(plan.input, needed), needed);
  return trimmed === plan ? withChildren(plan, [input]) : derivedColumns({ ...trimmed, input });
}

function pruneSetOperation(plan: SetOperation, required: Ids): Plan {
  const sides = [plan.left, plan.right] as const;
  const mayDrop = plan.operation === 'union' && plan.all;
  const kept = plan.columns.map((column) => !mayDrop || required.has(column.id));
  const [left, right] = sides.map((side) => {
    const columns = side.columns.filter((_, i) => kept[i]);
    return restrictTo(prune(side, idSet(columns.map((column) => column.id))), columns);
  });
  if (left === undefined || right === undefined) return plan;
  const same = left === plan.left && right === plan.right && !kept.includes(false);
  return same ? plan : { ...plan, columns: plan.columns.filter((_, i) => kept[i]), left, right };
}
