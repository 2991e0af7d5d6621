import { parseArguments } from '../arguments.ts';
import { UsageError } from '../usage-error.ts';
import { REPL_OPTIONS } from './options.ts';

/** `orbit repl`. */
export async function repl(argv: readonly string[]): Promise<number> {
  const args = parseArguments(argv, REPL_OPTIONS);
  if (args.has('help')) return (await import('../help.ts')).printHelp('repl');
  throw new UsageError('the interactive mode is not supported yet; use orbit query');
}
