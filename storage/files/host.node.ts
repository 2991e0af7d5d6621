import { type FileHandle, open, stat } from 'node:fs/promises';
import { OrbitError } from '../../compiler/types/error.ts';
import type { FileHost, OpenFile } from './host.ts';

/** The file system; relative paths start at the process's working directory. */
export function createFileHost(): FileHost {
  return {
    stat: async (path) => {
      try {
        const info = await stat(path);
        return info.isDirectory() ? undefined : { size: info.size, modified: info.mtimeMs };
      } catch (error) {
        if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
        throw fileError(path, error);
      }
    },
    open: async (path) => {
      try {
        return openFile(path, await open(path, 'r'));
      } catch (error) {
        throw fileError(path, error);
      }
    },
  };
}

function openFile(path: string, handle: FileHandle): OpenFile {
  return {
    read: async (offset, into) => {
      let filled = 0;
      try {
        while (filled < into.length) {
          const { bytesRead } = await handle.read(into, filled, into.length - filled, offset + filled);
          if (bytesRead === 0) break;
          filled += bytesRead;
        }
      } catch (error) {
        throw fileError(path, error);
      }
      return filled;
    },
    close: () => handle.close(),
  };
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

function fileError(path: string, error: unknown): OrbitError {
  const code = codeOf(error);
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new OrbitError('undefined_file', `there is no file "${path}"`, { cause: error });
  }
  const reason = code === 'EISDIR' ? 'it is a folder' : code === 'EACCES' ? 'permission denied' : String(error);
  return new OrbitError('io_error', `cannot read "${path}": ${reason}`, { cause: error });
}
