import { parseSql } from '../../../grammars/sql/parser.ts';
import type * as sql from '../../../grammars/sql/tree.ts';
import { internalError, type SourceRange } from '../../types/error.ts';

/** Trees that come from kept text. */

/** The expression of a text, as if it stood at the place. */
export function expressionOf(text: string, range: SourceRange): sql.Expression {
  const [statement] = parseSql(`SELECT (${text})`).statements;
  const body = statement?.kind === 'query' ? statement.body : undefined;
  const item = body?.kind === 'select' ? body.items[0] : undefined;
  if (item?.kind !== 'selectItem') throw internalError(`no expression: ${text}`);
  return relocated(item.expression, range);
}

/** The tree as if all of it stood in one place. */
export function relocated<T>(tree: T, range: SourceRange): T {
  return moved(tree, range) as T;
}

// A tree is plain data, and a copy of it has its shape: this is what lets `relocated` say so.
function moved(node: unknown, range: SourceRange): unknown {
  if (Array.isArray(node)) return node.map((item) => moved(item, range));
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) => [key, key === 'range' ? range : moved(value, range)]),
  );
}
