import type * as sql from '../../../grammars/sql/tree.ts';
import type { TableHandle } from '../../catalog/catalog.ts';
import { columnRef, distinct, filter, scan, selectColumns } from '../../ir/build.ts';
import { expressionColumns } from '../../ir/columns.ts';
import type { Column, Expression } from '../../ir/expression.ts';
import { type Delete, type Plan, ROW_ID_ORDINAL, type Update } from '../../ir/plan.ts';
import { internalError, OrbitError } from '../../types/error.ts';
import type { BoundBody } from './bound.ts';
import { toBoolean } from './coerce.ts';
import { aroundCommonTables, withCommonTables } from './common-tables.ts';
import { type Context, type QueryContext, type Relation, within } from './context.ts';
import { unsupported } from './errors.ts';
import { bindFrom } from './from.ts';
import { checkAliases, type FromItem, itemScope, singleItem } from './from-item.ts';
import { joinedItems } from './joins.ts';
import { fold } from './names.ts';
import { bindReturning, writtenColumns, writtenRelation } from './returning.ts';
import { findTable } from './tables.ts';
import { assigned, defaultOf, distinctOrdinals, targetOrdinal } from './targets.ts';

/** UPDATE, DELETE and TRUNCATE. */

interface Target {
  readonly table: TableHandle;
  readonly relation: Relation;
  readonly rowId: Column;
  /** The table's rows with the rows of FROM or USING that go with them. */
  readonly rows: FromItem;
}

function bindTarget(tree: sql.ChangedTable, others: readonly sql.TableExpression[], context: QueryContext): Target {
  const { statement } = context;
  const table = findTable(tree.name, context);
  statement.budget.relation();
  const ordinals = [...table.columns.map((_, i) => i), ROW_ID_ORDINAL];
  const plan = scan(table, statement.ids, { ordinals, alias: tree.alias && fold(tree.alias) });
  const rowId = plan.columns.at(-1);
  if (rowId === undefined) throw internalError('a scan without its row id');
  const relation = writtenRelation(tree, table, plan.columns.slice(0, -1));
  const own = singleItem(plan, relation);
  if (others.length === 0) return { table, relation, rowId, rows: own };
  const from = bindFrom(others, context);
  checkAliases(own.relations, from.relations);
  return { table, relation, rowId, rows: joinedItems('inner', own, from, undefined) };
}

function matchedRows(target: Target, where: sql.Expression | undefined, context: QueryContext): Plan {
  const { plan } = target.rows;
  if (where === undefined) return plan;
  const scope = itemScope(target.rows, 'WHERE', context.outer);
  const inner: Context = { ...within(context, scope), truth: true };
  return filter(plan, toBoolean(context.statement.bind.expression(where, inner), 'WHERE', context.statement));
}

/** A row is changed once, however many rows of FROM go with it: which one is not defined, as in PostgreSQL. */
function onceEach(rows: Plan, rowId: Column, others: readonly sql.TableExpression[]): Plan {
  return others.length === 0 ? rows : distinct(rows, [columnRef(rowId)]);
}

/** Nobody looks at the change's output without RETURNING, so it carries no more than the change itself needs. */
function onlyUsed(rows: Plan, rowId: Column, values: readonly Expression[]): Plan {
  const used = new Set([rowId.id, ...values.flatMap((value) => [...expressionColumns(value)])]);
  return selectColumns(
    rows,
    rows.columns.filter((column) => used.has(column.id)),
  );
}

export function bindUpdate(tree: sql.Update, outside: QueryContext): BoundBody {
  const context = withCommonTables(tree.with, outside);
  const target = bindTarget(tree.table, tree.from, context);
  const { table, rowId } = target;
  const { statement } = context;
  const rows = onceEach(matchedRows(target, tree.where, context), rowId, tree.from);
  const inner = within(context, itemScope(target.rows, 'UPDATE', context.outer));
  const assignments = tree.set.flatMap((assignment) => bindAssignment(assignment, table, inner));
  distinctOrdinals(
    tree.set.flatMap((assignment) => assignment.targets.map((item) => item.column)),
    assignments.map(({ ordinal }) => ordinal),
    (name) => `multiple assignments to same column "${name}"`,
    'syntax_error',
  );
  const returns = tree.returning.length > 0;
  const input = returns
    ? rows
    : onlyUsed(
        rows,
        rowId,
        assignments.map(({ value }) => value),
      );
  const written = returns ? writtenColumns(table, statement.ids) : [];
  const plan: Update = {
    kind: 'update',
    table,
    columns: [...input.columns, ...written],
    input,
    rowId: rowId.id,
    ordinals: assignments.map(({ ordinal }) => ordinal),
    values: assignments.map(({ value }) => value),
    written,
    command: 0,
  };
  if (!returns) {
    return { kind: 'update', plan: aroundCommonTables(context, outside)(plan), table, returning: undefined };
  }
  const relations = [writtenRelation(tree.table, table, written), ...target.rows.relations.slice(1)];
  const bound = bindReturning(tree.returning, plan, relations, context);
  return { kind: 'update', table, ...bound, plan: aroundCommonTables(context, outside)(bound.plan) };
}

interface Assigned {
  readonly ordinal: number;
  readonly value: Expression;
}

export function bindAssignment(tree: sql.Assignment, table: TableHandle, context: Context): readonly Assigned[] {
  const ordinals = tree.targets.map((item) => targetOrdinal(item, table));
  const set = (ordinal: number, value: sql.Expression): Assigned => {
    const column = table.columns[ordinal];
    if (column?.identity === 'always' && value.kind !== 'default') {
      throw new OrbitError('generated_always', `column "${column.name}" can only be updated to DEFAULT`, {
        range: value.range,
      });
    }
    if (value.kind === 'default') return { ordinal, value: defaultOf(table, ordinal, value.range, context) };
    const { statement } = context;
    const bound = statement.bind.expression(value, context);
    return { ordinal, value: assigned(bound, table, ordinal, statement, value.range) };
  };
  const [only] = ordinals;
  if (!tree.row && only !== undefined) return [set(only, tree.value)];
  if (tree.value.kind === 'scalarSubquery' && ordinals.length > 1) {
    throw unsupported('an assignment of a subquery to several columns', tree.range);
  }
  const fields = tree.value.kind === 'row' ? tree.value.fields : [tree.value];
  if (fields.length !== ordinals.length) {
    throw new OrbitError('syntax_error', 'number of columns does not match number of values', { range: tree.range });
  }
  return fields.map((field, i) => set(ordinals[i] ?? 0, field));
}

export function bindDelete(tree: sql.Delete, outside: QueryContext): BoundBody {
  const context = withCommonTables(tree.with, outside);
  const target = bindTarget(tree.table, tree.using, context);
  const { table, rowId } = target;
  const rows = onceEach(matchedRows(target, tree.where, context), rowId, tree.using);
  const input = tree.returning.length > 0 ? rows : onlyUsed(rows, rowId, []);
  const plan: Delete = { kind: 'delete', table, columns: input.columns, input, rowId: rowId.id, command: 0 };
  if (tree.returning.length === 0) {
    return { kind: 'delete', plan: aroundCommonTables(context, outside)(plan), table, returning: undefined };
  }
  const bound = bindReturning(tree.returning, plan, target.rows.relations, context);
  return { kind: 'delete', table, ...bound, plan: aroundCommonTables(context, outside)(bound.plan) };
}

export function bindTruncate(tree: sql.Truncate, context: QueryContext): BoundBody {
  const tables = tree.tables.map((changed) => {
    if (changed.alias !== undefined) throw unsupported('an alias in TRUNCATE', changed.alias.range);
    return findTable(changed.name, context);
  });
  const plans = tables.map((table): Delete => {
    const input = scan(table, context.statement.ids, { ordinals: [ROW_ID_ORDINAL] });
    const [rowId] = input.columns;
    if (rowId === undefined) throw internalError('a scan without its row id');
    return { kind: 'delete', table, columns: input.columns, input, rowId: rowId.id, command: 0 };
  });
  return { kind: 'truncate', tables, plans, restart: tree.identity === 'restart' };
}
