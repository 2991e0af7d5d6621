import { internalError, OrbitError } from '../../compiler/types/error.ts';
import type { FunctionDefinition } from '../wasm/ir.ts';
import { type Budget, budgetAt, freeBudget, memoryExhausted, newBudget, outOfMemory } from './budget-host.ts';
import {
  ARENA_BUDGET,
  ARENA_BYTES,
  ARENA_RESERVED,
  CONTROL,
  CONTROL_BLOCKS_LIVE,
  CONTROL_ENGINE_BUDGET,
  CONTROL_EXTENTS_PEAK,
  CONTROL_EXTENTS_USED,
  CONTROL_MAGIC,
  CONTROL_MAXIMUM_PAGES,
  CONTROL_PAGES,
  CONTROL_POOL_BUDGET,
  CONTROL_QUERIES_BUDGET,
  EXTENT_BYTES,
  firstExtent,
  initialiseTables,
  MAGIC,
  MAXIMUM_PAGES,
} from './layout.ts';
import { compileLibrary, type Library, linkLibrary, MEMORY_DEFINITIONS } from './library.ts';
import { type MemoryViews, memoryViews } from './views.ts';

export interface EngineMemoryOptions {
  /** Whether other threads can use it; needs SharedArrayBuffer. Default: if the host has that. */
  readonly shared?: boolean | undefined;
  /** At most 4 GiB, at least 1 MiB. */
  readonly maximumBytes: number;
  /** Shares of `maximumBytes`; what they leave is a reserve. */
  readonly budgets?: { readonly pool: number; readonly queries: number } | undefined;
  /** What the library holds beside the memory functions. An array that several engines share is compiled once. */
  readonly definitions?: readonly FunctionDefinition[] | undefined;
}

/** What another thread needs to use the memory; can be posted if the memory is shared. */
export interface EngineMemoryHandle {
  readonly memory: WebAssembly.Memory;
  /** Address of the control block. */
  readonly header: number;
  /** The compiled library. */
  readonly module: WebAssembly.Module;
}

export interface MemoryUsage {
  /** What the memory has grown to, and what it may grow to. */
  readonly bytes: number;
  readonly maximumBytes: number;
  /** Given out, in whole extents, without the allocator's own tables; now and at most. */
  readonly usedBytes: number;
  readonly peakBytes: number;
  /** Blocks of `alloc` that are not freed. */
  readonly blocks: number;
}

/** One thread's access to the memory of an engine. Addresses are unsigned; none is 0. */
export interface EngineMemory extends MemoryViews {
  readonly memory: WebAssembly.Memory;
  readonly shared: boolean;
  readonly library: Library;
  readonly handle: EngineMemoryHandle;
  readonly engineBudget: Budget;
  readonly poolBudget: Budget;
  readonly queriesBudget: Budget;
  /** A block of `alloc`, which no budget counts. Throws `out_of_memory`. */
  readonly alloc: (bytes: number) => number;
  readonly free: (address: number) => void;
  /** Parent: the queries' budget, unless it is given. */
  readonly createBudget: (name: string, limit: number, parent?: Budget) => Budget;
  readonly destroyBudget: (budget: Budget) => void;
  /** A query's budget that another thread made. */
  readonly budgetAt: (address: number) => Budget;
  /** A new, empty arena: an address. */
  readonly createArena: (budget: Budget) => number;
  /** Frees the arena and all it gave out. No thread may be using it. */
  readonly destroyArena: (arena: number) => void;
  /** Frees all that the arena gave out; it can be used again. */
  readonly resetArena: (arena: number) => void;
  /** Bytes that the arena holds, in whole extents. */
  readonly arenaBytes: (arena: number) => number;
  /** `arena_alloc` that throws `out_of_memory`; the budget is the arena's. */
  readonly arenaAlloc: (arena: number, budget: Budget, bytes: number) => number;
  /** A run of extents for `bytes`, counted in the budget. Throws `out_of_memory`. */
  readonly allocExtents: (budget: Budget, bytes: number) => number;
  readonly freeExtents: (budget: Budget, address: number, bytes: number) => void;
  /** For kernels that report a refused request of theirs, of a size that they may not tell. */
  readonly outOfMemory: (budget: Budget, bytes: number | undefined) => OrbitError;
  readonly usage: () => MemoryUsage;
}

/** Below this, the tables and budgets leave nothing to work with. */
const SMALLEST_MEMORY = 1 << 20;
const DEFAULT_SHARES = { pool: 0.6, queries: 0.35 };

/** For other blocks than the pool's, and for what its frames leave unused between them. */
const BLOCKS_SLACK = 1 / 64;
const LEAST_BLOCKS_SLACK = 4;

/** The pool's blocks and all others may fill the top of the memory. */
function blocksFrom(maximum: number, pool: number): number {
  const slack = Math.max(LEAST_BLOCKS_SLACK, maximum * BLOCKS_SLACK);
  return Math.max(0, Math.floor(maximum * (1 - pool) - slack));
}

export function canShareMemory(): boolean {
  return typeof SharedArrayBuffer !== 'undefined';
}

export function createEngineMemory(options: EngineMemoryOptions): EngineMemory {
  const { maximumBytes, shared = canShareMemory(), budgets = DEFAULT_SHARES } = options;
  const maximum = Math.floor(maximumBytes / EXTENT_BYTES);
  if (!(maximumBytes >= SMALLEST_MEMORY && maximum <= MAXIMUM_PAGES)) {
    throw new OrbitError(
      'invalid_parameter_value',
      `the memory limit must lie between 1 MiB and 4 GiB, not at ${maximumBytes} bytes`,
    );
  }
  const memory = new WebAssembly.Memory({ initial: firstExtent(maximum) + 1, maximum, shared });
  initialiseTables(memory, maximum, blocksFrom(maximum, budgets.pool));
  const module = compileLibrary(shared, options.definitions ?? MEMORY_DEFINITIONS);
  const access = { functions: linkLibrary(module, memory).memory, view: memoryViews(memory).view };
  const limit = maximum * EXTENT_BYTES;
  const engine = newBudget(access, limit, ENGINE, undefined);
  const pool = newBudget(access, limit * budgets.pool, POOL, engine);
  const queries = newBudget(access, limit * budgets.queries, QUERIES, engine);
  const control = access.view();
  control.setUint32(CONTROL_ENGINE_BUDGET, engine.address, true);
  control.setUint32(CONTROL_POOL_BUDGET, pool.address, true);
  control.setUint32(CONTROL_QUERIES_BUDGET, queries.address, true);
  return attachEngineMemory({ memory, header: CONTROL, module });
}

const ENGINE = 'the engine';
const POOL = 'the buffer pool';
const QUERIES = 'the queries together';

/** Access to an engine's memory that exists, such as from a worker thread. */
export function attachEngineMemory(handle: EngineMemoryHandle): EngineMemory {
  const { memory, header, module } = handle;
  const shared = canShareMemory() && memory.buffer instanceof SharedArrayBuffer;
  // V8 never tells a thread of growth that happens while it receives the memory, and bounds its accesses by the old size
  // until the next growth. Growing by nothing makes it look.
  if (shared) memory.grow(0);
  const views = memoryViews(memory);
  const { view } = views;
  // The constants of the layout name the fields of a control block at CONTROL.
  if (header !== CONTROL || view().getUint32(CONTROL_MAGIC, true) !== MAGIC) {
    throw internalError('this is not the memory of an engine');
  }
  const library = linkLibrary(module, memory);
  const functions = library.memory;
  const access = { functions, view };
  const control = (field: number): number => view().getUint32(field, true);
  const engineBudget = budgetAt(access, control(CONTROL_ENGINE_BUDGET), ENGINE, undefined);
  const poolBudget = budgetAt(access, control(CONTROL_POOL_BUDGET), POOL, engineBudget);
  const queriesBudget = budgetAt(access, control(CONTROL_QUERIES_BUDGET), QUERIES, engineBudget);

  const alloc = (bytes: number): number => {
    const address = functions.alloc(bytes) >>> 0;
    if (address === 0) throw memoryExhausted(bytes);
    return address;
  };

  return {
    ...views,
    memory,
    shared,
    library,
    handle,
    budgetAt: (address) => budgetAt(access, address, 'the query', queriesBudget),
    engineBudget,
    poolBudget,
    queriesBudget,
    alloc,
    free: functions.free,
    createBudget: (name, limit, parent = queriesBudget) => newBudget(access, limit, name, parent),
    destroyBudget: (budget) => freeBudget(access, budget),
    createArena(budget) {
      const arena = alloc(ARENA_BYTES);
      views.u8().fill(0, arena, arena + ARENA_BYTES);
      view().setUint32(arena + ARENA_BUDGET, budget.address, true);
      return arena;
    },
    destroyArena(arena) {
      functions.arena_reset(arena);
      functions.free(arena);
    },
    resetArena: functions.arena_reset,
    arenaBytes: (arena) => Number(view().getBigUint64(arena + ARENA_RESERVED, true)),
    arenaAlloc(arena, budget, bytes) {
      const address = functions.arena_alloc(arena, bytes) >>> 0;
      if (address === 0) throw outOfMemory(budget, bytes);
      return address;
    },
    allocExtents(budget, bytes) {
      const count = extentsOf(bytes);
      const size = BigInt(count * EXTENT_BYTES);
      if (functions.budget_reserve(budget.address, size) === 0) throw outOfMemory(budget, bytes);
      const address = functions.extent_alloc(count) >>> 0;
      if (address === 0) {
        functions.budget_release(budget.address, size);
        throw memoryExhausted(bytes);
      }
      return address;
    },
    freeExtents(budget, address, bytes) {
      const count = extentsOf(bytes);
      functions.extent_free(address, count);
      functions.budget_release(budget.address, BigInt(count * EXTENT_BYTES));
    },
    outOfMemory,
    usage: () => ({
      bytes: control(CONTROL_PAGES) * EXTENT_BYTES,
      maximumBytes: control(CONTROL_MAXIMUM_PAGES) * EXTENT_BYTES,
      usedBytes: control(CONTROL_EXTENTS_USED) * EXTENT_BYTES,
      peakBytes: control(CONTROL_EXTENTS_PEAK) * EXTENT_BYTES,
      blocks: control(CONTROL_BLOCKS_LIVE),
    }),
  };
}

function extentsOf(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / EXTENT_BYTES));
}
