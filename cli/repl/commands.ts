import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ResultColumn } from '../../engine/index.ts';
import { oneOf } from '../arguments.ts';
import { SHOWN_FORMATS } from '../format/index.ts';
import { openOutput } from '../output.ts';
import { suggestion } from '../suggest.ts';
import { UsageError } from '../usage-error.ts';
import { variableValue } from '../variables.ts';
import { quoted } from './names.ts';
import { cancellable, type ReplSession, runFile, runText, runUntil, show } from './session.ts';

interface Command {
  /** The first one is the one that help shows. */
  readonly names: readonly string[];
  readonly argument: string;
  readonly about: string;
  /** Returns `quit` to end the session, or a text that becomes the statement so far. */
  readonly run: (session: ReplSession, argument: string) => Promise<CommandEnd>;
}

type CommandEnd = 'quit' | undefined;

const COMMANDS: readonly Command[] = [
  {
    names: ['\\?', '.help', 'help'],
    argument: '',
    about: 'this list',
    run: async () => {
      process.stdout.write(helpText());
      return undefined;
    },
  },
  {
    names: ['\\q', '.quit', '.exit', 'exit', 'quit'],
    argument: '',
    about: 'quit, as Ctrl-D does',
    run: async () => 'quit',
  },
  {
    names: ['\\d'],
    argument: "[NAME|'FILE']",
    about: 'the columns of a table or file; without one, the tables',
    run: (session, name) => {
      if (name === '') return statement(session, 'SHOW TABLES');
      return statement(session, name.startsWith("'") ? `DESCRIBE SELECT * FROM ${name}` : `DESCRIBE ${name}`);
    },
  },
  {
    names: ['\\dt', '.tables'],
    argument: '',
    about: 'the tables',
    run: (session) => statement(session, 'SHOW TABLES'),
  },
  {
    names: ['\\df'],
    argument: '[PATTERN]',
    about: 'the functions whose names have PATTERN in them',
    run: listFunctions,
  },
  {
    names: ['\\i', '.read'],
    argument: 'FILE',
    about: 'run a script',
    run: async (session, path) => {
      await runFile(session, unquoted(needed('a file', path)));
      return undefined;
    },
  },
  {
    names: ['\\import'],
    argument: 'FILE TABLE',
    about: 'load a file into a new table',
    run: (session, argument) => {
      const [, file, table] = /^('[^']*'|\S+)\s+(\S+|".*")$/.exec(argument) ?? [];
      if (file === undefined || table === undefined) throw new UsageError('\\import takes a file and a table');
      const name = table.startsWith('"') ? table : quoted(table);
      return statement(session, `CREATE TABLE ${name} AS SELECT * FROM '${unquoted(file).replaceAll("'", "''")}'`);
    },
  },
  {
    names: ['\\e'],
    argument: '[FILE]',
    about: 'edit the statement, or the last one, or a file, and run it',
    run: edit,
  },
  {
    names: ['\\g'],
    argument: '',
    about: 'run the statement without a semicolon, or the last one again',
    run: (session) => statement(session, takeBuffer(session)),
  },
  {
    names: ['\\p'],
    argument: '',
    about: 'print the statement so far, or the last one',
    run: async ({ buffer, last }) => {
      process.stdout.write(`${(buffer || last).trimEnd()}\n`);
      return undefined;
    },
  },
  {
    names: ['\\r'],
    argument: '',
    about: 'forget the statement so far, as Ctrl-C does',
    run: async (session) => {
      session.buffer = '';
      return undefined;
    },
  },
  {
    names: ['\\watch'],
    argument: '[SECONDS]',
    about: 'run the last statement again and again (2 s); Ctrl-C ends',
    run: watch,
  },
  {
    names: ['\\timing'],
    argument: '[on|off]',
    about: 'show how long statements take',
    run: async (session, argument) => {
      session.timing = turned(argument, session.timing);
      return said(`timing is ${session.timing ? 'on' : 'off'}`);
    },
  },
  {
    names: ['\\x'],
    argument: '[on|off]',
    about: 'show a line a column',
    run: async (session, argument) => {
      session.expanded = turned(argument, session.expanded);
      return said(`expanded display is ${session.expanded ? 'on' : 'off'}`);
    },
  },
  {
    names: ['\\pset'],
    argument: 'format|null|pager VALUE',
    about: `how results look; formats are ${SHOWN_FORMATS.join(', ')}`,
    run: setAppearance,
  },
  {
    names: ['\\o'],
    argument: '[FILE]',
    about: 'write results to a file; without one, here again',
    run: async (session, path) => {
      const output = path === '' ? undefined : await openOutput(unquoted(path));
      await session.output?.close();
      session.output = output;
      return undefined;
    },
  },
  {
    names: ['\\set'],
    argument: '[NAME VALUE]',
    about: 'the value of :NAME in statements; without one, all of them',
    run: async ({ variables }, argument) => {
      const [, name, value] = /^([\p{L}_][\p{L}\p{N}_]*)\s+(.+)$/su.exec(argument) ?? [];
      if (name !== undefined && value !== undefined) variables.set(name, variableValue(value));
      else if (argument !== '') throw new UsageError('\\set takes a name and a value');
      else for (const [known, its] of variables) process.stdout.write(`${known} = ${String(its)}\n`);
      return undefined;
    },
  },
  {
    names: ['\\unset'],
    argument: 'NAME',
    about: 'forget a value',
    run: async ({ variables }, name) => {
      if (!variables.delete(needed('a name', name))) throw new UsageError(`there is no variable "${name}"`);
      return undefined;
    },
  },
];

export const COMMAND_NAMES: readonly string[] = COMMANDS.flatMap(({ names }) =>
  names.filter((name) => name.startsWith('\\')),
);

/** Whether the line is a command: one that begins with a backslash always is, words only where a statement would begin. */
export function isCommand(line: string, buffer: string): boolean {
  const text = line.trim();
  if (text.startsWith('\\')) return true;
  if (buffer !== '') return false;
  return /^\.[a-z]/.test(text) || /^(help|quit|exit)\s*;?$/.test(text);
}

/** Runs a command. Throws UsageError. */
export async function runCommand(session: ReplSession, line: string): Promise<CommandEnd> {
  const [, name = '', rest = ''] = /^(\S+)\s*(.*)$/s.exec(line.trim()) ?? [];
  const word = name.replace(/;$/, '');
  const command = COMMANDS.find(({ names }) => names.includes(word));
  if (command === undefined) {
    const known = COMMANDS.flatMap(({ names }) => names);
    throw new UsageError(
      `there is no command ${word}${suggestion(word, known).replaceAll('"', '') || '; \\? lists them'}`,
    );
  }
  return command.run(session, rest.trim().replace(/\s*;$/, ''));
}

function helpText(): string {
  const lines = COMMANDS.map(({ names, argument, about }) => `  ${`${names[0]} ${argument}`.padEnd(34)}${about}`);
  return `A statement ends with a semicolon, and may have many lines. Tab completes; the arrow keys bring back what was asked;
Ctrl-C cancels what runs, or clears the line.

${lines.join('\n')}
`;
}

async function statement(session: ReplSession, text: string): Promise<CommandEnd> {
  if (text.trim() === '') throw new UsageError('there is no statement yet');
  await runText(session, text);
  return undefined;
}

/** The statement so far, which then is the last one; or the last one. */
function takeBuffer(session: ReplSession): string {
  if (session.buffer.trim() !== '') session.last = session.buffer;
  session.buffer = '';
  return session.last;
}

async function listFunctions(session: ReplSession, pattern: string): Promise<CommandEnd> {
  const { listFunctions: all } = await import('../../engine/functions-list.ts');
  const found = all().filter(({ name }) => name.includes(pattern.toLowerCase()));
  const column = (name: string): ResultColumn => ({ name, type: 'utf8', nullable: false });
  const columns = ['name', 'kind', 'example', 'what it does'].map(column);
  const texts = found.map(({ name, kind, example, documentation }) => [name, kind, example ?? '', documentation]);
  const result = {
    columns,
    batches: [{ columns, values: texts, texts }],
    finish: async () => ({ command: 'SHOW', affected: undefined }),
  };
  await show(session, result, () => {});
  return undefined;
}

async function watch(session: ReplSession, argument: string): Promise<CommandEnd> {
  const seconds = argument === '' ? 2 : Number(argument);
  if (!(seconds > 0 && seconds <= 86_400)) throw new UsageError('\\watch takes a number of seconds');
  const text = takeBuffer(session);
  if (text.trim() === '') throw new UsageError('there is no statement to watch yet');
  const { pager } = session;
  session.pager = false;
  try {
    await cancellable(session.editor, async (signal) => {
      while (!signal.aborted) {
        process.stdout.write(`${new Date().toLocaleTimeString()}\n`);
        if (!(await runUntil(session, text, signal))) return;
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, seconds * 1000);
          signal.addEventListener('abort', () => {
            clearTimeout(timer);
            resolve();
          });
        });
      }
    });
  } finally {
    session.pager = pager;
  }
  return undefined;
}

async function edit(session: ReplSession, file: string): Promise<CommandEnd> {
  const folder = file === '' ? await mkdtemp(join(tmpdir(), 'orbit-edit-')) : undefined;
  const path = folder === undefined ? unquoted(file) : join(folder, 'statement.sql');
  try {
    const before = `${(session.buffer || session.last).trimEnd()}\n`;
    if (folder !== undefined) await writeFile(path, before);
    const program = process.env.VISUAL || process.env.EDITOR || 'vi';
    const status = await session.editor.lend(
      () =>
        new Promise<number | null>((resolve) => {
          // The shell splits what the variable says; the path goes to it as an argument.
          const child = spawn('sh', ['-c', `${program} "$1"`, 'sh', path], { stdio: 'inherit' });
          child.on('error', () => resolve(-1));
          child.on('close', resolve);
        }),
    );
    if (status !== 0) throw new UsageError(`the editor "${program}" failed`);
    const text = await readFile(path, 'utf8').catch(() => '');
    if (text.trim() === '') return undefined;
    session.buffer = '';
    session.last = text;
    process.stdout.write(`${text.trimEnd()}\n`);
    await runText(session, text);
  } finally {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  }
  return undefined;
}

async function setAppearance(session: ReplSession, argument: string): Promise<CommandEnd> {
  const [what = '', ...rest] = argument.split(/\s+/);
  const value = unquoted(rest.join(' '));
  switch (oneOf('setting', what, ['format', 'null', 'pager'] as const)) {
    case 'format':
      session.format = oneOf('format', value, SHOWN_FORMATS);
      return said(`format is ${session.format}`);
    case 'null':
      session.nullText = rest.length === 0 ? undefined : value;
      return said(`null is ${session.nullText === undefined ? 'as the format has it' : `"${session.nullText}"`}`);
    case 'pager':
      session.pager = turned(value, session.pager);
      return said(`pager is ${session.pager ? 'on' : 'off'}`);
  }
}

function said(text: string): undefined {
  process.stderr.write(`${text}\n`);
  return undefined;
}

function turned(argument: string, now: boolean): boolean {
  if (argument === '') return !now;
  return oneOf('setting', argument, ['on', 'off'] as const) === 'on';
}

function needed(what: string, argument: string): string {
  if (argument === '') throw new UsageError(`this command takes ${what}`);
  return argument;
}

function unquoted(text: string): string {
  return /^'(.*)'$/s.exec(text)?.[1]?.replaceAll("''", "'") ?? text;
}
