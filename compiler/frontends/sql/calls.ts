import type * as sql from '../../../grammars/sql/tree.ts';
import { dateField } from '../../functions/date-fields.ts';
import { extractVariant } from '../../functions/dates.ts';
import {
  isAggregateName,
  isScalarName,
  isWindowName,
  resolveDefined,
  resolveFunction,
  scalarFunction,
} from '../../functions/resolve.ts';
import { constant } from '../../ir/build.ts';
import type { Expression } from '../../ir/expression.ts';
import { OrbitError } from '../../types/error.ts';
import { DATE, INT32, TIME, TIMESTAMP, TIMESTAMPTZ, type Type, UTF8 } from '../../types/type.ts';
import { bindAggregate } from './aggregates.ts';
import { besideEachOther, castNow, coerce, explicitCast, isUntyped, typed, unifyAll } from './coerce.ts';
import { unpacked } from './columns-expression.ts';
import { type Context, operand } from './context.ts';
import { unsupported, unsupportedAll } from './errors.ts';
import { bindGrouping } from './grouping-sets.ts';
import { rowDocument, takesRows } from './json-rows.ts';
import { isJsonTableFunction } from './json-tables.ts';
import { fold, suggestion } from './names.ts';
import { operation } from './operators.ts';
import { lookupBare, lookupRelation } from './scope.ts';
import { bindSequenceCall, isSequenceCall } from './sequence-calls.ts';
import { bindSetReturning, TABLE_FUNCTIONS } from './set-returning.ts';
import { bindWindowCall } from './windows.ts';
import { bindWithinGroup, needsWithinGroup } from './within-group.ts';
import { offsetField, withZone, zonedCall } from './zoned.ts';

/** Calls, and the functions that SQL has a syntax of its own for. */

export function bindFunctionCall(tree: sql.FunctionCall, context: Context): Expression {
  const method = methodOf(tree, context);
  if (method !== undefined) return bindMethodCall(method, context);
  const name = functionName(tree.name);
  if (tree.over !== undefined) return bindWindowCall(tree, tree.over, name, context);
  if (name === 'grouping' || name === 'grouping_id') return bindGrouping(tree, context);
  if (tree.withinGroup.length > 0) return bindWithinGroup(tree, name, context);
  if (isAggregateName(name, 'sql')) return bindAggregate(tree, name, context);
  if (needsWithinGroup(name)) {
    throw new OrbitError('wrong_object_type', `WITHIN GROUP is required for ordered-set aggregate ${name}`, {
      range: tree.range,
    });
  }
  if (isWindowName(name, 'sql')) {
    throw new OrbitError('wrong_object_type', `window function ${name} requires an OVER clause`, { range: tree.range });
  }
  const now = NOW_FUNCTIONS.get(name);
  if (now !== undefined && tree.arguments.length === 0 && !tree.star) {
    checkPlainCall(tree, name);
    return constant(castNow(now, context.statement), now, tree.range);
  }
  if (TABLE_FUNCTIONS.has(name) || isJsonTableFunction(name)) return bindSetReturning(tree, name, context);
  if (isSequenceCall(name)) {
    checkPlainCall(tree, name);
    return bindSequenceCall(tree, name, context);
  }
  const { catalog } = context.statement;
  const defined = isScalarName(name, 'sql') ? undefined : catalog.definedFunction?.(name);
  if (defined !== undefined || isScalarName(name, 'sql')) checkPlainCall(tree, name);
  const args = unpacked(tree.arguments, context.scope, context).map((argument) => {
    if (argument.name !== undefined) throw unsupportedAll('named arguments', argument.range);
    if (argument.variadic) throw unsupported('VARIADIC', argument.range);
    const row = takesRows(name) ? rowDocument(argument.value, context) : undefined;
    return row ?? context.statement.bind.expression(argument.value, operand(context));
  });
  if (name === 'row_to_json') return bindRowToJson(args, tree.range);
  return callByName(name, args, tree.range, context, defined);
}

/** `c.f(y)` and `t.c.f(y)` where c is a column: a method call, though it looks like a function of a schema. */
function methodOf(tree: sql.FunctionCall, { scope }: Context): sql.MethodCall | undefined {
  const { parts } = tree.name;
  const [first, name] = [parts[0], parts.at(-1)];
  if (first === undefined || name === undefined || parts.length < 2) return undefined;
  const isColumn =
    parts.length === 2
      ? lookupBare(first, scope) !== undefined
      : parts.length === 3 && lookupRelation([first], scope) !== undefined;
  if (!isColumn) return undefined;
  const owner = parts.slice(0, -1);
  const range = { start: tree.range.start, end: owner.at(-1)?.range.end ?? tree.range.end };
  return {
    kind: 'methodCall',
    range: tree.range,
    operand: { kind: 'column', range, parts: owner },
    call: { ...tree, name: { ...tree.name, parts: [name] } },
  };
}

/** `x.f(y)` is `f(x, y)`. */
export function bindMethodCall({ operand: value, call, range }: sql.MethodCall, context: Context): Expression {
  const first: sql.Argument = { kind: 'argument', range: value.range, name: undefined, variadic: false, value };
  return context.statement.bind.expression({ ...call, range, arguments: [first, ...call.arguments] }, context);
}

/** A row is a document by now. */
function bindRowToJson([row, ...rest]: readonly Expression[], range: sql.SourceRange): Expression {
  if (row?.kind === 'call' && row.fn === 'json_row') {
    if (rest.length > 0) throw unsupported('a row of several lines', range, 'Cast it to jsonb, and use jsonb_pretty.');
    return row;
  }
  throw new OrbitError('undefined_function', 'function row_to_json does not exist with these arguments', {
    range,
    hint: 'It takes a row: the name of a table of FROM, or ROW(…).',
  });
}

/** Of a function, with or without the schema that PostgreSQL's own are in. */
export function functionName(name: sql.QualifiedName): string {
  const [first, second] = name.parts;
  if (first !== undefined && name.parts.length === 1) return fold(first);
  if (first !== undefined && second !== undefined && name.parts.length === 2 && fold(first) === 'pg_catalog') {
    return fold(second);
  }
  throw unsupported(`a function call through ${name.parts.slice(0, -1).map(fold).join('.')}`, name.range);
}

/** What only aggregates take. */
function checkPlainCall(tree: sql.FunctionCall, name: string): void {
  const wrong = (what: string, range: sql.SourceRange): never => {
    throw new OrbitError('wrong_object_type', `${what} specified, but ${name} is not an aggregate function`, { range });
  };
  if (tree.star) wrong(`${name}(*)`, tree.range);
  if (tree.distinct) wrong('DISTINCT', tree.range);
  if (tree.filter !== undefined) wrong('FILTER', tree.filter.range);
  if (tree.orderBy[0] !== undefined) wrong('ORDER BY', tree.orderBy[0].range);
  if (tree.withinGroup[0] !== undefined) wrong('WITHIN GROUP', tree.withinGroup[0].range);
  if (tree.nullTreatment !== undefined) wrong(`${tree.nullTreatment.toUpperCase()} NULLS`, tree.range);
}

/** Functions whose arguments are alternatives for one another, and of one type therefore. */
const ALTERNATIVES: ReadonlySet<string> = new Set(['coalesce', 'greatest', 'least']);

function callByName(
  name: string,
  bound: readonly Expression[],
  range: sql.SourceRange,
  context: Context,
  defined: string | undefined,
): Expression {
  const { statement } = context;
  const args = ALTERNATIVES.has(name)
    ? unifyAll(bound, name.toUpperCase(), statement)
    : name === 'nullif'
      ? besideEachOther(bound, statement)
      : withZone(name, bound, statement);
  const types = args.map((arg) => arg.type);
  // Another one may be defined under the name by the next time.
  if (defined !== undefined) statement.once();
  const resolved =
    defined === undefined ? resolveFunction(name, types, 'sql', range) : resolveDefined(defined, name, types, range);
  const { parameters } = resolved.signature;
  const cast = args.map((arg, i) => {
    const parameter = parameters[i];
    return parameter === undefined || parameter.kind === 'null'
      ? typed(arg, statement)
      : coerce(arg, parameter, statement);
  });
  return zonedCall(resolved, cast, range, statement);
}

/** What the time of the transaction is called, by the type that it has there. */
const NOW_TYPES: ReadonlyMap<string, Type> = new Map<string, Type>([
  ['current_timestamp', TIMESTAMPTZ],
  ['localtimestamp', TIMESTAMP],
  ['current_date', DATE],
  ['localtime', TIME],
]);

/** Functions without arguments that are the time of the transaction, or the day. */
const NOW_FUNCTIONS: ReadonlyMap<string, Type> = new Map<string, Type>([
  ['now', TIMESTAMPTZ],
  ['transaction_timestamp', TIMESTAMPTZ],
  ['statement_timestamp', TIMESTAMPTZ],
  ['get_current_timestamp', TIMESTAMPTZ],
  ['today', DATE],
]);

/** current_date and its like. */
export function bindSpecialValue(tree: sql.SpecialValue, context: Context): Expression {
  const type = NOW_TYPES.get(tree.name);
  if (type !== undefined) {
    const now = constant(castNow(type, context.statement), type, tree.range);
    if (tree.precision === undefined || type.kind === 'date') return now;
    const digits = constant(Math.min(tree.precision, 6), INT32);
    return operation('round_time', [now, digits], tree.range, context.statement);
  }
  const known = scalarFunction(tree.name) !== undefined;
  if (!known || tree.precision !== undefined) throw unsupported(tree.name.toUpperCase(), tree.range);
  return operation(tree.name, [], tree.range, context.statement);
}

export function bindExtract(tree: sql.Extract, context: Context): Expression {
  const { statement } = context;
  const bound = statement.bind.expression(tree.source, operand(context));
  // PostgreSQL cannot choose a type for a bare string here; a timestamp is what it nearly always is.
  const source = isUntyped(bound) ? coerce(bound, TIMESTAMP, statement) : bound;
  const offset = offsetField(tree.field, source, tree.range, statement, operation);
  if (offset !== undefined) return offset;
  if (dateField(tree.field) === undefined) {
    const hint = suggestion(tree.field, [
      'year',
      'quarter',
      'month',
      'week',
      'day',
      'hour',
      'minute',
      'second',
      'epoch',
    ]);
    throw new OrbitError('invalid_parameter_value', `unit "${tree.field}" not recognized`, { range: tree.range, hint });
  }
  const { fn, result } = extractVariant(tree.field, source.type);
  const value = operation(fn, [constant(tree.field, UTF8), source], tree.range, statement);
  return result === undefined ? value : explicitCast(value, result, 'error', statement, tree.range);
}

/** `AT TIME ZONE`; `AT LOCAL` is the session's. */
export function bindAtTimeZone(tree: sql.AtTimeZone, context: Context): Expression {
  const { statement } = context;
  const source = statement.bind.expression(tree.operand, operand(context));
  const zone =
    tree.zone === undefined
      ? constant(statement.session.zone.name, UTF8)
      : statement.bind.expression(tree.zone, operand(context));
  // A bare string is an instant here, as in PostgreSQL; so is a date.
  const isInstant = isUntyped(source) || source.type.kind === 'date';
  return operation(
    'timezone',
    [zone, isInstant ? coerce(source, TIMESTAMPTZ, statement) : source],
    tree.range,
    statement,
  );
}

/** The syntax forms whose parts are plain arguments of a function. */
export function bindSyntaxCall(
  tree: sql.Position | sql.Substring | sql.SubstringSimilar | sql.Overlay | sql.Trim,
  context: Context,
): Expression {
  const { statement } = context;
  const bind = (part: sql.Expression): Expression => statement.bind.expression(part, operand(context));
  const call = (fn: string, args: readonly Expression[]): Expression => operation(fn, args, tree.range, statement);
  switch (tree.kind) {
    case 'position':
      return call('position', [bind(tree.source), bind(tree.needle)]);
    case 'substring': {
      const start = tree.start === undefined ? constant(1, INT32) : bind(tree.start);
      return call('substring', [bind(tree.source), start, ...(tree.length === undefined ? [] : [bind(tree.length)])]);
    }
    case 'trim': {
      const fn = { both: 'trim', leading: 'ltrim', trailing: 'rtrim' }[tree.side];
      return call(fn, [bind(tree.source), ...(tree.characters === undefined ? [] : [bind(tree.characters)])]);
    }
    case 'overlay': {
      const parts = [tree.source, tree.replacement, tree.start, ...(tree.length === undefined ? [] : [tree.length])];
      return call('overlay', parts.map(bind));
    }
    case 'substringSimilar':
      throw unsupported('SUBSTRING … SIMILAR', tree.range);
  }
}
