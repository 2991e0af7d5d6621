#!/usr/bin/env node
import { version } from '../engine/version.ts';
import { UsageError } from './usage-error.ts';

const COMMANDS = ['query', 'repl', 'explain', 'import', 'format', 'completion', 'help'];

/** Each command's code is loaded when it is asked for: help and version come at once. */
async function run([command, ...rest]: readonly string[]): Promise<number> {
  switch (command) {
    case 'query':
      return (await import('./query.ts')).query(rest);
    case 'repl':
      return (await import('./repl/repl.ts')).repl(rest);
    case 'explain':
      return (await import('./explain.ts')).explain(rest);
    case 'import':
      return (await import('./import.ts')).importFiles(rest);
    case 'format':
      return (await import('./format-files.ts')).formatFiles(rest);
    case 'completion':
      return (await import('./completion.ts')).completion(rest);
    case 'help':
    case '--help':
    case '-h':
      return help(rest[0]);
    case '--version':
    case '-V':
      process.stdout.write(`orbit ${version}\n`);
      return 0;
    case undefined:
      if (process.stdin.isTTY && process.stdout.isTTY) return (await import('./repl/repl.ts')).repl([]);
      throw new UsageError('no command; the commands are query, repl, explain, import, format, completion and help');
    default: {
      const { suggestion } = await import('./suggest.ts');
      const kind = command.startsWith('-') ? 'option' : 'command';
      const known = kind === 'option' ? ['--help', '--version'] : COMMANDS;
      throw new UsageError(`unknown ${kind} "${command}"${suggestion(command, known)}`);
    }
  }
}

async function help(topic: string | undefined): Promise<number> {
  const { isTopic, printHelp } = await import('./help.ts');
  if (topic === undefined || topic === 'help') return printHelp('general');
  if (!isTopic(topic)) throw new UsageError(`there is no command "${topic}"`);
  return printHelp(topic);
}

// A reader that leaves, as `head` does, is no error of anybody's.
process.stdout.on('error', (error) => {
  if (!('code' in error) || error.code !== 'EPIPE') throw error;
});

const args = process.argv.slice(2);
try {
  process.exitCode = await run(args);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  const { reportMisuse } = await import('./report.ts');
  const [command = ''] = args;
  reportMisuse(error.message, COMMANDS.includes(command) && command !== 'help' ? `orbit ${command}` : 'orbit');
  process.exitCode = 2;
}
