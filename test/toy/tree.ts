/**
 * The syntax of a small language of documents: clauses that hand rows of variables on to each other, as in AQL and
 * Cypher. It exists to show that the IR is nobody's language: everything is dynamic, clauses see what clauses before
 * them wrote, rows have an order.
 */

export interface Query {
  readonly clauses: readonly Clause[];
}

export type Clause =
  | { readonly kind: 'for'; readonly name: string; readonly source: Node }
  | { readonly kind: 'filter'; readonly condition: Node }
  | { readonly kind: 'let'; readonly name: string; readonly value: Node }
  | { readonly kind: 'sort'; readonly keys: readonly { readonly value: Node; readonly descending: boolean }[] }
  | { readonly kind: 'limit'; readonly offset: number; readonly count: number }
  | Collect
  | { readonly kind: 'insert'; readonly row: ObjectNode; readonly table: string }
  | { readonly kind: 'update'; readonly name: string; readonly set: ObjectNode; readonly table: string }
  | { readonly kind: 'remove'; readonly name: string; readonly table: string }
  | Merge
  | { readonly kind: 'return'; readonly distinct: boolean; readonly value: Node };

export interface Collect {
  readonly kind: 'collect';
  readonly groups: readonly Binding[];
  readonly aggregates: readonly { readonly name: string; readonly fn: string; readonly arg: Node | undefined }[];
  readonly into: string | undefined;
}

export interface Merge {
  readonly kind: 'merge';
  readonly key: ObjectNode;
  readonly table: string;
  readonly onMatch: ObjectNode | undefined;
  readonly onCreate: ObjectNode | undefined;
}

export interface Binding {
  readonly name: string;
  readonly value: Node;
}

export interface ObjectNode {
  readonly kind: 'object';
  readonly fields: readonly Binding[];
}

export type Node =
  | { readonly kind: 'literal'; readonly value: null | boolean | bigint | number | string }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'field'; readonly of: Node; readonly name: string }
  | { readonly kind: 'index'; readonly of: Node; readonly at: Node }
  | { readonly kind: 'list'; readonly items: readonly Node[] }
  | ObjectNode
  | { readonly kind: 'not' | 'negate'; readonly arg: Node }
  | { readonly kind: 'binary'; readonly op: BinaryOperator; readonly left: Node; readonly right: Node }
  | { readonly kind: 'choice'; readonly condition: Node; readonly then: Node; readonly otherwise: Node }
  | { readonly kind: 'call'; readonly fn: string; readonly args: readonly Node[] }
  | { readonly kind: 'lambda'; readonly parameter: string; readonly body: Node }
  | { readonly kind: 'subquery'; readonly query: Query };

export type BinaryOperator = '||' | '&&' | '==' | '!=' | '<' | '<=' | '>' | '>=' | 'IN' | '+' | '-' | '*' | '/' | '%';

export function hasSubquery(node: Node): boolean {
  return node.kind === 'subquery' || childrenOf(node).some(hasSubquery);
}

function childrenOf(node: Node): readonly Node[] {
  switch (node.kind) {
    case 'literal':
    case 'name':
    case 'subquery':
      return [];
    case 'field':
      return [node.of];
    case 'index':
      return [node.of, node.at];
    case 'list':
      return node.items;
    case 'object':
      return node.fields.map(({ value }) => value);
    case 'not':
    case 'negate':
      return [node.arg];
    case 'binary':
      return [node.left, node.right];
    case 'choice':
      return [node.condition, node.then, node.otherwise];
    case 'call':
      return node.args;
    case 'lambda':
      return [node.body];
  }
}
