import { parseArguments } from '../arguments.ts';
import { reportCommand } from '../report.ts';
import { openOptions } from '../runner.ts';
import { appearanceOf, paint } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';
import { parseVariable } from '../variables.ts';
import { REPL_OPTIONS } from './options.ts';

/** `orbit repl`: statements from the terminal, until the end of its input. Returns the exit status. */
export async function repl(argv: readonly string[]): Promise<number> {
  const args = parseArguments(argv, REPL_OPTIONS);
  if (args.has('help')) return (await import('../help.ts')).printHelp('repl');
  const [extra] = args.given.filter(({ option }) => option === undefined);
  if (extra !== undefined) throw new UsageError(`unexpected "${extra.value}"; orbit query runs texts and files`);
  const options = openOptions(args);
  const variables = new Map(args.all('variable').map(parseVariable));
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    throw new UsageError('this needs a terminal; orbit query - reads statements from standard input');
  }

  const { version } = await import('../../engine/version.ts');
  if (!args.has('quiet')) process.stdout.write(`orbit ${version}; \\? for help, \\q to quit\n`);
  const { open, OrbitError } = await import('../../engine/index.ts');
  const { completer } = await import('./complete.ts');
  const { COMMAND_NAMES, isCommand, runCommand } = await import('./commands.ts');
  const { listFunctions } = await import('../../engine/functions-list.ts');
  const { openEditor } = await import('./editor.ts');
  const { openHistory } = await import('./history.ts');
  const { nameSource } = await import('./names.ts');
  const { runText } = await import('./session.ts');
  const { endsInside, endsStatement, isBlank, onOneLine } = await import('../../engine/sql-editing.ts');
  const { painter } = await import('./paint.ts');

  const connection = await open(':memory:', options).catch((error: unknown) => {
    throw error instanceof OrbitError ? new UsageError(error.message) : error;
  });
  const names = nameSource(connection);
  const functions = [...new Set(listFunctions().map(({ name }) => name))];
  const appearance = appearanceOf(process.stdout);
  const editor = openEditor(
    openHistory(),
    completer({ names: names.known, functions, commands: COMMAND_NAMES }),
    painter(appearance),
  );
  const session: import('./session.ts').ReplSession = {
    connection,
    editor,
    names,
    variables,
    quiet: args.has('quiet'),
    format: 'table',
    expanded: false,
    nullText: args.last('null'),
    timing: false,
    pager: true,
    output: undefined,
    buffer: '',
    last: '',
  };
  /** The lines of the statement so far. */
  let lines: string[] = [];
  try {
    for (;;) {
      await names.refresh();
      const answer = await editor.ask(prompt(session.buffer), session.buffer);
      if (answer.kind === 'end') {
        process.stdout.write('\n');
        return 0;
      }
      if (answer.kind === 'interrupt') {
        session.buffer = '';
        lines = [];
        continue;
      }
      const { text } = answer;
      if (!endsInside(session.buffer) && isCommand(text, session.buffer)) {
        editor.remember([text], text.trim());
        try {
          if ((await runCommand(session, text)) === 'quit') return 0;
        } catch (error) {
          if (!(error instanceof UsageError)) throw error;
          reportCommand(error.message);
        }
        if (session.buffer === '') lines = [];
        continue;
      }
      lines.push(text);
      session.buffer += `${text}\n`;
      if (isBlank(session.buffer)) {
        session.buffer = '';
        lines = [];
      } else if (endsStatement(session.buffer)) {
        const statement = session.buffer;
        editor.remember(lines, onOneLine(statement));
        session.buffer = '';
        lines = [];
        session.last = statement;
        await runText(session, statement);
      }
    }
  } finally {
    editor.close();
    await session.output?.close();
    await connection.close();
  }

  function prompt(before: string): string {
    const state = connection.transactionState();
    const mark = state === 'none' ? '' : state === 'open' ? '*' : '!';
    const kind = before === '' ? '>' : endsInside(before) ? "'" : '-';
    return `${paint(`orbit${mark}${kind === '>' ? '' : kind}>`, 'bold', appearance)} `;
  }
}
