import type { ColumnId } from '../../compiler/ir/expression.ts';
import { internalError } from '../../compiler/types/error.ts';
import type { Value } from '../../compiler/types/value.ts';
import type { ReferenceContext, Row } from '../reference/context.ts';
import type { Outer, Query } from './query.ts';

/** The columns of the outer sides as the row interpreter sees them. */
export function outerRow(outer: Outer): Map<ColumnId, Value> {
  return new Map([...outer].map(([id, { value }]) => [id, value]));
}

export function hostContext(query: Query, outer: Outer): ReferenceContext {
  return valueContext(query.parameters, outerRow(outer));
}

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
