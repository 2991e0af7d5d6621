import { createMemoryFileHost } from './host.memory.ts';
import type { FileHost } from './host.ts';

/** A page has no file system: files are those that were added here. All databases see them, as they do under Node.js. */
const files = createMemoryFileHost();

export function createFileHost(): FileHost {
  return files;
}

/** Adds or replaces a file that queries can name. A Blob (a file that the user picked, say) is read piece by piece. */
export function registerFile(path: string, content: Uint8Array | Blob): void {
  files.put(path, content);
}

export function unregisterFile(path: string): void {
  files.remove(path);
}
