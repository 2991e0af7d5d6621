import type * as sql from '../../../grammars/sql/tree.ts';
import { newColumn } from '../../ir/build.ts';
import type { Column } from '../../ir/expression.ts';
import type { BindingId } from '../../ir/plan.ts';
import type { Output, PendingQuery, QueryContext } from './context.ts';
import { renamed } from './from-item.ts';
import { fold } from './names.ts';

/** The rows that a `let` or `recursive` node around binds, as a query. */
export function reference(
  binding: BindingId,
  outputs: readonly Output[],
  columns: readonly Pick<Column, 'name' | 'type' | 'nullable'>[],
  context: QueryContext,
): PendingQuery {
  const { ids } = context.statement;
  return {
    outputs,
    ordered: false,
    finish: () => ({
      kind: 'reference',
      binding,
      columns: columns.map((column) => newColumn(ids, column.name, column.type, column.nullable)),
    }),
  };
}

/** The outputs under the names that WITH gives them. */
export function namedOutputs(outputs: readonly Output[], tree: sql.CommonTable): readonly Output[] {
  const names = renamed(
    outputs.map((output) => output.name),
    tree.columns,
    fold(tree.name),
  );
  return outputs.map((output, i): Output => ({ ...output, name: names[i] ?? output.name }));
}
