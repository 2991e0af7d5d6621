import type * as sql from '../../../grammars/sql/tree.ts';
import { and, columnRef, distinct, filter, project, selectColumns, sort } from '../../ir/build.ts';
import { expressionEquals } from '../../ir/equal.ts';
import type { Expression } from '../../ir/expression.ts';
import type { Plan } from '../../ir/plan.ts';
import { planChildren } from '../../ir/traverse.ts';
import { OrbitError } from '../../types/error.ts';
import { UTF8 } from '../../types/type.ts';
import { createCollector } from './aggregates.ts';
import { coerce, isUntyped, toBoolean } from './coerce.ts';
import { eachColumn } from './columns-expression.ts';
import { type Aliases, type Context, type PendingQuery, type QueryContext, type Scope, within } from './context.ts';
import { bindFrom } from './from.ts';
import { itemScope } from './from-item.ts';
import { bindGroups, type Regrouping, regrouping } from './grouping.ts';
import { fold, matching } from './names.ts';
import {
  bindKey,
  keysOver,
  type NamedExpression,
  orderItems,
  type PositionKey,
  placeKeys,
  type WrittenKey,
} from './order.ts';
import type { Arrange } from './row-limits.ts';
import { sampled } from './sample.ts';
import { expandList, type ListItem, withAliases } from './select-list.ts';
import { createSets } from './set-returning.ts';
import { bindNamedWindows, createWindows } from './windows.ts';

/** SELECT with the ORDER BY of its query, which sees the select's own tables. */
export function bindSelect(
  tree: sql.Select,
  orderBy: readonly sql.OrderElement[],
  arrange: Arrange,
  context: QueryContext,
): PendingQuery {
  const from = sampled(bindFrom(tree.from, context), tree.sample, false, context);
  const base = itemScope(from, 'SELECT', context.outer);
  const { items: list, aliases } = withAliases(expandList(tree.items, base, context));
  const where = tree.where && bindWhere(tree.where, { ...base, aliases }, context);
  const collector = createCollector(context.statement.ids);
  const groups = bindGroups(tree.groupBy, list, within(context, { ...base, clause: 'GROUP BY', aliases }), (item) =>
    isAggregated(item, base, context),
  );
  const windows = createWindows(context.statement.ids);
  const sets = createSets(context.statement.ids);
  const scope: Scope = {
    ...base,
    aggregates: collector,
    groups: groups.trees,
    grouping: tree.groupBy === undefined ? undefined : groups.scope,
    windows,
    sets,
    aliases,
  };
  const inner = within(context, scope);
  bindNamedWindows(tree.windows, inner);
  const bound = list.map((item) => ({ ...item, expression: item.bind(inner) }));
  const having = tree.having && bindHaving(tree.having, inner);

  const keyed = (item: sql.Expression, clause: string): WrittenKey => bindKey(item, clause, bound, inner);
  const order = orderItems(orderBy, bound.length);
  const orderTrees = order.map(({ key }) => (typeof key === 'number' ? { position: key } : keyed(key, 'ORDER BY')));
  const onTrees = (tree.distinct?.on ?? []).map((item) => keyed(item, 'DISTINCT ON'));
  const qualify = tree.qualify && bindQualify(tree.qualify, bound, inner);
  checkQualify(tree.qualify, windows.isUsed());

  if (collector.all().length > 0) refuseRecursiveAggregate(from.plan, tree.range, context);
  // Whether there is a grouping at all is known only now that everything that can hold an aggregate has been bound.
  const regroup = regrouping(groups, collector, scope, context.statement.ids);
  const isGrouped = tree.groupBy !== undefined || having !== undefined || collector.all().length > 0;
  const turn: Regrouping['expression'] = isGrouped ? regroup.expression : (expression) => expression;
  const turnKey = (key: WrittenKey): WrittenKey => ('position' in key ? key : { expression: turn(key.expression) });
  const outputs = bound.map((item) => ({ ...item, expression: turn(item.expression) }));
  const condition = having && turn(having);
  const qualified = qualify && turn(qualify);
  const windowed = windows.over(turn);
  const multiplied = sets.over(turn);
  const hidden: Expression[] = [];
  const onKeys = placeKeys(onTrees.map(turnKey), outputs, hidden);
  const positions = placeKeys(orderTrees.map(turnKey), outputs, hidden);
  const orderKeys = order.map((item, i) => ({ ...item, position: positions[i] ?? 0 }));
  checkDistinct(tree.distinct, onKeys, orderKeys, outputs.length);

  const input = (): Plan => {
    const rows = where === undefined ? from.plan : filter(from.plan, where);
    const grouped = isGrouped ? regroup.plan(rows) : rows;
    const kept = condition === undefined ? grouped : filter(grouped, condition);
    const computed = windowed(kept);
    return multiplied(qualified === undefined ? computed : filter(computed, qualified));
  };
  return {
    outputs: outputs.map(({ name, expression, range }) => {
      const { type, nullable } = expression;
      return { name, type, nullable, range };
    }),
    ordered: orderBy.length > 0,
    finish: (types = []) => {
      const values = outputs.map(({ name, expression }, i) => {
        const value = isUntyped(expression) ? coerce(expression, types[i] ?? UTF8, context.statement) : expression;
        return { name, expression: value };
      });
      const extra = hidden.map((expression) => ({ name: 'key', expression }));
      const projected = project(input(), [...values, ...extra], context.statement.ids);
      const ordered = arranged(projected, tree.distinct, onKeys, orderKeys, arrange);
      return selectColumns(ordered, projected.columns.slice(0, outputs.length));
    },
  };
}

/** As PostgreSQL has it: the rows that come last are no group that means anything. */
function refuseRecursiveAggregate(from: Plan, range: sql.SourceRange, context: QueryContext): void {
  const { working } = context.statement;
  const refers = (plan: Plan): boolean => {
    if (plan.kind === 'reference') return working.has(plan.binding);
    const named = plan.kind === 'join' || plan.kind === 'apply' || plan.kind === 'unnest' || plan.kind === 'asOfJoin';
    return named && planChildren(plan).some(refers);
  };
  if (working.size === 0 || !refers(from)) return;
  const message = "aggregate functions are not allowed in a recursive query's recursive term";
  throw new OrbitError('invalid_recursion', message, { range });
}

function bindWhere(tree: sql.Expression, base: Scope, context: QueryContext): Expression {
  const inner: Context = { ...within(context, { ...base, clause: 'WHERE' }), truth: true };
  // A condition on COLUMNS(…) is one on each of them.
  const trees = eachColumn(tree, base, context)?.map((each) => each.tree) ?? [tree];
  return and(
    trees.map((each) => toBoolean(context.statement.bind.expression(each, inner), 'WHERE', context.statement)),
    tree.range,
  );
}

function bindHaving(tree: sql.Expression, inner: Context): Expression {
  const context: Context = {
    ...inner,
    scope: { ...inner.scope, clause: 'HAVING', windows: undefined, sets: undefined },
    truth: true,
  };
  return toBoolean(context.statement.bind.expression(tree, context), 'HAVING', context.statement);
}

/** QUALIFY sees what the select list computes, by its names, where FROM has no such column. */
function bindQualify(tree: sql.Expression, outputs: readonly NamedExpression[], inner: Context): Expression {
  const aliases: Aliases = (name) => {
    const found = matching(outputs, name, (output) => output.name);
    const [first] = found;
    if (first !== undefined && found.some((other) => !expressionEquals(other.expression, first.expression))) {
      throw new OrbitError('ambiguous_column', `QUALIFY "${fold(name)}" is ambiguous`, { range: name.range });
    }
    return first?.expression;
  };
  const context: Context = {
    ...inner,
    scope: { ...inner.scope, clause: 'QUALIFY', aliases, sets: undefined },
    truth: true,
  };
  return toBoolean(context.statement.bind.expression(tree, context), 'QUALIFY', context.statement);
}

function checkQualify(tree: sql.Expression | undefined, isUsed: boolean): void {
  if (tree === undefined || isUsed) return;
  throw new OrbitError('windowing_error', 'QUALIFY needs a window function in the select list or in itself', {
    range: tree.range,
    hint: 'A condition without one belongs into WHERE or HAVING.',
  });
}

/** Whether a select item holds an aggregate of this query: for GROUP BY ALL, which groups by those that do not. */
function isAggregated(item: ListItem, base: Scope, context: QueryContext): boolean {
  const probe = createCollector(context.statement.ids);
  item.bind(
    within(context, {
      ...base,
      aggregates: probe,
      windows: createWindows(context.statement.ids),
      sets: createSets(context.statement.ids),
    }),
  );
  return probe.all().length > 0;
}

function checkDistinct(
  tree: sql.Distinct | undefined,
  onKeys: readonly number[],
  orderKeys: readonly PositionKey[],
  outputs: number,
): void {
  if (tree === undefined) return;
  const fail = (message: string, index: number): never => {
    throw new OrbitError('invalid_column_reference', message, { range: orderKeys[index]?.range ?? tree.range });
  };
  if (tree.on.length === 0) {
    const foreign = orderKeys.findIndex((key) => key.position >= outputs);
    if (foreign >= 0) fail('for SELECT DISTINCT, ORDER BY expressions must appear in select list', foreign);
    return;
  }
  // The first row of each group is only defined if the order begins with what is grouped by.
  const on = new Set(onKeys);
  const leading = new Set<number>();
  orderKeys.forEach((key, i) => {
    if (leading.size === on.size) return;
    if (!on.has(key.position)) fail('SELECT DISTINCT ON expressions must match initial ORDER BY expressions', i);
    leading.add(key.position);
  });
}

function arranged(
  projected: Plan,
  tree: sql.Distinct | undefined,
  onKeys: readonly number[],
  orderKeys: readonly PositionKey[],
  arrange: Arrange,
): Plan {
  const { columns } = projected;
  const keys = keysOver(columns, orderKeys);
  if (tree === undefined) return arrange(projected, keys);
  if (tree.on.length === 0) return arrange(distinct(projected), keys);
  const on = onKeys.flatMap((position, i) => {
    const column = columns[position];
    return column === undefined ? [] : [columnRef(column, tree.on[i]?.range)];
  });
  // Sorted before, so that the first row is the one asked for, and after, as DISTINCT promises no order.
  return arrange(distinct(sort(projected, keys), on), keys);
}
