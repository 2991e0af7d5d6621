import { internalError } from '../../compiler/types/error.ts';
import type { EngineMemory } from '../memory/engine-memory.ts';
import { emitModule } from '../wasm/emit.ts';
import type { FunctionDefinition } from '../wasm/ir.ts';

/** A kernel's functions; all take and give numbers (bigint for i64). */
export interface KernelInstance {
  readonly call: (name: string, ...args: (number | bigint)[]) => number;
  readonly run: (ctx: number) => number;
}

export interface CompiledKernel {
  readonly module: WebAssembly.Module;
  readonly instance: KernelInstance;
  readonly bytes: number;
  readonly emitMs: number;
  readonly moduleMs: number;
  /** Whether the module was known. */
  readonly cached: boolean;
}

export interface ModuleCache {
  readonly compile: (functions: readonly FunctionDefinition[]) => CompiledKernel;
}

/** Queries of one shape have the same module bytes: constants and addresses are parameters. */
const MOST_MODULES = 512;

export function createModuleCache(
  memory: EngineMemory,
  evaluate: (ctx: number, index: number, row: number) => void,
  maximumPages: number,
): ModuleCache {
  const known = new Map<string, { readonly module: WebAssembly.Module; readonly instance: KernelInstance }>();
  return {
    compile: (functions) => {
      const start = performance.now();
      const bytes = emitModule(functions, { shared: memory.shared, maximumPages });
      const emitted = performance.now();
      const key = latin1(bytes);
      let found = known.get(key);
      const cached = found !== undefined;
      if (found === undefined) {
        const module = new WebAssembly.Module(bytes);
        found = { module, instance: instantiateKernel(memory, module, evaluate) };
      } else known.delete(key);
      // Newest last: the oldest one goes first.
      known.set(key, found);
      if (known.size > MOST_MODULES) {
        const [oldest] = known.keys();
        if (oldest !== undefined) known.delete(oldest);
      }
      const emitMs = emitted - start;
      return { ...found, bytes: bytes.length, cached, emitMs, moduleMs: performance.now() - emitted };
    },
  };
}

export function instantiateKernel(
  memory: EngineMemory,
  module: WebAssembly.Module,
  evaluate: (ctx: number, index: number, row: number) => void,
): KernelInstance {
  const { exports } = new WebAssembly.Instance(module, {
    env: { memory: memory.memory },
    library: memory.library.exports,
    host: { evaluate },
  });
  const find = (name: string): ((...args: (number | bigint)[]) => unknown) => {
    const found = exports[name];
    if (!isFunction(found)) throw internalError(`the kernel has no function ${name}`);
    return found;
  };
  const run = find('run');
  return { call: (name, ...args) => Number(find(name)(...args) ?? 0), run: (ctx) => Number(run(ctx)) };
}

function isFunction(value: unknown): value is (...args: (number | bigint)[]) => unknown {
  return typeof value === 'function';
}

function latin1(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 4096) text += String.fromCharCode(...bytes.subarray(i, i + 4096));
  return text;
}
