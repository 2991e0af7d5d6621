import type { EngineMemory } from '../memory/engine-memory.ts';
import { startWorker } from './threads.node.ts';
import { type FromWorker, receiveError, type ToWorker, type WorkerLink } from './worker-protocol.ts';

/** The worker threads of an engine: started when a query first needs them. */
export interface WorkerPool {
  readonly size: number;
  /** All workers, attached to the memory. */
  readonly workers: () => Promise<readonly PoolWorker[]>;
  readonly close: () => Promise<void>;
}

export interface PoolWorker {
  readonly post: (message: ToWorker) => void;
  /** The worker's next answer to the job; rejects with what it failed of. */
  readonly answer: (job: number) => Promise<FromWorker>;
  /** Nobody will ask for the job's answers any more. */
  readonly drop: (job: number) => void;
  /** Keeps the process alive while it works. */
  readonly reference: (on: boolean) => void;
}

interface Waiting {
  readonly resolve: (message: FromWorker) => void;
  readonly reject: (error: Error) => void;
}

export function createWorkerPool(memory: EngineMemory, size: number): WorkerPool {
  let started: Promise<readonly PoolWorker[]> | undefined;
  const links: WorkerLink[] = [];

  const start = (): Promise<PoolWorker> => {
    const link = startWorker();
    links.push(link);
    const waiting = new Map<number, Waiting>();
    // An answer may come before anybody asks for it.
    const early = new Map<number, FromWorker>();
    let users = 0;
    const settle = (job: number, message: FromWorker): void => {
      const waiter = waiting.get(job);
      if (waiter === undefined) {
        early.set(job, message);
        return;
      }
      waiting.delete(job);
      if (message.kind === 'failed') waiter.reject(receiveError(message.error));
      else waiter.resolve(message);
    };
    return new Promise((resolve, reject) => {
      link.onMessage((message) => {
        if (message.kind === 'ready') {
          link.reference(false);
          return resolve({
            post: link.post,
            drop: (job) => {
              early.delete(job);
            },
            reference: (on) => {
              users += on ? 1 : -1;
              link.reference(users > 0);
            },
            answer: (job) =>
              new Promise((done, fail) => {
                const known = early.get(job);
                waiting.set(job, { resolve: done, reject: fail });
                if (known === undefined) return;
                early.delete(job);
                settle(job, known);
              }),
          });
        }
        if (message.job < 0 && message.kind === 'failed') {
          reject(receiveError(message.error));
          for (const job of [...waiting.keys()]) settle(job, message);
          return;
        }
        settle(message.job, message);
      });
      link.reference(true);
      link.post({ kind: 'attach', handle: memory.handle });
    });
  };

  return {
    size,
    workers: () => {
      started ??= Promise.all(Array.from({ length: size }, start));
      return started;
    },
    close: async () => {
      await Promise.all(links.map((link) => link.terminate()));
    },
  };
}
