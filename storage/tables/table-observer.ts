import type { ColumnDefinition, TableStatistics } from '../../compiler/catalog/catalog.ts';
import type { ChunkColumn } from '../../runtime/columns/chunk.ts';
import type { Delta } from './delta.ts';
import type { Segment } from './segment.ts';
import { ColumnObserver } from './statistics.ts';

/** The statistics of a table. Rows that were deleted still count in those of columns. */
export class TableObserver {
  private readonly columns: readonly ColumnDefinition[];
  private readonly settled: readonly ColumnObserver[];
  private changes = 0;
  private last:
    | {
        readonly changes: number;
        readonly delta: Delta;
        readonly rows: number;
        readonly result: TableStatistics['columns'];
      }
    | undefined;

  constructor(columns: readonly ColumnDefinition[]) {
    this.columns = columns;
    this.settled = columns.map(({ type }) => new ColumnObserver(type));
  }

  observe(segment: Segment): void {
    observeAll(this.settled, segment);
    this.changes++;
  }

  /** Counts values that `observe` has seen under another encoding. */
  countDistinct(ordinal: number, column: ChunkColumn, rows: number): void {
    this.settled[ordinal]?.countDistinct(column, rows);
    this.changes++;
  }

  statistics(rowCount: number, delta: Delta): TableStatistics {
    const { last, changes } = this;
    // A little more in the delta changes no plan.
    const fresh = last?.changes === changes && last.delta === delta && delta.rows <= 1.25 * last.rows + 64;
    if (fresh) return { rowCount, columns: last.result };
    delta.seal();
    const all = this.columns.map(({ type }, ordinal) => {
      const observer = new ColumnObserver(type);
      observer.add(this.settled[ordinal]!);
      return observer;
    });
    for (const piece of delta.pieces) observeAll(all, piece);
    const result = all.map((observer) => observer.result());
    this.last = { changes, delta, rows: delta.rows, result };
    return { rowCount, columns: result };
  }
}

function observeAll(observers: readonly ColumnObserver[], { chunk, rows }: Segment): void {
  observers.forEach((observer, ordinal) => {
    observer.observe(chunk.columns[ordinal]!, rows);
  });
}
