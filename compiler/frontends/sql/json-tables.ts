import type * as sql from '../../../grammars/sql/tree.ts';
import { columnRef, constant, newColumn, type ProjectItem, singleRow, unnest } from '../../ir/build.ts';
import type { Column, Expression } from '../../ir/expression.ts';
import type { Plan, Project } from '../../ir/plan.ts';
import { OrbitError } from '../../types/error.ts';
import { INT32, INT64, isJson, type JsonType, type Type, UTF8 } from '../../types/type.ts';
import { coerce, explicitCast, isUntyped } from './coerce.ts';
import type { Context, StatementContext } from './context.ts';
import { unsupported, unsupportedAll } from './errors.ts';
import { type FromItem, renamed, scopeColumns, singleItem } from './from-item.ts';
import { fold } from './names.ts';
import { operation } from './operators.ts';
import { resolveType } from './type-names.ts';

/** JSON's functions in FROM: lists of documents, unnested, and the columns that are made of each element. */

type Shape = 'elements' | 'texts' | 'keys' | 'each' | 'eachText' | 'record' | 'recordset' | 'path';

const SHAPES: Readonly<Record<string, Shape>> = {
  array_elements: 'elements',
  array_elements_text: 'texts',
  object_keys: 'keys',
  each: 'each',
  each_text: 'eachText',
  to_record: 'record',
  to_recordset: 'recordset',
  path_query: 'path',
  path_query_tz: 'path',
};

/** The canonical functions that list what is unnested. */
const LISTS: Readonly<Record<Shape, string>> = {
  elements: 'json_elements',
  texts: 'json_element_texts',
  keys: 'json_key_list',
  each: 'json_pairs',
  eachText: 'json_pairs',
  record: 'json_record',
  recordset: 'json_recordset',
  path: 'jsonb_path_items',
};

function shapeOf(name: string): { readonly type: JsonType; readonly shape: Shape } | undefined {
  const match = /^(jsonb?)_(.+)$/.exec(name);
  const rest = match?.[2] ?? '';
  const shape = Object.hasOwn(SHAPES, rest) ? SHAPES[rest] : undefined;
  if (match === null || shape === undefined || (shape === 'path' && match[1] === 'json')) return undefined;
  return { type: { kind: 'utf8', json: match[1] === 'jsonb' ? 'jsonb' : 'json' }, shape };
}

export function isJsonTableFunction(name: string): boolean {
  return shapeOf(name) !== undefined;
}

export interface JsonItem {
  readonly item: FromItem;
  readonly over: (input: Plan, outer: boolean) => Plan;
}

/** `inner` is where the argument stands; `alias` the name that the item has been given. */
export function bindJsonTable(
  tree: sql.TableFunction,
  call: sql.FunctionCall,
  name: string,
  alias: string | undefined,
  inner: Context,
): JsonItem {
  const { statement } = inner;
  const { listed, shape } = bindList(call, name, inner);
  const record = shape === 'record' || shape === 'recordset';
  const elementType = listed.type.kind === 'list' ? listed.type.element : listed.type;
  const element = newColumn(statement.ids, 'element', elementType, true);
  const items = record
    ? recordItems(tree, element, statement)
    : outputs(shape, element, alias ?? name, call.range, statement);
  const columns = items.map((made) => newColumn(statement.ids, made.name, made.expression.type, true));
  const ordinality = tree.ordinality ? newColumn(statement.ids, 'ordinality', INT64, false) : undefined;
  const over = (input: Plan, outer: boolean): Plan => {
    const counted = ordinality && { ...ordinality, nullable: outer };
    const rows = unnest(input, listed, element, { outer, ordinality: counted });
    const shown = [...columns, ...(counted === undefined ? [] : [counted])];
    const project: Project = {
      kind: 'project',
      columns: [...input.columns, ...shown],
      input: rows,
      expressions: [
        ...input.columns.map((column) => columnRef(column)),
        ...items.map((made) => made.expression),
        ...(counted === undefined ? [] : [columnRef(counted)]),
      ],
    };
    return project;
  };
  const plan = over(singleRow(), false);
  const names = plan.columns.map((column) => column.name);
  const renames = record ? [] : (tree.alias?.columns ?? []).map((column) => plainName(column));
  const item = singleItem(plan, {
    name: alias ?? name,
    schema: undefined,
    columns: scopeColumns(plan.columns, renames.length === 0 ? names : renamed(names, renames, alias ?? '')),
    keys: [],
    scalar: shape === 'elements' || shape === 'texts',
    range: tree.alias?.range ?? tree.range,
  });
  return { item, over };
}

/** The list that the function's rows are made of, for a select list: only functions with one column have one. */
export function bindJsonList(call: sql.FunctionCall, name: string, context: Context): Expression {
  const { listed, shape } = bindList(call, name, context);
  if (shape === 'each' || shape === 'eachText' || shape === 'record' || shape === 'recordset') {
    throw unsupported(`${name} outside of FROM`, call.range);
  }
  return listed;
}

interface Listed {
  readonly listed: Expression;
  readonly shape: Shape;
}

function bindList(call: sql.FunctionCall, name: string, context: Context): Listed {
  const { statement } = context;
  const known = shapeOf(name);
  if (known === undefined) throw unsupported(name, call.range);
  const { type, shape } = known;
  const [first, ...rest] = call.arguments.map((argument) => {
    if (argument.name !== undefined || argument.variadic) throw unsupportedAll('named arguments', argument.range);
    return statement.bind.expression(argument.value, context);
  });
  if (first === undefined || (rest.length > 0 && shape !== 'path')) throw wrongArguments(name, call.range);
  const document = documentOf(first, type, name, call.range, statement);
  const more = shape === 'record' || shape === 'recordset' ? [constant(name, UTF8)] : rest;
  return { listed: operation(LISTS[shape], [document, ...more], call.range, statement), shape };
}

function plainName(column: sql.AliasColumn): sql.Identifier {
  if (column.type !== undefined) throw unsupported('a column definition list', column.range);
  return column.name;
}

function documentOf(
  bound: Expression,
  type: JsonType,
  name: string,
  range: sql.SourceRange,
  statement: StatementContext,
): Expression {
  if (isUntyped(bound)) return coerce(bound, type, statement);
  // DuckDB reads documents of any text; json's functions take jsonb for none of PostgreSQL's.
  if (bound.type.kind === 'utf8' && !isJson(bound.type)) return explicitCast(bound, type, 'error', statement, range);
  if (isJson(bound.type) && bound.type.json === type.json) return bound;
  throw wrongArguments(name, range);
}

function wrongArguments(name: string, range: sql.SourceRange): OrbitError {
  const json = name.startsWith('jsonb') ? 'jsonb' : 'json';
  return new OrbitError('undefined_function', `function ${name} does not exist with these arguments`, {
    range,
    hint: `It takes one ${json} document.`,
  });
}

function outputs(
  shape: Shape,
  element: Column,
  name: string,
  range: sql.SourceRange,
  statement: StatementContext,
): readonly ProjectItem[] {
  const whole = columnRef(element);
  const part = (fn: string, position: number): Expression =>
    operation(fn, [whole, constant(position, INT32)], range, statement);
  switch (shape) {
    case 'each':
      return [
        { name: 'key', expression: part('json_get_text', 0) },
        { name: 'value', expression: part('json_get', 1) },
      ];
    case 'eachText':
      return [
        { name: 'key', expression: part('json_get_text', 0) },
        { name: 'value', expression: part('json_get_text', 1) },
      ];
    case 'keys':
    case 'path':
      return [{ name, expression: whole }];
    default:
      return [{ name: 'value', expression: whole }];
  }
}

/** The columns of `AS t(a integer, …)`, each the field of its name as the column's type reads it. */
function recordItems(tree: sql.TableFunction, element: Column, statement: StatementContext): readonly ProjectItem[] {
  const defined = [...(tree.alias?.columns ?? []), ...(tree.calls[0]?.columns ?? [])];
  if (defined.length === 0) {
    throw new OrbitError('syntax_error', 'a column definition list is required for functions returning "record"', {
      range: tree.range,
      hint: 'Name the columns and their types: AS t(a integer, b text).',
    });
  }
  return defined.map((column) => {
    if (column.type === undefined) {
      throw new OrbitError('syntax_error', 'a column definition list names a type for each column', {
        range: column.range,
      });
    }
    const { type, maxLength } = resolveType(column.type);
    if (maxLength !== undefined) throw unsupported('a length limit here', column.range);
    const key = constant(fold(column.name), UTF8);
    return { name: fold(column.name), expression: fieldAs(columnRef(element), key, type, column.range, statement) };
  });
}

/** Documents stay documents, arrays become lists, everything else is read from its text. */
function fieldAs(
  document: Expression,
  key: Expression,
  type: Type,
  range: sql.SourceRange,
  statement: StatementContext,
): Expression {
  const call = (fn: string, args: readonly Expression[]) => operation(fn, args, range, statement);
  if (isJson(type)) return explicitCast(call('json_get', [document, key]), type, 'error', statement, range);
  const text =
    type.kind === 'list'
      ? call('json_array_text', [call('json_get', [document, key])])
      : call('json_get_text', [document, key]);
  return explicitCast(text, type, 'error', statement, range);
}
