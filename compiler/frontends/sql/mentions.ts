import type * as sql from '../../../grammars/sql/tree.ts';
import { OrbitError } from '../../types/error.ts';
import { fold } from './names.ts';

/** Which tables of WITH the text of others names, known before anything is bound. */

/** Whether a table of that name stands somewhere in FROM; it may be another one, of an inner WITH. */
export function mentions(tree: unknown, name: sql.Identifier): boolean {
  if (Array.isArray(tree)) return tree.some((item) => mentions(item, name));
  if (typeof tree !== 'object' || tree === null) return false;
  if (isTable(tree)) {
    const [part] = tree.name.parts;
    if (tree.name.parts.length === 1 && part !== undefined && fold(part) === fold(name)) return true;
  }
  return Object.values(tree).some((value) => mentions(value, name));
}

function isTable(node: object): node is sql.TableReference | sql.TableQuery {
  return 'kind' in node && (node.kind === 'table' || node.kind === 'tableQuery');
}

/** The tables of WITH RECURSIVE, each behind those that it uses, otherwise as they are written. */
export function ordered(tables: readonly sql.CommonTable[]): readonly sql.CommonTable[] {
  const done: sql.CommonTable[] = [];
  const visit = (table: sql.CommonTable, path: readonly sql.CommonTable[]): void => {
    if (done.includes(table)) return;
    if (path.includes(table)) {
      throw new OrbitError('feature_not_supported', 'mutual recursion between WITH items is not supported', {
        range: table.name.range,
        hint: 'Write one recursive query for all of them, with a column that says which of them a row belongs to.',
      });
    }
    for (const other of tables) {
      if (other !== table && mentions(table.statement, other.name)) visit(other, [...path, table]);
    }
    done.push(table);
  };
  for (const table of tables) visit(table, []);
  return done;
}
