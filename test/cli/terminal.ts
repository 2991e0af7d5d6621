import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** tmux is there: otherwise tests in a terminal skip. */
export const hasTmux = spawnSync('tmux', ['-V']).status === 0;

/** A terminal of 80 columns and 24 rows with a shell in it. */
export interface Terminal {
  /** Types a text as it stands. */
  readonly type: (text: string) => void;
  /** Presses keys by tmux's names: `Enter`, `Tab`, `C-c`, `Up`. */
  readonly press: (...keys: readonly string[]) => void;
  /** What is on the screen, without spaces at the ends of lines; with `colors`, its escape sequences as well. */
  readonly screen: (colors?: boolean) => string;
  /** Waits until the screen shows it, for 30 s at most. */
  readonly shows: (what: string | RegExp) => Promise<string>;
  readonly close: () => void;
}

export function openTerminal(cwd: string, env: { readonly [name: string]: string }): Terminal {
  const sockets = mkdtempSync(join(tmpdir(), 'orbit-tmux-'));
  const tmux = (...args: readonly string[]): string =>
    execFileSync('tmux', ['-S', join(sockets, 'socket'), '-f', '/dev/null', ...args], { encoding: 'utf8' });
  const variables = Object.entries(env).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
  tmux('-u', 'new-session', '-d', '-x', '80', '-y', '24', '-c', cwd, ...variables, 'sh');
  const screen = (colors = false): string =>
    tmux('capture-pane', '-p', ...(colors ? ['-e'] : []))
      .replaceAll(/[ \t]+$/gm, '')
      .trimEnd();
  return {
    screen,
    // A semicolon at the end of an argument would separate commands of tmux.
    type: (text) => void tmux('send-keys', '-l', '--', text.replace(/;$/, '\\;')),
    press: (...keys) => void tmux('send-keys', ...keys),
    shows: async (what) => {
      for (const end = Date.now() + 30_000; Date.now() < end; ) {
        const text = screen();
        if (typeof what === 'string' ? text.includes(what) : what.test(text)) return text;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      throw new Error(`the terminal never showed ${what}; it shows:\n${screen()}`);
    },
    close: () => {
      tmux('kill-server');
      rmSync(sockets, { recursive: true, force: true });
    },
  };
}
