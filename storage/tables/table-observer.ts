import type {
  ColumnDefinition,
  ColumnStatistics,
  TableSample,
  TableStatistics,
} from '../../compiler/catalog/catalog.ts';
import { type Distribution, distributionOf } from '../../compiler/catalog/distribution.ts';
import type { ChunkColumn } from '../../runtime/columns/chunk.ts';
import type { Delta } from './delta.ts';
import { sampleOf } from './sampling.ts';
import type { Segment } from './segment.ts';
import { ColumnObserver } from './statistics.ts';

/**
 * The statistics of a table. They may be stale: rows that were deleted still count in bounds and distinct counts, and
 * little changes are not followed.
 */
export class TableObserver {
  private readonly columns: readonly ColumnDefinition[];
  private readonly settled: readonly ColumnObserver[];
  /** What ANALYZE found, by ordinal. */
  private readonly analyzed = new Map<number, Analyzed>();
  private changes = 0;
  private last: Known | undefined;

  constructor(columns: readonly ColumnDefinition[]) {
    this.columns = columns;
    this.settled = columns.map(({ type }) => new ColumnObserver(type));
  }

  observe(segment: Segment): void {
    observeAll(this.settled, segment);
    this.changes++;
  }

  /** Segments were removed: what is known of them stays, but nothing is read from them any more. */
  forget(): void {
    this.changes++;
  }

  /** Counts values that `observe` has seen under another encoding. */
  countDistinct(ordinal: number, column: ChunkColumn, rows: number): void {
    this.settled[ordinal]?.countDistinct(column, rows);
    this.changes++;
  }

  /** Looks at a column more closely than for every plan. */
  analyze(ordinal: number, rowCount: number, segments: readonly Segment[], delta: Delta): void {
    delta.seal();
    const sample = sampleOf(this.columns, [...segments, ...delta.pieces], ANALYZED_ROWS);
    const distribution = ofSample(sample, ordinal);
    if (distribution === undefined) this.analyzed.delete(ordinal);
    else this.analyzed.set(ordinal, { rowCount, written: writtenRows(delta), distribution });
    this.changes++;
  }

  statistics(rowCount: number, segments: readonly Segment[], delta: Delta): TableStatistics {
    const { last, changes } = this;
    const isFresh =
      last?.changes === changes && last.delta === delta && fewChanged(delta.rows - last.rows, rowCount, last.rowCount);
    if (isFresh) return { ...last.result, rowCount };
    delta.seal();
    const all = this.columns.map(({ type }, ordinal) => {
      const observer = new ColumnObserver(type);
      observer.add(this.settled[ordinal]!);
      return observer;
    });
    for (const piece of delta.pieces) observeAll(all, piece);
    const sample = sampleOf(this.columns, [...segments, ...delta.pieces]);
    const columns = all.map((observer, ordinal): ColumnStatistics => {
      const distribution = lazily(() => this.distribution(ordinal, rowCount, writtenRows(delta), sample));
      return { ...observer.result(), distribution };
    });
    const result: TableStatistics = { rowCount, columns, sample };
    this.last = { changes, delta, rows: delta.rows, rowCount, result };
    return result;
  }

  private distribution(
    ordinal: number,
    rowCount: number,
    written: number,
    sample: TableSample,
  ): Distribution | undefined {
    const analyzed = this.analyzed.get(ordinal);
    if (analyzed !== undefined) {
      const changed = Math.max(written - analyzed.written, analyzed.rowCount - rowCount);
      if (changed <= MOST_CHANGED * analyzed.rowCount) return analyzed.distribution;
    }
    return sample.rows === 0 ? undefined : ofSample(sample, ordinal);
  }
}

function ofSample({ cells, neighbours }: TableSample, ordinal: number): Distribution | undefined {
  const own = cells(ordinal);
  return own && distributionOf(own, neighbours && (() => neighbours(ordinal)));
}

/** When more of the rows have changed, what ANALYZE found is worth less than a fresh sample. */
const MOST_CHANGED = 0.2;

interface Analyzed {
  readonly rowCount: number;
  readonly written: number;
  readonly distribution: Distribution;
}

/** Rows that were ever written: they are numbered. */
function writtenRows(delta: Delta): number {
  return delta.firstRow + delta.rows;
}

/** All rows of most tables; of larger ones, enough for every value that a thousandth of the rows have. */
const ANALYZED_ROWS = 65_536;

interface Known {
  readonly changes: number;
  readonly delta: Delta;
  readonly rows: number;
  readonly rowCount: number;
  readonly result: TableStatistics;
}

/** Whether so few rows have been written and deleted that no plan would change. */
function fewChanged(written: number, now: number, before: number): boolean {
  const rows = Math.min(now, before);
  return Math.max(written, Math.abs(now - before)) <= 0.25 * rows + 64;
}

function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function observeAll(observers: readonly ColumnObserver[], { chunk, rows }: Segment): void {
  observers.forEach((observer, ordinal) => {
    observer.observe(chunk.columns[ordinal]!, rows);
  });
}
