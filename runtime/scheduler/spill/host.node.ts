import { close, openSync, read, readdirSync, unlinkSync, write } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OrbitError } from '../../../compiler/types/error.ts';
import type { SpillFile, SpillHost } from './host.ts';

const PREFIX = 'orbit-spill-';
let lastFile = 0;

/** Temporary files in the folder; default: the system's. */
export function createSpillHost(folder: string = tmpdir()): SpillHost | undefined {
  let swept = false;
  return {
    create: async () => {
      if (!swept) sweep(folder);
      swept = true;
      const path = join(folder, `${PREFIX}${process.pid}-${++lastFile}`);
      let descriptor: number;
      try {
        descriptor = openSync(path, 'wx+', 0o600);
      } catch (error) {
        throw spillError(error);
      }
      // Without a name it goes with the process, however that ends. Where open files keep their names, `sweep` finds it.
      const unlinked = unlink(path);
      const file = spillFileOf(descriptor);
      return {
        ...file,
        descriptor,
        close: async () => {
          // A number that is closed may be another file's at once.
          await file.settled();
          await new Promise((resolve) => close(descriptor, resolve));
          if (!unlinked) unlink(path);
        },
      };
    },
  };
}

/** Of a descriptor, which all threads of a process share. */
export function spillFileOf(descriptor: number): SpillFile {
  const all = (
    bytes: Uint8Array,
    step: (done: number, then: (error: unknown, count: number) => void) => void,
  ): Promise<void> =>
    new Promise((resolve, reject) => {
      let done = 0;
      const next = (): void => {
        if (done >= bytes.length) return resolve();
        step(done, (error, count) => {
          if (error !== null) return reject(spillError(error));
          if (count === 0)
            return reject(new OrbitError('io_error', 'a temporary file is shorter than what was written'));
          done += count;
          next();
        });
      };
      next();
    });
  let underWay = 0;
  let idle: (() => void)[] = [];
  // A count: what a set of promises leaves behind, one for each page, would be most of the garbage of a query.
  const over = (): void => {
    if (--underWay > 0) return;
    for (const tell of idle) tell();
    idle = [];
  };
  const watched = (work: Promise<void>): Promise<void> => {
    underWay++;
    work.then(over, over);
    return work;
  };
  return {
    write: (position, bytes) =>
      watched(all(bytes, (done, then) => write(descriptor, bytes, done, bytes.length - done, position + done, then))),
    read: (position, into) =>
      watched(all(into, (done, then) => read(descriptor, into, done, into.length - done, position + done, then))),
    settled: () => (underWay === 0 ? Promise.resolve() : new Promise((resolve) => idle.push(resolve))),
  };
}

/** Removes the files of processes that are no more. */
function sweep(folder: string): void {
  try {
    for (const name of readdirSync(folder)) {
      const pid = name.startsWith(PREFIX) ? Number.parseInt(name.slice(PREFIX.length), 10) : Number.NaN;
      if (Number.isInteger(pid) && pid !== process.pid && !isAlive(pid)) unlink(join(folder, name));
    }
  } catch {
    // A folder that cannot be listed may still be written to; if not, creating the file says so.
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) !== 'ESRCH';
  }
}

function unlink(path: string): boolean {
  try {
    unlinkSync(path);
    return true;
  } catch {
    return false;
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

function spillError(error: unknown): OrbitError {
  const code = codeOf(error);
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG') {
    return new OrbitError('disk_full', 'no space left for temporary files', {
      hint: 'Free space, choose another folder for temporary files, or give the database more memory.',
      cause: error,
    });
  }
  return new OrbitError('io_error', `a temporary file failed: ${code ?? String(error)}`, { cause: error });
}
