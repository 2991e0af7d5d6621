import { isImplicitCast } from '../types/cast.ts';
import type { Type } from '../types/type.ts';
import type { Overload } from './declaration.ts';

/** These parameter types exactly, for arguments that are cast to them without being asked. */
export function fixed(parameters: readonly Type[], result: Type): Overload {
  const signature = { parameters, result };
  return (args) => {
    const applies =
      args.length === parameters.length &&
      parameters.every((parameter, index) => {
        const arg = args[index];
        return arg !== undefined && isImplicitCast(arg, parameter);
      });
    return applies ? signature : undefined;
  };
}

/** One argument of any type that `accept` maps to its parameter and result type. */
export function unary(
  accept: (arg: Type) => { readonly parameter: Type; readonly result: Type } | undefined,
): Overload {
  return (args) => {
    const [arg] = args;
    if (arg === undefined || args.length !== 1) return undefined;
    const accepted = accept(arg);
    return accepted && { parameters: [accepted.parameter], result: accepted.result };
  };
}

/** Two arguments; `accept` sees both types. */
export function binary(
  accept: (a: Type, b: Type) => { readonly a: Type; readonly b: Type; readonly result: Type } | undefined,
): Overload {
  return (args) => {
    const [a, b] = args;
    if (a === undefined || b === undefined || args.length !== 2) return undefined;
    const accepted = accept(a, b);
    return accepted && { parameters: [accepted.a, accepted.b], result: accepted.result };
  };
}
