import { createInterface } from 'node:readline';
import { stripVTControlCharacters } from 'node:util';
import { displayWidth } from '../format/display-width.ts';
import type { Completer } from './complete.ts';
import type { History } from './history.ts';

/** What the user did at a prompt. */
export type Answer =
  | { readonly kind: 'line'; readonly text: string }
  | { readonly kind: 'interrupt' }
  | { readonly kind: 'end' };

export interface Editor {
  /** Waits for a line; `before` are the lines of the statement so far, for completion and colours. */
  readonly ask: (prompt: string, before: string) => Promise<Answer>;
  /** Puts one entry into the history in the place of the lines that it was typed as. */
  readonly remember: (lines: readonly string[], entry: string | undefined) => void;
  /** While this runs, another program has the terminal. */
  readonly lend: <T>(work: () => Promise<T>) => Promise<T>;
  /** What Ctrl-C does while no line is asked for. */
  onInterrupt: (() => void) | undefined;
  readonly close: () => void;
}

export function openEditor(
  history: History,
  complete: Completer,
  paintLine: (before: string, line: string) => string,
): Editor {
  const { stdin, stdout } = process;
  let context = '';
  const readline = createInterface({
    input: stdin,
    output: stdout,
    history: history.entries,
    historySize: 2000,
    tabSize: 2,
    completer: (line: string, callback: (error: Error | null, result: [string[], string]) => void) => {
      const [hits, replaced] = complete(context, line);
      callback(null, [[...hits], replaced]);
      // readline writes what was completed in a later turn.
      setTimeout(redraw, 0);
    },
  });
  let entries: string[] = history.entries;
  readline.on('history', (changed) => {
    entries = changed;
  });

  const queue: Answer[] = [];
  let waiting: ((answer: Answer) => void) | undefined;
  const answer = (given: Answer): void => {
    if (waiting === undefined) queue.push(given);
    else {
      const resolve = waiting;
      waiting = undefined;
      resolve(given);
    }
  };

  /** Writes the line again over itself, in colours. */
  function redraw(): void {
    const { line } = readline;
    if (waiting === undefined || line === '') return;
    const painted = paintLine(context, line);
    if (painted === line) return;
    // At the very end of a row terminals differ on where the cursor is.
    if (
      (displayWidth(stripVTControlCharacters(readline.getPrompt())) + displayWidth(line)) % (stdout.columns || 80) ===
      0
    )
      return;
    const { rows } = readline.getCursorPos();
    stdout.write(`\u001b7${rows > 0 ? `\u001b[${rows}A` : ''}\r${readline.getPrompt()}${painted}\u001b8`);
  }

  readline.on('line', (text) => answer({ kind: 'line', text }));
  readline.on('close', () => answer({ kind: 'end' }));
  readline.on('SIGINT', () => {
    if (waiting === undefined) {
      editor.onInterrupt?.();
      return;
    }
    // To the end of the line, and back from there.
    readline.write(null, { ctrl: true, name: 'e' });
    readline.write(null, { ctrl: true, name: 'u' });
    stdout.write('^C\n');
    answer({ kind: 'interrupt' });
  });
  stdin.on('keypress', (_text, key: { readonly name?: string } | undefined) => {
    if (key?.name !== 'return' && key?.name !== 'enter') redraw();
  });

  const editor: Editor = {
    onInterrupt: undefined,
    ask: (prompt, before) => {
      context = before;
      const ready = queue.shift();
      if (ready !== undefined) return Promise.resolve(ready);
      readline.setPrompt(prompt);
      readline.prompt();
      return new Promise((resolve) => {
        waiting = resolve;
      });
    },
    remember: (lines, entry) => {
      for (let left = lines.length; left > 0 && lines.includes(entries[0] ?? ''); left--) entries.shift();
      for (const line of entry === undefined ? lines : [entry]) {
        if (line.trim() === '') continue;
        if (entries[0] !== line) entries.unshift(line);
        history.add(line);
      }
    },
    lend: async (work) => {
      readline.pause();
      stdin.setRawMode(false);
      const ignore = (): void => {};
      process.on('SIGINT', ignore);
      try {
        return await work();
      } finally {
        process.off('SIGINT', ignore);
        stdin.setRawMode(true);
        readline.resume();
      }
    },
    close: () => readline.close(),
  };
  return editor;
}
