import { printExpressionText } from '../../../grammars/sql/printer/printer.ts';
import type * as sql from '../../../grammars/sql/tree.ts';
import { newColumn } from '../../ir/build.ts';
import type { Column, Expression } from '../../ir/expression.ts';
import type { NewCheck, NewColumn } from './bound.ts';
import { toBoolean } from './coerce.ts';
import { emptyScope, type QueryContext, type Scope, within } from './context.ts';
import { scopeColumns } from './from-item.ts';
import { assigned } from './targets.ts';

/** Expressions that belong to a table: they are kept as text, or as conditions over its columns. */

/** A column's default as text; the expression is bound for its errors. */
export function defaultText(
  tree: sql.Expression,
  column: NewColumn,
  table: string,
  context: QueryContext,
): string | undefined {
  if (tree.kind === 'null') return undefined;
  const inner = within(context, emptyScope('DEFAULT', undefined));
  const value = context.statement.bind.expression(tree, inner);
  assigned(value, { name: table, columns: [column] }, 0, context.statement, tree.range);
  return printExpressionText(tree);
}

export function bindCheck(
  tree: sql.Expression,
  name: string,
  table: string,
  columns: readonly NewColumn[],
  context: QueryContext,
): NewCheck {
  const { ids } = context.statement;
  const own: readonly Column[] = columns.map((column) => newColumn(ids, column.name, column.type, true));
  const names = columns.map((column) => column.name);
  const relation = { name: table, schema: undefined, columns: scopeColumns(own, names), keys: [], range: tree.range };
  const scope: Scope = { ...emptyScope('CHECK', undefined), relations: [relation], columns: relation.columns };
  const bound: Expression = context.statement.bind.expression(tree, within(context, scope));
  return {
    name,
    text: printExpressionText(tree),
    columns: own,
    condition: toBoolean(bound, 'CHECK', context.statement),
  };
}
