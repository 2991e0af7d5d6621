import { writeFile } from 'node:fs/promises';
import { parseArguments } from './arguments.ts';
import { reportFailure } from './report.ts';
import { readSources, type Source } from './sources.ts';
import { UsageError } from './usage-error.ts';

export const FORMAT_OPTIONS = {
  execute: { type: 'string', short: 'e' },
  write: { type: 'boolean', short: 'w' },
  check: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** `orbit format`: lays SQL texts out anew. Returns the exit status. */
export async function formatFiles(argv: readonly string[]): Promise<number> {
  const args = parseArguments(argv, FORMAT_OPTIONS);
  if (args.has('help')) return (await import('./help.ts')).printHelp('format');
  const sources: Source[] = [];
  for (const given of args.given) sources.push(...(await readSources([given])));
  if (sources.length === 0) throw new UsageError('nothing to format: give a file, or - for standard input');
  if (args.has('write') && sources.some(({ file }) => file === undefined)) {
    throw new UsageError('--write takes files only');
  }
  const { formatSql } = await import('../engine/format-sql.ts');
  const { formatError } = await import('../engine/format-error.ts');
  let status = 0;
  for (const source of sources) {
    const name = source.file ?? 'standard input';
    try {
      const text = formatSql(source.text);
      if (text === undefined) throw new Error('this text cannot be laid out without changing it, and is left as it is');
      if (args.has('check')) {
        if (text === source.text) continue;
        process.stdout.write(`${name} is not formatted\n`);
        status = 1;
      } else if (!args.has('write')) process.stdout.write(text);
      else if (source.file !== undefined && text !== source.text) await writeFile(source.file, text);
    } catch (error) {
      reportFailure(error, source, formatError);
      status = 1;
    }
  }
  return status;
}
