import type { Overload, Signature } from '../functions/declaration.ts';
import { aggregateFunction, resultNullable, scalarFunction, windowFunction } from '../functions/resolve.ts';
import { unreachable } from '../types/error.ts';
import { BOOL, INT64, list, type Type, typeEquals, typeName } from '../types/type.ts';
import { castNullable } from './build.ts';
import type {
  AggregateCall,
  Call,
  Column,
  ColumnId,
  Expression,
  FrameBound,
  SortKey,
  WindowCall,
  WindowFrame,
} from './expression.ts';
import type { Plan } from './plan.ts';
import { fits } from './value-fits.ts';

/** The columns in sight: a node's inputs, and outside of them those of the nodes that enclose it. */
export interface Scope {
  readonly columns: ReadonlyMap<ColumnId, Column>;
  readonly parent: Scope | undefined;
}

export interface ExpressionContext {
  readonly fail: (problem: string) => never;
  /** A lambda has this parameter. */
  readonly define: (column: Column) => void;
  readonly subquery: (plan: Plan, scope: Scope) => void;
}

export function verifyExpression(expression: Expression, scope: Scope, context: ExpressionContext): void {
  const { fail } = context;
  const check = (operand: Expression, type?: Type): void => {
    if (operand.kind === 'lambda') fail('a lambda stands where a value should');
    verifyExpression(operand, scope, context);
    if (type !== undefined) hasType(operand, type, fail);
  };
  const atLeast = (nullable: boolean): void => {
    if (nullable && !expression.nullable) fail(`${expression.kind} claims that it cannot be NULL`);
  };
  switch (expression.kind) {
    case 'column': {
      const column = find(expression.id, scope) ?? fail(`column #${expression.id} is not in scope`);
      hasType(expression, column.type, fail);
      atLeast(column.nullable);
      return;
    }
    case 'constant':
      if (!fits(expression.value, expression.type)) fail(`constant is no ${typeName(expression.type)}`);
      atLeast(expression.value === null);
      return;
    case 'parameter':
      if (!Number.isInteger(expression.index) || expression.index < 0) fail('a parameter has no index');
      return;
    case 'call':
      for (const arg of expression.args) {
        if (arg.kind === 'lambda') verifyLambda(arg, scope, context);
        else check(arg);
      }
      verifyCall(expression);
      return;
    case 'and':
    case 'or':
      if (expression.args.length < 2) fail(`${expression.kind} has fewer than two terms`);
      for (const arg of expression.args) {
        check(arg, BOOL);
        atLeast(arg.nullable);
      }
      hasType(expression, BOOL, fail);
      return;
    case 'case':
      for (const { when, then } of expression.branches) {
        check(when, BOOL);
        check(then, expression.type);
        atLeast(then.nullable);
      }
      check(expression.otherwise, expression.type);
      atLeast(expression.otherwise.nullable);
      return;
    case 'cast':
      check(expression.arg);
      atLeast(castNullable(expression.arg, expression.onError));
      return;
    case 'in':
      check(expression.arg);
      if (expression.values.length === 0) fail('an IN list is empty');
      if (!expression.values.every((value) => fits(value, expression.arg.type))) {
        fail(`a value of an IN list is no ${typeName(expression.arg.type)}`);
      }
      hasType(expression, BOOL, fail);
      atLeast(expression.arg.nullable || expression.values.includes(null));
      return;
    case 'subquery':
      verifySubquery();
      return;
    case 'lambda':
      fail('a lambda stands outside of a call');
      return;
    default:
      unreachable(expression);
  }

  function verifyCall(call: Call): void {
    const fn = scalarFunction(call.fn) ?? fail(`there is no function ${call.fn}`);
    const types = call.args.map((arg) => arg.type);
    const signature =
      overloadFor(fn.overloads, types) ?? fail(`${call.fn} takes no (${types.map(typeName).join(', ')})`);
    hasType(call, signature.result, fail);
    atLeast(
      resultNullable(
        fn,
        call.args.map((arg) => arg.nullable),
        signature,
      ),
    );
  }

  function verifySubquery(): void {
    if (expression.kind !== 'subquery') return;
    context.subquery(expression.plan, scope);
    if (expression.arg !== undefined) check(expression.arg);
    if ((expression.form === 'in') !== (expression.arg !== undefined)) fail('an operand belongs to IN alone');
    if (expression.form === 'exists') {
      hasType(expression, BOOL, fail);
      return;
    }
    if (expression.plan.columns.length !== 1) fail('a subquery has not one column');
    const column = expression.plan.columns[0] ?? fail('a subquery has no column');
    switch (expression.form) {
      case 'scalar':
        hasType(expression, column.type, fail);
        atLeast(column.nullable);
        return;
      case 'array':
        hasType(expression, list(column.type), fail);
        return;
      case 'in':
        hasType(expression, BOOL, fail);
        if (expression.arg !== undefined) hasType(expression.arg, column.type, fail);
        atLeast(column.nullable || expression.arg?.nullable === true);
        return;
      default:
        unreachable(expression.form);
    }
  }
}

function verifyLambda(lambda: Extract<Expression, { kind: 'lambda' }>, scope: Scope, context: ExpressionContext): void {
  lambda.parameters.forEach(context.define);
  const columns = new Map(lambda.parameters.map((parameter) => [parameter.id, parameter]));
  verifyExpression(lambda.body, { columns, parent: scope }, context);
  hasType(lambda, lambda.body.type, context.fail);
}

export function verifyAggregateCall(call: AggregateCall, scope: Scope, context: ExpressionContext): void {
  for (const arg of call.args) verifyExpression(arg, scope, context);
  for (const key of call.orderBy) verifyExpression(key.expression, scope, context);
  if (call.filter !== undefined) {
    verifyExpression(call.filter, scope, context);
    hasType(call.filter, BOOL, context.fail);
  }
  const { fail } = context;
  const fn = aggregateFunction(call.fn) ?? fail(`there is no aggregate ${call.fn}`);
  const types = call.args.map((arg) => arg.type);
  const signature = overloadFor(fn.overloads, types) ?? fail(`${call.fn} takes no (${types.map(typeName).join(', ')})`);
  if (!typeEquals(call.type, signature.result)) fail(`${call.fn} gives a ${typeName(signature.result)}`);
  if (fn.nullable && !call.nullable) fail(`${call.fn} can be NULL`);
}

export function verifyWindowCall(
  call: WindowCall,
  orderBy: readonly SortKey[],
  scope: Scope,
  context: ExpressionContext,
): void {
  const { fail } = context;
  for (const arg of call.args) verifyExpression(arg, scope, context);
  if (call.filter !== undefined) {
    verifyExpression(call.filter, scope, context);
    hasType(call.filter, BOOL, fail);
  }
  const own = windowFunction(call.fn);
  const fn = own ?? aggregateFunction(call.fn) ?? fail(`there is no window function ${call.fn}`);
  if (own !== undefined && call.filter !== undefined) fail(`${call.fn} has a filter`);
  if (call.ignoreNulls && own?.picks !== true) fail(`${call.fn} cannot ignore NULLs`);
  const types = call.args.map((arg) => arg.type);
  const signature = overloadFor(fn.overloads, types) ?? fail(`${call.fn} takes no (${types.map(typeName).join(', ')})`);
  if (!typeEquals(call.type, signature.result)) fail(`${call.fn} gives a ${typeName(signature.result)}`);
  if (fn.nullable && !call.nullable) fail(`${call.fn} can be NULL`);
  verifyFrame(call.frame, orderBy, scope, context);
}

function verifyFrame(frame: WindowFrame, orderBy: readonly SortKey[], scope: Scope, context: ExpressionContext): void {
  const { fail } = context;
  const { start, end, key } = frame;
  if (key !== undefined) verifyExpression(key, scope, context);
  const side = (bound: FrameBound): void => {
    if (bound.kind === 'unbounded' || bound.kind === 'current') return;
    verifyExpression(bound.offset, { columns: new Map(), parent: undefined }, context);
    if (frame.unit !== 'range') {
      hasType(bound.offset, INT64, fail);
      if (bound.reach !== undefined) fail(`a frame of ${frame.unit} reaches for a value`);
      return;
    }
    if (orderBy.length !== 1) fail('a frame with a range by offset has not one key');
    if (bound.reach === undefined || key === undefined) fail('a frame with a range by offset has no reach');
    else {
      verifyExpression(bound.reach, scope, context);
      hasType(bound.reach, key.type, fail);
    }
  };
  side(start);
  side(end);
}

/** The overload that takes arguments of exactly these types: front ends and passes have put the casts in already. */
function overloadFor(overloads: readonly Overload[], types: readonly Type[]): Signature | undefined {
  for (const overload of overloads) {
    const signature = overload(types);
    const exact = signature?.parameters.every((parameter, i) => {
      const type = types[i];
      return type !== undefined && typeEquals(type, parameter);
    });
    if (exact === true) return signature;
  }
  return undefined;
}

function hasType(expression: Expression, type: Type, fail: (problem: string) => never): void {
  if (!typeEquals(expression.type, type)) {
    fail(`${expression.kind} has type ${typeName(expression.type)} instead of ${typeName(type)}`);
  }
}

function find(id: ColumnId, scope: Scope | undefined): Column | undefined {
  for (let s = scope; s !== undefined; s = s.parent) {
    const column = s.columns.get(id);
    if (column !== undefined) return column;
  }
  return undefined;
}
