import { oneOf, parseArguments } from './arguments.ts';
import { execute } from './execute.ts';
import { FORMAT_NAMES, formatNamed } from './format/index.ts';
import { RUNNER_OPTIONS, runSources } from './runner.ts';
import { readSources } from './sources.ts';
import { parseVariables } from './variables.ts';

const OPTIONS = {
  ...RUNNER_OPTIONS,
  variable: { type: 'string', short: 'v' },
  null: { type: 'string' },
  quiet: { type: 'boolean', short: 'q' },
  timing: { type: 'boolean' },
} as const;

/** `orbit query`: runs texts and prints their results. Returns the exit status. */
export async function query(argv: readonly string[]): Promise<number> {
  const args = parseArguments(argv, OPTIONS);
  if (args.has('help')) return (await import('./help.ts')).printHelp('query');
  const format = formatNamed(oneOf('format', args.last('format') ?? 'table', FORMAT_NAMES));
  const parameters = parseVariables(args.all('variable'));
  const nullText = args.last('null');
  const quiet = args.has('quiet');
  const timing = args.has('timing');

  return runSources(args, await readSources(args.given), async ({ text }, { database, output, signal }) => {
    let started = performance.now();
    for await (const result of execute(database, text, parameters, signal)) {
      const { appearance } = output;
      for await (const piece of format(result, { appearance, nullText, quiet })) await output.write(piece);
      if (timing) process.stderr.write(`${result.command}: ${(performance.now() - started).toFixed(1)} ms\n`);
      started = performance.now();
    }
  });
}
