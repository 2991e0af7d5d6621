import type { ColumnDefinition } from '../../compiler/catalog/catalog.ts';
import { internalError } from '../../compiler/types/error.ts';
import type { Chunk, ChunkColumn, ColumnFormat } from '../../runtime/columns/chunk.ts';
import type { PruningPredicate, ScanRequest, TableScanCursor } from '../../runtime/columns/source.ts';
import { commonFormat, zonesOf } from './format.ts';
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
  private readonly zones: (Float64Array | undefined)[] = [];

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

  /** Tells of a chunk, by its number, whether none of its rows can satisfy all predicates. */
  pruner(predicates: readonly PruningPredicate[]): ((chunk: number) => boolean) | undefined {
    if (predicates.length === 0) return undefined;
    const tests = predicates.map(({ ordinal, low, high }) => ({
      zones: this.zonesOf(ordinal),
      low: low === undefined ? Number.NEGATIVE_INFINITY : Number(low),
      high: high === undefined ? Number.POSITIVE_INFINITY : Number(high),
    }));
    return (chunk) => tests.some(({ zones, low, high }) => zones[2 * chunk + 1]! < low || zones[2 * chunk]! > high);
  }

  private zonesOf(ordinal: number): Float64Array {
    const known = this.zones[ordinal];
    if (known !== undefined) return known;
    const { before, chunks } = this;
    const zones = new Float64Array(2 * chunks.length);
    const first = before?.chunks.length ?? 0;
    if (before !== undefined) zones.set(before.zonesOf(ordinal));
    zones.set(zonesOf(chunks.slice(first), ordinal), 2 * first);
    this.zones[ordinal] = zones;
    return zones;
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
  const isPruned = list.pruner(prune);
  let at = 0;
  let pruned = 0;

  function next(): Chunk | undefined {
    while (at < chunks.length) {
      const i = at++;
      if (isPruned?.(i) === true) {
        pruned++;
        continue;
      }
      const chunk = chunks[i]!;
      const visible = segments[i]!.visibility.of(viewpoint);
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
