import type { ColumnDefinition } from '../../compiler/catalog/catalog.ts';
import { internalError } from '../../compiler/types/error.ts';
import type { Chunk, ChunkColumn, ColumnFormat } from '../../runtime/columns/chunk.ts';
import type { ScanRequest, TableScanCursor } from '../../runtime/columns/source.ts';
import { commonFormat, isPruned } from './format.ts';
import type { Segment } from './segment.ts';
import type { Viewpoint } from './versions.ts';

/** The segments of a table as they are until one is added, removed or encoded anew; remembers what scans ask of them. */
export class SegmentList {
  readonly segments: readonly Segment[];
  /** Those of `segments`: a chunk is replaced when a column is encoded anew, but a scan has promised its formats. */
  readonly chunks: readonly Chunk[];
  /** Visible or not. */
  readonly rows: number;
  private readonly columns: readonly ColumnDefinition[];
  private readonly before: SegmentList | undefined;
  private readonly formats: (ColumnFormat | undefined)[] = [];

  /** `more` follow the segments of `before`, which are not looked at again. */
  constructor(columns: readonly ColumnDefinition[], more: readonly Segment[], before?: SegmentList) {
    const chunks = more.map(({ chunk }) => chunk);
    this.columns = columns;
    this.before = before;
    this.segments = before === undefined ? more : [...before.segments, ...more];
    this.chunks = before === undefined ? chunks : [...before.chunks, ...chunks];
    this.rows = more.reduce((sum, { rows }) => sum + rows, before?.rows ?? 0);
  }

  /** What all chunks of a column can be widened to. */
  format(ordinal: number): ColumnFormat {
    const known = this.formats[ordinal];
    if (known !== undefined) return known;
    const definition = this.columns[ordinal];
    if (definition === undefined) throw internalError(`there is no column ${ordinal}`);
    const { before } = this;
    const more = (before === undefined ? this.chunks : this.chunks.slice(before.chunks.length)).map((chunk) =>
      columnOf(chunk, ordinal),
    );
    const format = commonFormat(definition, more, before?.chunks.length ? before.format(ordinal) : undefined);
    this.formats[ordinal] = format;
    return format;
  }
}

/**
 * A scan of what the segments hold now: writes that follow change their stamps, which the viewpoint does not see.
 * `rowCount`: rows that the viewpoint sees, if that is known.
 */
export function openScan(
  list: SegmentList,
  { ordinals, prune }: ScanRequest,
  viewpoint: Viewpoint,
  rowCount: number | undefined,
): TableScanCursor {
  const { segments, chunks } = list;
  let at = 0;
  let pruned = 0;

  function next(): Chunk | undefined {
    while (at < chunks.length) {
      const chunk = chunks[at]!;
      const segment = segments[at++]!;
      if (prune.length > 0 && isPruned(chunk, prune)) {
        pruned++;
        continue;
      }
      const visible = segment.visibility.of(viewpoint);
      if (visible?.count === 0) continue;
      const { id, firstRowId } = chunk;
      const columns = ordinals.map((ordinal) => columnOf(chunk, ordinal));
      return { id, rows: chunk.rows, firstRowId, columns, visible };
    }
    return undefined;
  }

  return {
    formats: ordinals.map((ordinal) => list.format(ordinal)),
    rows: prune.length === 0 ? rowCount : undefined,
    mostRows: rowCount ?? list.rows,
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
