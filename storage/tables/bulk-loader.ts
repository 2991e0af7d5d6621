import type { ColumnDefinition } from '../../compiler/catalog/catalog.ts';
import { OrbitError } from '../../compiler/types/error.ts';
import type { Value } from '../../compiler/types/value.ts';
import { CHUNK_ROWS, type ChunkColumn } from '../../runtime/columns/chunk.ts';
import type { ColumnBuilder } from './builder.ts';
import type { DictionaryBuilder } from './dictionary.ts';
import { createBuilder, MAX_CHUNK_HEAP, sealColumn } from './encode.ts';
import { checkLengths } from './lengths.ts';
import { TextBuilder } from './text.ts';

export interface LoadedChunk {
  readonly rows: number;
  readonly columns: readonly ChunkColumn[];
}

/**
 * Rows on their way into a table, column by column:
 *
 *     const rows = loader.room(wanted);            // at most so many rows may now be appended
 *     for (const builder of loader.builders) …     // append the same number of rows, at most `rows`, to every builder
 *     loader.flush();                              // after each batch
 *     loader.finish();                             // once: the rows become visible; without it nothing happens
 */
export interface BulkLoader {
  readonly builders: readonly ColumnBuilder[];
  readonly room: (wanted: number) => number;
  readonly flush: () => void;
  /** Returns the number of rows loaded. */
  readonly finish: () => number;
}

/** Builders grow from here: most tables are small. */
const FIRST_ROWS = 1024;

export function createBulkLoader(
  table: string,
  columns: readonly ColumnDefinition[],
  dictionaries: readonly (DictionaryBuilder | undefined)[],
  adopt: (chunks: readonly LoadedChunk[]) => void,
): BulkLoader {
  const builders = columns.map(({ type }, ordinal) => createBuilder(type, dictionaries[ordinal], FIRST_ROWS));
  const chunks: LoadedChunk[] = [];
  let total = 0;

  function rows(): number {
    return builders[0]?.rows ?? 0;
  }

  function seal(): void {
    const count = rows();
    const sealed = builders.map((builder) => sealColumn(builder));
    sealed.forEach((column, ordinal) => {
      const definition = columns[ordinal];
      if (definition === undefined) return;
      if (!definition.nullable && column.nullCount > 0) throw nullViolation(table, definition);
      checkLengths(table, definition, column, count);
    });
    chunks.push({ rows: count, columns: sealed });
    total += count;
  }

  return {
    builders,
    room: (wanted) => Math.min(wanted, CHUNK_ROWS - rows()),
    flush: () => {
      let heap = 0;
      for (const builder of builders) {
        if (builder instanceof TextBuilder) builder.review();
        heap = Math.max(heap, builder.heapBytes);
      }
      if (rows() >= CHUNK_ROWS || heap > MAX_CHUNK_HEAP) seal();
    },
    finish: () => {
      for (const builder of builders) if (builder instanceof TextBuilder) builder.review(true);
      if (rows() > 0) seal();
      adopt(chunks);
      return total;
    },
  };
}

export function nullViolation(table: string, column: ColumnDefinition): OrbitError {
  return new OrbitError(
    'not_null_violation',
    `null value in column "${column.name}" of table "${table}" violates its NOT NULL constraint`,
  );
}

/** Loads rows of host values; returns their number. */
export function loadRows(loader: BulkLoader, rows: Iterable<readonly Value[]>): number {
  for (const row of rows) {
    loader.builders.forEach((builder, ordinal) => {
      builder.appendValue(row[ordinal] ?? null);
    });
    loader.flush();
  }
  return loader.finish();
}
