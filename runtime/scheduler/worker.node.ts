import { parentPort } from 'node:worker_threads';
import { serveWorker } from './worker.ts';
import type { ToWorker } from './worker-protocol.ts';

/** The entry of a worker thread in Node. */
const port = parentPort;
if (port === null) throw new Error('this file is the entry of a worker thread');
const handle = serveWorker((message) => port.postMessage(message));
// One message after the other, though their handling is asynchronous.
let last = Promise.resolve();
port.on('message', (message: ToWorker) => {
  last = last.then(() => handle(message));
});
