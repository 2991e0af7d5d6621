import type * as sql from '../../../grammars/sql/tree.ts';
import { OrbitError } from '../../types/error.ts';
import type { Scope, ScopeColumn } from './context.ts';
import { unsupported } from './errors.ts';
import { display, fold, matching, suggestion } from './names.ts';
import { findRelation } from './scope.ts';

/** The columns that a star stands for, and those that its modifiers name. */

export function starColumns(star: sql.Star, scope: Scope): readonly ScopeColumn[] {
  if (star.qualifier.length > 0) return findRelation(star.qualifier, scope).columns;
  if (scope.relations.length === 0) {
    throw new OrbitError('syntax_error', 'SELECT * with no tables specified is not valid', { range: star.range });
  }
  return scope.columns;
}

/** What a name in EXCLUDE or RENAME means. */
export function namedColumns(name: sql.QualifiedName, columns: readonly ScopeColumn[]): readonly ScopeColumn[] {
  const [part] = name.parts;
  if (part === undefined || name.parts.length > 1) {
    throw unsupported(`the qualified name ${display(name)} in a star's modifiers`, name.range);
  }
  return everyOne(part, columns);
}

/** All columns of that name: `*` over a join may have several. */
export function everyOne(name: sql.Identifier, columns: readonly ScopeColumn[]): readonly ScopeColumn[] {
  const found = matching(columns, name, (column) => column.name);
  if (found.length > 0) return found;
  const hint = suggestion(
    fold(name),
    columns.map((column) => column.name),
  );
  throw new OrbitError('undefined_column', `column "${fold(name)}" is not among the columns of *`, {
    range: name.range,
    hint,
  });
}
