import type { PhysicalPlan, TableScan } from '../../compiler/physical/plan.ts';
import { internalError } from '../../compiler/types/error.ts';
import type { Value } from '../../compiler/types/value.ts';
import type { Transaction } from '../columns/source.ts';
import { readValue, writeValue } from '../columns/values.ts';
import { createBufferPool } from '../memory/buffer-pool.ts';
import { createEngineMemory } from '../memory/engine-memory.ts';
import { type BatchLayout, batchLayout } from '../operators/result.ts';
import { evaluate } from '../reference/evaluate.ts';
import { createModuleCache } from './modules.ts';
import { breather, type Counter, type Executor, type KernelReport, type Query, type Tables } from './query.ts';
import { hostContext, runToBatches } from './streams.ts';

export interface ExecutorOptions {
  /** Default: shared if the host can. */
  readonly shared?: boolean | undefined;
  /** At most 4 GiB. */
  readonly memoryBytes: number;
}

const PAGE_BYTES = 65_536;

export function createExecutor(options: ExecutorOptions): Executor {
  const memory = createEngineMemory({ shared: options.shared, maximumBytes: options.memoryBytes });
  const hostCalls: Executor['hostCalls'] = new Map();
  const evaluateCall = (ctx: number, index: number, row: number): void => {
    const running = hostCalls.get(ctx >>> 0);
    const call = running?.calls[index];
    if (running === undefined || call === undefined) throw internalError('a kernel made a host call that nobody knows');
    const { query } = running;
    const address = row >>> 0;
    const values = new Map<number, Value>();
    for (const { id, field } of call.arguments) {
      const isNull = field.nullOffset !== undefined && memory.u8()[address + field.nullOffset] !== 0;
      values.set(id, isNull ? null : readValue(memory, address + field.offset, field.type, field.lane));
    }
    const result = evaluate(call.expression, values, hostContext(query, new Map()));
    const { nullOffset, offset, type, lane } = call.result;
    if (nullOffset !== undefined) memory.u8()[address + nullOffset] = result === null ? 1 : 0;
    writeValue(memory, address + offset, type, lane, result, (bytes) =>
      memory.arenaAlloc(query.arena, query.budget, bytes),
    );
  };
  const executor: Executor = {
    memory,
    pool: createBufferPool(memory),
    modules: createModuleCache(memory, evaluateCall, Math.floor(options.memoryBytes / PAGE_BYTES)),
    hostCalls,
  };
  return executor;
}

export interface RunOptions {
  readonly parameters: readonly Value[];
  readonly tables: Tables;
  readonly transaction?: Transaction | undefined;
  readonly analyze: boolean;
  /** Bytes that this query may take. */
  readonly memoryLimit?: number | undefined;
  readonly isCancelled: () => boolean;
  /** Gives the event loop a turn. */
  readonly pause: () => Promise<void>;
  /** Gets each batch; it may keep nothing of it once its promise is settled. */
  readonly deliver: (batch: number, rows: number, layout: BatchLayout) => void | Promise<void>;
}

export interface RunReport {
  readonly counters: ReadonlyMap<PhysicalPlan, Counter>;
  readonly kernels: readonly KernelReport[];
  readonly pruned: ReadonlyMap<TableScan, { readonly read: number; readonly pruned: number }>;
  readonly peakBytes: number;
}

/** Runs a physical plan to its end. Everything it took is given back, however it ends. */
export async function runPlan(executor: Executor, plan: PhysicalPlan, options: RunOptions): Promise<RunReport> {
  const { memory, pool } = executor;
  const budget = memory.createBudget('the query', options.memoryLimit ?? memory.queriesBudget.limit);
  const arena = memory.createArena(budget);
  const query: Query = {
    executor,
    parameters: options.parameters,
    tables: options.tables,
    transaction: options.transaction,
    budget,
    arena,
    pins: [],
    analyze: options.analyze,
    nodes: new Map(),
    counters: new Map(),
    kernels: [],
    pruned: new Map(),
    breathe: breather(options.isCancelled, options.pause),
    closers: [],
  };
  const layout = batchLayout(plan.columns);
  try {
    await query.breathe();
    await runToBatches(query, plan, new Map(), (batch, rows) => options.deliver(batch, rows, layout));
    return { counters: query.counters, kernels: query.kernels, pruned: query.pruned, peakBytes: budget.peak };
  } finally {
    for (const close of query.closers) close();
    for (const [ctx, { query: owner }] of executor.hostCalls) if (owner === query) executor.hostCalls.delete(ctx);
    for (const frame of query.pins) pool.unpin(frame);
    memory.destroyArena(arena);
    memory.destroyBudget(budget);
  }
}
