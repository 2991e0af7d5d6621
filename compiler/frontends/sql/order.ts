import type * as sql from '../../../grammars/sql/tree.ts';
import { columnRef } from '../../ir/build.ts';
import { expressionEquals } from '../../ir/equal.ts';
import type { Column, Expression, SortKey } from '../../ir/expression.ts';
import { OrbitError } from '../../types/error.ts';
import { typed } from './coerce.ts';
import type { Context, Output } from './context.ts';
import { positionOf } from './grouping.ts';
import { fold, matching } from './names.ts';
import { sortDirection } from './sort-direction.ts';

/** ORDER BY and DISTINCT ON: by output where they name one, by an expression of their own otherwise. */

/** A sort key by position among the outputs and the hidden columns behind them. */
export interface PositionKey {
  readonly position: number;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
  readonly range: sql.SourceRange;
}

export interface NamedExpression {
  readonly name: string;
  readonly expression: Expression;
}

/** A key as it is written: the position of an output, or an expression over the rows of FROM. */
export type WrittenKey = { readonly position: number } | { readonly expression: Expression };

export function bindKey(
  tree: sql.Expression,
  clause: string,
  outputs: readonly NamedExpression[],
  context: Context,
): WrittenKey {
  const position = positionOf(tree, clause, outputs.length) ?? byName(tree, outputs, clause);
  if (position !== undefined) return { position };
  const scoped = { ...context, scope: { ...context.scope, clause } };
  return { expression: typed(context.statement.bind.expression(tree, scoped), context.statement) };
}

/**
 * The positions of keys among the outputs and, behind them, columns that are computed for the order's sake only. The
 * expressions of keys and outputs must be over the same rows by now.
 */
export function placeKeys(
  keys: readonly WrittenKey[],
  outputs: readonly NamedExpression[],
  hidden: Expression[],
): readonly number[] {
  return keys.map((key) => {
    if ('position' in key) return key.position;
    const all = [...outputs.map((output) => output.expression), ...hidden];
    const known = all.findIndex((other) => expressionEquals(other, key.expression));
    return known >= 0 ? known : outputs.length + hidden.push(key.expression) - 1;
  });
}

function byName(tree: sql.Expression, outputs: readonly NamedExpression[], clause: string): number | undefined {
  const [name] = tree.kind === 'column' ? tree.parts : [];
  if (tree.kind !== 'column' || name === undefined || tree.parts.length > 1) return undefined;
  const found = matching(outputs, name, (output) => output.name);
  const [first] = found;
  if (first === undefined) return undefined;
  if (found.some((other) => !expressionEquals(other.expression, first.expression))) {
    throw new OrbitError('ambiguous_column', `${clause} "${fold(name)}" is ambiguous`, { range: tree.range });
  }
  return outputs.indexOf(first);
}

/** One element of ORDER BY; the key is a position where ORDER BY ALL stands for it. */
export interface OrderedKey extends Omit<PositionKey, 'position'> {
  readonly key: sql.Expression | number;
}

/** The elements with their directions; ORDER BY ALL is all outputs. */
export function orderItems(elements: readonly sql.OrderElement[], count: number): readonly OrderedKey[] {
  return elements.flatMap((element): readonly OrderedKey[] => {
    const direction = { ...sortDirection(element), range: element.range };
    if (element.kind === 'orderItem') return [{ key: element.expression, ...direction }];
    return Array.from({ length: count }, (_, key) => ({ key, ...direction }));
  });
}

/** The order of what has no FROM of its own: a set operation, VALUES. Only its outputs can be named. */
export function bindOutputOrder(
  elements: readonly sql.OrderElement[],
  outputs: readonly Output[],
  what: string,
): readonly PositionKey[] {
  const place = (tree: sql.Expression): number => {
    const position = positionOf(tree, 'ORDER BY', outputs.length);
    if (position !== undefined) return position;
    const [name] = tree.kind === 'column' ? tree.parts : [];
    if (tree.kind === 'column' && name !== undefined && tree.parts.length === 1) {
      const found = matching(outputs, name, (output) => output.name);
      const [first] = found;
      if (found.length > 1) {
        throw new OrbitError('ambiguous_column', `ORDER BY "${fold(name)}" is ambiguous`, { range: tree.range });
      }
      if (first !== undefined) return outputs.indexOf(first);
      throw new OrbitError('undefined_column', `column "${fold(name)}" does not exist`, { range: tree.range });
    }
    throw new OrbitError('feature_not_supported', `invalid ${what} ORDER BY clause`, {
      range: tree.range,
      hint: `Only result column names and positions can be used; put the ${what} into FROM to order by an expression.`,
    });
  };
  return orderItems(elements, outputs.length).map(({ key, ...direction }) => ({
    position: typeof key === 'number' ? key : place(key),
    ...direction,
  }));
}

export function keysOver(columns: readonly Column[], keys: readonly PositionKey[]): readonly SortKey[] {
  const seen = new Set<number>();
  return keys.flatMap(({ position, descending, nullsFirst, range }) => {
    const column = columns[position];
    if (column === undefined || seen.has(position)) return [];
    seen.add(position);
    return [{ expression: columnRef(column, range), descending, nullsFirst }];
  });
}
