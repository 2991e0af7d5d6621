import { resultNullable, scalarFunction } from '../functions/resolve.ts';
import { constant, nullOf } from '../ir/build.ts';
import type { Call, Constant, Expression } from '../ir/expression.ts';
import { castValue } from '../types/cast.ts';
import { OrbitError } from '../types/error.ts';
import type { Type } from '../types/type.ts';
import type { Value } from '../types/value.ts';

/**
 * Evaluates calls and casts of constants by the catalogue's row implementations. What fails is left as it stands:
 * the statement may never come to evaluate it (a branch of CASE, a row that another predicate keeps out).
 */

/** The constant that the call always gives, if its arguments allow that, or undefined. */
export function foldCall(call: Call): Constant | undefined {
  const fn = scalarFunction(call.fn);
  if (fn === undefined || fn.volatility === 'volatile') return undefined;
  if (fn.nulls === 'strict' && call.args.some((arg) => arg.kind === 'constant' && arg.value === null)) {
    return nullOf(call.type, call.range);
  }
  if (fn.volatility !== 'immutable') return undefined;
  const values: Value[] = [];
  const parameters: Type[] = [];
  for (const arg of call.args) {
    if (arg.kind !== 'constant') return undefined;
    values.push(arg.value);
    parameters.push(arg.type);
  }
  return attempt(() => constant(fn.row(values, { parameters, result: call.type }), call.type, call.range));
}

export function foldCast(cast: Extract<Expression, { kind: 'cast' }>): Constant | undefined {
  const { arg } = cast;
  if (arg.kind !== 'constant') return undefined;
  return attempt(() => constant(castValue(arg.value, arg.type, cast.type, cast.onError), cast.type, cast.range));
}

/** The call with its nullability derived again from its arguments. */
export function withNullability(call: Call): Call {
  if (!call.nullable) return call;
  const fn = scalarFunction(call.fn);
  if (fn === undefined) return call;
  const signature = { parameters: call.args.map((arg) => arg.type), result: call.type };
  const nullable = resultNullable(
    fn,
    call.args.map((arg) => arg.nullable),
    signature,
  );
  return nullable ? call : { ...call, nullable };
}

function attempt(evaluate: () => Constant): Constant | undefined {
  try {
    return evaluate();
  } catch (error) {
    if (error instanceof OrbitError) return undefined;
    throw error;
  }
}
