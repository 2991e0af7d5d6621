import { serveWorker } from './worker.ts';
import type { ToWorker } from './worker-protocol.ts';

/** The entry of a worker thread in a browser. */
const handle = serveWorker((message) => self.postMessage(message));
// One message after the other, though their handling is asynchronous.
let last = Promise.resolve();
self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  last = last.then(() => handle(data));
};
