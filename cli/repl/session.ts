import { readFile } from 'node:fs/promises';
import { formatError } from '../../engine/format-error.ts';
import type { Connection, JsValue } from '../../engine/index.ts';
import { execute } from '../execute.ts';
import type { FormatOptions, ShownResult } from '../format/format.ts';
import { type FormatName, formatNamed } from '../format/index.ts';
import { type Output, ReaderGone } from '../output.ts';
import { startProgress } from '../progress.ts';
import { reportFailure } from '../report.ts';
import { appearanceOf } from '../terminal.ts';
import type { Editor } from './editor.ts';
import type { NameSource } from './names.ts';
import { page } from './pager.ts';

/** What the commands of a REPL set, and what its statements run with. */
export interface ReplSession {
  readonly connection: Connection;
  readonly editor: Editor;
  readonly names: NameSource;
  readonly variables: Map<string, JsValue>;
  readonly quiet: boolean;
  format: FormatName;
  expanded: boolean;
  nullText: string | undefined;
  timing: boolean;
  pager: boolean;
  /** Where results go instead of the terminal. */
  output: Output | undefined;
  /** The statement so far. */
  buffer: string;
  /** What ran last. */
  last: string;
}

/** Runs something that Ctrl-C cancels; the second Ctrl-C ends the process. */
export async function cancellable<T>(editor: Editor, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  editor.onInterrupt = () => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
  };
  try {
    return await work(controller.signal);
  } finally {
    editor.onInterrupt = undefined;
  }
}

/** Runs statements and shows their results; false if one failed, which has been reported. */
export async function runText(session: ReplSession, text: string, file?: string): Promise<boolean> {
  return cancellable(session.editor, (signal) => runUntil(session, text, signal, file));
}

export async function runUntil(
  session: ReplSession,
  text: string,
  signal: AbortSignal,
  file?: string,
): Promise<boolean> {
  const { connection, variables, quiet } = session;
  let progress = startProgress(quiet);
  let started = performance.now();
  try {
    const parameters = variables.size === 0 ? undefined : Object.fromEntries(variables);
    for await (const result of execute(connection, text, parameters, signal)) {
      await show(session, result, progress.clear);
      const { command } = await result.finish();
      if (!READING.has(command)) session.names.forget();
      progress.end();
      if (session.timing) process.stderr.write(`time: ${(performance.now() - started).toFixed(1)} ms\n`);
      progress = startProgress(quiet);
      started = performance.now();
    }
    return true;
  } catch (error) {
    progress.end();
    if (error instanceof ReaderGone) return true;
    reportFailure(error, { text, file }, formatError);
    return false;
  } finally {
    progress.end();
  }
}

/** They change no names. */
const READING: ReadonlySet<string> = new Set(['SELECT', 'EXPLAIN', 'DESCRIBE', 'SHOW TABLES', 'INSERT']);

export async function runFile(session: ReplSession, path: string): Promise<boolean> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    process.stderr.write(`error: cannot read "${path}": ${error instanceof Error ? error.message : String(error)}\n`);
    return false;
  }
  return runText(session, text.replace(/^\uFEFF/, ''), path);
}

/** Shows a result where results go. */
export async function show(session: ReplSession, result: ShownResult, before: () => void): Promise<void> {
  const { output, nullText, quiet } = session;
  const options: FormatOptions = {
    appearance: output?.appearance ?? appearanceOf(process.stdout),
    nullText,
    quiet,
  };
  const format = formatNamed(session.expanded && session.format === 'table' ? 'expanded' : session.format);
  const pieces = format(result, options);
  if (output !== undefined) {
    for await (const piece of pieces) await output.write(piece);
  } else if (session.pager) {
    await page(pieces, session.editor, before);
  } else {
    for await (const piece of pieces) {
      before();
      process.stdout.write(piece);
    }
  }
}
