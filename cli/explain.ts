import { oneOf, parseArguments } from './arguments.ts';
import { RUNNER_OPTIONS, runSources } from './runner.ts';
import { readSources } from './sources.ts';

export const EXPLAIN_OPTIONS = {
  ...RUNNER_OPTIONS,
  analyze: { type: 'boolean' },
  stages: { type: 'boolean' },
} as const;

/** `orbit explain`: shows how statements are, or would be, executed. Returns the exit status. */
export async function explain(argv: readonly string[]): Promise<number> {
  const args = parseArguments(argv, EXPLAIN_OPTIONS);
  if (args.has('help')) return (await import('./help.ts')).printHelp('explain');
  const format = oneOf('format', args.last('format') ?? 'text', ['text', 'json'] as const);
  const analyze = args.has('analyze');
  const stages = args.has('stages');

  return runSources(args, await readSources(args.given), async ({ text }, { database, output, signal }) => {
    const plan = await database.explain(text, { analyze, stages, format, signal });
    await output.write(plan.endsWith('\n') ? plan : `${plan}\n`);
  });
}
