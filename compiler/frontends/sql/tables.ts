import type * as sql from '../../../grammars/sql/tree.ts';
import type { TableHandle } from '../../catalog/catalog.ts';
import { newColumn, scan, singleRow } from '../../ir/build.ts';
import type { ColumnId } from '../../ir/expression.ts';
import type { Plan } from '../../ir/plan.ts';
import { internalError, OrbitError } from '../../types/error.ts';
import { INT64 } from '../../types/type.ts';
import { functionName } from './calls.ts';
import { commonTableReference } from './common-tables.ts';
import type { Context, PendingQuery, QueryContext, Relation, Scope } from './context.ts';
import { unsupported } from './errors.ts';
import { fileOfName, filesOfCall, type NamedFiles } from './files.ts';
import { type FromItem, renamed, scopeColumns, singleItem } from './from-item.ts';
import { bindJsonTable, isJsonTableFunction } from './json-tables.ts';
import { display, fold, matching, suggestion } from './names.ts';
import { sampled } from './sample.ts';
import { bindLists, elementType, TABLE_FUNCTIONS, unnestAll } from './set-returning.ts';
import { bindView, viewNamed } from './views.ts';

/** The leaves of FROM. */

export function bindTable(tree: sql.TableReference, context: QueryContext): FromItem {
  const common = commonTableReference(tree.name, context);
  if (common !== undefined) {
    const item = derived(common, tree.alias, fold(lastPart(tree.name)), tree.range, context);
    return sampled(item, tree.sample, false, context);
  }
  const view = viewNamed(tree.name, context);
  if (view !== undefined) {
    const pending = bindView(view, tree.name.range, context);
    return sampled(derived(pending, tree.alias, view.name, tree.range, context), tree.sample, false, context);
  }
  const table = findTable(tree.name, context);
  const name = lastName(tree.name, table);
  const schema = schemaOf(tree.name) ?? ownSchema(table, name);
  const item = scanned(table, tree.alias, name, schema, tree.name.range, context);
  return sampled(item, tree.sample, true, context);
}

export function lastPart(name: sql.QualifiedName): sql.Identifier {
  const part = name.parts.at(-1);
  if (part === undefined) throw internalError('a table has no name');
  return part;
}

/** The table's own spelling, where case was disregarded to find it. */
function lastName(name: sql.QualifiedName, table: TableHandle): string {
  const written = fold(lastPart(name));
  const own = table.name.split('.').at(-1) ?? written;
  return own.toLowerCase() === written.toLowerCase() ? own : written;
}

/** The schema that the search path led to: `s.t` is a name for `FROM t` too. */
function ownSchema(table: TableHandle, name: string): string | undefined {
  return table.name.endsWith(`.${name}`) ? table.name.slice(0, -name.length - 1) : undefined;
}

function schemaOf(name: sql.QualifiedName): string | undefined {
  const schema = name.parts.at(-2);
  return schema === undefined ? undefined : fold(schema);
}

/** The table of that name that a statement changes, or asks about. */
export function findTable(name: sql.QualifiedName, context: QueryContext): TableHandle {
  const { catalog } = context.statement;
  const table = lookupTable(name, context);
  if (table !== undefined) return table;
  if (viewNamed(name, context) !== undefined) {
    throw new OrbitError('wrong_object_type', `"${display(name)}" is a view`, {
      range: name.range,
      hint: 'Change the tables that it is made of.',
    });
  }
  const known = [...catalog.tableNames()];
  for (let t = context.commonTables; t !== undefined; t = t.parent) known.push(fold(t.tree.name));
  throw new OrbitError('undefined_table', `relation "${display(name)}" does not exist`, {
    range: name.range,
    hint: fileHint(name) ?? suggestion(display(name), known),
  });
}

export function lookupTable(name: sql.QualifiedName, context: QueryContext): TableHandle | undefined {
  const { catalog } = context.statement;
  if (name.parts.length > 2) throw unsupported('a reference to another database', name.range);
  const part = lastPart(name);
  const schema = schemaOf(name);
  const exact = catalog.table(fold(part), schema);
  if (exact !== undefined || part.quoted) return exact;
  const written = schema === undefined ? part.text : `${schema}.${part.text}`;
  const [only] = matching(catalog.tableNames(), { ...part, text: written }, (known) => known);
  return only === undefined
    ? undefined
    : catalog.table(schema === undefined ? only : only.slice(schema.length + 1), schema);
}

const FILE_NAMES = /\.(csv|tsv|parquet|json|jsonl|ndjson|arrow|feather|txt)$/i;

function fileHint(name: sql.QualifiedName): string | undefined {
  const path = name.parts.map((part) => part.text).join('.');
  return FILE_NAMES.test(path) ? `To read a file, put its path in quotes: FROM '${path}'.` : undefined;
}

export function bindFile(tree: sql.FileReference, context: QueryContext): FromItem {
  return bindFiles(fileOfName(tree), tree, context);
}

function bindFiles(
  { key, paths, range }: NamedFiles,
  { alias, sample }: Pick<sql.FileReference, 'alias' | 'sample'>,
  context: QueryContext,
): FromItem {
  const table = context.statement.catalog.file(key);
  const [path = ''] = paths;
  if (table === undefined) throw new OrbitError('undefined_file', `could not open file "${path}"`, { range });
  const file = path.split(/[/\\]/).at(-1) ?? path;
  const stem = file.replace(/(\.[A-Za-z0-9]+)+$/, '');
  const item = scanned(table, alias, stem === '' ? file : stem, undefined, range, context);
  return sampled(item, sample, false, context);
}

function scanned(
  table: TableHandle,
  alias: sql.TableAlias | undefined,
  ownName: string,
  schema: string | undefined,
  range: sql.SourceRange,
  context: QueryContext,
): FromItem {
  context.statement.budget.relation();
  const name = aliasName(alias) ?? ownName;
  const plan = scan(table, context.statement.ids, { alias: name });
  const idOf = (ordinal: number): readonly ColumnId[] => {
    const column = plan.columns[ordinal];
    return column === undefined ? [] : [column.id];
  };
  // A unique constraint lets NULLs repeat, so only keys without them identify a row.
  const keys = table.keys.filter((key) => key.length > 0 && key.every((i) => table.columns[i]?.nullable === false));
  const relation: Relation = {
    name,
    hiddenName: name === ownName ? undefined : ownName,
    schema: alias?.name === undefined ? schema : undefined,
    columns: scopeColumns(plan.columns, aliasedNames(plan, alias, name)),
    keys: keys.map((key) => key.flatMap(idOf)),
    range: alias?.name?.range ?? range,
  };
  return singleItem(plan, relation);
}

export function aliasName(alias: sql.TableAlias | undefined): string | undefined {
  return alias?.name === undefined ? undefined : fold(alias.name);
}

function aliasedNames(plan: Plan, alias: sql.TableAlias | undefined, table: string): readonly string[] {
  const names = plan.columns.map((column) => column.name);
  return alias === undefined ? names : renamed(names, columnNames(alias), table);
}

function columnNames(alias: sql.TableAlias): readonly sql.Identifier[] {
  return alias.columns.map((column) => {
    if (column.type !== undefined) throw unsupported('a column definition list', column.range);
    return column.name;
  });
}

/** A subquery of FROM under its alias. */
export function derived(
  pending: PendingQuery,
  alias: sql.TableAlias | undefined,
  ownName: string | undefined,
  range: sql.SourceRange,
  context: QueryContext,
): FromItem {
  context.statement.budget.relation();
  const plan = pending.finish();
  const name = aliasName(alias) ?? ownName;
  const names = pending.outputs.map((output) => output.name);
  return singleItem(plan, {
    name,
    schema: undefined,
    columns: scopeColumns(plan.columns, alias === undefined ? names : renamed(names, columnNames(alias), name ?? '')),
    keys: [],
    range: alias?.name?.range ?? range,
  });
}

/** `unnest(list)`, which may use the tables to its left: `input` are their rows, or a single empty one. */
export interface UnnestItem {
  readonly item: FromItem;
  readonly over: (input: Plan, outer: boolean) => Plan;
}

/** A function of FROM; one that reads files stands beside its neighbours as a table does. */
export interface TableFunctionItem {
  readonly item: FromItem;
  readonly over?: UnnestItem['over'];
}

export function bindTableFunction(
  tree: sql.TableFunction,
  context: QueryContext,
  lateral: Scope | undefined,
): TableFunctionItem {
  const files = filesOfCall(tree);
  if (files !== undefined) {
    if (tree.ordinality) throw unsupported('WITH ORDINALITY over files', tree.range);
    return { item: bindFiles(files, tree, context) };
  }
  if (tree.sample !== undefined) throw unsupported('sampling of a table function', tree.sample.range);
  const [first] = tree.calls;
  if (tree.calls.length !== 1 || first === undefined) throw unsupported('ROWS FROM with several functions', tree.range);
  if (first.columns.length > 0) throw unsupported('a column definition list', first.range);
  const { call } = first;
  if (call.kind !== 'call') throw unsupported('this expression in FROM', call.range);
  const name = functionName(call.name);
  const isJson = isJsonTableFunction(name);
  if (!TABLE_FUNCTIONS.has(name) && !isJson) throw unsupportedTableFunction(name, call);
  context.statement.budget.relation();
  const inner: Context = { ...context, scope: lateral ?? emptyFrom(context), truth: false };
  if (isJson) return bindJsonTable(tree, call, name, aliasName(tree.alias), inner);
  const lists = bindLists(call, name, inner);
  const alias = aliasName(tree.alias);
  const { ids } = context.statement;
  const elements = lists.map((list) =>
    newColumn(ids, lists.length === 1 ? (alias ?? name) : name, elementType(list), true),
  );
  const ordinality = tree.ordinality ? newColumn(ids, 'ordinality', INT64, false) : undefined;
  const over = (input: Plan, outer: boolean): Plan => unnestAll(input, lists, elements, { outer, ordinality }, ids);
  const plan = over(singleRow(), false);
  const names = plan.columns.map((column) => column.name);
  const item = singleItem(plan, {
    name: alias ?? name,
    schema: undefined,
    columns: scopeColumns(
      plan.columns,
      tree.alias === undefined ? names : renamed(names, columnNames(tree.alias), alias ?? ''),
    ),
    keys: [],
    range: tree.alias?.range ?? tree.range,
  });
  return { item, over };
}

function emptyFrom(context: QueryContext): Scope {
  return {
    relations: [],
    columns: [],
    parent: context.outer,
    clause: 'functions in FROM',
    aggregates: undefined,
    barred: [],
  };
}

function unsupportedTableFunction(name: string, call: sql.FunctionCall): OrbitError {
  return unsupported(`the table function ${name}`, call.range);
}
