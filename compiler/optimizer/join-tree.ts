/** In which order the members of a graph are joined. */
export type JoinTree =
  | { readonly kind: 'relation'; readonly member: number }
  | { readonly kind: 'inner'; readonly left: JoinTree; readonly right: JoinTree }
  | { readonly kind: 'dependent'; readonly left: JoinTree; readonly member: number };

/** The members from left to right. */
export function leaves(tree: JoinTree): readonly number[] {
  const result: number[] = [];
  const visit = (node: JoinTree): void => {
    if (node.kind !== 'relation') visit(node.left);
    if (node.kind === 'inner') visit(node.right);
    else result.push(node.member);
  };
  visit(tree);
  return result;
}
