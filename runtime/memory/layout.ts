/**
 * Where everything lies in engine memory. Addresses are unsigned 32 bit; 0 stands for "none".
 *
 * | bytes              | what                                                                                       |
 * | ------------------ | ------------------------------------------------------------------------------------------ |
 * | 0 … 255            | nothing, so that an access through address 0 meets no data                                 |
 * | 256 … 511          | the control block                                                                          |
 * | 1024 … 9215        | bitmap of extents, bit i = extent i is taken                                               |
 * | 16384 …            | table of extents, 16 bytes each, as many as the memory may have                            |
 * | next 64 KiB bound  | the extents that are given out                                                             |
 * | last 64 KiB        | never given out, so that 64 bytes behind whatever lies before can be read (not written)    |
 *
 * An extent is a WebAssembly page: extent i begins at i << 16.
 */
export const EXTENT_SHIFT = 16;
export const EXTENT_BYTES = 1 << EXTENT_SHIFT;
/** 4 GiB. */
export const MAXIMUM_PAGES = 65_536;

/** Fields of the control block; the block itself has the address `CONTROL`. */
export const CONTROL = 256;
export const CONTROL_LOCK = CONTROL + 0;
export const CONTROL_MAXIMUM_PAGES = CONTROL + 4;
/** No extent below this one is free. */
export const CONTROL_LOWEST_FREE = CONTROL + 8;
export const CONTROL_EXTENTS_USED = CONTROL + 12;
export const CONTROL_EXTENTS_PEAK = CONTROL + 16;
/** Blocks of `alloc` that are not freed yet. */
export const CONTROL_BLOCKS_LIVE = CONTROL + 20;
export const CONTROL_MAGIC = CONTROL + 24;
export const CONTROL_ENGINE_BUDGET = CONTROL + 28;
export const CONTROL_POOL_BUDGET = CONTROL + 32;
export const CONTROL_QUERIES_BUDGET = CONTROL + 36;
/** Pages that the memory has. A host may be late to tell a thread that another has made it grow; this never is. */
export const CONTROL_PAGES = CONTROL + 40;
/** No extent above this one is free, once the memory has its full size. The last page is padding. */
export const CONTROL_HIGHEST_FREE = CONTROL + 44;
/** Where the part of the memory begins that is meant for blocks: an extent. */
export const CONTROL_BLOCKS_FROM = CONTROL + 48;
/** For each size class, the first slab that has room: an extent number. */
export const CONTROL_SLABS = CONTROL + 64;

export const MAGIC = 0x4f524249;

export const BITMAP = 1024;

export const TABLE = 16_384;
export const ENTRY_SHIFT = 4;
/** Extents of the run that begins here; 0 where none begins. */
export const ENTRY_COUNT = TABLE + 0;
export const ENTRY_KIND = TABLE + 4;
/** The rest describes slabs, but for `ENTRY_NEXT`, which also links the blocks of an arena. */
export const ENTRY_CLASS = TABLE + 5;
export const ENTRY_LIVE = TABLE + 6;
/** The first free object that was in use before; `NO_OBJECT` = none. Its first two bytes hold the next one. */
export const ENTRY_FREE = TABLE + 8;
/** Objects from this one on were never in use. */
export const ENTRY_FRESH = TABLE + 10;
export const ENTRY_NEXT = TABLE + 12;
export const ENTRY_PREVIOUS = TABLE + 14;

export const KIND_EXTENTS = 1;
export const KIND_LARGE = 2;
export const KIND_SLAB = 3;
export const KIND_ARENA = 4;

export const NO_OBJECT = 0xffff;

/** Blocks of 64 bytes to 32 KiB, by powers of two, come from slabs. */
export const SMALLEST_SHIFT = 6;
export const LARGEST_SMALL = 32_768;

/** A budget: 32 bytes, atomically accessed. */
export const BUDGET_BYTES = 32;
export const BUDGET_LIMIT = 0;
export const BUDGET_USED = 8;
export const BUDGET_PEAK = 16;
export const BUDGET_PARENT = 24;

/** An arena: 64 bytes, used by one thread at a time. */
export const ARENA_BYTES = 64;
export const ARENA_POINTER = 0;
export const ARENA_END = 4;
export const ARENA_NEWEST = 8;
export const ARENA_BUDGET = 12;
export const ARENA_RESERVED = 16;
/** Extents that the next block shall have. */
export const ARENA_STEP = 24;
export const ARENA_LARGEST_STEP = 16;

/** The first extent behind the tables. */
export function firstExtent(maximumPages: number): number {
  return Math.ceil((TABLE + (maximumPages << ENTRY_SHIFT)) / EXTENT_BYTES);
}

/**
 * Writes the tables of a new memory, all of whose bytes are zero. It must have more pages than `firstExtent` says. From the
 * extent `blocksFrom` on it is meant for blocks.
 */
export function initialiseTables(memory: WebAssembly.Memory, maximumPages: number, blocksFrom: number): void {
  const view = new DataView(memory.buffer);
  const first = firstExtent(maximumPages);
  view.setUint32(CONTROL_MAXIMUM_PAGES, maximumPages, true);
  view.setUint32(CONTROL_PAGES, memory.buffer.byteLength / EXTENT_BYTES, true);
  view.setUint32(CONTROL_LOWEST_FREE, first, true);
  view.setUint32(CONTROL_HIGHEST_FREE, maximumPages - 2, true);
  view.setUint32(CONTROL_BLOCKS_FROM, Math.max(first, blocksFrom), true);
  view.setBigUint64(BITMAP, (1n << BigInt(first)) - 1n, true);
  view.setUint32(CONTROL_MAGIC, MAGIC, true);
}
