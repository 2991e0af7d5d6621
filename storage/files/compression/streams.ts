import { Decompress } from 'fzstd';
import { OrbitError } from '../../../compiler/types/error.ts';
import type { FileHost, OpenFile } from '../host.ts';

export type Compression = 'gzip' | 'zstd';

/** The compression that a file's name tells, and the name without it. */
export function compressionOf(path: string): { readonly compression: Compression | undefined; readonly name: string } {
  const gzip = /^(.*)\.gz$/i.exec(path)?.[1];
  if (gzip !== undefined) return { compression: 'gzip', name: gzip };
  const zstd = /^(.*)\.(zst|zstd)$/i.exec(path)?.[1];
  return zstd === undefined ? { compression: undefined, name: path } : { compression: 'zstd', name: zstd };
}

/** Compressed bytes read at a time. */
const BLOCK = 256 * 1024;
/** What texts usually shrink to: sizes of compressed files are guesses. */
const RATIO = 4;

/** The files of a host as what they hold. They are read from front to back; whoever reads before that starts anew. */
export function decompressing(host: FileHost, compression: Compression): FileHost {
  return {
    ...host,
    stat: async (path) => {
      const info = await host.stat(path);
      return info === undefined ? undefined : { ...info, size: info.size * RATIO, approximate: true };
    },
    open: async (path) => {
      const file = await host.open(path);
      return sequentialFile(path, file, () => (compression === 'gzip' ? gunzipped(file) : unzstd(file)));
    },
  };
}

function sequentialFile(path: string, file: OpenFile, start: () => AsyncGenerator<Uint8Array>): OpenFile {
  let pieces: AsyncGenerator<Uint8Array> | undefined;
  let piece: Uint8Array = new Uint8Array(0);
  /** Where in the content `piece` begins. */
  let position = 0;

  async function next(): Promise<boolean> {
    if (pieces === undefined) return false;
    try {
      const { done, value } = await pieces.next();
      if (done === true) return false;
      position += piece.length;
      piece = value;
      return true;
    } catch (cause) {
      if (cause instanceof OrbitError) throw cause;
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new OrbitError('bad_file_format', `the file cannot be decompressed: ${reason}`, { place: path, cause });
    }
  }

  return {
    read: async (offset, into) => {
      if (pieces === undefined || offset < position) {
        await pieces?.return(undefined);
        pieces = start();
        piece = new Uint8Array(0);
        position = 0;
      }
      let filled = 0;
      while (filled < into.length) {
        const at = offset + filled - position;
        if (at < piece.length) {
          const part = piece.subarray(at, at + into.length - filled);
          into.set(part, filled);
          filled += part.length;
        } else if (!(await next())) break;
      }
      return filled;
    },
    close: async () => {
      await pieces?.return(undefined);
      await file.close();
    },
  };
}

async function* blocks(file: OpenFile): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (let offset = 0; ; ) {
    const block = new Uint8Array(BLOCK);
    const count = await file.read(offset, block);
    if (count === 0) return;
    offset += count;
    yield block.subarray(0, count);
  }
}

async function* gunzipped(file: OpenFile): AsyncGenerator<Uint8Array> {
  const source = blocks(file);
  const compressed = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull: async (controller) => {
      const { done, value } = await source.next();
      if (done === true) controller.close();
      else controller.enqueue(value);
    },
  });
  const reader = compressed.pipeThrough(new DecompressionStream('gzip')).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

async function* unzstd(file: OpenFile): AsyncGenerator<Uint8Array> {
  const made: Uint8Array[] = [];
  const stream = new Decompress((data) => {
    made.push(data);
  });
  for await (const block of blocks(file)) {
    stream.push(block);
    yield* made.splice(0);
  }
  stream.push(new Uint8Array(0), true);
  yield* made.splice(0);
}
