export interface Progress {
  /** Before anything else is written: the line goes, and comes back if it still takes long. */
  readonly clear: () => void;
  readonly end: () => void;
}

const NONE: Progress = { clear: () => {}, end: () => {} };

/** Waiting a second for an answer needs no explanation. */
const FIRST_MS = 1000;
const EVERY_MS = 500;

/** How long a statement has been running, on standard error, where that is a terminal. */
export function startProgress(quiet: boolean): Progress {
  const { stderr } = process;
  if (quiet || !stderr.isTTY || process.env.TERM === 'dumb') return NONE;
  const started = performance.now();
  let shown = false;
  const clear = (): void => {
    if (shown) stderr.write('\r\u001b[K');
    shown = false;
  };
  const show = (): void => {
    shown = true;
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    stderr.write(`\r\u001b[Krunning for ${seconds} s; Ctrl-C cancels`);
  };
  let timer = setTimeout(function again() {
    show();
    timer = setTimeout(again, EVERY_MS);
  }, FIRST_MS);
  return {
    clear,
    end: () => {
      clearTimeout(timer);
      clear();
    },
  };
}
