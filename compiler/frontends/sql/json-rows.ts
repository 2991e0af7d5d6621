import type * as sql from '../../../grammars/sql/tree.ts';
import { columnRef, constant } from '../../ir/build.ts';
import type { Expression } from '../../ir/expression.ts';
import { UTF8 } from '../../types/type.ts';
import { typed } from './coerce.ts';
import { type Context, operand } from './context.ts';
import { operation } from './operators.ts';
import { lookupBare, lookupRelation } from './scope.ts';

/**
 * Rows where a function makes JSON of its arguments: the name of a table of FROM, `t.*` or `ROW(…)`. There are no values
 * of row types; a row becomes its document at once.
 */

/** Functions whose arguments may be rows. */
export function takesRows(name: string): boolean {
  return /^(row_to_json|to_jsonb?|jsonb?_(agg|agg_strict|build_(object|array)|object_agg(_unique)?(_strict)?)|json_group_(array|object)|json_object|json_array)$/.test(
    name,
  );
}

/** The argument as a json object if it is a row; undefined if it is none. */
export function rowDocument(tree: sql.Expression, context: Context): Expression | undefined {
  const fields = rowFields(tree, context);
  if (fields === undefined) return undefined;
  const args = fields.flatMap(({ name, value }) => [constant(name, UTF8), typed(value, context.statement)]);
  return operation('json_row', args, tree.range, context.statement);
}

interface Field {
  readonly name: string;
  readonly value: Expression;
}

function rowFields(tree: sql.Expression, context: Context): readonly Field[] | undefined {
  if (tree.kind === 'row') {
    return tree.fields.map((field, i) => ({
      name: `f${i + 1}`,
      value: rowDocument(field, context) ?? context.statement.bind.expression(field, operand(context)),
    }));
  }
  if (tree.kind !== 'column') return undefined;
  const [name] = tree.parts;
  if (name === undefined || tree.parts.length !== 1 || lookupBare(name, context.scope) !== undefined) return undefined;
  const relation = lookupRelation([name], context.scope);
  return relation?.columns.map((column) => ({ name: column.name, value: columnRef(column.column, tree.range) }));
}
