import type { Column } from '../../compiler/ir/expression.ts';
import type { RowLayout } from '../kernels/memory.ts';
import { rowsSource } from '../operators/basic.ts';
import { type RowBlock, rowCount } from './drivers.ts';
import type { OpenSource } from './pipeline.ts';
import { openBlocks } from './sources.ts';

/** What a reference reads: the rows that the node around it binds, under the reference's own columns. */
export interface Binding {
  readonly open: (columns: readonly Column[]) => OpenSource | Promise<OpenSource>;
}

/** Rows that stay where they are, whose first fields are the columns in their order. */
export interface BoundRows {
  readonly layout: RowLayout;
  readonly blocks: readonly RowBlock[];
}

/** Rows that are computed when somebody reads them first. */
export function lazily(
  parallelRows: number,
  compute: () => Promise<BoundRows>,
): Binding & { readonly now: () => Promise<BoundRows> } {
  let rows: Promise<BoundRows> | undefined;
  const now = (): Promise<BoundRows> => {
    rows ??= compute();
    return rows;
  };
  return { now, open: async (columns) => openBound(await now(), columns, parallelRows) };
}

/** With `parallelRows` rows, several threads may read them. */
export function openBound(
  { layout, blocks }: BoundRows,
  columns: readonly Column[],
  parallelRows = Number.POSITIVE_INFINITY,
): OpenSource {
  const source = rowsSource(
    layout,
    columns.map(({ id }, field) => ({ id, field })),
  );
  return { ...openBlocks(source, blocks), parallel: rowCount(blocks) >= parallelRows };
}
