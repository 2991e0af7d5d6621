// A message is a task of its own but, unlike a timer, is not held back for some milliseconds.
const channel = new MessageChannel();
const waiting: (() => void)[] = [];
channel.port1.onmessage = () => waiting.shift()?.();

/** Gives the event loop a turn: messages, such as one that cancels, are served before the promise settles. */
export function pause(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    channel.port2.postMessage(undefined);
  });
}
