/** Gives the event loop a turn: timers, sockets and signals are served before the promise settles. */
export function pause(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
