import { createExecutor } from '../../runtime/scheduler/executor.ts';
import type { Executor } from '../../runtime/scheduler/query.ts';
import { createSpillHost } from '../../runtime/scheduler/spill/host.node.ts';
import type { Loaded } from './agreement.ts';
import type { DataSet } from './data.ts';
import { loadOwn } from './own.ts';
import { openDuck, openPostgres, type PeerEngine } from './peers.ts';

/** Everybody who answers. */
export interface Engines {
  readonly shared: Executor;
  readonly unshared: Executor;
  /** With two worker threads. */
  readonly workers: Executor;
  readonly duck: PeerEngine;
  readonly postgres: PeerEngine;
  readonly close: () => Promise<void>;
}

const MEMORY_BYTES = 512 << 20;

export async function openEngines(): Promise<Engines> {
  const [duck, postgres] = [await openDuck(), await openPostgres()];
  const spill = createSpillHost();
  const workers = createExecutor({ shared: true, memoryBytes: MEMORY_BYTES, threads: 2, spill });
  return {
    shared: createExecutor({ shared: true, memoryBytes: MEMORY_BYTES, spill }),
    unshared: createExecutor({ shared: false, memoryBytes: MEMORY_BYTES, spill }),
    workers,
    duck,
    postgres,
    close: async () => {
      await workers.workers?.close();
      await duck.close();
      await postgres.close();
    },
  };
}

export async function load(engines: Engines, data: DataSet): Promise<Loaded> {
  await engines.duck.load(data);
  await engines.postgres.load(data);
  return { engines, data, own: loadOwn(data) };
}
