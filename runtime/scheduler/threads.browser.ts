import type { FromWorker, WorkerLink } from './worker-protocol.ts';

export function startWorker(): WorkerLink {
  const worker = new Worker(new URL('./worker.browser.js', import.meta.url), { type: 'module' });
  return {
    post: (message) => worker.postMessage(message),
    onMessage: (listener) => {
      worker.onmessage = ({ data }: MessageEvent<FromWorker>) => listener(data);
      worker.onerror = (event) =>
        listener({
          kind: 'failed',
          job: -1,
          error: { code: 'internal_error', message: `a worker died: ${event.message}` },
        });
    },
    reference: () => {},
    terminate: async () => worker.terminate(),
  };
}
