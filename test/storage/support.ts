import type { TableHandle } from '../../compiler/catalog/catalog.ts';
import { internalError } from '../../compiler/types/error.ts';
import type { Value } from '../../compiler/types/value.ts';
import type { Chunk, ColumnFormat } from '../../runtime/columns/chunk.ts';
import type { ScanRequest, TableSource } from '../../runtime/columns/source.ts';
import { readValue } from '../../storage/tables/decode.ts';
import { isValid } from '../../storage/tables/validity.ts';

/** The visible rows of a table in scan order. Checks on the way that every chunk fits the formats the scan promised. */
export async function readTable(
  table: TableHandle & TableSource,
  request: Partial<ScanRequest> = {},
): Promise<readonly Value[][]> {
  const ordinals = request.ordinals ?? table.columns.map((_, ordinal) => ordinal);
  const cursor = table.scan({ prune: [], command: 0, transaction: undefined, ...request, ordinals });
  const rows: Value[][] = [];
  for (let chunk = await cursor.next(); chunk !== undefined; chunk = await cursor.next()) {
    chunk.columns.forEach((_, i) => checkFormat(chunk, i, cursor.formats[i]));
    for (const position of positions(chunk)) {
      rows.push(chunk.columns.map((column, i) => readValue(column, cursor.formats[i]!.type, position)));
    }
  }
  cursor.close();
  return rows;
}

/** The positions of the visible rows. */
export function* positions({ rows, visible }: Chunk): Iterable<number> {
  for (let row = 0; row < rows; row++) {
    if (visible === undefined || isValid(visible.bitmap, row)) yield row;
  }
}

function checkFormat(chunk: Chunk, i: number, format: ColumnFormat | undefined): void {
  const column = chunk.columns[i];
  if (format === undefined || column === undefined) throw internalError('a chunk has other columns than its scan');
  const fits =
    column.encoding === format.encoding &&
    column.width <= format.width &&
    (format.nullable || column.nullCount === 0) &&
    (format.range === undefined ||
      column.range === undefined ||
      (column.range[0] >= format.range[0] && column.range[1] <= format.range[1])) &&
    (column.dictionary?.size ?? 0) <= (format.dictionary?.size ?? 0);
  if (!fits) throw internalError(`column ${i} of chunk ${chunk.id} does not fit its format`);
}
