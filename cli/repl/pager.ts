import { spawn } from 'node:child_process';
import { ReaderGone } from '../output.ts';
import type { Editor } from './editor.ts';

/**
 * Writes pieces of a result to the terminal, or, as soon as they are more than a screen, to a pager. Throws ReaderGone
 * when the reader has left the pager.
 */
export async function page(pieces: AsyncIterable<string>, editor: Editor, before: () => void): Promise<void> {
  const { stdout } = process;
  const pager = process.env.PAGER ?? 'less';
  const screen = (stdout.rows || 24) - 1;
  const iterator = pieces[Symbol.asyncIterator]();
  let text = '';
  for (let lines = 0; ; ) {
    const { value, done } = await iterator.next();
    if (done === true) {
      before();
      stdout.write(text);
      return;
    }
    text += value;
    for (let at = value.indexOf('\n'); at >= 0; at = value.indexOf('\n', at + 1)) lines++;
    if (lines > screen && pager !== '') break;
    // Rows that come slowly are shown as they come.
    if (pager === '') {
      before();
      stdout.write(text);
      text = '';
    }
  }
  before();
  await editor.lend(async () => {
    const child = spawn(pager, {
      shell: true,
      stdio: ['pipe', 'inherit', 'inherit'],
      env: { LESS: '-RSX', ...process.env },
    });
    let gone = false;
    const closed = new Promise<void>((resolve) => {
      child.on('error', () => {
        gone = true;
        resolve();
      });
      child.on('close', () => {
        gone = true;
        resolve();
      });
    });
    child.stdin.on('error', () => {
      gone = true;
    });
    const write = (piece: string): Promise<void> =>
      new Promise((resolve) => {
        if (gone || child.stdin.write(piece)) resolve();
        else Promise.race([closed, new Promise((drained) => child.stdin.once('drain', drained))]).then(() => resolve());
      });
    await write(text);
    try {
      for (;;) {
        if (gone) throw new ReaderGone();
        const { value, done } = await iterator.next();
        if (done === true) break;
        await write(value);
      }
    } finally {
      child.stdin.end();
      await closed;
      await iterator.return?.();
    }
  });
}
