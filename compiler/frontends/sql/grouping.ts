import type * as sql from '../../../grammars/sql/tree.ts';
import { columnRef, newColumn } from '../../ir/build.ts';
import { type ColumnIds, freeColumns } from '../../ir/columns.ts';
import { expressionEquals } from '../../ir/equal.ts';
import type { Column, ColumnId, Expression } from '../../ir/expression.ts';
import type { Aggregate, Plan } from '../../ir/plan.ts';
import { mapExpressionChildren, mapPlanChildren, mapPlanExpressions } from '../../ir/traverse.ts';
import { deriveNullability, rederived } from '../../optimizer/nullability.ts';
import { OrbitError } from '../../types/error.ts';
import { INT32, isJson } from '../../types/type.ts';
import type { AggregateCollector } from './aggregates.ts';
import { typed } from './coerce.ts';
import type { Context, Scope } from './context.ts';
import { distinctSets, type GroupingScope, groupingSets } from './grouping-sets.ts';
import { fold, matching } from './names.ts';
import { describeColumn, findHere } from './scope.ts';
import type { ListItem } from './select-list.ts';

/** GROUP BY: what is grouped by, and what expressions mean above the grouping. */

export interface Group {
  readonly expression: Expression;
  /** The column of the grouped rows. */
  readonly column: Column;
}

export interface Groups {
  readonly list: readonly Group[];
  /** Positions in the list: the rows are grouped once for each set. Undefined: by all of it. */
  readonly sets: readonly (readonly number[])[] | undefined;
  readonly scope: GroupingScope;
  /** The column with the number of the set, once somebody has asked for it. */
  readonly setColumn: () => Column | undefined;
  /** Parts of the select list that GROUP BY names by position or alias. */
  readonly trees: ReadonlyMap<sql.Expression, Column>;
}

/** `context` is that of the input rows, without aggregates. */
export function bindGroups(
  groupBy: sql.GroupBy | undefined,
  items: readonly ListItem[],
  context: Context,
  isAggregated: (item: ListItem) => boolean,
): Groups {
  const found: { readonly expression: Expression; readonly name: string }[] = [];
  const places = new Map<sql.Expression, number>();
  const add = (expression: Expression, name: string, tree: sql.Expression | undefined): number => {
    const value = typed(expression, context.statement);
    const known = found.findIndex((group) => expressionEquals(group.expression, value));
    const place = known < 0 ? found.push({ expression: value, name }) - 1 : known;
    if (tree !== undefined) places.set(tree, place);
    return place;
  };
  const addItem = (item: ListItem): number => add(item.bind(context), item.name, item.tree);
  if (groupBy?.all === true) for (const item of items) if (!isAggregated(item)) addItem(item);
  // An expression of several sets is bound once.
  const bound = new Map<sql.Expression, number>();
  const placeOf = (expression: sql.Expression): number => {
    const item = namedItem(expression, items, context.scope);
    if (item !== undefined) return addItem(item);
    return add(context.statement.bind.expression(expression, context), 'group', undefined);
  };
  const written = groupBy === undefined || groupBy.all ? [] : groupingSets(groupBy);
  const all = written.map((set) =>
    set.map((expression) => {
      const place = bound.get(expression) ?? placeOf(expression);
      bound.set(expression, place);
      return place;
    }),
  );
  const kept = groupBy?.distinct === true ? distinctSets(all) : all;
  const sets = kept.length > 1 ? kept : undefined;
  const list: Group[] = [];
  for (const [place, { expression, name }] of found.entries()) {
    const everywhere = sets?.every((set) => set.includes(place));
    const { type, nullable } = expression;
    // What a set leaves out is NULL: not the input's column any more.
    const column =
      everywhere === undefined
        ? groupColumn(expression, name, list, context)
        : newColumn(context.statement.ids, name, type, nullable || !everywhere);
    list.push({ expression, column });
  }
  const trees = new Map<sql.Expression, Column>();
  for (const [tree, place] of places) {
    const group = list[place];
    if (group !== undefined) trees.set(tree, group.column);
  }
  let set: Column | undefined;
  const scope: GroupingScope = {
    expressions: list.map((group) => group.expression),
    sets,
    set: () => {
      set ??= newColumn(context.statement.ids, 'set', INT32, false);
      return set;
    },
  };
  return { list, sets, scope, setColumn: () => set, trees };
}

/** A bare input column keeps its id above the grouping. */
function groupColumn(expression: Expression, name: string, known: readonly Group[], context: Context): Column {
  const { type, nullable } = expression;
  // What a group shows of a document is computed: see json-keys.ts.
  if (expression.kind === 'column' && !isJson(type)) {
    const input = context.scope.columns.concat(context.scope.relations.flatMap((relation) => relation.columns));
    const found = input.find((column) => column.column.id === expression.id);
    if (found !== undefined && !known.some((group) => group.column.id === expression.id)) return found.column;
  }
  return { id: context.statement.ids.next(), name, type, nullable };
}

/** What a position or an alias stands for; a bare name is an input column first. */
function namedItem(tree: sql.Expression, items: readonly ListItem[], scope: Scope): ListItem | undefined {
  const position = positionOf(tree, 'GROUP BY', items.length);
  if (position !== undefined) return items[position];
  const [name] = tree.kind === 'column' ? tree.parts : [];
  if (tree.kind !== 'column' || name === undefined || tree.parts.length > 1) return undefined;
  if (findHere(name, scope) !== undefined) return undefined;
  const found = matching(items, name, (item) => item.name);
  if (found.length > 1) {
    throw new OrbitError('ambiguous_column', `GROUP BY "${fold(name)}" is ambiguous`, { range: tree.range });
  }
  return found[0];
}

/** The index that a number in GROUP BY, ORDER BY or DISTINCT ON means; undefined for what is no constant. */
export function positionOf(tree: sql.Expression, clause: string, count: number): number | undefined {
  if (tree.kind === 'unary' && tree.operator.symbol === '-' && tree.operand.kind === 'number') {
    throw positionError(`-${tree.operand.text}`, clause, tree.range);
  }
  switch (tree.kind) {
    case 'number': {
      if (tree.form !== 'integer') break;
      const position = Number(tree.text);
      if (position < 1 || position > count) throw positionError(tree.text, clause, tree.range);
      return position - 1;
    }
    case 'string':
    case 'null':
    case 'boolean':
      break;
    default:
      return undefined;
  }
  throw new OrbitError('syntax_error', `non-integer constant in ${clause}`, { range: tree.range });
}

function positionError(text: string, clause: string, range: sql.SourceRange): OrbitError {
  return new OrbitError('invalid_column_reference', `${clause} position ${text} is not in select list`, { range });
}

/** Turns expressions over the input rows into expressions over the grouped rows. */
export interface Regrouping {
  readonly expression: (expression: Expression) => Expression;
  /** The grouping, once every expression above it has been turned. */
  readonly plan: (input: Plan) => Aggregate;
}

export function regrouping(groups: Groups, aggregates: AggregateCollector, scope: Scope, ids: ColumnIds): Regrouping {
  const list = [...groups.list];
  const relations = scope.relations.map((relation) => relation.columns);
  const input = new Set([scope.columns, ...relations].flat().map((column) => column.column.id));

  const determined = (id: ColumnId): boolean => {
    const bare = new Set(
      list.flatMap(({ expression }, i) =>
        expression.kind === 'column' && (groups.sets?.every((set) => set.includes(i)) ?? true) ? [expression.id] : [],
      ),
    );
    return scope.relations.some(
      (relation) =>
        relation.columns.some((column) => column.column.id === id) &&
        relation.keys.some((key) => key.length > 0 && key.every((part) => bare.has(part))),
    );
  };

  const turn = (expression: Expression, inSubquery: boolean): Expression => {
    if (expression.kind !== 'constant') {
      const group = list.find((candidate) => expressionEquals(candidate.expression, expression));
      if (group !== undefined) return columnRef(group.column, expression.range);
    }
    if (expression.kind === 'column') {
      if (!input.has(expression.id)) return expression;
      if (!determined(expression.id)) throw ungrouped(expression.id, expression.range, inSubquery, scope);
      const { id, type, nullable } = expression;
      const name = describeColumn(id, scope).split('.').at(-1) ?? '';
      const column = { id: groups.sets === undefined && !isJson(type) ? id : ids.next(), name, type, nullable };
      list.push({ expression, column });
      return columnRef(column, expression.range);
    }
    const mapped = mapExpressionChildren(expression, (child) => turn(child, inSubquery));
    const turned = groups.sets === undefined ? mapped : rederived(mapped);
    if (turned.kind !== 'subquery') return turned;
    const plan = turnPlan(turned.plan);
    if (plan === turned.plan) return turned;
    if (groups.sets === undefined) return { ...turned, plan };
    // A group that a set leaves out is NULL inside of the subquery too.
    const nullable = turned.nullable || turned.form === 'scalar' || turned.form === 'in';
    return { ...turned, plan: deriveNullability(plan), nullable };
  };

  const turnPlan = (plan: Plan): Plan => {
    if (![...freeColumns(plan)].some((id) => input.has(id))) return plan;
    const mapped = mapPlanExpressions(plan, (expression) => turn(expression, true));
    return mapPlanChildren(mapped, turnPlan);
  };

  return {
    expression: (expression) => turn(expression, false),
    plan: (inputPlan) => {
      const collected = aggregates.all();
      const added = list.slice(groups.list.length).map((_, i) => groups.list.length + i);
      const set = groups.setColumn();
      return {
        kind: 'aggregate',
        columns: [
          ...list.map((group) => group.column),
          ...collected.map((item) => item.column),
          ...(set === undefined ? [] : [set]),
        ],
        input: inputPlan,
        groups: list.map((group) => group.expression),
        aggregates: collected.map((item) => item.call),
        groupingSets: groups.sets?.map((positions) => [...positions, ...added]),
        set,
      };
    },
  };
}

function ungrouped(id: ColumnId, range: sql.SourceRange | undefined, inSubquery: boolean, scope: Scope): OrbitError {
  const name = describeColumn(id, scope);
  const message = inSubquery
    ? `subquery uses ungrouped column "${name}" from outer query`
    : `column "${name}" must appear in the GROUP BY clause or be used in an aggregate function`;
  return new OrbitError('grouping_error', message, { range });
}
