import type * as sql from '../../../grammars/sql/tree.ts';
import { columnRef } from '../../ir/build.ts';
import { freeColumns } from '../../ir/columns.ts';
import { expressionEquals } from '../../ir/equal.ts';
import type { Column, ColumnId, Expression } from '../../ir/expression.ts';
import type { Aggregate, Plan } from '../../ir/plan.ts';
import { mapExpressionChildren, mapPlanChildren, mapPlanExpressions } from '../../ir/traverse.ts';
import { OrbitError } from '../../types/error.ts';
import type { AggregateCollector } from './aggregates.ts';
import { typed } from './coerce.ts';
import type { Context, Scope } from './context.ts';
import { unsupported, unsupportedAll } from './errors.ts';
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
  const list: Group[] = [];
  const trees = new Map<sql.Expression, Column>();
  if (groupBy === undefined) return { list, trees };
  if (groupBy.distinct) throw unsupported('GROUP BY DISTINCT', groupBy.range);
  const add = (expression: Expression, name: string, tree: sql.Expression | undefined): void => {
    const value = typed(expression, context.statement);
    const known = list.find((group) => expressionEquals(group.expression, value));
    const column = known?.column ?? groupColumn(value, name, list, context);
    if (known === undefined) list.push({ expression: value, column });
    if (tree !== undefined) trees.set(tree, column);
  };
  const addItem = (item: ListItem): void => add(item.bind(context), item.name, item.tree);
  if (groupBy.all) for (const item of items) if (!isAggregated(item)) addItem(item);
  for (const expression of groupingExpressions(groupBy)) {
    const item = namedItem(expression, items, context.scope);
    if (item !== undefined) addItem(item);
    else add(context.statement.bind.expression(expression, context), 'group', undefined);
  }
  return { list, trees };
}

/** A bare input column keeps its id above the grouping. */
function groupColumn(expression: Expression, name: string, known: readonly Group[], context: Context): Column {
  const { type, nullable } = expression;
  if (expression.kind === 'column') {
    const input = context.scope.columns.concat(context.scope.relations.flatMap((relation) => relation.columns));
    const found = input.find((column) => column.column.id === expression.id);
    if (found !== undefined && !known.some((group) => group.column.id === expression.id)) return found.column;
  }
  return { id: context.statement.ids.next(), name, type, nullable };
}

function groupingExpressions(groupBy: sql.GroupBy): readonly sql.Expression[] {
  return groupBy.elements.flatMap((element) => {
    if (element.kind === 'groupingSet') return element.expressions;
    if (element.kind === 'groupingSets') throw unsupportedAll('GROUPING SETS', element.range);
    throw unsupported(element.kind.toUpperCase(), element.range);
  });
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

export function regrouping(groups: Groups, aggregates: AggregateCollector, scope: Scope): Regrouping {
  const list = [...groups.list];
  const relations = scope.relations.map((relation) => relation.columns);
  const input = new Set([scope.columns, ...relations].flat().map((column) => column.column.id));

  const determined = (id: ColumnId): boolean => {
    const bare = new Set(list.flatMap((group) => (group.expression.kind === 'column' ? [group.expression.id] : [])));
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
      list.push({
        expression,
        column: { id, name: describeColumn(id, scope).split('.').at(-1) ?? '', type, nullable },
      });
      return expression;
    }
    const turned = mapExpressionChildren(expression, (child) => turn(child, inSubquery));
    if (turned.kind !== 'subquery') return turned;
    const plan = turnPlan(turned.plan);
    return plan === turned.plan ? turned : { ...turned, plan };
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
      return {
        kind: 'aggregate',
        columns: [...list.map((group) => group.column), ...collected.map((item) => item.column)],
        input: inputPlan,
        groups: list.map((group) => group.expression),
        aggregates: collected.map((item) => item.call),
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
