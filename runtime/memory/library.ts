import { internalError } from '../../compiler/types/error.ts';
import { emitModule } from '../wasm/emit.ts';
import type { FunctionDefinition, ImportedFunction } from '../wasm/ir.ts';
import { arenaAlloc, arenaExtents, arenaExtentsFree, arenaReset } from './arenas.ts';
import { alloc, allocConfined, free } from './blocks.ts';
import { budgetRelease, budgetReserve } from './budgets.ts';
import { extentAlloc, extentFree } from './extents.ts';
import { frameViews, frameWiden, frameWiden128 } from './frame-kernels.ts';
import { MAXIMUM_PAGES } from './layout.ts';

/** What runtime/memory puts into the library. */
export const MEMORY_DEFINITIONS: readonly FunctionDefinition[] = [
  extentAlloc,
  extentFree,
  alloc,
  allocConfined,
  free,
  budgetReserve,
  budgetRelease,
  arenaAlloc,
  arenaExtents,
  arenaExtentsFree,
  arenaReset,
  frameWiden,
  frameWiden128,
  frameViews,
];

/** The memory functions as the host sees them. Addresses that they give are signed: apply `>>> 0`. */
export interface MemoryFunctions {
  readonly extent_alloc: (count: number) => number;
  readonly extent_free: (address: number, count: number) => void;
  readonly alloc: (bytes: number) => number;
  readonly alloc_confined: (bytes: number) => number;
  readonly free: (address: number) => void;
  readonly budget_reserve: (budget: number, bytes: bigint) => number;
  readonly budget_release: (budget: number, bytes: bigint) => void;
  readonly arena_alloc: (arena: number, bytes: number) => number;
  readonly arena_extents: (arena: number, count: number) => number;
  readonly arena_extents_free: (arena: number, address: number) => void;
  readonly arena_reset: (arena: number) => void;
  readonly frame_widen: (values: number, count: number, from: number, to: number) => void;
  readonly frame_widen_128: (values: number, count: number, from: number, base: bigint) => void;
  readonly frame_views: (views: number, count: number, heap: number) => void;
}

/** One instance of the library: a thread has one for each engine memory. */
export interface Library {
  /** To instantiate in other threads; it can be posted. */
  readonly module: WebAssembly.Module;
  /** For modules that import from `library`. */
  readonly exports: WebAssembly.Exports;
  readonly memory: MemoryFunctions;
}

/** The function of the library as a kernel module imports it. */
export function libraryImport(definition: FunctionDefinition): ImportedFunction {
  const { name, parameters, result } = definition;
  return { kind: 'import', module: 'library', name, parameters, result };
}

const compiled = new WeakMap<
  readonly FunctionDefinition[],
  { shared?: WebAssembly.Module; single?: WebAssembly.Module }
>();

/** All definitions as one module; compiled once for each array of definitions. */
export function compileLibrary(shared: boolean, definitions: readonly FunctionDefinition[]): WebAssembly.Module {
  let forms = compiled.get(definitions);
  if (forms === undefined) {
    forms = {};
    compiled.set(definitions, forms);
  }
  const key = shared ? 'shared' : 'single';
  let module = forms[key];
  if (module === undefined) {
    const exported = [...new Set([...MEMORY_DEFINITIONS, ...definitions])];
    // A memory may have a smaller maximum than the module says, so one module serves every size.
    module = new WebAssembly.Module(emitModule(exported, { shared, maximumPages: MAXIMUM_PAGES }));
    forms[key] = module;
  }
  return module;
}

/** The compiled library on a memory, in any thread. */
export function linkLibrary(module: WebAssembly.Module, memory: WebAssembly.Memory): Library {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  if (!hasMemoryFunctions(exports)) throw internalError('the library lacks memory functions');
  return { module, exports, memory: exports };
}

/** The signatures follow from the definitions, which the module was emitted from. */
function hasMemoryFunctions(exports: WebAssembly.Exports): exports is WebAssembly.Exports & MemoryFunctions {
  return MEMORY_DEFINITIONS.every(({ name }) => typeof exports[name] === 'function');
}
