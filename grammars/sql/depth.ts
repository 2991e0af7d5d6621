import type { TextRange } from '../toolkit/parse-error.ts';
import type { Statement } from './tree.ts';

/** Nodes from a statement to the deepest part of it, at most: readers of a tree may recurse over it. */
export const maxTreeDepth = 1000;

interface AnyNode {
  readonly kind: string;
  readonly range: TextRange;
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && 'kind' in value && 'range' in value;
}

/** Where the tree is too deep; undefined if it is not. */
export function tooDeepAt(statement: Statement): TextRange | undefined {
  let level: AnyNode[] = [statement];
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > maxTreeDepth) return level[0]?.range;
    const below: AnyNode[] = [];
    for (const node of level) {
      for (const value of Object.values(node)) {
        if (Array.isArray(value)) {
          for (const element of value) if (isNode(element)) below.push(element);
        } else if (isNode(value)) below.push(value);
      }
    }
    level = below;
  }
  return undefined;
}
