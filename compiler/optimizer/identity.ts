import type { Expression } from '../ir/expression.ts';
import { someExpression } from '../ir/traverse.ts';
import type { Type } from '../types/type.ts';

/** Equality of these types is identity, so that a value may stand for what equals it. */
export function isIdentity(type: Type): boolean {
  switch (type.kind) {
    case 'float32':
    case 'float64':
    case 'interval':
    case 'list':
    case 'any':
    case 'null':
      return false;
    default:
      return true;
  }
}

/** Whether the expression has one value for rows whose columns are equal to each other's. */
export function isDetermined(expression: Expression): boolean {
  return !someExpression(expression, (node) => node.kind === 'column' && !isIdentity(node.type));
}
