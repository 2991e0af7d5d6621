import type { IToken } from '../toolkit/chevrotain.ts';
import type { TextRange } from '../toolkit/parse-error.ts';
import { t } from './tokens.ts';
import type { Statement } from './tree.ts';

/** Nodes from a statement to the deepest part of it, at most: readers of a tree may recurse over it. */
export const maxTreeDepth = 1000;

/**
 * Whether the tree of the tokens could be too deep. Every node takes a token of its own, or few nodes share one, so a node's depth is
 * bounded by the tokens between it and the last comma, in each of the brackets around it.
 */
export function mayBeTooDeep(tokens: readonly IToken[]): boolean {
  if (tokens.length < maxTreeDepth / 4) return false;
  const outer: number[] = [];
  let depth = 0;
  let deepest = 0;
  for (const { tokenType } of tokens) {
    depth += 2;
    if (tokenType === t.leftParen || tokenType === t.leftBracket || tokenType === t.leftBrace) {
      deepest = Math.max(deepest, depth);
      // A subquery is several nodes at once.
      depth += 6;
      outer.push(depth);
    } else if (tokenType === t.rightParen || tokenType === t.rightBracket || tokenType === t.rightBrace) {
      deepest = Math.max(deepest, depth);
      depth = outer.pop() ?? depth;
    } else if (tokenType === t.comma) {
      deepest = Math.max(deepest, depth);
      depth = outer.at(-1) ?? 6;
    }
  }
  return Math.max(deepest, depth) >= maxTreeDepth;
}

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
