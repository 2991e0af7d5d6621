import { internalError } from '../../../compiler/types/error.ts';
import type { Budget } from '../../memory/budget-host.ts';
import type { EngineMemory } from '../../memory/engine-memory.ts';
import { MAXIMUM_PAGES } from '../../memory/layout.ts';
import { PACK_TABLE, type PackSpec, packFunctions } from '../../operators/pack.ts';
import { emitModule } from '../../wasm/emit.ts';
import { allocate, type Task } from '../task.ts';
import { bytesLeft } from './policy.ts';
import type { SpillSpace } from './space.ts';

/** Where a page lies in the query's temporary file: plain data. */
export interface Page {
  position: number;
  readonly bytes: number;
  readonly rows: number;
}

/** Rows in a temporary file, by partition. */
export interface SpilledRows {
  readonly partitions: readonly (readonly Page[])[];
  readonly bytes: number;
}

/** Rows that a step handles between two chances to cancel. */
const STEP_ROWS = 16_384;
const SMALLEST_PAGE = 2048;
/** What is written at once. */
const STAGE_BYTES = 1 << 20;

/** Partitions, as a power of two, where nothing else is known. */
export const PARTITION_BITS = 5;
const MOST_PARTITION_BITS = 8;
/** Beyond this depth partitions are not divided again: rows that still share one share their hash. */
export const MOST_LEVELS = 6;
/** Odd numbers that have nothing to do with each other: what one of them puts together, the next one divides. */
const MULTIPLIERS = [0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f, 0x165667b1, 0xd3a2646d] as const;

/** Into how many partitions, as a power of two, so many rows are best divided to fit one by one. */
export function partitionBits(budget: Budget, rows: number, columns: number): number {
  const room = bytesLeft(budget) / 4;
  const wanted = Math.ceil(Math.log2(Math.max(1, (rows * (columns * COLUMN_BYTES + ROW_BYTES)) / room)));
  return Math.min(Math.max(wanted, PARTITION_BITS), MOST_PARTITION_BITS);
}

/** Guesses: of a column with what it points to, and of the rest of a row with its part of a directory. */
const COLUMN_BYTES = 20;
const ROW_BYTES = 48;

/* ----------------------------------------------------------------------------------------------------------- kernels */

interface PackKernel {
  readonly pack: (...args: number[]) => number;
  readonly unpack: (...args: number[]) => void;
}

const modules = new Map<string, WebAssembly.Module>();

/** The functions of a row shape. They are made when rows are first written or read, so most queries never have them. */
export function packKernel({ memory, shared }: EngineMemory, spec: PackSpec): PackKernel {
  const key = `${shared} ${JSON.stringify(spec)}`;
  let module = modules.get(key);
  if (module === undefined) {
    module = new WebAssembly.Module(emitModule(packFunctions(spec), { shared, maximumPages: MAXIMUM_PAGES }));
    modules.set(key, module);
    const [oldest] = modules.keys();
    if (modules.size > MOST_MODULES && oldest !== undefined) modules.delete(oldest);
  }
  const { pack, unpack } = new WebAssembly.Instance(module, { env: { memory } }).exports;
  if (typeof pack !== 'function' || typeof unpack !== 'function')
    throw internalError('a pack module without functions');
  return { pack: (...args) => Number(pack(...args)), unpack: (...args) => void unpack(...args) };
}

const MOST_MODULES = 256;

/* ----------------------------------------------------------------------------------------------------------- writing */

/** Rows in memory: so many behind each other from the address, or so many addresses there. */
export interface PlacedRows {
  readonly address: number;
  readonly rows: number;
  readonly gather?: boolean | undefined;
}

export interface PageWriter {
  readonly write: (rows: PlacedRows) => Promise<void>;
  /** All that was written since the last time, once it is in the file. */
  readonly finish: () => Promise<SpilledRows>;
}

/**
 * Writes rows to pages, divided by their word's bits of the level; undefined: into one partition, in their order. What it
 * needs of engine memory it takes from the task's arena.
 */
export function pageWriter(
  task: Task,
  space: SpillSpace,
  spec: PackSpec,
  level: number | undefined,
  partitionBits = PARTITION_BITS,
): PageWriter {
  const { memory, tuning } = task;
  const kernel = packKernel(memory, spec);
  const bits = level === undefined ? 0 : partitionBits;
  const multiplier = level === undefined ? 0 : (MULTIPLIERS[level] ?? 1);
  const count = 1 << bits;
  const share = Math.floor(bytesLeft(task.budget) / (4 * count));
  const capacity = Math.min(Math.max(SMALLEST_PAGE, share), tuning.spillPageBytes) & ~7;
  const table = allocate(task, PACK_TABLE.entries + count * PACK_TABLE.entryBytes);
  const places = Array.from({ length: count }, () => 0);
  let partitions: Page[][] = places.map(() => []);
  const stage = stager(space);
  let bytes = 0;

  const entryOf = (partition: number): number => table + PACK_TABLE.entries + partition * PACK_TABLE.entryBytes;
  const lay = (partition: number, address: number, room: number): void => {
    const view = memory.view();
    const entry = entryOf(partition);
    view.setUint32(entry + PACK_TABLE.front, address, true);
    view.setUint32(entry + PACK_TABLE.back, address + room, true);
    view.setUint32(entry + PACK_TABLE.end, address + room, true);
    view.setUint32(entry + PACK_TABLE.rows, 0, true);
  };
  // A partition gets its page with its first row; one without room stands for none.
  for (let p = 0; p < count; p++) lay(p, 8, 0);

  /** Writes what the partition's page at `address` holds. */
  const put = async (partition: number, address: number): Promise<void> => {
    const view = memory.view();
    const entry = entryOf(partition);
    const rows = view.getUint32(entry + PACK_TABLE.rows, true);
    if (rows === 0) return;
    const front = view.getUint32(entry + PACK_TABLE.front, true);
    const back = view.getUint32(entry + PACK_TABLE.back, true);
    const end = view.getUint32(entry + PACK_TABLE.end, true);
    const page: Page = { position: 0, bytes: front - address + (end - back), rows };
    partitions[partition]?.push(page);
    bytes += page.bytes;
    await stage.append(page, (into, at) => {
      const u8 = memory.u8();
      into.set(u8.subarray(address, front), at);
      into.set(u8.subarray(back, end), at + front - address);
    });
  };

  const makeRoom = async (): Promise<void> => {
    const partition = memory.view().getUint32(table + PACK_TABLE.partition, true);
    const wanted = memory.view().getUint32(table + PACK_TABLE.wanted, true);
    await put(partition, places[partition] ?? 0);
    // A row that no page has room for gets one of its own; the next row will find that it has none.
    const large = wanted > capacity;
    if (large || !places[partition] || sizes[partition] !== capacity) {
      places[partition] = allocate(task, large ? wanted : capacity);
      sizes[partition] = large ? wanted : capacity;
    }
    lay(partition, places[partition] ?? 0, sizes[partition] ?? 0);
  };
  const sizes = Array.from({ length: count }, () => 0);

  return {
    write: async ({ address, rows, gather = false }) => {
      for (let from = 0; from < rows; ) {
        const to = Math.min(rows, from + STEP_ROWS);
        from = kernel.pack(address, from, to, gather ? 1 : 0, table, multiplier, 32 - bits) >>> 0;
        if (from < to) await makeRoom();
        const pause = task.breathe();
        if (pause !== undefined) await pause;
      }
    },
    finish: async () => {
      for (let p = 0; p < count; p++) {
        await put(p, places[p] ?? 0);
        lay(p, places[p] ?? 8, sizes[p] ?? 0);
      }
      await stage.flush();
      const written = { partitions, bytes };
      partitions = places.map(() => []);
      bytes = 0;
      return written;
    },
  };
}

/** Gathers pages until a write is worth it; one write is under way while the next one is gathered. */
function stager(space: SpillSpace): {
  /** `copy` gets where the page's bytes go. */
  readonly append: (page: Page, copy: (into: Uint8Array, at: number) => void) => Promise<void>;
  readonly flush: () => Promise<void>;
} {
  let stage = new Uint8Array(STAGE_BYTES);
  let other: Uint8Array<ArrayBuffer> | undefined;
  let filled = 0;
  let waiting: Page[] = [];
  let underWay: Promise<void> = Promise.resolve();

  const start = async (): Promise<void> => {
    await underWay;
    if (filled === 0) return;
    const file = await space.file();
    const position = space.take(filled);
    for (const page of waiting) page.position += position;
    waiting = [];
    underWay = file.write(position, stage.subarray(0, filled));
    // Whoever waits next is told; nobody may be left to.
    underWay.catch(() => {});
    const idle = other ?? new Uint8Array(STAGE_BYTES);
    other = stage;
    stage = idle.length < STAGE_BYTES ? new Uint8Array(STAGE_BYTES) : idle;
    filled = 0;
  };

  return {
    append: async (page, copy) => {
      if (filled + page.bytes > stage.length) await start();
      if (page.bytes > stage.length) stage = new Uint8Array(page.bytes);
      page.position = filled;
      waiting.push(page);
      copy(stage, filled);
      filled += page.bytes;
    },
    flush: async () => {
      await start();
      await underWay;
    },
  };
}

/* ----------------------------------------------------------------------------------------------------------- reading */

export interface PageReader {
  /** Reads the page's bytes into memory of the host's, which has room for them. */
  readonly fetch: (page: Page, buffer: Uint8Array) => Promise<void>;
  /** Makes rows of what was fetched, at the address, which has room for the page's bytes. */
  readonly place: (page: Page, buffer: Uint8Array, address: number) => void;
}

export function pageReader({ memory }: Task, space: SpillSpace, spec: PackSpec): PageReader {
  const kernel = packKernel(memory, spec);
  return {
    fetch: async (page, buffer) => {
      const file = await space.file();
      await file.read(page.position, buffer.subarray(0, page.bytes));
    },
    place: (page, buffer, address) => {
      memory.u8().set(buffer.subarray(0, page.bytes), address);
      if (spec.variable.length > 0) kernel.unpack(address, page.rows, address + page.bytes);
    },
  };
}
