import { createMemoryFileHost, type MemoryFileHost } from './host.memory.ts';

/** A page has no file system: files are those that were put here. */
export function createFileHost(): MemoryFileHost {
  return createMemoryFileHost();
}
