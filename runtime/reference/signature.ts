import type { Signature } from '../../compiler/functions/declaration.ts';
import type { Expression } from '../../compiler/ir/expression.ts';
import type { Type } from '../../compiler/types/type.ts';

/** The variant that a bound call means: its arguments have been cast to the parameters' types. */
export function resolvedSignature(args: readonly Expression[], result: Type): Signature {
  return { parameters: args.map((arg) => arg.type), result };
}
