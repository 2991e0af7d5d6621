import type * as sql from '../../../grammars/sql/tree.ts';
import { newColumn } from '../../ir/build.ts';
import type { Expression } from '../../ir/expression.ts';
import type { Plan } from '../../ir/plan.ts';
import { OrbitError } from '../../types/error.ts';
import { UTF8 } from '../../types/type.ts';
import { besideEachOther, cannotMatch, coerce, commonType } from './coerce.ts';
import { emptyScope, type PendingQuery, type QueryContext, within } from './context.ts';

/** VALUES: the values of a column meet in one type. */
export function bindValues(tree: sql.Values, context: QueryContext): PendingQuery {
  const { statement } = context;
  statement.budget.relation();
  const inner = within(context, emptyScope('VALUES', context.outer));
  const rows = tree.rows.map((row) => row.values.map((value) => statement.bind.expression(value, inner)));
  const width = valuesWidth(tree);
  const columns = Array.from({ length: width }, (_, i) =>
    besideEachOther(
      rows.flatMap((row) => row[i] ?? []),
      statement,
    ),
  );
  const outputs = columns.map((cells, i) => {
    const type = commonType(cells);
    if (type === undefined) throw cannotMatch('VALUES', cells);
    const name = `column${i + 1}`;
    return { name, type, nullable: cells.some((cell) => cell.nullable), range: tree.range };
  });
  return {
    outputs,
    ordered: false,
    finish: (types = []): Plan => {
      const finals = outputs.map(({ type }, i) => (type.kind === 'null' ? (types[i] ?? UTF8) : type));
      const cast = rows.map((row): readonly Expression[] =>
        row.map((cell, i) => coerce(cell, finals[i] ?? cell.type, statement)),
      );
      return {
        kind: 'values',
        columns: outputs.map(({ name }, i) => {
          const nullable = cast.some((row) => row[i]?.nullable === true);
          return newColumn(statement.ids, name, finals[i] ?? UTF8, nullable);
        }),
        rows: cast,
      };
    },
  };
}

/** The number of columns; all rows must have it. */
export function valuesWidth(tree: sql.Values): number {
  const width = tree.rows[0]?.values.length ?? 0;
  const uneven = tree.rows.find((row) => row.values.length !== width);
  if (uneven !== undefined) {
    throw new OrbitError('syntax_error', 'VALUES lists must all be the same length', { range: uneven.range });
  }
  return width;
}
