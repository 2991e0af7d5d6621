export interface Interrupt {
  /** Aborts at the first Ctrl-C. */
  readonly signal: AbortSignal;
  readonly end: () => void;
}

/** The first Ctrl-C cancels what runs; the second one ends the process, whatever it does. */
export function onInterrupt(): Interrupt {
  const controller = new AbortController();
  const interrupted = (): void => {
    if (controller.signal.aborted) process.exit(130);
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[Kcancelling; press Ctrl-C again to quit at once\n');
    controller.abort();
  };
  process.on('SIGINT', interrupted);
  return { signal: controller.signal, end: () => process.off('SIGINT', interrupted) };
}
