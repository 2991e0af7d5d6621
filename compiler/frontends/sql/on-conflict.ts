import type * as sql from '../../../grammars/sql/tree.ts';
import type { TableHandle } from '../../catalog/catalog.ts';
import { columnRef, FALSE, project, TRUE } from '../../ir/build.ts';
import type { Column, Expression } from '../../ir/expression.ts';
import type { Merge, Plan } from '../../ir/plan.ts';
import { OrbitError } from '../../types/error.ts';
import { bindAssignment } from './changes.ts';
import { toBoolean } from './coerce.ts';
import { emptyScope, type QueryContext, type Relation, type Scope, within } from './context.ts';
import { unsupported } from './errors.ts';
import { scopeColumns } from './from-item.ts';
import { writtenColumns, writtenRelation } from './returning.ts';
import { distinctOrdinals, ordinalOf } from './targets.ts';

/** INSERT … ON CONFLICT, and INSERT OR REPLACE and OR IGNORE, which are forms of it. */
export function bindConflict(
  tree: sql.Insert,
  table: TableHandle,
  source: Plan,
  values: readonly Expression[],
  written: readonly Column[],
  context: QueryContext,
): Merge {
  const { statement } = context;
  const { onConflict } = tree;
  if (onConflict !== undefined && tree.or !== undefined) {
    throw new OrbitError('syntax_error', `OR ${tree.or.toUpperCase()} and ON CONFLICT exclude each other`, {
      range: onConflict.range,
    });
  }
  // The row to insert is computed once, under its own name too: `excluded`.
  const names = table.columns.map(({ name }) => name);
  const items = [
    ...source.columns.map((column) => ({ name: column.name, expression: columnRef(column) })),
    ...values.map((expression, i) => ({ name: names[i] ?? '', expression })),
  ];
  const input = project(source, items, statement.ids);
  const proposed = input.columns.slice(source.columns.length);
  const current = writtenColumns(table, statement.ids);
  const keys = conflictKeys(tree, table);
  const excluded: Relation = {
    name: 'excluded',
    schema: undefined,
    columns: scopeColumns(proposed, names),
    keys: [],
    range: tree.range,
  };
  const relations = [writtenRelation(tree.table, table, current), excluded];
  const columns = relations[0]?.columns ?? [];
  const scope: Scope = { ...emptyScope('ON CONFLICT', context.outer), relations, columns };
  const inner = within(context, scope);
  const onMatch =
    tree.or === 'replace'
      ? proposed.map((column, ordinal) => ({ ordinal, value: columnRef(column) }))
      : (onConflict?.set ?? []).flatMap((assignment) => bindAssignment(assignment, table, inner));
  distinctOrdinals(
    (onConflict?.set ?? []).flatMap((assignment) => assignment.targets.map((item) => item.column)),
    onMatch.map(({ ordinal }) => ordinal),
    (name) => `multiple assignments to same column "${name}"`,
    'syntax_error',
  );
  const where = onConflict?.where;
  const wanted =
    where === undefined
      ? TRUE
      : toBoolean(statement.bind.expression(where, { ...inner, truth: true }), 'WHERE', statement);
  return {
    kind: 'merge',
    table,
    columns: [...input.columns, ...written],
    input,
    matchOrdinals: [],
    matchValues: [],
    onMatch,
    current,
    insertValues: proposed.map((column) => columnRef(column)),
    conflict: { keys, condition: onMatch.length === 0 ? FALSE : wanted },
    written,
    command: 0,
  };
}

function conflictKeys(tree: sql.Insert, table: TableHandle): readonly (readonly number[])[] {
  const { onConflict } = tree;
  const target = onConflict?.target;
  if (target === undefined) {
    if (onConflict !== undefined && onConflict.set.length > 0) {
      throw new OrbitError(
        'syntax_error',
        'ON CONFLICT DO UPDATE requires inference specification or constraint name',
        { range: onConflict.range, hint: 'For example, ON CONFLICT (column_name).' },
      );
    }
    if (tree.or === 'replace' && table.keys.length !== 1) {
      throw unsupported('INSERT OR REPLACE without exactly one key', tree.range);
    }
    return table.keys;
  }
  if (target.kind === 'conflictConstraint') throw unsupported('ON CONFLICT ON CONSTRAINT', target.range);
  if (target.where !== undefined) throw unsupported('a condition in a conflict target', target.where.range);
  const ordinals = target.elements.map(({ expression, range }) => {
    const part = expression.kind === 'column' && expression.parts.length === 1 ? expression.parts[0] : undefined;
    if (part === undefined) throw unsupported('an expression in a conflict target', range);
    return ordinalOf(part, table);
  });
  const wanted = new Set(ordinals);
  const key = table.keys.find((known) => known.length === wanted.size && known.every((i) => wanted.has(i)));
  if (key !== undefined) return [key];
  throw new OrbitError(
    'invalid_column_reference',
    'there is no unique or exclusion constraint matching the ON CONFLICT specification',
    { range: target.range },
  );
}
