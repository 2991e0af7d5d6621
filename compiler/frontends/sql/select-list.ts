import type * as sql from '../../../grammars/sql/tree.ts';
import { columnRef } from '../../ir/build.ts';
import type { Expression } from '../../ir/expression.ts';
import { OrbitError } from '../../types/error.ts';
import type { Context, Scope, ScopeColumn } from './context.ts';
import { unsupported } from './errors.ts';
import { display, fold, matching, suggestion } from './names.ts';
import { outputName } from './output-names.ts';
import { findRelation } from './scope.ts';

/** One output of a select list, stars written out. */
export interface ListItem {
  readonly name: string;
  readonly range: sql.SourceRange;
  /** What was written; absent for a column that a star stands for. */
  readonly tree: sql.Expression | undefined;
  readonly bind: (context: Context) => Expression;
}

export function expandList(items: readonly sql.SelectItem[], scope: Scope): readonly ListItem[] {
  return items.flatMap((item): readonly ListItem[] => {
    const { expression } = item;
    if (expression.kind === 'star') {
      if (item.alias !== undefined) throw unsupported('an alias of *', item.alias.range);
      return expandStar(expression, scope);
    }
    return [written(expression, item.alias === undefined ? outputName(expression) : fold(item.alias))];
  });
}

function written(tree: sql.Expression, name: string): ListItem {
  return { name, range: tree.range, tree, bind: (context) => context.statement.bind.expression(tree, context) };
}

function expandStar(star: sql.Star, scope: Scope): readonly ListItem[] {
  const columns = starColumns(star, scope);
  const excluded = new Set(star.exclude.flatMap((name) => named(name, columns)));
  const replaced = new Map(
    star.replace.flatMap((item) => everyOne(item.name, columns).map((column) => [column, item] as const)),
  );
  const renamed = new Map(
    star.rename.flatMap((item) => named(item.column, columns).map((column) => [column, item] as const)),
  );
  return columns.flatMap((column): readonly ListItem[] => {
    if (excluded.has(column)) return [];
    const name = renamed.get(column)?.name;
    const label = name === undefined ? column.name : fold(name);
    const replacement = replaced.get(column);
    if (replacement !== undefined) return [written(replacement.expression, label)];
    return [{ name: label, range: star.range, tree: undefined, bind: () => columnRef(column.column, star.range) }];
  });
}

function starColumns(star: sql.Star, scope: Scope): readonly ScopeColumn[] {
  if (star.qualifier.length > 0) return findRelation(star.qualifier, scope).columns;
  if (scope.relations.length === 0) {
    throw new OrbitError('syntax_error', 'SELECT * with no tables specified is not valid', { range: star.range });
  }
  return scope.columns;
}

function named(name: sql.QualifiedName, columns: readonly ScopeColumn[]): readonly ScopeColumn[] {
  const [part] = name.parts;
  if (part === undefined || name.parts.length > 1) {
    throw unsupported(`the qualified name ${display(name)} in a star's modifiers`, name.range);
  }
  return everyOne(part, columns);
}

/** All columns of that name: `*` over a join may have several. */
function everyOne(name: sql.Identifier, columns: readonly ScopeColumn[]): readonly ScopeColumn[] {
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
