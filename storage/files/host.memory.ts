import { OrbitError } from '../../compiler/types/error.ts';
import type { FileHost } from './host.ts';

export interface MemoryFileHost extends FileHost {
  /** Adds or replaces a file. A Blob (a file that the user picked, say) is read piece by piece. */
  readonly put: (path: string, content: Uint8Array | Blob) => void;
  readonly remove: (path: string) => void;
}

interface MemoryFile {
  readonly content: Uint8Array | Blob;
  readonly modified: number;
}

export function createMemoryFileHost(): MemoryFileHost {
  const files = new Map<string, MemoryFile>();
  return {
    put: (path, content) => {
      files.set(path, { content, modified: Date.now() });
    },
    remove: (path) => {
      files.delete(path);
    },
    stat: async (path) => {
      const file = files.get(path);
      return file === undefined ? undefined : { size: sizeOf(file.content), modified: file.modified };
    },
    list: async (folder) => {
      const prefix = folder === '.' ? '' : folder.endsWith('/') ? folder : `${folder}/`;
      const entries = new Map<string, boolean>();
      for (const path of files.keys()) {
        if (!path.startsWith(prefix)) continue;
        const [name = '', ...rest] = path.slice(prefix.length).split('/');
        if (name !== '') entries.set(name, rest.length > 0);
      }
      return [...entries].map(([name, isFolder]) => ({ name, isFolder }));
    },
    create: async (path) => {
      const pieces: Uint8Array<ArrayBuffer>[] = [];
      return {
        write: async (bytes) => {
          pieces.push(bytes.slice());
        },
        finish: async () => {
          files.set(path, { content: new Blob(pieces), modified: Date.now() });
        },
        abort: async () => {},
      };
    },
    open: async (path) => {
      const file = files.get(path);
      if (file === undefined) {
        const known = [...files.keys()].sort().join(', ');
        const hint = known === '' ? 'No file has been added.' : `The files here are: ${known}`;
        throw new OrbitError('undefined_file', `there is no file "${path}"`, { hint });
      }
      return { read: (offset, into) => read(file.content, offset, into), close: async () => {} };
    },
  };
}

function sizeOf(content: Uint8Array | Blob): number {
  return content instanceof Uint8Array ? content.length : content.size;
}

async function read(content: Uint8Array | Blob, offset: number, into: Uint8Array): Promise<number> {
  const end = Math.min(offset + into.length, sizeOf(content));
  if (end <= offset) return 0;
  if (content instanceof Uint8Array) into.set(content.subarray(offset, end));
  else into.set(new Uint8Array(await content.slice(offset, end).arrayBuffer()));
  return end - offset;
}
