import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { internalError } from '../../compiler/types/error.ts';
import type { FromWorker, WorkerLink } from './worker-protocol.ts';

/** The built worker, wherever in the package this module ended up. */
function workerFile(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const file = join(folder, 'dist', 'runtime', 'scheduler', 'worker.node.js');
    if (existsSync(join(folder, 'package.json')) && existsSync(file)) return file;
    const parent = dirname(folder);
    if (parent === folder) throw internalError('the worker file is missing: the package is not built');
    folder = parent;
  }
}

export function startWorker(): WorkerLink {
  const worker = new Worker(workerFile());
  worker.unref();
  return {
    post: (message) => worker.postMessage(message),
    onMessage: (listener) => {
      worker.on('message', (message: FromWorker) => listener(message));
      worker.on('error', (error) =>
        listener({
          kind: 'failed',
          job: -1,
          error: { code: 'internal_error', message: `a worker thread died: ${error.message}` },
        }),
      );
    },
    reference: (on) => (on ? worker.ref() : worker.unref()),
    terminate: async () => {
      await worker.terminate();
    },
  };
}
