import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import type { Given } from './arguments.ts';
import { UsageError } from './usage-error.ts';

/** A text to run, with the name of the file that it comes from. */
export interface Source {
  readonly text: string;
  readonly file: string | undefined;
}

/**
 * The texts on a command line, in order: what follows `-e` is text; any other argument is standard input if it is `-`,
 * a script if a file has that name, and text otherwise.
 */
export async function readSources(given: readonly Given[]): Promise<readonly Source[]> {
  const places = given.filter(({ option }) => option === undefined || option === 'execute');
  const free = places.filter(({ option }) => option === undefined);
  if (places.length === 0) throw new UsageError('nothing to run: give a query, a file, or - for standard input');
  // Two of them are nearly always one query without quotes around it.
  if (free.length > 1) throw new UsageError(`unexpected "${free[1]?.value}"; put the query in quotes: "SELECT …"`);
  return Promise.all(
    places.map(({ option, value }) => (option === undefined ? readArgument(value) : { text: value, file: undefined })),
  );
}

async function readArgument(value: string): Promise<Source> {
  if (value === '-') return { text: withoutMark(await readAll(process.stdin)), file: undefined };
  if (isFile(value)) return { text: withoutMark(await readScript(value)), file: value };
  if (/^[^\s;()]+\.sql$/i.test(value)) throw new UsageError(`there is no file "${value}"`);
  return { text: value, file: undefined };
}

/** Pipes count as files: shells make them for `<(…)`. */
function isFile(path: string): boolean {
  try {
    return !(statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? true);
  } catch {
    // No file can have a name as long as some queries are.
    return false;
  }
}

async function readScript(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new UsageError(`cannot read "${path}": ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Some editors begin UTF-8 files with a byte order mark. */
function withoutMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}
