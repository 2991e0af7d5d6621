import type { ColumnDefinition, TableHandle, TableStatistics } from '../../compiler/catalog/catalog.ts';
import { internalError } from '../../compiler/types/error.ts';
import type { Chunk, ChunkColumn } from '../../runtime/columns/chunk.ts';
import type { ScanRequest, TableScanCursor, TableSource } from '../../runtime/columns/source.ts';
import { type BulkLoader, createBulkLoader } from './bulk-loader.ts';
import { spellOut } from './decode.ts';
import { DictionaryBuilder } from './dictionary.ts';
import { encodingOf } from './encode.ts';
import { commonFormat, isPruned } from './format.ts';
import { createChunk, type Segment } from './segment.ts';
import { ColumnObserver } from './statistics.ts';

export interface MemoryTableOptions {
  readonly name: string;
  readonly columns: readonly ColumnDefinition[];
  readonly keys?: readonly (readonly number[])[] | undefined;
}

export interface MemoryTable extends TableHandle, TableSource {
  /** Loads rows past the delta chunks; they become visible, all at once, when the loader finishes. */
  readonly bulkLoader: () => BulkLoader;
}

export function createMemoryTable({ name, columns, keys = [] }: MemoryTableOptions): MemoryTable {
  const dictionaries = columns.map(({ type }) =>
    encodingOf(type) === 'strings' ? new DictionaryBuilder() : undefined,
  );
  const observers = columns.map(({ type }) => new ColumnObserver(type));
  const segments: Segment[] = [];
  let nextRow = 0;
  let rowCount = 0;

  /** Encodes anew what still refers to an abandoned dictionary, so that all chunks of a column have one encoding. */
  function settleEncodings(): void {
    dictionaries.forEach((dictionary, ordinal) => {
      if (dictionary?.abandoned !== true) return;
      for (const segment of segments) {
        const settled = withoutDictionary(segment.chunk.columns, ordinal, segment.rows);
        if (settled !== segment.chunk.columns) segment.chunk = createChunk(segment.firstRow, segment.rows, settled);
      }
      dictionaries[ordinal] = undefined;
    });
  }

  function adopt(chunks: readonly { readonly rows: number; readonly columns: readonly ChunkColumn[] }[]): void {
    for (const { rows, columns: loaded } of chunks) {
      let settled = loaded;
      loaded.forEach((column, ordinal) => {
        if (column.dictionary !== undefined && dictionaries[ordinal]?.abandoned !== false) {
          settled = withoutDictionary(settled, ordinal, rows);
        }
      });
      settled.forEach((column, ordinal) => {
        observers[ordinal]?.observe(column, rows);
      });
      segments.push({ firstRow: nextRow, rows, chunk: createChunk(nextRow, rows, settled) });
      nextRow += rows;
      rowCount += rows;
    }
  }

  function scan({ ordinals, prune }: ScanRequest): TableScanCursor {
    settleEncodings();
    const chunks = segments.map(({ chunk }) => chunk);
    const formats = ordinals.map((ordinal) => {
      const definition = columns[ordinal];
      if (definition === undefined) throw internalError(`table ${name} has no column ${ordinal}`);
      return commonFormat(
        definition,
        chunks.map((chunk) => columnOf(chunk, ordinal)),
      );
    });
    let at = 0;
    let pruned = 0;
    return {
      formats,
      rows: rowCount,
      pruned: () => pruned,
      next: () => {
        while (at < chunks.length) {
          const chunk = chunks[at++]!;
          if (!isPruned(chunk, prune)) {
            return { ...chunk, columns: ordinals.map((ordinal) => columnOf(chunk, ordinal)) };
          }
          pruned++;
        }
        return undefined;
      },
      close: () => {
        at = chunks.length;
      },
    };
  }

  function statistics(): TableStatistics {
    return { rowCount, columns: observers.map((observer) => observer.result()) };
  }

  return {
    name,
    columns,
    keys,
    version: 1,
    statistics,
    scan,
    bulkLoader: () => createBulkLoader(name, columns, dictionaries, adopt),
  };
}

function columnOf(chunk: Chunk, ordinal: number): ChunkColumn {
  const column = chunk.columns[ordinal];
  if (column === undefined) throw internalError(`chunk ${chunk.id} has no column ${ordinal}`);
  return column;
}

function withoutDictionary(columns: readonly ChunkColumn[], ordinal: number, rows: number): readonly ChunkColumn[] {
  const column = columns[ordinal];
  if (column?.dictionary === undefined) return columns;
  return columns.with(ordinal, spellOut(column, rows));
}
