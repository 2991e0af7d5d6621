import type { PhysicalPlan } from '../../compiler/physical/plan.ts';
import type { Value } from '../../compiler/types/value.ts';
import type { Transaction } from '../columns/source.ts';
import { createBufferPool } from '../memory/buffer-pool.ts';
import { createEngineMemory } from '../memory/engine-memory.ts';
import { type BatchLayout, batchLayout } from '../operators/result.ts';
import { collectRows } from './collect.ts';
import { hostEvaluate } from './host-calls.ts';
import { createModuleCache } from './modules.ts';
import { breather, type Executor, type Query, type Tables } from './query.ts';
import type { RunReport } from './report.ts';
import type { SpillHost } from './spill/host.ts';
import { createQuerySpill } from './spill/space.ts';
import { runToBatches } from './streams.ts';
import { DEFAULT_TUNING, type Tuning } from './task.ts';
import { createWorkerPool } from './worker-pool.ts';

export interface ExecutorOptions {
  /** Default: shared if the host can. */
  readonly shared?: boolean | undefined;
  /** At most 4 GiB. */
  readonly memoryBytes: number;
  /** With more than one, long pipelines run on so many worker threads; default 1: everything on the caller's. */
  readonly threads?: number | undefined;
  /** Where rows go that do not fit in memory; without it queries that need more fail. */
  readonly spill?: SpillHost | undefined;
}

const PAGE_BYTES = 65_536;

export function createExecutor(options: ExecutorOptions): Executor {
  const memory = createEngineMemory({ shared: options.shared, maximumBytes: options.memoryBytes });
  const hostCalls = hostEvaluate(() => memory);
  const threads = options.threads ?? 1;
  return {
    memory,
    pool: createBufferPool(memory),
    modules: createModuleCache(memory, hostCalls.evaluate, Math.floor(options.memoryBytes / PAGE_BYTES)),
    hostCalls,
    workers: threads > 1 && memory.shared ? createWorkerPool(memory, threads) : undefined,
    spill: options.spill,
  };
}

export interface RunOptions {
  readonly parameters: readonly Value[];
  readonly tables: Tables;
  readonly transaction?: Transaction | undefined;
  /** Command id of the plan's first command in its transaction; default 0. */
  readonly firstCommand?: number | undefined;
  readonly analyze: boolean;
  /** Bytes that this query may take. */
  readonly memoryLimit?: number | undefined;
  readonly tuning?: Partial<Tuning> | undefined;
  readonly isCancelled: () => boolean;
  /** Gives the event loop a turn. */
  readonly pause: () => Promise<void>;
  /** Gets each batch; it may keep nothing of it once its promise is settled. */
  readonly deliver: (batch: number, rows: number, layout: BatchLayout) => void | Promise<void>;
}

/** Runs a physical plan to its end. Everything it took is given back, however it ends. */
export async function runPlan(executor: Executor, plan: PhysicalPlan, options: RunOptions): Promise<RunReport> {
  const { memory, pool } = executor;
  const budget = memory.createBudget('the query', options.memoryLimit ?? memory.queriesBudget.limit);
  const arena = memory.createArena(budget);
  const space =
    executor.spill === undefined
      ? undefined
      : createQuerySpill(executor.spill, memory, () => {
          const end = memory.arenaAlloc(arena, budget, 8);
          memory.i64()[end / 8] = 0n;
          return end;
        });
  const query: Query = {
    executor,
    space,
    spill: space,
    rows: arena,
    memory,
    tuning: { ...DEFAULT_TUNING, ...options.tuning },
    isCancelled: options.isCancelled,
    collect: collectRows,
    parameters: options.parameters,
    tables: options.tables,
    transaction: options.transaction,
    firstCommand: options.firstCommand ?? 0,
    budget,
    arena,
    pins: [],
    stable: { bytes: 0 },
    analyze: options.analyze,
    started: performance.now(),
    nodes: new Map(),
    counters: new Map(),
    kernels: [],
    pruned: new Map(),
    keyFilters: new Map(),
    filters: new Map(),
    breathe: breather(options.isCancelled, options.pause),
    closers: [],
    bindings: new Map(),
  };
  const layout = batchLayout(plan.columns);
  try {
    await query.breathe();
    await runToBatches(query, plan, new Map(), (batch, rows) => options.deliver(batch, rows, layout));
    const { counters, kernels, pruned, filters } = query;
    return { counters, kernels, pruned, filters, peakBytes: budget.peak };
  } finally {
    // Whatever still writes reads no memory of the query's: it has copies.
    await space?.close();
    for (const close of query.closers) close();
    for (const frame of query.pins) pool.unpin(frame);
    memory.destroyArena(arena);
    memory.destroyBudget(budget);
  }
}
