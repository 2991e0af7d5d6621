import type * as sql from '../../../grammars/sql/tree.ts';
import { columnRef, constant } from '../../ir/build.ts';
import { call } from '../../ir/call.ts';
import { simplifyExpression } from '../../optimizer/simplify-expression.ts';
import { OrbitError } from '../../types/error.ts';
import { UTF8 } from '../../types/type.ts';
import { evaluate } from './closed.ts';
import { toBoolean } from './coerce.ts';
import { emptyScope, type QueryContext, type Scope, type ScopeColumn, within } from './context.ts';
import { unsupported } from './errors.ts';
import { fold, suggestion } from './names.ts';
import { namedColumns, starColumns } from './star.ts';

/** COLUMNS(…): an expression is written once for each column that is chosen. DuckDB's. */

/** The expression for each of the columns that its COLUMNS(…) chooses; undefined if it has none. */
export function eachColumn(
  tree: sql.Expression,
  scope: Scope,
  context: QueryContext,
):
  | readonly { readonly tree: sql.Expression; readonly column: ScopeColumn; readonly groups: readonly string[] }[]
  | undefined {
  const found = columnsOf(tree);
  const [first] = found;
  if (first === undefined) return undefined;
  const other = found.find((each) => !isSame(each.selector, first.selector));
  if (other !== undefined) throw unsupported('more than one COLUMNS(…) in an expression', other.range);
  return chosen(first, scope, context).map(({ column, groups }) => {
    const reference: sql.ColumnReference = {
      kind: 'column',
      range: first.range,
      parts: [identifier(column.name, first)],
    };
    context.statement.placed.set(reference, columnRef(column.column, first.range));
    return { tree: replaced(tree, (node) => (node.kind === 'columns' ? reference : undefined)), column, groups };
  });
}

/** The arguments of a call with those of *COLUMNS(…) written out. */
export function unpacked(args: readonly sql.Argument[], scope: Scope, context: QueryContext): readonly sql.Argument[] {
  return args.flatMap((argument) => {
    if (argument.value.kind !== 'columns' || !argument.value.unpack) return [argument];
    const each = eachColumn({ ...argument.value, unpack: false }, scope, context) ?? [];
    return each.map(({ tree }): sql.Argument => ({ ...argument, value: tree }));
  });
}

interface Choice {
  readonly column: ScopeColumn;
  /** What the parts in parentheses of a regular expression match; the whole first. */
  readonly groups: readonly string[];
}

function chosen({ selector, range }: sql.Columns, scope: Scope, context: QueryContext): readonly Choice[] {
  switch (selector.kind) {
    case 'star':
      return starChoice(selector, scope).map((column) => ({ column, groups: [column.name] }));
    case 'string': {
      const found = scope.columns.flatMap((column): readonly Choice[] => {
        const groups = match(column.name, selector);
        return groups === undefined ? [] : [{ column, groups }];
      });
      if (found.length > 0) return found;
      throw new OrbitError('undefined_column', `no column matches the regular expression "${selector.value}"`, {
        range,
        hint: suggestion(
          selector.value,
          scope.columns.map((column) => column.name),
        ),
      });
    }
    case 'array':
      return selector.elements.map((element) => {
        if (element.kind !== 'string') throw unsupported('COLUMNS(…) of other than names', element.range);
        const column = scope.columns.find(({ name }) => name.toLowerCase() === element.value.toLowerCase());
        if (column !== undefined) return { column, groups: [column.name] };
        throw new OrbitError('undefined_column', `column "${element.value}" is not among the columns of *`, {
          range: element.range,
          hint: suggestion(
            element.value.toLowerCase(),
            scope.columns.map(({ name }) => name),
          ),
        });
      });
    case 'lambda':
      return scope.columns
        .filter(({ name }) => holdsFor(name, selector, context))
        .map((column) => ({ column, groups: [column.name] }));
    default:
      throw unsupported('COLUMNS(…) of this', selector.range, 'Use a regular expression, a list of names, or *.');
  }
}

function starChoice(star: sql.Star, scope: Scope): readonly ScopeColumn[] {
  const modifier = star.replace[0] ?? star.rename[0];
  if (modifier !== undefined) throw unsupported('REPLACE or RENAME in COLUMNS(…)', modifier.range);
  const columns = starColumns(star, scope);
  const excluded = new Set(star.exclude.flatMap((name) => namedColumns(name, columns)));
  return columns.filter((column) => !excluded.has(column));
}

/** The whole match and what the pattern's groups match; undefined where the pattern is not in the name. */
function match(name: string, { value, range }: sql.StringLiteral): readonly string[] | undefined {
  const found = evaluate(call('regexp_match', [constant(name, UTF8), constant(`(${value})`, UTF8)], range));
  if (found.kind !== 'constant' || !Array.isArray(found.value)) return undefined;
  return found.value.map((part) => (typeof part === 'string' ? part : ''));
}

function holdsFor(name: string, lambda: sql.Lambda, context: QueryContext): boolean {
  const [parameter] = lambda.parameters;
  if (parameter === undefined || lambda.parameters.length > 1) {
    throw unsupported('COLUMNS(…) with a lambda of other than one parameter', lambda.range);
  }
  const literal: sql.StringLiteral = { kind: 'string', value: name, range: parameter.range };
  const body = replaced(lambda.body, (node) => {
    const [part] = node.kind === 'column' ? node.parts : [];
    return node.kind === 'column' && node.parts.length === 1 && part && fold(part) === fold(parameter)
      ? literal
      : undefined;
  });
  const bound = context.statement.bind.expression(body, within(context, emptyScope('COLUMNS', undefined)));
  const value = simplifyExpression(toBoolean(bound, 'COLUMNS', context.statement));
  if (value.kind !== 'constant') throw unsupported('COLUMNS(…) with a condition that is no constant', lambda.range);
  return value.value === true;
}

/** The name that an alias with groups, as in `'new_\\1'`, is for a column. */
export function filledAlias(alias: string, groups: readonly string[]): string {
  return alias.replace(/\\(\d)/g, (_, digit: string) => groups[Number(digit)] ?? '');
}

function identifier(name: string, { range }: sql.Columns): sql.Identifier {
  return { kind: 'identifier', text: name, quoted: true, range };
}

function isSame(a: sql.Expression, b: sql.Expression): boolean {
  return JSON.stringify(withoutRanges(a)) === JSON.stringify(withoutRanges(b));
}

function withoutRanges(tree: unknown): unknown {
  if (Array.isArray(tree)) return tree.map(withoutRanges);
  if (typeof tree !== 'object' || tree === null) return typeof tree === 'bigint' ? String(tree) : tree;
  return Object.fromEntries(
    Object.entries(tree).flatMap(([key, value]) => (key === 'range' ? [] : [[key, withoutRanges(value)]])),
  );
}

/** COLUMNS(…) in the tree, without those that are unpacked and those of subqueries. */
function columnsOf(tree: unknown): readonly sql.Columns[] {
  if (Array.isArray(tree)) return tree.flatMap(columnsOf);
  if (!isNode(tree) || isQuery(tree)) return [];
  if (tree.kind === 'columns') return tree.unpack ? [] : [tree];
  return Object.values(tree).flatMap(columnsOf);
}

type AnyNode = sql.Expression | sql.Query;

function isNode(tree: unknown): tree is AnyNode {
  return typeof tree === 'object' && tree !== null && 'kind' in tree;
}

function isQuery(tree: AnyNode): tree is sql.Query {
  return tree.kind === 'query';
}

/** The tree with some expressions replaced by others, outside of subqueries. */
function replaced<T>(tree: T, find: (node: sql.Expression) => sql.Expression | undefined): T {
  // A node keeps its shape: only expressions are replaced, and by expressions.
  const visit = (each: unknown): unknown => {
    if (Array.isArray(each)) return each.map(visit);
    if (typeof each !== 'object' || each === null) return each;
    if (isNode(each)) {
      if (isQuery(each)) return each;
      const other = find(each);
      if (other !== undefined) return other;
    }
    return Object.fromEntries(Object.entries(each).map(([key, value]) => [key, visit(value)]));
  };
  return visit(tree) as T;
}
