import type { Source } from './sources.ts';
import { appearanceOf, paint } from './terminal.ts';

/** Prints why a statement failed. */
export function reportFailure(
  error: unknown,
  source: Source | undefined,
  formatError: (error: unknown, statement?: string) => string,
): void {
  const message = formatError(error, source?.text);
  const [kind] = /^error( \w+)?:/.exec(message) ?? [''];
  const place = source?.file === undefined ? '' : `${source.file}: `;
  process.stderr.write(`${place}${paint(kind, 'red', appearanceOf(process.stderr))}${message.slice(kind.length)}\n`);
}

/** Prints what is wrong with a command line, and where to read on. */
export function reportMisuse(message: string, command: string): void {
  const kind = paint('error:', 'red', appearanceOf(process.stderr));
  process.stderr.write(`${kind} ${message}\ntry "${command} --help"\n`);
}

/** Prints what is wrong with a command of the REPL. */
export function reportCommand(message: string): void {
  process.stderr.write(`${paint('error:', 'red', appearanceOf(process.stderr))} ${message}\n`);
}
