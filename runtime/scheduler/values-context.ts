import { internalError } from '../../compiler/types/error.ts';
import type { Value } from '../../compiler/types/value.ts';
import type { ReferenceContext, Row } from '../reference/context.ts';

/** For expressions that the host evaluates: they read no tables. */
export function valueContext(parameters: readonly Value[], outer: Row): ReferenceContext {
  const none = (): never => {
    throw internalError('an expression reads a table');
  };
  return {
    parameters,
    outer,
    tables: { scan: none, find: none, newest: none, insert: none, update: none, delete: none },
  };
}
