import { type Arguments, oneOf, parseArguments } from './arguments.ts';
import { execute } from './execute.ts';
import { type FormatName, formatNamed, formatOf, LATER_FORMATS, SHOWN_FORMATS } from './format/index.ts';
import { startProgress } from './progress.ts';
import { RUNNER_OPTIONS, runSources } from './runner.ts';
import { readSources } from './sources.ts';
import { UsageError } from './usage-error.ts';
import { parseParameters } from './variables.ts';

export const QUERY_OPTIONS = {
  ...RUNNER_OPTIONS,
  variable: { type: 'string', short: 'v' },
  parameter: { type: 'string', short: 'p' },
  null: { type: 'string' },
  quiet: { type: 'boolean', short: 'q' },
  timing: { type: 'boolean' },
} as const;

/** `orbit query`: runs texts and prints their results. Returns the exit status. */
export async function query(argv: readonly string[]): Promise<number> {
  const args = parseArguments(argv, QUERY_OPTIONS);
  if (args.has('help')) return (await import('./help.ts')).printHelp('query');
  const format = formatNamed(chosenFormat(args));
  const parameters = parseParameters(args.all('variable'), args.all('parameter'));
  const nullText = args.last('null');
  const quiet = args.has('quiet');
  const timing = args.has('timing');

  return runSources(args, await readSources(args.given), async ({ text }, { database, output, signal }) => {
    let started = performance.now();
    let progress = startProgress(quiet);
    try {
      for await (const result of execute(database, text, parameters, signal)) {
        const { appearance } = output;
        for await (const piece of format(result, { appearance, nullText, quiet })) {
          progress.clear();
          await output.write(piece);
        }
        const { command } = await result.finish();
        progress.end();
        if (timing) process.stderr.write(`${command}: ${(performance.now() - started).toFixed(1)} ms\n`);
        started = performance.now();
        progress = startProgress(quiet);
      }
    } finally {
      progress.end();
    }
  });
}

/** As `-f` says, or else as the output's name says. */
function chosenFormat(args: Arguments<'format' | 'output'>): FormatName {
  const asked = args.last('format');
  if (asked === undefined) return formatOf(args.last('output')) ?? 'table';
  if (LATER_FORMATS.has(asked)) {
    throw new UsageError(`format "${asked}" is not supported yet; use ${SHOWN_FORMATS.slice(1).join(', ')}`);
  }
  return oneOf('format', asked, SHOWN_FORMATS);
}
