import { oneOf, parseArguments } from './arguments.ts';
import { execute } from './execute.ts';
import { formatNamed, SHOWN_FORMATS } from './format/index.ts';
import { RUNNER_OPTIONS, runSources } from './runner.ts';
import { UsageError } from './usage-error.ts';

export const IMPORT_OPTIONS = { ...RUNNER_OPTIONS, into: { type: 'string' } } as const;

/** `orbit import`: loads files into a table and runs texts on it. Returns the exit status. */
export async function importFiles(argv: readonly string[]): Promise<number> {
  const args = parseArguments(argv, IMPORT_OPTIONS);
  if (args.has('help')) return (await import('./help.ts')).printHelp('import');
  const format = formatNamed(oneOf('format', args.last('format') ?? 'table', SHOWN_FORMATS));
  const table = args.last('into');
  const files = args.given.filter(({ option }) => option === undefined).map(({ value }) => value);
  const texts = args.all('execute');
  if (files.length === 0) throw new UsageError('nothing to import: give files');
  if (table === undefined) throw new UsageError('import needs --into TABLE');
  if (texts.length === 0) {
    throw new UsageError(
      'databases on disk are not supported yet, and a table in memory goes with the command; say with -e TEXT what to run on it',
    );
  }
  const name = /^[a-z_][a-z0-9_]*$/.test(table) ? table : `"${table.replaceAll('"', '""')}"`;
  const rows = files.map((file) => `SELECT * FROM '${file.replaceAll("'", "''")}'`);
  const load = [`CREATE TABLE ${name} AS ${rows[0]}`, ...rows.slice(1).map((row) => `INSERT INTO ${name} ${row}`)];
  const sources = [...load, ...texts].map((text) => ({ text, file: undefined }));
  let step = 0;
  return runSources(args, sources, async ({ text }, { database, output, signal }) => {
    const loads = step++ < load.length;
    for await (const result of execute(database, text, undefined, signal)) {
      const options = { appearance: output.appearance, nullText: undefined, quiet: loads };
      for await (const piece of format(result, options)) await output.write(piece);
    }
  });
}
