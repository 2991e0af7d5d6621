#!/usr/bin/env node
import { version } from '../engine/version.ts';
import { UsageError } from './usage-error.ts';

const COMMANDS = ['query', 'explain', 'help'];

/** Each command's code is loaded when it is asked for: help and version come at once. */
async function run([command, ...rest]: readonly string[]): Promise<number> {
  switch (command) {
    case 'query':
      return (await import('./query.ts')).query(rest);
    case 'explain':
      return (await import('./explain.ts')).explain(rest);
    case 'help':
    case '--help':
    case '-h':
      return help(rest[0]);
    case '--version':
    case '-V':
      process.stdout.write(`orbit ${version}\n`);
      return 0;
    case undefined:
      throw new UsageError('no command; the commands are query, explain and help');
    default: {
      const { suggestion } = await import('./suggest.ts');
      const kind = command.startsWith('-') ? 'option' : 'command';
      const known = kind === 'option' ? ['--help', '--version'] : COMMANDS;
      throw new UsageError(`unknown ${kind} "${command}"${suggestion(command, known)}`);
    }
  }
}

async function help(topic: string | undefined): Promise<number> {
  const { printHelp } = await import('./help.ts');
  switch (topic) {
    case 'query':
    case 'explain':
      return printHelp(topic);
    case undefined:
    case 'help':
      return printHelp('general');
    default:
      throw new UsageError(`there is no command "${topic}"`);
  }
}

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
