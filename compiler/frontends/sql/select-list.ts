import type * as sql from '../../../grammars/sql/tree.ts';
import { columnRef } from '../../ir/build.ts';
import type { Expression } from '../../ir/expression.ts';
import { isVolatile } from '../../optimizer/volatility.ts';
import { eachColumn, filledAlias } from './columns-expression.ts';
import type { Aliases, Context, QueryContext, Scope } from './context.ts';
import { unsupported } from './errors.ts';
import { fold, matching } from './names.ts';
import { outputName } from './output-names.ts';
import { everyOne, namedColumns, starColumns } from './star.ts';

/** One output of a select list, stars written out. */
export interface ListItem {
  readonly name: string;
  readonly range: sql.SourceRange;
  /** Whether the name was written too: then other items may use it. */
  readonly isNamed: boolean;
  /** What was written; absent for a column that a star stands for. */
  readonly tree: sql.Expression | undefined;
  readonly bind: (context: Context) => Expression;
}

export function expandList(items: readonly sql.SelectItem[], scope: Scope, context: QueryContext): readonly ListItem[] {
  return items.flatMap((item): readonly ListItem[] => {
    const { expression } = item;
    if (expression.kind === 'star') {
      if (item.alias !== undefined) throw unsupported('an alias of *', item.alias.range);
      return expandStar(expression, scope);
    }
    const each = eachColumn(expression, scope, context);
    if (each !== undefined) {
      return each.map(({ tree, column, groups }) => {
        const name = item.alias === undefined ? column.name : filledAlias(fold(item.alias), groups);
        return written(tree, name, item.alias !== undefined);
      });
    }
    return [
      item.alias === undefined
        ? written(expression, outputName(expression), false)
        : written(expression, fold(item.alias), true),
    ];
  });
}

function written(tree: sql.Expression, name: string, isNamed: boolean): ListItem {
  return {
    name,
    range: tree.range,
    isNamed,
    tree,
    bind: (context) => context.statement.bind.expression(tree, context),
  };
}

/**
 * The list with the names of earlier items known in later ones, and these names for the clauses around the list. A name
 * means the item's expression wherever it stands, as if it were written there.
 */
export function withAliases(items: readonly ListItem[]): {
  readonly items: readonly ListItem[];
  readonly aliases: Aliases;
} {
  const before =
    (end: number): Aliases =>
    (name, context) => {
      const index = items.slice(0, end).findLastIndex((item) => item.isNamed && isMatch(item, name));
      const item = items[index];
      if (item === undefined) return undefined;
      const bound = item.bind({ ...context, scope: { ...context.scope, aliases: before(index) } });
      if (!isVolatile(bound)) return bound;
      throw unsupported(`"${fold(name)}", which is another value each time,`, name.range, 'Compute it in a subquery.');
    };
  const known = items.map((item, i): ListItem => {
    const aliases = before(i);
    return { ...item, bind: (context) => item.bind({ ...context, scope: { ...context.scope, aliases } }) };
  });
  return { items: known, aliases: before(items.length) };
}

function isMatch(item: ListItem, name: sql.Identifier): boolean {
  return matching([item], name, (each) => each.name).length > 0;
}

function expandStar(star: sql.Star, scope: Scope): readonly ListItem[] {
  const columns = starColumns(star, scope);
  const excluded = new Set(star.exclude.flatMap((name) => namedColumns(name, columns)));
  const replaced = new Map(
    star.replace.flatMap((item) => everyOne(item.name, columns).map((column) => [column, item] as const)),
  );
  const renamed = new Map(
    star.rename.flatMap((item) => namedColumns(item.column, columns).map((column) => [column, item] as const)),
  );
  return columns.flatMap((column): readonly ListItem[] => {
    if (excluded.has(column)) return [];
    const name = renamed.get(column)?.name;
    const label = name === undefined ? column.name : fold(name);
    const replacement = replaced.get(column);
    if (replacement !== undefined) return [written(replacement.expression, label, false)];
    const bind = (): Expression => columnRef(column.column, star.range);
    return [{ name: label, range: star.range, isNamed: false, tree: undefined, bind }];
  });
}
