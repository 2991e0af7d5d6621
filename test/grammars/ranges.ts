import type { Statement } from '../../grammars/sql/tree.ts';

interface AnyNode {
  readonly kind: string;
  readonly range: { readonly start: number; readonly end: number };
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && 'kind' in value && 'range' in value;
}

export function childrenOf(node: AnyNode): readonly AnyNode[] {
  return Object.values(node).flatMap((value) => (Array.isArray(value) ? value : [value]).filter(isNode));
}

/** Every node lies within the text and within its parent. */
export function rangeProblems(text: string, statements: readonly Statement[]): readonly string[] {
  const problems: string[] = [];
  const visit = (node: AnyNode, parent: AnyNode | undefined) => {
    const { start, end } = node.range;
    const limits = parent?.range ?? { start: 0, end: text.length };
    if (!(start >= limits.start && start <= end && end <= limits.end)) {
      problems.push(`${node.kind} ${start}-${end} in ${parent?.kind ?? 'the text'} ${limits.start}-${limits.end}`);
    }
    for (const child of childrenOf(node)) visit(child, node);
  };
  for (const statement of statements) visit(statement, undefined);
  return problems;
}

/** Nodes from the statement to its deepest part. */
export function depthOf(statement: Statement): number {
  let level: readonly AnyNode[] = [statement];
  let depth = 0;
  while (level.length > 0) {
    depth++;
    level = level.flatMap(childrenOf);
  }
  return depth;
}
