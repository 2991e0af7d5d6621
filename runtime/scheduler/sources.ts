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
import type { DictionaryFrame } from '../memory/buffer-pool.ts';
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
  const rows = cursor.rows ?? plan.table.statistics().rowCount;
  const stable = cursor.transient !== true && rows * texts * TEXT_ROW_BYTES * STABLE_SHARE <= memory.poolBudget.limit;
  let stored = 0;
  const columns = plan.columns.map((column, i) => {
    const ordinal = plan.ordinals[i] ?? 0;
    return { id: column.id, ordinal, format: ordinal === ROW_ID_ORDINAL ? undefined : cursor.formats[stored++] };
  });
  const { ranges, left } = scanRanges(comparisons, ordinals, cursor.formats);
  const predicates = [...left.map(({ expression }) => expression), ...rest];
  // Descriptors and bitmaps are reused once their morsel is released.
  const idle: { readonly descriptor: number; visible: number }[] = [];
  let read = 0;
  // The first chunk tells which dynamic types to expect; a file's chunks, which come later, have no dynamic columns.
  const peeked = cursor.formats.some((f) => f.encoding === 'any') ? cursor.next() : undefined;
  const expected = peeked instanceof Promise ? undefined : peeked;
  const tags = cursor.formats.map((f, i) => (f.encoding === 'any' ? expected?.columns[i]?.tag : undefined));
  let waiting = peeked;

  const load = (chunk: Chunk): SourceMorsel => {
    read++;
    const place = idle.pop() ?? {
      descriptor: allocateZeroed(query, specialOffset(ordinals.length) + 8),
      visible: 0,
    };
    const { descriptor } = place;
    const pinned: (Frame | DictionaryFrame)[] = [];
    const view = () => memory.view();
    chunk.columns.forEach((column, i) => {
      const format = cursor.formats[i];
      if (format === undefined) return;
      const frame = pool.pinColumn(chunk, i, format);
      pinned.push(frame);
      const at = descriptor + DESCRIPTOR.columns + i * DESCRIPTOR.column.bytes;
      let extra = frame.tags;
      if (format.encoding === 'dictionary' && format.dictionary !== undefined) {
        const views = pool.pinDictionary(column.dictionary ?? format.dictionary);
        // Values go by their address in the dictionary wherever they end up.
        query.pins.push(views);
        extra = views.views;
      }
      view().setUint32(at + DESCRIPTOR.column.values, frame.values, true);
      view().setUint32(at + DESCRIPTOR.column.validity, frame.validity, true);
      view().setUint32(at + DESCRIPTOR.column.heap, frame.heap, true);
      view().setUint32(at + DESCRIPTOR.column.extra, extra, true);
      view().setBigInt64(at + DESCRIPTOR.column.base, frame.base, true);
    });
    if (chunk.selection !== undefined) {
      if (place.visible === 0) place.visible = allocate(query, BITMAP_BYTES);
      writeBitmap(memory.u8(), place.visible, chunk.selection);
    }
    view().setUint32(descriptor + DESCRIPTOR.rows, chunk.rows, true);
    view().setUint32(descriptor + DESCRIPTOR.visible, chunk.selection === undefined ? 0 : place.visible, true);
    view().setBigInt64(descriptor + rowIdOffset(ordinals.length), chunk.firstRowId, true);
    const special = chunk.columns.every((column, i) => tags[i] === undefined || column.tag === tags[i]);
    view().setUint32(descriptor + specialOffset(ordinals.length), special ? 1 : 0, true);
    if (stable) query.pins.push(...pinned);
    return {
      address: descriptor,
      rows: chunk.rows,
      release: () => {
        idle.push(place);
        if (stable) return;
        for (const frame of pinned) pool.unpin(frame);
        // Chunks of a table come again at the next scan; those of a file never do.
        if (cursor.transient === true) pool.drop(chunk.id);
      },
    };
  };

  return {
    source: scanSource(columns, ranges, { stable, tags }),
    operators: predicates.length === 0 ? [] : [filter(predicates)],
    parallel: rows >= PARALLEL_ROWS,
    mostRows: cursor.rows === undefined ? undefined : BigInt(cursor.rows),
    next: () => {
      const next = waiting ?? cursor.next();
      waiting = undefined;
      if (next instanceof Promise) return next.then((chunk) => (chunk === undefined ? undefined : load(chunk)));
      return next === undefined ? undefined : load(next);
    },
    close: () => {
      const known = query.pruned.get(plan) ?? { read: 0, pruned: 0 };
      query.pruned.set(plan, { read: known.read + read, pruned: known.pruned + cursor.pruned() });
      cursor.close();
    },
  };
}

const BITMAP_BYTES = CHUNK_ROWS / 8 + 8;

function writeBitmap(bytes: Uint8Array, address: number, positions: Uint32Array): void {
  bytes.fill(0, address, address + BITMAP_BYTES);
  for (const position of positions) {
    const at = address + (position >>> 3);
    bytes[at] = (bytes[at] ?? 0) | (1 << (position & 7));
  }
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
