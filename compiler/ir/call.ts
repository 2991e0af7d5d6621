import type { ScalarFunction, Signature } from '../functions/declaration.ts';
import { aggregateFunction, type Resolved, resolveOperator, resultNullable } from '../functions/resolve.ts';
import { internalError, type SourceRange } from '../types/error.ts';
import { typeEquals } from '../types/type.ts';
import { cast } from './build.ts';
import type { AggregateCall, Call, Expression, SortKey } from './expression.ts';

/** Calls of catalogue functions with the result type and nullability that their declarations give. */

/** A call by canonical name; arguments are cast to what the chosen overload takes. */
export function call(fn: string, args: readonly Expression[], range?: SourceRange): Call {
  const resolved = resolveOperator(
    fn,
    args.map((arg) => arg.type),
    range,
  );
  return callOf(resolved, castAll(args, resolved.signature), range);
}

/** A call of an overload that is chosen already, with arguments of its parameter types. */
export function callOf(resolved: Resolved<ScalarFunction>, args: readonly Expression[], range?: SourceRange): Call {
  const { fn, signature } = resolved;
  const nullable = resultNullable(
    fn,
    args.map((arg) => arg.nullable),
    signature,
  );
  return { kind: 'call', fn: fn.name, args, type: signature.result, nullable, range };
}

export function equal(a: Expression, b: Expression, range?: SourceRange): Call {
  return call('eq', [a, b], range);
}

function castAll(args: readonly Expression[], signature: Signature): readonly Expression[] {
  return args.map((arg, i) => {
    const parameter = signature.parameters[i];
    return parameter === undefined ? arg : cast(arg, parameter);
  });
}

/** An aggregate by canonical name, with arguments of the parameter types of one of its overloads. */
export function aggregateCall(
  fn: string,
  args: readonly Expression[],
  options: {
    readonly distinct?: boolean;
    readonly filter?: Expression | undefined;
    readonly orderBy?: readonly SortKey[];
    readonly range?: SourceRange | undefined;
  } = {},
): AggregateCall {
  const declaration = aggregateFunction(fn);
  if (declaration === undefined) throw internalError(`no aggregate ${fn} in the catalogue`);
  const types = args.map((arg) => arg.type);
  for (const overload of declaration.overloads) {
    const signature = overload(types);
    const exact = signature?.parameters.every((parameter, i) => {
      const type = types[i];
      return type !== undefined && typeEquals(type, parameter);
    });
    if (signature === undefined || exact !== true) continue;
    const { distinct = false, filter, orderBy = [], range } = options;
    return { fn, args, distinct, filter, orderBy, type: signature.result, nullable: declaration.nullable, range };
  }
  throw internalError(`no overload of ${fn} takes arguments of these types`);
}
