import type { Column, ColumnId } from '../../compiler/ir/expression.ts';
import { ROW_ID_ORDINAL } from '../../compiler/ir/plan.ts';
import type { TableScan } from '../../compiler/physical/plan.ts';
import type { Value } from '../../compiler/types/value.ts';
import { CHUNK_ROWS, type Chunk } from '../columns/chunk.ts';
import type { TableScanCursor } from '../columns/source.ts';
import { writeValue } from '../columns/values.ts';
import { DESCRIPTOR } from '../kernels/frame.ts';
import { rowLayout } from '../kernels/memory.ts';
import { laneOf } from '../kernels/value.ts';
import type { BitmapFrame } from '../memory/buffer-pool.ts';
import type { Frame } from '../memory/loading.ts';
import { filter, rowsSource } from '../operators/basic.ts';
import type { Source } from '../operators/emitter.ts';
import { rowIdOffset, scanSource, specialOffset } from '../operators/scan.ts';
import { i32 } from '../wasm/ir.ts';
import { type RowBlock, rowCount } from './drivers.ts';
import type { OpenSource, SourceMorsel } from './pipeline.ts';
import type { Query } from './query.ts';
import { pruningOf, scanRanges, splitPredicates } from './scan-predicates.ts';
import { allocate, allocateZeroed } from './task.ts';

/** Texts of up to this share of the pool's budget may stay pinned until the query ends, so that nobody copies them. */
const STABLE_SHARE = 4;
const TEXT_ROW_BYTES = 48;

/** Fewer rows are done before other threads have been told of them. */
const PARALLEL_ROWS = 3 * CHUNK_ROWS;

/** Reads a table's chunks through the buffer pool. */
export function openScan(query: Query, plan: TableScan): OpenSource {
  const { memory } = query;
  const { pool } = query.executor;
  const { comparisons, rest } = splitPredicates(plan, query.parameters);
  const ordinals = plan.ordinals.filter((ordinal) => ordinal !== ROW_ID_ORDINAL);
  const cursor: TableScanCursor = query.tables.source(plan.table).scan({
    ordinals,
    prune: pruningOf(comparisons),
    command: query.firstCommand + plan.command,
    transaction: query.transaction,
  });
  const texts = cursor.formats.filter((f) => f.encoding === 'strings' || f.encoding === 'any').length;
  const most = cursor.rows ?? cursor.mostRows;
  const rows = most ?? plan.table.statistics().rowCount;
  const stable = cursor.transient !== true && rows * texts * TEXT_ROW_BYTES * STABLE_SHARE <= memory.poolBudget.limit;
  let stored = 0;
  const columns = plan.columns.map((column, i) => {
    const ordinal = plan.ordinals[i] ?? 0;
    return { id: column.id, ordinal, format: ordinal === ROW_ID_ORDINAL ? undefined : cursor.formats[stored++] };
  });
  const { ranges, left } = scanRanges(comparisons, ordinals, cursor.formats);
  const predicates = [...left.map(({ expression }) => expression), ...rest];
  // Descriptors are reused once their morsel is released.
  const idle: number[] = [];
  /** What releases the morsels that nobody has released yet. */
  const held = new Set<() => void>();
  let read = 0;
  // The first chunk tells which dynamic types to expect; a file's chunks, which come later, have no dynamic columns.
  const peeked = cursor.formats.some((f) => f.encoding === 'any') ? cursor.next() : undefined;
  const expected = peeked instanceof Promise ? undefined : peeked;
  const tags = cursor.formats.map((f, i) => (f.encoding === 'any' ? expected?.columns[i]?.tag : undefined));
  let waiting = peeked;

  const load = (chunk: Chunk): SourceMorsel => {
    read++;
    const address = idle.pop() ?? allocateZeroed(query, specialOffset(ordinals.length) + 8);
    const pinned: (Frame | BitmapFrame)[] = [];
    const release = (): void => {
      if (!held.delete(release)) return;
      idle.push(address);
      for (const frame of pinned) pool.unpin(frame);
      // Chunks of a table come again at the next scan; those of a file never do.
      if (cursor.transient === true) pool.drop(chunk.id);
    };
    held.add(release);
    const frames = cursor.formats.map((format, i) => {
      const frame = pool.pinColumn(chunk, i, format);
      if (stable) query.pins.push(frame);
      else pinned.push(frame);
      return frame;
    });
    const extras = frames.map(({ tags: extra }, i) => {
      const format = cursor.formats[i];
      if (format?.encoding !== 'dictionary' || format.dictionary === undefined) return extra;
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
    frames.forEach((frame, i) => {
      const at = address + DESCRIPTOR.columns + i * DESCRIPTOR.column.bytes;
      view.setUint32(at + DESCRIPTOR.column.values, frame.values, true);
      view.setUint32(at + DESCRIPTOR.column.validity, frame.validity, true);
      view.setUint32(at + DESCRIPTOR.column.heap, frame.heap, true);
      view.setUint32(at + DESCRIPTOR.column.extra, extras[i] ?? 0, true);
      view.setBigInt64(at + DESCRIPTOR.column.base, frame.base, true);
    });
    view.setUint32(address + DESCRIPTOR.rows, chunk.rows, true);
    view.setUint32(address + DESCRIPTOR.visible, bitmap, true);
    view.setBigInt64(address + rowIdOffset(ordinals.length), chunk.firstRowId, true);
    const special = chunk.columns.every((column, i) => tags[i] === undefined || column.tag === tags[i]);
    view.setUint32(address + specialOffset(ordinals.length), special ? 1 : 0, true);
    return { address, rows: chunk.rows, release };
  };

  return {
    source: scanSource(columns, ranges, { stable, tags }),
    operators: predicates.length === 0 ? [] : [filter(predicates)],
    parallel: rows >= PARALLEL_ROWS,
    mostRows: most === undefined ? undefined : BigInt(most),
    next: () => {
      const next = waiting ?? cursor.next();
      waiting = undefined;
      if (next instanceof Promise) return next.then((chunk) => (chunk === undefined ? undefined : load(chunk)));
      return next === undefined ? undefined : load(next);
    },
    close: () => {
      for (const release of held) release();
      const known = query.pruned.get(plan) ?? { read: 0, pruned: 0 };
      query.pruned.set(plan, { read: known.read + read, pruned: known.pruned + cursor.pruned() });
      cursor.close();
    },
  };
}

/** Rows in blocks, block by block. */
export function openBlocks(source: Source, blocks: readonly RowBlock[]): OpenSource {
  let at = 0;
  return { source, next: () => blocks[at++], parallel: false, mostRows: BigInt(rowCount(blocks)) };
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
