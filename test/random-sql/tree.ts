import { parseSql } from '../../grammars/sql/parser.ts';
import { printSql } from '../../grammars/sql/printer/printer.ts';
import type { Query } from '../../grammars/sql/tree.ts';

/** Any node of a syntax tree, for what walks over all of it without knowing one kind from another. */
export interface AnyNode {
  readonly kind: string;
  readonly [property: string]: unknown;
}

export function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && 'kind' in value && typeof value.kind === 'string';
}

export function isQuery(node: AnyNode): node is AnyNode & Query {
  return node.kind === 'query';
}

/** The one query that a text is. */
export function parseQuery(text: string): Query {
  const { statements, errors } = parseSql(text);
  const [statement] = statements;
  if (errors.length > 0 || statements.length !== 1 || statement?.kind !== 'query') {
    throw new Error(`not a query: ${text}: ${errors[0]?.message ?? 'something else'}`);
  }
  return statement;
}

export function printQuery(query: Query): string {
  return printSql(query);
}

/** Calls `visit` with every node, from the top. */
export function walkTree(value: unknown, visit: (node: AnyNode) => void): void {
  if (Array.isArray(value)) {
    for (const item of value) walkTree(item, visit);
    return;
  }
  if (!isNode(value)) return;
  visit(value);
  for (const property of Object.values(value)) walkTree(property, visit);
}

export function someNode(value: unknown, test: (node: AnyNode) => boolean): boolean {
  let found = false;
  walkTree(value, (node) => {
    found ||= test(node);
  });
  return found;
}

/** The name that a function is called by; undefined for what is no call. */
export function calledName(node: AnyNode): string | undefined {
  if (node.kind !== 'call' || !isNode(node.name)) return undefined;
  const { parts } = node.name;
  const last: unknown = Array.isArray(parts) ? parts.at(-1) : undefined;
  return isNode(last) && typeof last.text === 'string' ? last.text.toLowerCase() : undefined;
}

/** The symbol of an operator. */
export function symbolOf(node: AnyNode): string | undefined {
  const { operator } = node;
  return isNode(operator) && typeof operator.symbol === 'string' ? operator.symbol : undefined;
}

/**
 * The output columns that a query is sorted by, as far as they say it all: the leading ordinals of its ORDER BY.
 */
export function orderedColumns(query: Query): readonly number[] {
  const columns: number[] = [];
  for (const item of query.orderBy) {
    if (item.kind !== 'orderItem' || item.expression.kind !== 'number') break;
    columns.push(Number(item.expression.text) - 1);
  }
  return columns;
}
