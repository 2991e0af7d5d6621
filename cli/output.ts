import { type FileHandle, open } from 'node:fs/promises';
import { type Appearance, appearanceOf, PLAIN } from './terminal.ts';
import { UsageError } from './usage-error.ts';

/** Where results go. */
export interface Output {
  readonly appearance: Appearance;
  /** Settles when the text has left: whoever awaits it makes rows no faster than they are taken. */
  readonly write: (text: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** The reader has gone, as `head` goes when it has seen enough. */
export class ReaderGone extends Error {
  override readonly name = 'ReaderGone';
}

export async function openOutput(file: string | undefined): Promise<Output> {
  return file === undefined ? standardOutput() : fileOutput(file);
}

function standardOutput(): Output {
  const { stdout } = process;
  // Every write learns of its own failure; without a listener the same failure would end the process.
  stdout.on('error', () => {});
  return {
    appearance: appearanceOf(stdout),
    write: (text) =>
      new Promise((resolve, reject) => {
        stdout.write(text, (error) => {
          if (!error) resolve();
          else reject('code' in error && error.code === 'EPIPE' ? new ReaderGone() : error);
        });
      }),
    close: async () => {},
  };
}

async function fileOutput(path: string): Promise<Output> {
  let handle: FileHandle;
  try {
    handle = await open(path, 'w');
  } catch (error) {
    throw new UsageError(`cannot write "${path}": ${error instanceof Error ? error.message : String(error)}`);
  }
  return { appearance: PLAIN, write: (text) => handle.appendFile(text), close: () => handle.close() };
}
