import type * as sql from '../../../grammars/sql/tree.ts';
import { and, ascending, columnRef, filter, join, sort } from '../../ir/build.ts';
import { call, equal } from '../../ir/call.ts';
import { freeColumns } from '../../ir/columns.ts';
import { joinColumns } from '../../ir/derive.ts';
import type { AsOfJoin } from '../../ir/plan.ts';
import { OrbitError, unreachable } from '../../types/error.ts';
import type { QueryContext, Relation, Scope } from './context.ts';
import { unsupported } from './errors.ts';
import { checkAliases, combined, type FromItem, itemScope, noFrom, renamedItem } from './from-item.ts';
import { bindAsOf, bindCondition, type Condition, joinedItems } from './joins.ts';
import { numbered, sampled } from './sample.ts';
import { aliasName, bindFile, bindTable, bindTableFunction, derived, type UnnestItem } from './tables.ts';

/** FROM: a list of tables and joins, each of which may use those to its left if it is LATERAL. */
export function bindFrom(elements: readonly sql.TableExpression[], context: QueryContext): FromItem {
  let result: FromItem | undefined;
  for (const element of elements) {
    const right = bindElement(element, context, result);
    checkAliases(result?.relations ?? [], right.item.relations);
    result = result === undefined ? right.item : crossed(result, right);
  }
  return result ?? noFrom();
}

/** An element of FROM; a table function may be put over its left neighbour's rows instead of beside them. */
interface Element {
  readonly item: FromItem;
  readonly over?: UnnestItem['over'];
}

/** `left` is everything to the left that a LATERAL element may use. */
function bindElement(tree: sql.TableExpression, context: QueryContext, left: FromItem | undefined): Element {
  switch (tree.kind) {
    case 'table':
      return { item: bindTable(tree, context) };
    case 'file':
      return { item: bindFile(tree, context) };
    case 'derivedTable': {
      const outer = lateralScope(context, left, tree.lateral);
      const pending = context.statement.bind.query(tree.query, { ...context, outer });
      const item = derived(pending, tree.alias, undefined, tree.range, context);
      return { item: sampled(item, tree.sample, false, context) };
    }
    case 'tableFunction':
      return bindTableFunction(tree, context, lateralScope(context, left, true));
    case 'join':
      return { item: bindJoin(tree, context, left) };
    case 'pivot':
    case 'unpivot':
      throw unsupported(tree.kind.toUpperCase(), tree.range);
    default:
      return unreachable(tree);
  }
}

/** What a subquery of FROM sees outside of itself. Without LATERAL its neighbours are there for messages only. */
function lateralScope(context: QueryContext, left: FromItem | undefined, lateral: boolean): Scope | undefined {
  if (left === undefined) return context.outer;
  const clause = 'FROM clause of their own query level';
  if (lateral) return itemScope(left, clause, context.outer);
  return {
    relations: [],
    columns: [],
    parent: context.outer,
    clause,
    aggregates: undefined,
    barred: left.relations,
  };
}

function crossed(left: FromItem, right: Element): FromItem {
  if (right.over !== undefined) return combined(left, right.item, right.over(left.plan, false));
  return joinedItems('inner', left, right.item, undefined);
}

function bindJoin(tree: sql.Join, context: QueryContext, outside: FromItem | undefined): FromItem {
  const padsBoth = tree.type === 'full' || tree.type === 'positional';
  const padsLeft = tree.type === 'right' || padsBoth;
  const padsRight = tree.type === 'left' || padsBoth;
  const padded: QueryContext = { ...context, barred: 'an outer join' };
  const left = bindElement(tree.left, padsLeft ? padded : context, outside).item;
  const seen = outside === undefined ? left : beside(outside, left);
  const right = bindElement(tree.right, padsRight ? padded : context, seen);
  checkAliases(left.relations, right.item.relations);
  if (padsLeft || tree.asof) refuseLateral(tree, left, right.item);
  const joined =
    tree.type === 'positional'
      ? besideEachOther(left, right.item, context)
      : tree.asof
        ? asOfJoined(tree, context, left, right.item)
        : bindJoined(tree, context, left, right);
  return tree.alias === undefined ? joined : aliased(joined, tree.alias);
}

function bindJoined(tree: sql.Join, context: QueryContext, left: FromItem, right: Element): FromItem {
  const condition = bindCondition(tree, left, right.item, context);
  const over = right.over;
  const always = condition.predicate.kind === 'constant' && condition.predicate.value === true;
  if (over !== undefined && always && (tree.type === 'left' || tree.type === 'inner' || tree.type === 'cross')) {
    return condition.finish(combined(left, right.item, over(left.plan, tree.type === 'left')));
  }
  return finishJoin(tree.type, left, right.item, condition);
}

/** POSITIONAL JOIN: the rows of both sides, numbered as they come, by their numbers. */
function besideEachOther(left: FromItem, right: FromItem, context: QueryContext): FromItem {
  const [a, b] = [numbered(left.plan, false, context), numbered(right.plan, false, context)];
  const byNumber = equal(columnRef(a.number), columnRef(b.number));
  const plan = sort(join('full', a.plan, b.plan, byNumber), [
    ascending(
      call('coalesce', [columnRef({ ...a.number, nullable: true }), columnRef({ ...b.number, nullable: true })]),
    ),
  ]);
  return combined(left, right, plan);
}

function asOfJoined(tree: sql.Join, context: QueryContext, left: FromItem, right: FromItem): FromItem {
  if (tree.type !== 'inner' && tree.type !== 'left') {
    throw unsupported(`ASOF ${tree.type.toUpperCase()} JOIN`, tree.range, 'ASOF JOIN and ASOF LEFT JOIN are.');
  }
  const { keys, order, rightOnly, finish } = bindAsOf(tree, left, right, context);
  const outer = tree.type === 'left';
  const inner = filter(right.plan, and(rightOnly));
  const columns = joinColumns(outer ? 'left' : 'inner', left.plan.columns, inner.columns);
  const plan: AsOfJoin = { kind: 'asOfJoin', columns, left: left.plan, right: inner, outer, keys, order };
  return finish(combined(left, right, plan));
}

function finishJoin(type: sql.Join['type'], left: FromItem, right: FromItem, condition: Condition): FromItem {
  switch (type) {
    case 'inner':
    case 'cross':
      return condition.finish(joinedItems('inner', left, right, condition.predicate));
    case 'left':
      return condition.finish(joinedItems('left', left, right, condition.predicate));
    case 'right': {
      // Turned round: the plan puts out the right side's columns first, names know nothing of it.
      const plan = join('left', right.plan, left.plan, condition.predicate);
      return condition.finish(combined(left, right, plan));
    }
    case 'full':
      return condition.finish(combined(left, right, join('full', left.plan, right.plan, condition.predicate)));
    case 'semi':
    case 'anti':
      return { ...left, plan: joinedItems(type, left, right, condition.predicate).plan };
    case 'positional':
      throw unsupported('POSITIONAL JOIN', right.relations[0]?.range ?? { start: 0, end: 0 });
    default:
      return unreachable(type);
  }
}

/** Names to the left of a join's right side; its plan is never used. */
function beside(outside: FromItem, left: FromItem): FromItem {
  return {
    plan: left.plan,
    relations: [...outside.relations, ...left.relations],
    columns: [...outside.columns, ...left.columns],
  };
}

function refuseLateral(tree: sql.Join, left: FromItem, right: FromItem): void {
  const free = freeColumns(right.plan);
  const used = left.plan.columns.find((column) => free.has(column.id));
  if (used === undefined) return;
  const owner = left.relations.find((relation) => relation.columns.some((c) => c.column.id === used.id));
  throw new OrbitError(
    'invalid_column_reference',
    `invalid reference to FROM-clause entry for table "${owner?.name ?? used.name}"`,
    { range: tree.right.range, hint: 'The combining JOIN type must be INNER or LEFT for a LATERAL reference.' },
  );
}

/** `(a JOIN b …) AS j`: one table with the columns of both. */
function aliased(item: FromItem, alias: sql.TableAlias): FromItem {
  const name = aliasName(alias);
  const relation: Relation = {
    name,
    schema: undefined,
    columns: renamedItem(item, alias, name ?? ''),
    keys: [],
    range: alias.range,
  };
  return { plan: item.plan, relations: [relation], columns: relation.columns };
}
