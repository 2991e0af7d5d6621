import { internalError } from '../../compiler/types/error.ts';
import type { Chunk, ChunkColumn, ColumnFormat, Dictionary, VisibleRows } from '../columns/chunk.ts';
import type { EngineMemory } from './engine-memory.ts';
import { type Allocate, checkFormat, checkNulls, type Frame, loadColumn, put, widthOf } from './loading.ts';
import { createResidents, type Resident } from './residents.ts';

/** A dictionary's values as string views; their layout is at `frameViews`. */
export interface DictionaryFrame {
  /** 16 bytes each, for the codes below `size`. */
  readonly views: number;
  readonly size: number;
}

/** The bitmap of a chunk's visible rows. */
export interface BitmapFrame {
  readonly bitmap: number;
}

export interface PoolStatistics {
  readonly hits: number;
  readonly misses: number;
  readonly evictions: number;
  /** Columns, bitmaps and dictionaries in the pool, and the bytes that they take; `pinnedBytes` of them are in use. */
  readonly residents: number;
  readonly bytes: number;
  readonly pinnedBytes: number;
}

/**
 * Columns, bitmaps and dictionaries in engine memory, copied in when they are needed and evicted when the room is. Kernels of all
 * threads read frames; the pool itself belongs to one thread, the coordinator.
 */
export interface BufferPool {
  /** The column in the layout of the format. It stays until it is unpinned as often as it was pinned. */
  readonly pinColumn: (chunk: Chunk, columnIndex: number, format: ColumnFormat) => Frame;
  /** The bitmap of the chunk's visible rows, to be unpinned like a column. */
  readonly pinVisible: (chunk: Chunk, rows: VisibleRows) => BitmapFrame;
  /** All values that the dictionary has now. What was pinned before stays valid for the codes that it covers. */
  readonly pinDictionary: (dictionary: Dictionary) => DictionaryFrame;
  readonly unpin: (frame: AnyFrame) => void;
  /** The chunk will not be read again: its frames go, pinned ones when they are unpinned. */
  readonly drop: (chunkId: number) => void;
  readonly dropDictionary: (dictionaryId: number) => void;
  /** Frees at least so many bytes if that many are not pinned; gives how many it freed. */
  readonly evict: (bytes: number) => number;
  readonly pinnedBytes: () => number;
  readonly statistics: () => PoolStatistics;
}

type AnyFrame = Frame | BitmapFrame | DictionaryFrame;

interface Entry<F extends AnyFrame> {
  readonly frame: F;
  readonly resident: Resident;
}

/** What the pool has of one chunk. */
interface Siblings {
  readonly all: Set<Resident>;
  /** Oldest first. */
  readonly bitmaps: Resident[];
}

/** Bitmaps kept of a chunk: each commit that changes it brings a new one, and old ones are rarely asked for again. */
const BITMAPS_A_CHUNK = 4;

interface DictionaryEntry {
  frame: DictionaryFrame;
  readonly resident: Resident;
  /** Values and heap bytes that there is room for. */
  readonly capacity: number;
  readonly heap: number;
  readonly heapCapacity: number;
  heapUsed: number;
}

export function createBufferPool(memory: EngineMemory): BufferPool {
  const residents = createResidents(memory);
  // By layout, found by the column object, not by chunk and position: scans deliver the columns that they were asked for,
  // in the order in which they were. Weak, since a frame need not keep host memory that nothing else refers to:
  // residents must not refer to it either.
  const byLayout = new Map<string, WeakMap<ChunkColumn, Entry<Frame>>>();
  const byFormat = new WeakMap<ColumnFormat, WeakMap<ChunkColumn, Entry<Frame>>>();
  const byRows = new WeakMap<VisibleRows, Entry<BitmapFrame>>();
  const byChunk = new Map<number, Siblings>();
  const byDictionary = new Map<number, DictionaryEntry>();
  const owners = new WeakMap<AnyFrame, Resident>();
  let hits = 0;
  let misses = 0;

  /** Runs `load`; takes the resident out again if it fails. */
  const loading = <Result>(resident: Resident, load: (allocate: Allocate) => Result): Result => {
    try {
      return load((bytes) => residents.allocate(resident, bytes));
    } catch (error) {
      residents.remove(resident);
      residents.unpin(resident);
      throw error;
    }
  };

  /** A new resident of a chunk, pinned. What has gone is told by its resident. */
  const enter = (chunkId: number): Resident => {
    const siblings = byChunk.get(chunkId) ?? { all: new Set(), bitmaps: [] };
    byChunk.set(chunkId, siblings);
    const { all, bitmaps } = siblings;
    const resident = residents.enter(() => {
      all.delete(resident);
      const place = bitmaps.indexOf(resident);
      if (place >= 0) bitmaps.splice(place, 1);
      if (all.size === 0) byChunk.delete(chunkId);
    });
    all.add(resident);
    return resident;
  };

  /** The frame of an entry that is still there, pinned. */
  const pinKnown = <F extends AnyFrame>(entry: Entry<F> | undefined): F | undefined => {
    if (entry === undefined || entry.resident.position < 0) return undefined;
    hits++;
    residents.pin(entry.resident);
    return entry.frame;
  };

  const entriesOf = (format: ColumnFormat): WeakMap<ChunkColumn, Entry<Frame>> => {
    const layout = `${format.encoding} ${widthOf(format)}`;
    const entries = byLayout.get(layout) ?? new WeakMap<ChunkColumn, Entry<Frame>>();
    byLayout.set(layout, entries);
    byFormat.set(format, entries);
    return entries;
  };

  const pinColumn = (chunk: Chunk, columnIndex: number, format: ColumnFormat): Frame => {
    const column = chunk.columns[columnIndex];
    if (column === undefined) throw internalError(`chunk ${chunk.id} has no column ${columnIndex}`);
    const entries = byFormat.get(format) ?? entriesOf(format);
    checkNulls(column, format);
    const known = pinKnown(entries.get(column));
    if (known !== undefined) return known;
    checkFormat(column, format);
    misses++;
    const resident = enter(chunk.id);
    const frame = loading(resident, (allocate) => loadColumn(memory, allocate, chunk.rows, column, format));
    entries.set(column, { frame, resident });
    owners.set(frame, resident);
    return frame;
  };

  const pinVisible = (chunk: Chunk, rows: VisibleRows): BitmapFrame => {
    const known = pinKnown(byRows.get(rows));
    if (known !== undefined) return known;
    misses++;
    const resident = enter(chunk.id);
    const frame = loading(resident, (allocate) => {
      const bitmap = allocate(rows.bitmap.length);
      put(memory, bitmap, rows.bitmap, Math.ceil(chunk.rows / 8), 'visible rows');
      return { bitmap };
    });
    byRows.set(rows, { frame, resident });
    owners.set(frame, resident);
    const bitmaps = byChunk.get(chunk.id)?.bitmaps ?? [];
    bitmaps.push(resident);
    if (bitmaps.length > BITMAPS_A_CHUNK) residents.remove(bitmaps[0] ?? resident);
    return frame;
  };

  /** Adds the dictionary's values from position `from` on to the entry, which has room for them. */
  const appendValues = (entry: DictionaryEntry, dictionary: Dictionary, from: number): void => {
    const { size, offsets, heap } = dictionary;
    // A dictionary has one more offset than it has values.
    const end = offsets[size]!;
    put(memory, entry.heap + entry.heapUsed, heap.subarray(entry.heapUsed), end - entry.heapUsed, 'text');
    entry.heapUsed = end;
    const views = entry.frame.views + from * 16;
    const count = size - from;
    if (count > 0) {
      // The offsets go to the end of the new views; see frame-kernels.ts.
      memory.u32().set(offsets.subarray(from, size + 1), (views + count * 12 - 4) / 4);
      memory.library.memory.frame_views(views, count, entry.heap);
    }
    entry.frame = { views: entry.frame.views, size };
    owners.set(entry.frame, entry.resident);
  };

  const loadDictionary = (dictionary: Dictionary, grown: boolean): DictionaryEntry => {
    const { id, size, offsets } = dictionary;
    const heapBytes = offsets[size];
    if (heapBytes === undefined) throw internalError(`dictionary ${id} has too few offsets`);
    // One that has grown will grow again: with room to spare, copying stays linear in what is added.
    const { limit, used } = memory.poolBudget;
    const slack = grown && limit - used > 4 * (size * 16 + heapBytes) ? 1.5 : 1;
    const capacity = Math.ceil(size * slack);
    const heapCapacity = Math.ceil(heapBytes * slack);
    const resident = residents.enter(() => {
      if (byDictionary.get(id)?.resident === resident) byDictionary.delete(id);
    });
    return loading(resident, (allocate) => {
      const frame = { views: allocate(capacity * 16), size: 0 };
      const heap = allocate(heapCapacity);
      const entry = { frame, resident, capacity, heap, heapCapacity, heapUsed: 0 };
      appendValues(entry, dictionary, 0);
      return entry;
    });
  };

  const pinDictionary = (dictionary: Dictionary): DictionaryFrame => {
    const { id, size, offsets } = dictionary;
    const known = byDictionary.get(id);
    if (known !== undefined && size <= known.frame.size) {
      hits++;
      residents.pin(known.resident);
      return known.frame;
    }
    misses++;
    if (known !== undefined && size <= known.capacity && offsets[size]! <= known.heapCapacity) {
      residents.pin(known.resident);
      // Values that are there do not change, so kernels may be reading them.
      appendValues(known, dictionary, known.frame.size);
      return known.frame;
    }
    if (known !== undefined) residents.remove(known.resident);
    const entry = loadDictionary(dictionary, known !== undefined);
    byDictionary.set(id, entry);
    return entry.frame;
  };

  return {
    pinColumn,
    pinVisible,
    pinDictionary,
    unpin(frame) {
      const resident = owners.get(frame);
      if (resident === undefined) throw internalError('a frame was unpinned that is not from this pool');
      residents.unpin(resident);
    },
    drop(chunkId) {
      for (const resident of [...(byChunk.get(chunkId)?.all ?? [])]) residents.remove(resident);
    },
    dropDictionary(dictionaryId) {
      const entry = byDictionary.get(dictionaryId);
      if (entry !== undefined) residents.remove(entry.resident);
    },
    evict: residents.evict,
    pinnedBytes: residents.pinnedBytes,
    statistics: () => ({ hits, misses, ...residents.counts() }),
  };
}
