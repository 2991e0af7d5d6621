import type { TableHandle } from '../../compiler/catalog/catalog.ts';
import { cast, columnRef, constant } from '../../compiler/ir/build.ts';
import { call } from '../../compiler/ir/call.ts';
import type { Column, ColumnId, Expression } from '../../compiler/ir/expression.ts';
import { OrbitError } from '../../compiler/types/error.ts';
import { ANY, UTF8 } from '../../compiler/types/type.ts';

/** A dynamic value, or a row of a table: its declared columns, and where it is. */
export type Variable =
  | { readonly kind: 'value'; readonly value: Expression }
  | {
      readonly kind: 'row';
      readonly table: TableHandle;
      readonly columns: readonly Column[];
      readonly rowId: ColumnId | undefined;
    };

export type Variables = ReadonlyMap<string, Variable>;

/** The column that holds what a table does not declare. */
export const REST = 'doc';

export const JSON_NULL: Expression = constant({ tag: 'null' }, ANY);
export const EMPTY_OBJECT: Expression = constant({ tag: 'object', value: new Map() }, ANY);

/** A value that is absent is null: the language knows no third state. */
export function present(value: Expression): Expression {
  return value.nullable ? call('coalesce', [value, JSON_NULL]) : value;
}

export function toDynamic(value: Expression): Expression {
  return present(cast(value, ANY));
}

export function fieldOf(value: Expression, name: string): Expression {
  return present(call('any_get', [maybeAbsent(value), constant(name, UTF8)]));
}

/** What `present` was made of: a field of nothing is nothing anyway. */
function maybeAbsent(value: Expression): Expression {
  if (value.kind !== 'call' || value.fn !== 'coalesce' || value.args[1] !== JSON_NULL) return value;
  return value.args[0] ?? value;
}

export function objectOf(fields: readonly (readonly [string, Expression])[]): Expression {
  return call(
    'any_object',
    fields.flatMap(([name, value]) => [constant(name, UTF8), value]),
  );
}

/** The variable as one value: of a row, its declared columns and then the rest. */
export function wholeValue(variable: Variable): Expression {
  if (variable.kind === 'value') return variable.value;
  const declared = variable.columns.filter(({ name }) => name !== REST);
  const object = objectOf(declared.map((column) => [column.name, toDynamic(columnRef(column))]));
  const rest = restOf(variable.columns);
  if (rest === undefined) return object;
  return declared.length === 0 ? rest : call('any_merge', [object, rest]);
}

/** A field of a variable, from the column that declares it if one does. */
export function variableField(variable: Variable, name: string): Expression {
  if (variable.kind === 'value') return fieldOf(variable.value, name);
  const column = variable.columns.find((own) => own.name === name && name !== REST);
  if (column !== undefined) return toDynamic(columnRef(column));
  const rest = variable.columns.find((own) => own.name === REST);
  return rest === undefined ? JSON_NULL : fieldOf(columnRef(rest), name);
}

/** The object of what is not declared. */
export function restOf(columns: readonly Column[]): Expression | undefined {
  const column = columns.find(({ name }) => name === REST);
  if (column === undefined) return undefined;
  return column.nullable ? call('coalesce', [columnRef(column), EMPTY_OBJECT]) : columnRef(column);
}

export function unknownName(name: string): OrbitError {
  return new OrbitError('undefined_column', `there is no variable ${name}`);
}
