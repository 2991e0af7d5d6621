import { internalError } from '../../compiler/types/error.ts';
import type { EngineMemory } from '../memory/engine-memory.ts';
import { emitModule } from '../wasm/emit.ts';
import type { FunctionDefinition } from '../wasm/ir.ts';

/** Evaluates a host call: see kernels/host.ts. */
export type HostEvaluate = (ctx: number, index: number, row: number) => void;

/** A kernel's functions; all take and give numbers (bigint for i64). */
export interface KernelInstance {
  readonly call: (name: string, ...args: (number | bigint)[]) => number;
  readonly run: (ctx: number) => number;
  /** Bytes of the module, and how long it took to make: 0 if it was known. */
  readonly bytes: number;
  readonly compileMs: number;
}

export interface ModuleCache {
  readonly instantiate: (functions: readonly FunctionDefinition[]) => KernelInstance;
}

/** Queries of one shape have the same module bytes: constants and addresses are parameters. */
const MOST_MODULES = 512;

export function createModuleCache(memory: EngineMemory, evaluate: HostEvaluate, maximumPages: number): ModuleCache {
  const known = new Map<string, KernelInstance>();
  return {
    instantiate: (functions) => {
      const start = performance.now();
      const bytes = emitModule(functions, { shared: memory.shared, maximumPages });
      const key = latin1(bytes);
      const cached = known.get(key);
      if (cached !== undefined) {
        // Newest last: the oldest one goes first.
        known.delete(key);
        known.set(key, cached);
        return cached;
      }
      const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
        env: { memory: memory.memory },
        library: memory.library.exports,
        host: { evaluate },
      });
      const { exports } = instance;
      const find = (name: string): ((...args: (number | bigint)[]) => unknown) => {
        const found = exports[name];
        if (!isFunction(found)) throw internalError(`the kernel has no function ${name}`);
        return found;
      };
      const run = find('run');
      const made: KernelInstance = {
        call: (name, ...args) => Number(find(name)(...args) ?? 0),
        run: (ctx) => Number(run(ctx)),
        bytes: bytes.length,
        compileMs: performance.now() - start,
      };
      known.set(key, made);
      if (known.size > MOST_MODULES) {
        const [oldest] = known.keys();
        if (oldest !== undefined) known.delete(oldest);
      }
      return { ...made };
    },
  };
}

function isFunction(value: unknown): value is (...args: (number | bigint)[]) => unknown {
  return typeof value === 'function';
}

function latin1(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 4096) text += String.fromCharCode(...bytes.subarray(i, i + 4096));
  return text;
}
