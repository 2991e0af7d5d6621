import { scalarFunction } from '../../compiler/functions/resolve.ts';
import type { Call, Case, Expression, InList, Lambda, Logic } from '../../compiler/ir/expression.ts';
import { castValue } from '../../compiler/types/cast.ts';
import { sameValue } from '../../compiler/types/compare.ts';
import { internalError, unreachable } from '../../compiler/types/error.ts';
import { toList } from '../../compiler/types/narrow.ts';
import type { Value } from '../../compiler/types/value.ts';
import { columnValue, type ReferenceContext, type Row } from './context.ts';
import { resolvedSignature } from './signature.ts';

/** The expression's value for one row. */
export function evaluate(expression: Expression, row: Row, context: ReferenceContext): Value {
  switch (expression.kind) {
    case 'column':
      return columnValue(row, expression.id);
    case 'constant':
      return expression.value;
    case 'parameter': {
      const value = context.parameters[expression.index];
      if (value === undefined) throw internalError(`no value for parameter ${expression.index + 1}`);
      return value;
    }
    case 'and':
    case 'or':
      return evaluateLogic(expression, row, context);
    case 'case':
      return evaluateCase(expression, row, context);
    case 'cast': {
      const value = evaluate(expression.arg, row, context);
      return castValue(value, expression.arg.type, expression.type, expression.onError);
    }
    case 'in':
      return evaluateIn(expression, row, context);
    case 'call':
      return evaluateCall(expression, row, context);
    case 'subquery':
      throw internalError('a physical plan with a subquery');
    case 'lambda':
      throw internalError('a lambda outside a call that applies it');
    default:
      return unreachable(expression);
  }
}

/** Whether a condition holds: unknown does not. */
export function isTrue(expression: Expression, row: Row, context: ReferenceContext): boolean {
  return evaluate(expression, row, context) === true;
}

/** One deciding argument decides; otherwise any unknown one makes it unknown. */
function evaluateLogic({ kind, args }: Logic, row: Row, context: ReferenceContext): Value {
  const deciding = kind === 'or';
  let result: Value = !deciding;
  for (const arg of args) {
    const value = evaluate(arg, row, context);
    if (value === deciding) return deciding;
    if (value === null) result = null;
  }
  return result;
}

function evaluateCase({ branches, otherwise }: Case, row: Row, context: ReferenceContext): Value {
  const branch = branches.find(({ when }) => isTrue(when, row, context));
  return evaluate(branch === undefined ? otherwise : branch.then, row, context);
}

function evaluateIn({ arg, values }: InList, row: Row, context: ReferenceContext): Value {
  const value = evaluate(arg, row, context);
  if (values.length === 0) return false;
  if (value === null) return null;
  if (values.some((candidate) => candidate !== null && sameValue(value, candidate, arg.type))) return true;
  return values.includes(null) ? null : false;
}

function evaluateCall(call: Call, row: Row, context: ReferenceContext): Value {
  switch (call.fn) {
    case 'coalesce':
      return evaluateCoalesce(call, row, context);
    case 'list_transform':
    case 'list_filter':
      return evaluateHigherOrder(call, row, context);
    default:
      break;
  }
  const fn = scalarFunction(call.fn);
  if (fn === undefined) throw internalError(`no function ${call.fn} in the catalogue`);
  const args = call.args.map((arg) => evaluate(arg, row, context));
  if (fn.nulls === 'strict' && args.includes(null)) return null;
  return fn.row(args, resolvedSignature(call.args, call.type));
}

function evaluateCoalesce({ args }: Call, row: Row, context: ReferenceContext): Value {
  for (const arg of args) {
    const value = evaluate(arg, row, context);
    if (value !== null) return value;
  }
  return null;
}

function evaluateHigherOrder(call: Call, row: Row, context: ReferenceContext): Value {
  const [source, lambda] = call.args;
  if (source === undefined || lambda?.kind !== 'lambda') throw internalError(`${call.fn} needs a list and a lambda`);
  const items = evaluate(source, row, context);
  if (items === null) return null;
  const apply = (item: Value) => evaluate(lambda.body, bindElement(lambda, item, row), context);
  if (call.fn === 'list_transform') return toList(items).map(apply);
  return toList(items).filter((item) => apply(item) === true);
}

function bindElement({ parameters }: Lambda, item: Value, row: Row): Row {
  const [parameter] = parameters;
  if (parameter === undefined || parameters.length > 1) throw internalError('a lambda takes one element');
  return new Map(row).set(parameter.id, item);
}
