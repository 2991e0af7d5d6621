import type { Column, ColumnId } from '../../compiler/ir/expression.ts';
import type { BindingId } from '../../compiler/ir/plan.ts';
import type { PhysicalPlan, TableScan } from '../../compiler/physical/plan.ts';
import { OrbitError } from '../../compiler/types/error.ts';
import type { Value } from '../../compiler/types/value.ts';
import type { TableSource, Transaction } from '../columns/source.ts';
import type { BufferPool, DictionaryFrame } from '../memory/buffer-pool.ts';
import type { EngineMemory } from '../memory/engine-memory.ts';
import type { Frame } from '../memory/loading.ts';
import type { Tables as RowTables } from '../reference/tables.ts';
import type { Binding } from './bindings.ts';
import type { HostEvaluate } from './host-calls.ts';
import type { ReadyKeyFilter } from './key-filters.ts';
import type { ModuleCache } from './modules.ts';
import type { Repeated } from './repeated.ts';
import type { Counter, FilterReport, KernelReport, ScanReport } from './report.ts';
import type { SpillHost } from './spill/host.ts';
import type { QuerySpill } from './spill/space.ts';
import type { Task } from './task.ts';
import type { WorkerPool } from './worker-pool.ts';

/** What executions of one engine share. */
export interface Executor {
  readonly memory: EngineMemory;
  readonly pool: BufferPool;
  readonly modules: ModuleCache;
  readonly hostCalls: HostEvaluate;
  readonly workers: WorkerPool | undefined;
  /** Undefined: there is no disk. */
  readonly spill: SpillHost | undefined;
}

export type Outer = ReadonlyMap<ColumnId, { readonly column: Column; readonly value: Value }>;

/** One execution of a physical plan; the coordinator's own task. */
export interface Query extends Task {
  readonly executor: Executor;
  /** The task's `spill`, with what only the coordinator does. */
  readonly space: QuerySpill | undefined;
  readonly parameters: readonly Value[];
  readonly tables: Tables;
  readonly transaction: Transaction | undefined;
  /** Command ids of the plan count from this one: a statement sees what earlier ones of its transaction wrote. */
  readonly firstCommand: number;
  /** Frames that rows in the query's arenas point into. */
  readonly pins: (Frame | DictionaryFrame)[];
  /** Estimated bytes of the texts that stay pinned until the query ends. */
  readonly stable: { bytes: number };
  readonly analyze: boolean;
  /** When the execution began. */
  readonly started: number;
  readonly isCancelled: () => boolean;
  /** All rows of a plan on the host, for operators that work row by row there. */
  readonly collect: (query: Query, plan: PhysicalPlan, outer: Outer) => Promise<readonly (readonly Value[])[]>;
  /** The operators by the numbers that kernels know them by. */
  readonly nodes: Map<number, PhysicalPlan>;
  /** Of EXPLAIN ANALYZE, by operator. */
  readonly counters: Map<PhysicalPlan, Counter>;
  readonly kernels: KernelReport[];
  readonly pruned: Map<TableScan, ScanReport>;
  /** Filters by the keys of joins' build sides, by their numbers in the plan, once they are made. */
  readonly keyFilters: Map<number, ReadyKeyFilter>;
  /** Runtime filters by the operator that applies them. */
  readonly filters: Map<PhysicalPlan, FilterReport[]>;
  /** Run when the query ends, however it does. */
  readonly closers: (() => void)[];
  /** What nodes around bind, for references to it. */
  readonly bindings: Map<BindingId, Binding>;
  /** Present while a part of the plan runs that runs again and again. */
  readonly repeated?: Repeated | undefined;
}

/** What the executor asks of storage; tables are the plan's handles. */
export interface Tables {
  readonly source: (table: TableScan['table']) => TableSource;
  /** Reads and writes single rows in the query's transaction. */
  readonly writer: RowTables;
}

export function cancelled(): OrbitError {
  return new OrbitError('query_canceled', 'the statement was cancelled');
}

/** How long a thread computes before it lets others have a turn. */
const SLICE_MS = 10;

/** `pause` gives the event loop a turn. */
export function breather(isCancelled: () => boolean, pause: () => Promise<void>): () => Promise<void> | undefined {
  let since = performance.now();
  return () => {
    if (isCancelled()) throw cancelled();
    if (performance.now() - since < SLICE_MS) return undefined;
    return pause().then(() => {
      since = performance.now();
      if (isCancelled()) throw cancelled();
    });
  };
}

/** The operator's line in the report; made when first asked for. */
export function counterOf(query: Query, node: PhysicalPlan): Counter {
  let counter = query.counters.get(node);
  if (counter === undefined) {
    counter = { rows: 0, loops: 0, ms: 0, spilledBytes: 0 };
    query.counters.set(node, counter);
  }
  return counter;
}
