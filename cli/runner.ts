import type { Database, OpenOptions } from '../engine/index.ts';
import { type Arguments, parseCount, parseSize } from './arguments.ts';
import { onInterrupt } from './interrupt.ts';
import { type Output, openOutput, ReaderGone } from './output.ts';
import { reportFailure } from './report.ts';
import type { Source } from './sources.ts';
import { UsageError } from './usage-error.ts';

/** What every command that runs statements takes. */
export const RUNNER_OPTIONS = {
  execute: { type: 'string', short: 'e' },
  format: { type: 'string', short: 'f' },
  output: { type: 'string', short: 'o' },
  database: { type: 'string', short: 'd' },
  threads: { type: 'string' },
  memory: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** What a command works with while its database is open. */
export interface Runner {
  readonly database: Database;
  readonly output: Output;
  /** Aborts when the user wants no more. */
  readonly signal: AbortSignal;
}

/** Of the command: a statement was cancelled by Ctrl-C, as shells number it. */
export const INTERRUPTED = 130;

/** Does the work for one text after the other, until one fails. Returns the exit status. */
export async function runSources(
  args: Arguments<keyof typeof RUNNER_OPTIONS>,
  sources: readonly Source[],
  work: (source: Source, runner: Runner) => Promise<void>,
): Promise<number> {
  const options = openOptions(args);
  const output = await openOutput(args.last('output'));
  // Loaded late: a wrong command line is answered at once.
  const { formatError, open, OrbitError } = await import('../engine/index.ts');
  const database = await open(':memory:', options).catch((error: unknown) => {
    throw error instanceof OrbitError ? new UsageError(error.message) : error;
  });
  const interrupt = onInterrupt();
  let source: Source | undefined;
  try {
    for (source of sources) await work(source, { database, output, signal: interrupt.signal });
    return 0;
  } catch (error) {
    if (error instanceof ReaderGone) return 0;
    reportFailure(error, source, formatError);
    return interrupt.signal.aborted ? INTERRUPTED : 1;
  } finally {
    interrupt.end();
    await database.close();
    await output.close();
  }
}

export function openOptions(args: Arguments<'threads' | 'memory' | 'database'>): OpenOptions {
  const place = args.last('database') ?? ':memory:';
  if (place !== ':memory:') {
    throw new UsageError(`databases on disk are not supported yet: "${place}"; use :memory:, and files by their names`);
  }
  const threads = args.last('threads');
  const memory = args.last('memory');
  return {
    threads: threads === undefined ? undefined : parseCount('--threads', threads),
    memory: memory === undefined ? undefined : parseSize('--memory', memory),
  };
}
