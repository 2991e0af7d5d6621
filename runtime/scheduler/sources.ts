import type { Column, ColumnId, Expression } from '../../compiler/ir/expression.ts';
import { ROW_ID_ORDINAL } from '../../compiler/ir/plan.ts';
import type { TableScan } from '../../compiler/physical/plan.ts';
import { FLOAT64, INT64, UTF8 } from '../../compiler/types/type.ts';
import type { Value } from '../../compiler/types/value.ts';
import { ANY_TAG } from '../columns/any-tag.ts';
import type { Chunk, ColumnFormat, ShreddedField } from '../columns/chunk.ts';
import type { TableScanCursor } from '../columns/source.ts';
import { writeValue } from '../columns/values.ts';
import { DESCRIPTOR } from '../kernels/frame.ts';
import { rowLayout } from '../kernels/memory.ts';
import { laneOf, within } from '../kernels/value.ts';
import type { BitmapFrame } from '../memory/buffer-pool.ts';
import type { Frame } from '../memory/loading.ts';
import { filter, rowsSource } from '../operators/basic.ts';
import { bloomFilter } from '../operators/bloom-filter.ts';
import type { Source } from '../operators/emitter.ts';
import {
  descriptorBytes,
  fieldIndex,
  rowIdOffset,
  type SpecialScan,
  scanSource,
  specialOffset,
} from '../operators/scan.ts';
import { i32 } from '../wasm/ir.ts';
import { type RowBlock, required, rowCount } from './drivers.ts';
import { keyFilterPruning, keyFiltersOf, reportKeyFilters, scanKeyFilters } from './key-filters.ts';
import type { OpenSource, SourceMorsel } from './pipeline.ts';
import type { Query } from './query.ts';
import {
  type Bounds,
  pruningOf,
  scanComparisons,
  scanRanges,
  scanSearches,
  splitPredicates,
} from './scan-predicates.ts';
import { allocate, allocateZeroed } from './task.ts';

/** Texts of up to this share of the pool's budget, for all scans of a query, may stay pinned until the query ends, so that nobody copies them. */
const STABLE_SHARE = 4;
const TEXT_ROW_BYTES = 48;

/** Reads a table's chunks through the buffer pool. */
export function openScan(query: Query, plan: TableScan): OpenSource {
  const { memory } = query;
  const { pool } = query.executor;
  const { comparisons, rest } = splitPredicates(plan, query.parameters);
  const keyed = keyFiltersOf(query, plan);
  const ordinals = plan.ordinals.filter((ordinal) => ordinal !== ROW_ID_ORDINAL);
  const cursor: TableScanCursor = query.tables.source(plan.table).scan({
    ordinals,
    prune: [...pruningOf(comparisons), ...keyFilterPruning(keyed)],
    command: query.firstCommand + plan.command,
    transaction: query.transaction,
  });
  const texts = cursor.formats.filter((f) => f.encoding === 'strings' || f.encoding === 'any').length;
  const most = cursor.rows ?? cursor.mostRows;
  const rows = most ?? plan.table.statistics().rowCount;
  const textBytes = query.stable.bytes + rows * texts * TEXT_ROW_BYTES;
  const stable = cursor.transient !== true && textBytes * STABLE_SHARE <= memory.poolBudget.limit;
  if (stable) query.stable.bytes = textBytes;
  let stored = 0;
  const columns = plan.columns.map((column, i) => {
    const ordinal = plan.ordinals[i] ?? 0;
    return { id: column.id, ordinal, format: ordinal === ROW_ID_ORDINAL ? undefined : cursor.formats[stored++] };
  });
  const { filters, bounds, blooms } = scanKeyFilters(query, plan, keyed, ordinals, cursor.formats);
  const { ranges, left } = scanRanges<Bounds & { readonly expression?: Expression }>(
    [...comparisons, ...bounds],
    ordinals,
    cursor.formats,
  );
  const compared = scanComparisons(plan, rest, ordinals, cursor.formats);
  const { searches, left: others } = scanSearches(plan, compared.left, query.parameters, ordinals, cursor.formats);
  const predicates = [...left.flatMap(({ expression }) => expression ?? []), ...others];
  // Descriptors are reused once their morsel is released.
  const idle: number[] = [];
  /** What releases the morsels that nobody has released yet. */
  const held = new Set<() => void>();
  let read = 0;
  let readRows = 0;
  // The first chunk tells which dynamic types to expect; a file's chunks, which come later, have no dynamic columns.
  const peeked = cursor.formats.some((f) => f.encoding === 'any') ? cursor.next() : undefined;
  const expected = peeked instanceof Promise ? undefined : peeked;
  const special = specialScan(cursor.formats, expected);
  let waiting = peeked;

  const load = (chunk: Chunk): SourceMorsel => {
    read++;
    readRows += chunk.rows;
    const address = idle.pop() ?? allocateZeroed(query, descriptorBytes(ordinals.length, special.fields.length));
    const pinned: (Frame | BitmapFrame)[] = [];
    const release = (): void => {
      if (!held.delete(release)) return;
      idle.push(address);
      for (const frame of pinned) pool.unpin(frame);
      // Chunks of a table come again at the next scan; those of a file never do.
      if (cursor.transient === true) pool.drop(chunk.id);
    };
    held.add(release);
    const pin = (of: Chunk, column: number, format: ColumnFormat): Frame => {
      const frame = pool.pinColumn(of, column, format);
      // Only what views point into must stay: a table of numbers may be larger than the pool.
      if (stable && (format.encoding === 'strings' || format.encoding === 'any')) query.pins.push(frame);
      else pinned.push(frame);
      return frame;
    };
    const isSpecial = special.fits(chunk);
    // Where only fields of objects are read, the objects need not come along.
    const frames = cursor.formats.map((format, i) =>
      isSpecial && special.leavesOut(i, format) ? undefined : pin(chunk, i, format),
    );
    const fields = isSpecial
      ? special.fields.map(({ column, path, format }) => {
          const { shredded } = required(chunk.columns[column], 'a column');
          return pin({ ...chunk, columns: [required(shredded?.get(path), 'a field').column] }, 0, format);
        })
      : [];
    const extras = frames.map((frame, i) => {
      const format = cursor.formats[i];
      if (format?.encoding !== 'dictionary' || format.dictionary === undefined) return frame?.tags;
      const views = pool.pinDictionary(chunk.columns[i]?.dictionary ?? format.dictionary);
      // Values go by their address in the dictionary wherever they end up.
      query.pins.push(views);
      return views.views;
    });
    let bitmap = 0;
    if (chunk.visible !== undefined) {
      const frame = pool.pinVisible(chunk, chunk.visible);
      pinned.push(frame);
      bitmap = frame.bitmap;
    }
    // Whatever is pinned may have made the memory grow.
    const view = memory.view();
    const describe = (frame: Frame | undefined, index: number, extra: number | undefined): void => {
      if (frame === undefined) return;
      const at = address + DESCRIPTOR.columns + index * DESCRIPTOR.column.bytes;
      view.setUint32(at + DESCRIPTOR.column.values, frame.values, true);
      view.setUint32(at + DESCRIPTOR.column.validity, frame.validity, true);
      view.setUint32(at + DESCRIPTOR.column.heap, frame.heap, true);
      view.setUint32(at + DESCRIPTOR.column.extra, extra ?? 0, true);
      view.setBigInt64(at + DESCRIPTOR.column.base, frame.base, true);
    };
    frames.forEach((frame, i) => describe(frame, i, extras[i]));
    fields.forEach((frame, i) => describe(frame, fieldIndex(ordinals.length, i), undefined));
    view.setUint32(address + DESCRIPTOR.rows, chunk.rows, true);
    view.setUint32(address + DESCRIPTOR.visible, bitmap, true);
    view.setBigInt64(address + rowIdOffset(ordinals.length), chunk.firstRowId, true);
    view.setUint32(address + specialOffset(ordinals.length), isSpecial ? 1 : 0, true);
    return { address, rows: chunk.rows, release };
  };

  return {
    source: scanSource(columns, { ranges, comparisons: compared.comparisons, filters, searches }, { stable, special }),
    operators: [...(predicates.length === 0 ? [] : [filter(predicates)]), ...blooms.map(bloomFilter)],
    parallel: rows >= query.tuning.parallelRows,
    passing: texts > 0 && !stable,
    mostRows: most === undefined ? undefined : BigInt(most),
    // Filters by keys and searches have values in their code that differ, and what a loop for expected values reads depends on chunks.
    code:
      keyed.length > 0 || searches.length > 0 || special.exists
        ? undefined
        : [stable, ...cursor.formats.flatMap(formatCode)],
    next: () => {
      const next = waiting ?? cursor.next();
      waiting = undefined;
      if (next instanceof Promise) return next.then((chunk) => (chunk === undefined ? undefined : load(chunk)));
      return next === undefined ? undefined : load(next);
    },
    finished: (ctx) => reportKeyFilters(query, plan, { filters, blooms }, ctx),
    close: () => {
      for (const release of held) release();
      const known = query.pruned.get(plan) ?? { read: 0, pruned: 0, rows: 0 };
      query.pruned.set(plan, {
        read: known.read + read,
        pruned: known.pruned + cursor.pruned(),
        rows: known.rows + readRows,
      });
      cursor.close();
    },
  };
}

/** All that code for a column of this format depends on. */
function formatCode(format: ColumnFormat): readonly unknown[] {
  const { type, encoding, width, nullable, range, dictionary } = format;
  return [type.kind, encoding, width, nullable, range?.[0], range?.[1], dictionary, dictionary?.offsets.length];
}

/** A field of a dynamic column that the loop for expected values reads. */
interface ScanField {
  readonly column: number;
  readonly path: string;
  readonly tag: number;
  readonly format: ColumnFormat;
}

interface ChunkTest extends SpecialScan {
  /** Known when the code has been generated. */
  readonly fields: readonly ScanField[];
  /** Whether the loop can do the chunk. */
  readonly fits: (chunk: Chunk) => boolean;
  /** Whether it does without the column. */
  readonly leavesOut: (column: number, format: ColumnFormat) => boolean;
}

/** The loop for chunks whose dynamic columns are like those of the chunk `expected`. */
function specialScan(formats: readonly ColumnFormat[], expected: Chunk | undefined): ChunkTest {
  const tags = formats.map((f, i) => (f.encoding === 'any' ? expected?.columns[i]?.tag : undefined));
  const shredded = expected?.columns.some((column) => column.shredded !== undefined) === true;
  const exists = shredded || tags.some((tag) => tag !== undefined);
  const fields: ScanField[] = [];
  const read = new Set<number>();
  return {
    exists,
    tags,
    reads: (column) => {
      read.add(column);
    },
    field: (column, path) => {
      const known = fields.findIndex((f) => f.column === column && f.path === path);
      const stored = expected?.columns[column]?.shredded?.get(path);
      if (stored?.whole !== true) return undefined;
      if (known >= 0) return { ...required(fields[known], 'a field'), field: known };
      const field = { column, path, tag: stored.tag, format: fieldFormat(stored) };
      fields.push(field);
      return { ...field, field: fields.length - 1 };
    },
    fields,
    fits: (chunk) =>
      exists &&
      chunk.columns.every((column, i) => tags[i] === undefined || !read.has(i) || column.tag === tags[i]) &&
      fields.every(({ column, path, tag, format }) => {
        const stored = chunk.columns[column]?.shredded?.get(path);
        if (stored?.whole !== true || stored.tag !== tag) return false;
        const { range, nullCount } = stored.column;
        const isBounded = format.range === undefined || (range !== undefined && within(range, format.range));
        return isBounded && (format.nullable || nullCount === 0);
      }),
    leavesOut: (column, { encoding }) => encoding === 'any' && !read.has(column),
  };
}

/** What chunks with a field of the same kind can be widened to. */
function fieldFormat({ tag, column: { encoding, nullCount, range } }: ShreddedField): ColumnFormat {
  const type = tag === ANY_TAG.utf8 ? UTF8 : tag === ANY_TAG.float64 ? FLOAT64 : INT64;
  // Other chunks' values differ, but seldom by an order of magnitude like this.
  const bounds = range === undefined ? undefined : FIELD_BOUNDS.find((wide) => within(range, wide));
  return { type, encoding, width: encoding === 'strings' ? 4 : 8, nullable: nullCount > 0, range: bounds };
}

const FIELD_BOUNDS: readonly (readonly [bigint, bigint])[] = [16n, 32n, 48n, 56n].map((bits) => [
  -(2n ** bits),
  2n ** bits,
]);

/** Rows in blocks, block by block. */
export function openBlocks(source: Source, blocks: readonly RowBlock[]): OpenSource {
  let at = 0;
  return { source, next: () => blocks[at++], parallel: false, mostRows: BigInt(rowCount(blocks)), code: [] };
}

/** Rows that the host has: written into engine memory first. */
export function openHostRows(
  query: Query,
  columns: readonly Column[],
  rows: readonly (readonly Value[])[],
): OpenSource {
  const layout = rowLayout(
    columns.map(({ type, nullable }) => ({ type, lane: laneOf(type), null_: nullable ? i32(0) : undefined })),
  );
  const { memory } = query;
  const address = allocateZeroed(query, Math.max(rows.length * layout.size, 8));
  const text = (bytes: number): number => allocate(query, bytes);
  rows.forEach((row, r) => {
    layout.fields.forEach((field, i) => {
      const value = row[i] ?? null;
      const at = address + r * layout.size;
      if (field.nullOffset !== undefined) memory.u8()[at + field.nullOffset] = value === null ? 1 : 0;
      writeValue(memory, at + field.offset, field.type, field.lane, value, text);
    });
  });
  const ids = columns.map((column, field): { id: ColumnId; field: number } => ({ id: column.id, field }));
  return openBlocks(rowsSource(layout, ids), [{ address, rows: rows.length }]);
}
