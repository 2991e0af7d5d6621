import type * as sql from '../../../grammars/sql/tree.ts';
import type { TableHandle } from '../../catalog/catalog.ts';
import { nullOf } from '../../ir/build.ts';
import type { Expression } from '../../ir/expression.ts';
import { isImplicitCast } from '../../types/cast.ts';
import { internalError, OrbitError, type SourceRange } from '../../types/error.ts';
import { messageTypeName } from '../../types/names.ts';
import { isNumeric, type Type } from '../../types/type.ts';
import { coerce, isUntyped } from './coerce.ts';
import { emptyScope, type QueryContext, type StatementContext, within } from './context.ts';
import { unsupported } from './errors.ts';
import { expressionOf } from './expression-text.ts';
import { fold, matching, suggestion } from './names.ts';

/** The columns that INSERT, UPDATE and COPY write to, and the conversion of values for them. */

export function unknownColumn(name: string, table: TableHandle, range: SourceRange): OrbitError {
  return new OrbitError('undefined_column', `column "${name}" of relation "${table.name}" does not exist`, {
    range,
    hint: suggestion(
      name,
      table.columns.map((column) => column.name),
    ),
  });
}

export function ordinalOf(name: sql.Identifier, table: TableHandle): number {
  const [column] = matching(table.columns, name, (candidate) => candidate.name);
  if (column === undefined) throw unknownColumn(fold(name), table, name.range);
  return table.columns.indexOf(column);
}

export function targetOrdinal(target: sql.AssignmentTarget, table: TableHandle): number {
  if (target.path[0] !== undefined) throw unsupported('an assignment to a part of a column', target.range);
  return ordinalOf(target.column, table);
}

/** Each column once. */
export function distinctOrdinals(
  names: readonly sql.Identifier[],
  ordinals: readonly number[],
  message: (name: string) => string,
  code: 'duplicate_column' | 'syntax_error' = 'duplicate_column',
): void {
  const seen = new Set<number>();
  ordinals.forEach((ordinal, i) => {
    const name = names[i];
    if (seen.has(ordinal) && name !== undefined) {
      throw new OrbitError(code, message(fold(name)), { range: name.range });
    }
    seen.add(ordinal);
  });
}

/** The value as the column stores it. More casts are made here than in expressions: a decimal is rounded to an integer. */
export function assigned(
  value: Expression,
  table: Pick<TableHandle, 'name' | 'columns'>,
  ordinal: number,
  statement: StatementContext,
  range: SourceRange | undefined = value.range,
): Expression {
  const column = table.columns[ordinal];
  if (column === undefined) throw internalError(`${table.name} has no column ${ordinal}`);
  if (!isUntyped(value) && !isAssignable(value.type, column.type)) {
    const types = `${messageTypeName(column.type)} but expression is of type ${messageTypeName(value.type)}`;
    throw new OrbitError('datatype_mismatch', `column "${column.name}" is of type ${types}`, {
      range,
      hint: 'You will need to rewrite or cast the expression.',
    });
  }
  return coerce(value, column.type, statement);
}

function isAssignable(from: Type, to: Type): boolean {
  if (isImplicitCast(from, to)) return true;
  if (isNumeric(from) && isNumeric(to)) return true;
  if (from.kind === 'list' && to.kind === 'list') return isAssignable(from.element, to.element);
  if (from.kind === 'timestamp') return to.kind === 'date' || to.kind === 'time' || to.kind === 'utf8';
  return to.kind === 'utf8' && from.kind !== 'binary';
}

/** DEFAULT, or what no value is given for. */
export function defaultOf(
  table: TableHandle,
  ordinal: number,
  range: SourceRange,
  { statement }: QueryContext,
): Expression {
  const column = table.columns[ordinal];
  if (column === undefined) throw internalError(`${table.name} has no column ${ordinal}`);
  if (column.default === undefined) return nullOf(column.type, range);
  const { catalog } = statement;
  const along = column.defaultPath === undefined ? catalog : (catalog.along?.(column.defaultPath) ?? catalog);
  const own = { ...statement, catalog: along };
  const context = within(
    { statement: own, outer: undefined, commonTables: undefined },
    emptyScope('DEFAULT', undefined),
  );
  const value = statement.bind.expression(expressionOf(column.default, range), context);
  return assigned(value, table, ordinal, statement, range);
}
