import type * as sql from '../../../grammars/sql/tree.ts';
import {
  isAggregateName,
  isScalarName,
  isWindowName,
  resolveAggregate,
  resolveWindow,
} from '../../functions/resolve.ts';
import { columnRef, newColumn } from '../../ir/build.ts';
import type { ColumnIds } from '../../ir/columns.ts';
import { sameExpressions, sameKeys, windowCallEquals } from '../../ir/equal.ts';
import { type Column, type Expression, type SortKey, WHOLE_PARTITION, type WindowCall } from '../../ir/expression.ts';
import type { Plan } from '../../ir/plan.ts';
import { mapWindowCall } from '../../ir/traverse.ts';
import { OrbitError, type SourceRange } from '../../types/error.ts';
import type { Type } from '../../types/type.ts';
import { bindArguments, bindFilter, coerceArguments, INSIDE } from './aggregates.ts';
import { besideEachOther, typed } from './coerce.ts';
import type { Context } from './context.ts';
import { unsupported } from './errors.ts';
import { bindFrame } from './frames.ts';
import { fold, matching, suggestion } from './names.ts';
import { sortDirection } from './sort-direction.ts';

/** OVER and WINDOW. */

/** What a window definition means; the frame is bound with the call, which may have none. */
interface BoundWindow {
  readonly partitionBy: readonly Expression[];
  readonly orderBy: readonly SortKey[];
  readonly frame: sql.WindowFrame | undefined;
}

interface NamedWindow {
  readonly name: string;
  readonly window: BoundWindow;
}

/** Calls over one partition and order. */
interface CollectedWindow {
  readonly partitionBy: readonly Expression[];
  readonly orderBy: readonly SortKey[];
  readonly calls: { readonly call: WindowCall; readonly column: Column }[];
}

/** The window functions of one SELECT, each once however often it is written, and its named windows. */
export interface WindowCollector {
  readonly add: (window: BoundWindow, call: WindowCall, name: string) => Column;
  readonly isUsed: () => boolean;
  readonly named: NamedWindow[];
  /** What adds the calls' columns to a plan; `turn` makes what they are over into expressions over the plan's rows. */
  readonly over: (turn: (expression: Expression) => Expression) => (input: Plan) => Plan;
}

export function createWindows(ids: ColumnIds): WindowCollector {
  const collected: CollectedWindow[] = [];
  return {
    named: [],
    isUsed: () => collected.length > 0,
    add: ({ partitionBy, orderBy }, call, name) => {
      let window = collected.find(
        (known) => sameExpressions(known.partitionBy, partitionBy) && sameKeys(known.orderBy, orderBy),
      );
      if (window === undefined) {
        window = { partitionBy, orderBy, calls: [] };
        collected.push(window);
      }
      const known = window.calls.find((other) => windowCallEquals(other.call, call));
      if (known !== undefined) return known.column;
      const column = newColumn(ids, name, call.type, call.nullable);
      window.calls.push({ call, column });
      return column;
    },
    over: (turn) => {
      // Rows sorted by more keys are sorted by the first of them too, so those windows come first.
      const keys = ({ partitionBy, orderBy }: CollectedWindow): number => partitionBy.length + orderBy.length;
      const turned = collected
        .toSorted((a, b) => keys(b) - keys(a))
        .map(({ partitionBy, orderBy, calls }) => ({
          partitionBy: partitionBy.map(turn),
          orderBy: orderBy.map((key) => ({ ...key, expression: turn(key.expression) })),
          calls: calls.map(({ call }) => mapWindowCall(call, turn)),
          results: calls.map(({ column }) => column),
        }));
      return (input) =>
        turned.reduce((below: Plan, window): Plan => {
          return { kind: 'window', columns: [...below.columns, ...window.results], input: below, ...window };
        }, input);
    },
  };
}

/** WINDOW: every definition is bound, whether it is used or not, and may refine those before it. */
export function bindNamedWindows(definitions: readonly sql.WindowDefinition[], context: Context): void {
  const { windows } = context.scope;
  if (windows === undefined) return;
  for (const { name, window, range } of definitions) {
    if (matching(windows.named, name, (known) => known.name).length > 0) {
      throw new OrbitError('windowing_error', `window "${fold(name)}" is already defined`, { range });
    }
    windows.named.push({ name: fold(name), window: bindWindow(window, windows, context, false) });
  }
}

export function bindWindowCall(
  tree: sql.FunctionCall,
  over: sql.Identifier | sql.WindowSpecification,
  name: string,
  context: Context,
): Expression {
  const isAggregate = isAggregateName(name, 'sql');
  if (!isAggregate && !isWindowName(name, 'sql')) {
    if (!isScalarName(name, 'sql')) resolveWindow(name, typesOf(tree, name, context), 'sql', tree.range);
    const message = `OVER specified, but ${name} is not a window function nor an aggregate function`;
    throw new OrbitError('wrong_object_type', message, { range: tree.range });
  }
  const { windows, clause } = context.scope;
  if (windows === undefined) throw notAllowed(clause, tree.range);
  refuseForms(tree, name, isAggregate);
  const inside: Context = {
    ...context,
    truth: false,
    scope: { ...context.scope, clause: NESTED, windows: undefined, sets: undefined },
  };
  const window =
    over.kind === 'identifier' ? namedWindow(over, windows).window : bindWindow(over, windows, context, true);
  const { orderBy } = window;
  const bound = bindArguments(tree, name, inside);
  const besides = name === 'lag' || name === 'lead' ? besideDefault(bound, inside) : bound;
  const types = besides.map((arg) => arg.type);
  const { range } = tree;
  // A frame is checked even where the function does not look at it.
  const frame = bindFrame(window.frame, orderBy, inside);
  const own = isAggregate ? undefined : resolveWindow(name, types, 'sql', range);
  const { fn, signature } = own ?? resolveAggregate(name, types, 'sql', range);
  const call: WindowCall = {
    fn: fn.name,
    args: coerceArguments(besides, signature, context.statement),
    filter: bindFilter(tree, inside),
    ignoreNulls: tree.nullTreatment === 'ignore',
    frame: own?.fn.framed === false ? WHOLE_PARTITION : frame,
    type: signature.result,
    nullable: fn.nullable,
    range,
  };
  return columnRef(windows.add(window, call, name), range);
}

function typesOf(tree: sql.FunctionCall, name: string, context: Context): readonly Type[] {
  return bindArguments(tree, name, context).map((arg) => arg.type);
}

/** The clause of a window function's own arguments, where no other may stand. */
const NESTED = 'window function';

function refuseForms(tree: sql.FunctionCall, name: string, isAggregate: boolean): void {
  const { range } = tree;
  if (tree.withinGroup.length > 0) throw unsupported('WITHIN GROUP of a window function', range);
  if (tree.distinct) throw unsupported('DISTINCT of a window function', range);
  if (tree.orderBy[0] !== undefined) throw unsupported('ORDER BY inside a window function', tree.orderBy[0].range);
  if (isAggregate) {
    if (tree.nullTreatment !== undefined) {
      throw unsupported(`${tree.nullTreatment.toUpperCase()} NULLS of an aggregate`, range);
    }
    return;
  }
  if (tree.filter !== undefined) {
    throw unsupported('FILTER of a window function that is no aggregate', tree.filter.range);
  }
  if (tree.star) {
    throw new OrbitError('undefined_function', `function ${name}(*) does not exist`, {
      range,
      hint: `Write ${name}().`,
    });
  }
  if (tree.nullTreatment === 'ignore' && !PICKING.has(name)) {
    throw unsupported(`IGNORE NULLS of ${name}`, range);
  }
}

const PICKING: ReadonlySet<string> = new Set(['lag', 'lead', 'first_value', 'last_value', 'nth_value']);

/** A default is an alternative to the value. */
function besideDefault(args: readonly Expression[], { statement }: Context): readonly Expression[] {
  const [value, by, otherwise] = args;
  if (value === undefined || by === undefined || otherwise === undefined) return args;
  const [first = value, last = otherwise] = besideEachOther([value, otherwise], statement);
  return [first, by, last, ...args.slice(3)];
}

function namedWindow(name: sql.Identifier, windows: WindowCollector): NamedWindow {
  const [found] = matching(windows.named, name, (known) => known.name);
  if (found !== undefined) return found;
  const hint = suggestion(
    fold(name),
    windows.named.map((known) => known.name),
  );
  throw new OrbitError('undefined_object', `window "${fold(name)}" does not exist`, { range: name.range, hint });
}

/** `inOver`: the specification stands in OVER, not in WINDOW. */
function bindWindow(
  tree: sql.WindowSpecification,
  windows: WindowCollector,
  context: Context,
  inOver: boolean,
): BoundWindow {
  const { statement } = context;
  const inside: Context = {
    ...context,
    truth: false,
    scope: { ...context.scope, clause: 'window definitions', windows: undefined, sets: undefined },
  };
  const bind = (expression: sql.Expression): Expression =>
    typed(statement.bind.expression(expression, inside), statement);
  const base = tree.base && namedWindow(tree.base, windows);
  const partitionBy = tree.partitionBy.map(bind);
  const orderBy = tree.orderBy.map((element): SortKey => {
    if (element.kind === 'orderAll') throw unsupported('ORDER BY ALL in a window', element.range);
    return { expression: bind(element.expression), ...sortDirection(element) };
  });
  if (base === undefined) return { partitionBy, orderBy: distinctKeys(orderBy), frame: tree.frame };
  const wrong = (message: string, hint?: string): never => {
    throw new OrbitError('windowing_error', message, { range: tree.range, hint });
  };
  const { name, window } = base;
  if (partitionBy.length > 0) wrong(`cannot override PARTITION BY clause of window "${name}"`);
  if (orderBy.length > 0 && window.orderBy.length > 0) wrong(`cannot override ORDER BY clause of window "${name}"`);
  if (window.frame !== undefined) {
    const bare = inOver && orderBy.length === 0 && tree.frame === undefined;
    const message = `cannot copy window "${name}" because it has a frame clause`;
    wrong(message, bare ? 'Omit the parentheses in this OVER clause.' : undefined);
  }
  return {
    partitionBy: window.partitionBy,
    orderBy: window.orderBy.length > 0 ? window.orderBy : distinctKeys(orderBy),
    frame: tree.frame,
  };
}

/** A key that stands twice orders nothing the second time. */
function distinctKeys(keys: readonly SortKey[]): readonly SortKey[] {
  return keys.filter(
    (key, i) => !keys.slice(0, i).some((before) => sameExpressions([before.expression], [key.expression])),
  );
}

function notAllowed(clause: string, range: SourceRange): OrbitError {
  if (clause === NESTED) return new OrbitError('windowing_error', 'window function calls cannot be nested', { range });
  if (clause === INSIDE) {
    return new OrbitError('grouping_error', 'aggregate function calls cannot contain window function calls', { range });
  }
  return new OrbitError('windowing_error', `window functions are not allowed in ${clause}`, { range });
}
