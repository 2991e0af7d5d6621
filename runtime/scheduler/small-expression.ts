import { scalarFunction } from '../../compiler/functions/resolve.ts';
import type { Call, ColumnId, Expression } from '../../compiler/ir/expression.ts';
import { castValue } from '../../compiler/types/cast.ts';
import { sameValue } from '../../compiler/types/compare.ts';
import { internalError, type SourceRange } from '../../compiler/types/error.ts';
import type { Value } from '../../compiler/types/value.ts';
import { evaluate } from '../reference/evaluate.ts';
import { resolvedSignature } from '../reference/signature.ts';
import { placedError } from './host-calls.ts';
import { valueContext } from './values-context.ts';

/**
 * Expressions as closures over a row: what small plans evaluate, for whose few rows a module would cost more than it
 * saves. They call the same row implementations as the interpreter does, without its names.
 */

export type Row = readonly Value[];

/** What a closure sees beside its row. */
export interface Bound {
  readonly parameters: readonly Value[];
  readonly outer: ReadonlyMap<ColumnId, Value>;
}

export type RowExpression = (row: Row, bound: Bound) => Value;

/** Where a row has each column. */
export type Places = ReadonlyMap<ColumnId, number>;

export function rowExpression(expression: Expression, places: Places): RowExpression {
  switch (expression.kind) {
    case 'column': {
      const { id } = expression;
      const place = places.get(id);
      if (place !== undefined) return (row) => row[place] ?? null;
      return (_, { outer }) => {
        const value = outer.get(id);
        if (value === undefined) throw internalError(`column ${id} is not in scope`);
        return value;
      };
    }
    case 'constant': {
      const { value } = expression;
      return () => value;
    }
    case 'parameter': {
      const { index } = expression;
      return (_, { parameters }) => {
        const value = parameters[index];
        if (value === undefined) throw internalError(`no value for parameter ${index + 1}`);
        return value;
      };
    }
    case 'and':
    case 'or': {
      const deciding = expression.kind === 'or';
      const args = expression.args.map((arg) => rowExpression(arg, places));
      return (row, bound) => {
        let result: Value = !deciding;
        for (const arg of args) {
          const value = arg(row, bound);
          if (value === deciding) return deciding;
          if (value === null) result = null;
        }
        return result;
      };
    }
    case 'case': {
      const branches = expression.branches.map(({ when, then }) => ({
        when: rowExpression(when, places),
        then: rowExpression(then, places),
      }));
      const otherwise = rowExpression(expression.otherwise, places);
      return (row, bound) => {
        for (const { when, then } of branches) if (when(row, bound) === true) return then(row, bound);
        return otherwise(row, bound);
      };
    }
    case 'cast': {
      const arg = rowExpression(expression.arg, places);
      const { type, onError, range } = expression;
      const from = expression.arg.type;
      return (row, bound) => {
        const value = arg(row, bound);
        return placed(range, () => castValue(value, from, type, onError));
      };
    }
    case 'in': {
      const arg = rowExpression(expression.arg, places);
      const { type } = expression.arg;
      const { values } = expression;
      const hasNull = values.includes(null);
      return (row, bound) => {
        if (values.length === 0) return false;
        const value = arg(row, bound);
        if (value === null) return null;
        if (values.some((candidate) => candidate !== null && sameValue(value, candidate, type))) return true;
        return hasNull ? null : false;
      };
    }
    case 'call':
      return callExpression(expression, places);
    case 'subquery':
      throw internalError('a physical plan with a subquery');
    case 'lambda':
      throw internalError('a lambda outside a call that applies it');
  }
}

function callExpression(call: Call, places: Places): RowExpression {
  const { fn: name, range } = call;
  if (name === 'coalesce') {
    const args = call.args.map((arg) => rowExpression(arg, places));
    return (row, bound) => {
      for (const arg of args) {
        const value = arg(row, bound);
        if (value !== null) return value;
      }
      return null;
    };
  }
  // Lambdas bind names.
  if (call.args.some((arg) => arg.kind === 'lambda')) {
    return (row, { parameters, outer }) => {
      const named = new Map(outer);
      for (const [id, place] of places) named.set(id, row[place] ?? null);
      return placed(range, () => evaluate(call, named, valueContext(parameters, outer)));
    };
  }
  const fn = scalarFunction(name);
  if (fn === undefined) throw internalError(`no function ${name} in the catalogue`);
  const signature = resolvedSignature(call.args, call.type);
  const args = call.args.map((arg) => rowExpression(arg, places));
  const strict = fn.nulls === 'strict';
  return (row, bound) => {
    const values = new Array<Value>(args.length);
    for (let i = 0; i < args.length; i++) values[i] = args[i]?.(row, bound) ?? null;
    if (strict && values.includes(null)) return null;
    return placed(range, () => fn.row(values, signature));
  };
}

/** Row implementations know nothing of the statement: their errors get the place of the words that called them. */
function placed(range: SourceRange | undefined, run: () => Value): Value {
  try {
    return run();
  } catch (error) {
    throw placedError(error, range);
  }
}
