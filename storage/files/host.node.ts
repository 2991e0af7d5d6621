import { type FileHandle, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { OrbitError } from '../../compiler/types/error.ts';
import type { FileHost, OpenFile, OutputFile } from './host.ts';

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
    list: async (folder) => {
      try {
        const entries = await readdir(folder, { withFileTypes: true });
        // Links to folders are not followed: they may lead in circles.
        return entries.map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }));
      } catch (error) {
        if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR' || codeOf(error) === 'EACCES') return [];
        throw fileError(folder, error);
      }
    },
    create: async (path) => {
      files++;
      const made = `${path}.${process.pid}-${files}.part`;
      try {
        if ((await stat(path).catch(() => undefined))?.isDirectory() === true) throw new Error('it is a folder');
        return outputFile(path, made, await open(made, 'wx'));
      } catch (error) {
        throw writeError(path, error);
      }
    },
  };
}

/** Files written by this process so far. */
let files = 0;

function outputFile(path: string, made: string, handle: FileHandle): OutputFile {
  return {
    write: async (bytes) => {
      try {
        for (let done = 0; done < bytes.length; ) {
          done += (await handle.write(bytes, done, bytes.length - done)).bytesWritten;
        }
      } catch (error) {
        throw writeError(path, error);
      }
    },
    finish: async () => {
      try {
        await handle.close();
        await rename(made, path);
      } catch (error) {
        throw writeError(path, error);
      }
    },
    abort: async () => {
      await handle.close().catch(() => undefined);
      await rm(made, { force: true });
    },
  };
}

function writeError(path: string, error: unknown): OrbitError {
  const code = codeOf(error);
  const reason =
    code === 'ENOENT' || code === 'ENOTDIR'
      ? 'there is no such folder'
      : code === 'EACCES'
        ? 'permission denied'
        : error instanceof Error
          ? error.message
          : String(error);
  return new OrbitError(code === 'ENOSPC' ? 'disk_full' : 'io_error', `cannot write "${path}": ${reason}`, {
    cause: error,
  });
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
