import type { ColumnDefinition } from '../../compiler/catalog/catalog.ts';
import { internalError } from '../../compiler/types/error.ts';
import type { Chunk, ChunkColumn } from '../../runtime/columns/chunk.ts';
import type { ScanRequest, TableScanCursor } from '../../runtime/columns/source.ts';
import { commonFormat, isPruned } from './format.ts';
import type { Segment } from './segment.ts';
import type { Viewpoint } from './versions.ts';

/** A scan of what `segments` hold now: writes that follow change their stamps, which the viewpoint does not see. */
export function openScan(
  table: string,
  columns: readonly ColumnDefinition[],
  segments: readonly Segment[],
  { ordinals, prune }: ScanRequest,
  viewpoint: Viewpoint,
  rowCount: number | undefined,
): TableScanCursor {
  // A chunk is replaced when a column is encoded anew; this scan has promised the formats of these.
  const chunks = segments.map(({ chunk }) => chunk);
  const formats = ordinals.map((ordinal) => {
    const definition = columns[ordinal];
    if (definition === undefined) throw internalError(`table ${table} has no column ${ordinal}`);
    return commonFormat(
      definition,
      chunks.map((chunk) => columnOf(chunk, ordinal)),
    );
  });
  let at = 0;
  let pruned = 0;

  function next(): Chunk | undefined {
    while (at < chunks.length) {
      const chunk = chunks[at]!;
      const segment = segments[at++]!;
      if (isPruned(chunk, prune)) {
        pruned++;
        continue;
      }
      const selection = segment.selection(viewpoint);
      if (selection?.length === 0) continue;
      return { ...chunk, columns: ordinals.map((ordinal) => columnOf(chunk, ordinal)), selection };
    }
    return undefined;
  }

  return {
    formats,
    rows: prune.length === 0 ? rowCount : undefined,
    pruned: () => pruned,
    next,
    close: () => {
      at = chunks.length;
    },
  };
}

function columnOf(chunk: Chunk, ordinal: number): ChunkColumn {
  const column = chunk.columns[ordinal];
  if (column === undefined) throw internalError(`chunk ${chunk.id} has no column ${ordinal}`);
  return column;
}
