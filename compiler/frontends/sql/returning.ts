import type * as sql from '../../../grammars/sql/tree.ts';
import type { TableHandle } from '../../catalog/catalog.ts';
import { newColumn, project } from '../../ir/build.ts';
import type { ColumnIds } from '../../ir/columns.ts';
import type { Column } from '../../ir/expression.ts';
import type { Plan } from '../../ir/plan.ts';
import type { ResultColumn } from './bound.ts';
import { typed } from './coerce.ts';
import { type QueryContext, type Relation, type Scope, within } from './context.ts';
import { scopeColumns } from './from-item.ts';
import { fold } from './names.ts';
import { expandList } from './select-list.ts';

/** The columns of a row as it was written. */
export function writtenColumns(table: TableHandle, ids: ColumnIds): readonly Column[] {
  return table.columns.map(({ name, type, nullable }) => newColumn(ids, name, type, nullable));
}

/** The changed table under its name in the statement. */
export function writtenRelation(tree: sql.ChangedTable, table: TableHandle, columns: readonly Column[]): Relation {
  const own = tree.name.parts.at(-1);
  const name = tree.alias ?? own;
  const schema = tree.name.parts.at(-2);
  return {
    name: name === undefined ? table.name : fold(name),
    hiddenName: tree.alias === undefined || own === undefined ? undefined : fold(own),
    schema: tree.alias === undefined && schema !== undefined ? fold(schema) : undefined,
    columns: scopeColumns(
      columns,
      table.columns.map((column) => column.name),
    ),
    keys: [],
    range: tree.range,
  };
}

/** RETURNING: a select list over the changed rows. */
export function bindReturning(
  items: readonly sql.SelectItem[],
  changed: Plan,
  relations: readonly Relation[],
  context: QueryContext,
): { readonly plan: Plan; readonly returning: readonly ResultColumn[] } {
  const { statement } = context;
  const scope: Scope = {
    relations,
    columns: relations.flatMap((relation) => relation.columns),
    parent: context.outer,
    clause: 'RETURNING',
    aggregates: undefined,
    barred: [],
  };
  const inner = within(context, scope);
  const list = expandList(items, scope, context).map((item) => ({
    name: item.name,
    expression: typed(item.bind(inner), statement),
  }));
  const plan = project(changed, list, statement.ids);
  const returning = plan.columns.map(({ name, type, nullable }) => ({ name, type, nullable }));
  return { plan, returning };
}
