import type * as sql from '../../../grammars/sql/tree.ts';
import type { TableHandle } from '../../catalog/catalog.ts';
import { columnRef, singleRow, values } from '../../ir/build.ts';
import type { Expression } from '../../ir/expression.ts';
import type { Insert, Merge, Plan } from '../../ir/plan.ts';
import { OrbitError } from '../../types/error.ts';
import type { BoundBody } from './bound.ts';
import { aroundCommonTables, withCommonTables } from './common-tables.ts';
import { emptyScope, type QueryContext, within } from './context.ts';
import { bindConflict } from './on-conflict.ts';
import { bindQuery } from './query.ts';
import { bindReturning, writtenColumns, writtenRelation } from './returning.ts';
import { findTable } from './tables.ts';
import { assigned, defaultOf, distinctOrdinals, ordinalOf, targetOrdinal } from './targets.ts';
import { valuesWidth } from './values.ts';

export function bindInsert(tree: sql.Insert, outside: QueryContext): BoundBody {
  const table = findTable(tree.table.name, outside);
  const context = withCommonTables(tree.with, outside);
  const ordinals = targetOrdinals(tree, table);
  const { input, stored } = tree.byName ? bindByName(tree, table, context) : bindSource(tree, table, ordinals, context);
  refuseNumbers(tree, table, [...stored.keys()]);
  const numbered = (ordinal: number): boolean =>
    tree.overriding === 'user' && table.columns[ordinal]?.identity !== undefined;
  const { statement } = context;
  const returns = tree.returning.length > 0;
  const written = returns ? writtenColumns(table, statement.ids) : [];
  const values = table.columns.map(
    (_, ordinal) =>
      (numbered(ordinal) ? undefined : stored.get(ordinal)) ?? defaultOf(table, ordinal, tree.table.range, context),
  );
  const plan: Insert | Merge =
    tree.onConflict === undefined && tree.or === undefined
      ? { kind: 'insert', table, columns: [...input.columns, ...written], input, values, written, command: 0 }
      : bindConflict(tree, table, input, values, written, context);
  if (!returns) {
    return { kind: 'insert', plan: aroundCommonTables(context, outside)(plan), table, returning: undefined };
  }
  const relation = writtenRelation(tree.table, table, written);
  const bound = bindReturning(tree.returning, plan, [relation], context);
  return { kind: 'insert', table, ...bound, plan: aroundCommonTables(context, outside)(bound.plan) };
}

function targetOrdinals(tree: sql.Insert, table: TableHandle): readonly number[] {
  if (tree.columns.length === 0) return table.columns.map((_, i) => i);
  const ordinals = tree.columns.map((target) => targetOrdinal(target, table));
  const names = tree.columns.map((target) => target.column);
  distinctOrdinals(names, ordinals, (name) => `column "${name}" specified more than once`);
  return ordinals;
}

/** INSERT … BY NAME: the query says by its own names of columns where its values go. */
function bindByName(tree: sql.Insert, table: TableHandle, context: QueryContext): Source {
  const { source } = tree;
  if (source === undefined || tree.columns.length > 0) {
    throw new OrbitError('syntax_error', 'BY NAME takes a query and no list of columns', { range: tree.range });
  }
  const pending = bindQuery(source, context);
  const names = pending.outputs.map(({ name, range }): sql.Identifier => {
    return { kind: 'identifier', text: name, quoted: true, range };
  });
  const ordinals = names.map((name) => ordinalOf(name, table));
  distinctOrdinals(names, ordinals, (name) => `column "${name}" specified more than once`);
  const input = pending.finish(ordinals.map((ordinal) => table.columns[ordinal]?.type));
  const stored = input.columns.map((column, i): [number, Expression] => {
    const ordinal = ordinals[i] ?? 0;
    return [ordinal, assigned(columnRef(column, names[i]?.range), table, ordinal, context.statement)];
  });
  return { input, stored: new Map(stored) };
}

/** Only DEFAULT is a value for a column whose numbers are always its sequence's. */
function refuseNumbers(tree: sql.Insert, table: TableHandle, ordinals: readonly number[]): void {
  if (tree.overriding !== undefined) return;
  const body = tree.source?.body;
  ordinals.forEach((ordinal, i) => {
    const column = table.columns[ordinal];
    if (column?.identity !== 'always') return;
    if (body?.kind === 'values' && body.rows.every((row) => row.values[i]?.kind === 'default')) return;
    throw new OrbitError('generated_always', `cannot insert a non-DEFAULT value into column "${column.name}"`, {
      range: tree.source?.range ?? tree.range,
      hint: 'Use OVERRIDING SYSTEM VALUE to override.',
    });
  });
}

interface Source {
  readonly input: Plan;
  /** By the table's column; the others get their default. */
  readonly stored: ReadonlyMap<number, Expression>;
}

function bindSource(tree: sql.Insert, table: TableHandle, ordinals: readonly number[], context: QueryContext): Source {
  const { source } = tree;
  if (source === undefined) return { input: singleRow(), stored: new Map() };
  const isPlain =
    source.with === undefined &&
    source.orderBy.length === 0 &&
    source.limit === undefined &&
    source.offset === undefined &&
    source.locking.length === 0;
  if (isPlain && source.body.kind === 'values') return bindRows(source.body, tree, table, ordinals, context);
  const pending = bindQuery(source, context);
  checkCount(pending.outputs.length, tree, ordinals);
  const types = pending.outputs.map((_, i) => table.columns[ordinals[i] ?? -1]?.type);
  const input = pending.finish(types);
  const stored = input.columns.map((column, i): [number, Expression] => {
    const ordinal = ordinals[i] ?? 0;
    const range = pending.outputs[i]?.range;
    return [ordinal, assigned(columnRef(column, range), table, ordinal, context.statement)];
  });
  return { input, stored: new Map(stored) };
}

/** VALUES written out: each value is for its column, and DEFAULT may stand among them. */
function bindRows(
  tree: sql.Values,
  insert: sql.Insert,
  table: TableHandle,
  ordinals: readonly number[],
  context: QueryContext,
): Source {
  const { statement } = context;
  const width = valuesWidth(tree);
  checkCount(width, insert, ordinals);
  const inner = within(context, emptyScope('VALUES', context.outer));
  const rows = tree.rows.map((row) =>
    row.values.map((value, i): Expression => {
      const ordinal = ordinals[i] ?? 0;
      if (value.kind === 'default') return defaultOf(table, ordinal, value.range, context);
      return assigned(statement.bind.expression(value, inner), table, ordinal, statement, value.range);
    }),
  );
  const names = Array.from({ length: width }, (_, i) => `column${i + 1}`);
  const input = values(statement.ids, names, rows);
  const stored = input.columns.map((column, i): [number, Expression] => [
    ordinals[i] ?? 0,
    columnRef(column, tree.range),
  ]);
  return { input, stored: new Map(stored) };
}

/** Fewer values than columns are fine where no columns were named. */
function checkCount(count: number, tree: sql.Insert, ordinals: readonly number[]): void {
  const range = tree.source?.range ?? tree.range;
  if (count > ordinals.length) {
    throw new OrbitError('syntax_error', 'INSERT has more expressions than target columns', { range });
  }
  if (count < ordinals.length && tree.columns.length > 0) {
    throw new OrbitError('syntax_error', 'INSERT has more target columns than expressions', { range });
  }
}
