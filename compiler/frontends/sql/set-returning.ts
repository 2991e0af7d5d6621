import type * as sql from '../../../grammars/sql/tree.ts';
import type { Signature } from '../../functions/declaration.ts';
import { scalarFunction } from '../../functions/resolve.ts';
import { columnRef, constant, newColumn, unnest } from '../../ir/build.ts';
import { call as callOf } from '../../ir/call.ts';
import type { ColumnIds } from '../../ir/columns.ts';
import { expressionEquals } from '../../ir/equal.ts';
import type { Column, Expression } from '../../ir/expression.ts';
import type { Plan } from '../../ir/plan.ts';
import { OrbitError } from '../../types/error.ts';
import { messageTypeName } from '../../types/names.ts';
import { INT32, INT64, type Type } from '../../types/type.ts';
import { coerce } from './coerce.ts';
import type { Context } from './context.ts';
import { unsupported, unsupportedAll } from './errors.ts';
import { bindJsonList, isJsonTableFunction } from './json-tables.ts';
import { operation } from './operators.ts';
import { zonedCall } from './zoned.ts';

/** Functions that put out rows: in FROM, and in a select list, where each row becomes as many as they put out for it. */

/** Those that put out the elements of what a function of the catalogue gives. */
const LISTED: Readonly<Record<string, string>> = {
  string_to_table: 'string_to_array',
  regexp_split_to_table: 'regexp_split_to_array',
  regexp_matches: 'regexp_matches',
  generate_subscripts: 'array_subscripts',
};

export const TABLE_FUNCTIONS: ReadonlySet<string> = new Set([
  'unnest',
  'generate_series',
  'range',
  ...Object.keys(LISTED),
]);

/** The lists whose elements the function's rows are, side by side. */
export function bindLists(call: sql.FunctionCall, name: string, context: Context): readonly Expression[] {
  if (isJsonTableFunction(name)) return [bindJsonList(call, name, context)];
  if (name === 'unnest') return bindUnnested(call, context);
  const fn = Object.hasOwn(LISTED, name) ? LISTED[name] : undefined;
  return [fn === undefined ? bindSeries(call, name, context) : bindListed(call, name, fn, context)];
}

function bindListed(call: sql.FunctionCall, name: string, fn: string, context: Context): Expression {
  if (!isPlain(call)) throw unsupported(`${name} with such clauses`, call.range);
  const args = call.arguments.map((argument) => {
    if (argument.name !== undefined || argument.variadic) throw unsupportedAll('named arguments', argument.range);
    return context.statement.bind.expression(argument.value, context);
  });
  return operation(fn, args, call.range, context.statement);
}

export function elementType({ type }: Expression): Type {
  return type.kind === 'list' ? type.element : type;
}

/**
 * The input's rows, each with the elements of its lists: as many rows as the longest list has elements, with NULLs where
 * shorter ones have none; `outer`: at least one.
 */
export function unnestAll(
  input: Plan,
  lists: readonly Expression[],
  elements: readonly Column[],
  { outer, ordinality }: { readonly outer: boolean; readonly ordinality?: Column | undefined },
  ids: ColumnIds,
): Plan {
  const counted = ordinality === undefined ? undefined : { ...ordinality, nullable: outer };
  const [list, element] = [lists[0], elements[0]];
  if (lists.length === 1 && list !== undefined && element !== undefined) {
    return unnest(input, list, element, { outer, ordinality: counted });
  }
  const lengths = lists.map((each) => callOf('coalesce', [callOf('list_length', [each]), constant(0, INT32)]));
  const last = callOf('subtract', [callOf('greatest', lengths), constant(1, INT32)]);
  const place = newColumn(ids, 'place', INT64, outer);
  const places = callOf('series', [constant(0n, INT64), last, constant(1n, INT64)]);
  const rows = unnest(input, places, place, { outer, ordinality: counted });
  const values = lists.map((each) => callOf('list_get', [each, columnRef(place)]));
  const kept = rows.columns.filter((column) => column !== place);
  return {
    kind: 'project',
    columns: [...input.columns, ...elements, ...kept.slice(input.columns.length)],
    input: rows,
    expressions: [
      ...input.columns.map((column) => columnRef(column)),
      ...values,
      ...kept.slice(input.columns.length).map((column) => columnRef(column)),
    ],
  };
}

/** The set-returning functions of one select list. */
export interface SetCollector {
  readonly add: (list: Expression, name: string) => Column;
  /** What adds their columns to a plan; `turn` makes what they are over into expressions over the plan's rows. */
  readonly over: (turn: (expression: Expression) => Expression) => (input: Plan) => Plan;
}

export function createSets(ids: ColumnIds): SetCollector {
  const lists: Expression[] = [];
  const columns: Column[] = [];
  return {
    add: (list, name) => {
      const known = columns[lists.findIndex((other) => expressionEquals(other, list))];
      if (known !== undefined) return known;
      const column = newColumn(ids, name, elementType(list), true);
      lists.push(list);
      columns.push(column);
      return column;
    },
    over: (turn) => {
      const turned = lists.map(turn);
      return (input) => (turned.length === 0 ? input : unnestAll(input, turned, columns, { outer: false }, ids));
    },
  };
}

/** A set-returning function in a select list: its value in each of the rows. */
export function bindSetReturning(call: sql.FunctionCall, name: string, context: Context): Expression {
  const { sets, clause } = context.scope;
  if (sets === undefined) {
    throw new OrbitError('feature_not_supported', `set-returning functions are not allowed in ${clause}`, {
      range: call.range,
      hint: 'Put it into FROM, with LATERAL where it needs the columns of another table.',
    });
  }
  const inside: Context = {
    ...context,
    truth: false,
    scope: { ...context.scope, clause: `the arguments of ${name}`, sets: undefined },
  };
  const [list, other] = bindLists(call, name, inside);
  if (list === undefined || other !== undefined)
    throw unsupported(`${name} of several lists in a select list`, call.range);
  return columnRef(sets.add(list, name), call.range);
}

/** generate_series(first, last [, step]) as in PostgreSQL, and range([first,] end [, step]), which stops before its end. */
function bindSeries(call: sql.FunctionCall, name: string, context: Context): Expression {
  const given = call.arguments.map((argument) => {
    if (argument.name !== undefined || argument.variadic) throw unsupportedAll('named arguments', argument.range);
    return context.statement.bind.expression(argument.value, context);
  });
  const { range } = call;
  if (!isPlain(call)) throw unsupported(`${name} with such clauses`, range);
  const only = name === 'range' && given.length === 1;
  const args = only ? [constant(0n, INT64, range), ...given] : given;
  const whole = args.length === 2 ? [...args, constant(1, INT32, range)] : args;
  const fn = name === 'range' ? 'series_below' : 'series';
  const types = given.map((arg) => messageTypeName(arg.type)).join(', ');
  const declaration = scalarFunction(fn);
  const signature = whole.length === 3 ? signatureOf(fn, whole) : undefined;
  if (declaration === undefined || signature === undefined) {
    throw new OrbitError('undefined_function', `function ${name}(${types}) does not exist`, {
      range,
      hint: 'It takes integers, or two timestamps and an interval.',
    });
  }
  const cast_ = whole.map((arg, i) => coerce(arg, signature.parameters[i] ?? arg.type, context.statement));
  return zonedCall({ fn: declaration, signature }, cast_, range, context.statement);
}

function signatureOf(fn: string, args: readonly Expression[]): Signature | undefined {
  const types = args.map((arg) => arg.type);
  for (const overload of scalarFunction(fn)?.overloads ?? []) {
    const signature = overload(types);
    if (signature !== undefined) return signature;
  }
  return undefined;
}

function isPlain(call: sql.FunctionCall): boolean {
  return (
    !call.star &&
    !call.distinct &&
    call.orderBy.length === 0 &&
    call.withinGroup.length === 0 &&
    call.filter === undefined &&
    call.over === undefined &&
    call.nullTreatment === undefined
  );
}

function bindUnnested(call: sql.FunctionCall, context: Context): readonly Expression[] {
  if (!isPlain(call) || call.arguments.length === 0) throw unsupported('unnest with such clauses', call.range);
  return call.arguments.map((argument) => {
    if (argument.name !== undefined || argument.variadic) throw unsupportedAll('named arguments', argument.range);
    const list = context.statement.bind.expression(argument.value, context);
    if (list.type.kind === 'list') return list;
    const message = `function unnest(${messageTypeName(list.type)}) does not exist`;
    throw new OrbitError('undefined_function', message, { range: call.range, hint: 'It takes lists.' });
  });
}
