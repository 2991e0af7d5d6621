import type { Column, ColumnId } from '../../compiler/ir/expression.ts';
import type { PhysicalPlan, TableScan } from '../../compiler/physical/plan.ts';
import { OrbitError } from '../../compiler/types/error.ts';
import type { Value } from '../../compiler/types/value.ts';
import type { TableSource, Transaction } from '../columns/source.ts';
import type { HostCall } from '../kernels/context.ts';
import type { Budget } from '../memory/budget-host.ts';
import type { BufferPool, DictionaryFrame } from '../memory/buffer-pool.ts';
import type { EngineMemory } from '../memory/engine-memory.ts';
import type { Frame } from '../memory/loading.ts';
import type { Tables as RowTables } from '../reference/tables.ts';
import type { ModuleCache } from './modules.ts';

/** What executions of one engine share. */
export interface Executor {
  readonly memory: EngineMemory;
  readonly pool: BufferPool;
  readonly modules: ModuleCache;
  /** Host calls of the kernels that run, by context address. */
  readonly hostCalls: Map<number, { readonly calls: readonly HostCall[]; readonly query: Query }>;
}

export type Outer = ReadonlyMap<ColumnId, { readonly column: Column; readonly value: Value }>;

export interface Counter {
  rows: number;
  ms: number;
}

/** One execution of a physical plan. */
export interface Query {
  readonly executor: Executor;
  readonly parameters: readonly Value[];
  readonly tables: Tables;
  readonly transaction: Transaction | undefined;
  readonly budget: Budget;
  /** Rows, strings, tables and contexts of the query: freed together. */
  readonly arena: number;
  /** Frames that the rows in the arena point into. */
  readonly pins: (Frame | DictionaryFrame)[];
  readonly analyze: boolean;
  /** The operators by the numbers that kernels know them by. */
  readonly nodes: Map<number, PhysicalPlan>;
  /** Of EXPLAIN ANALYZE, by operator. */
  readonly counters: Map<PhysicalPlan, Counter>;
  readonly kernels: KernelReport[];
  readonly pruned: Map<TableScan, { read: number; pruned: number }>;
  /** Throws when the query is cancelled; lets other work of the thread run now and then. */
  readonly breathe: () => Promise<void> | undefined;
  /** Runs when the query ends, however it does. */
  readonly closers: (() => void)[];
}

export interface KernelReport {
  readonly operators: string;
  readonly bytes: number;
  readonly compileMs: number;
  readonly ms: number;
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

export function allocate(query: Query, bytes: number): number {
  return query.executor.memory.arenaAlloc(query.arena, query.budget, bytes);
}

/** Zeroed, since arenas give out memory as it is. */
export function allocateZeroed(query: Query, bytes: number): number {
  const address = allocate(query, bytes);
  query.executor.memory.u8().fill(0, address, address + bytes);
  return address;
}

export function count(query: Query, node: PhysicalPlan, rows: number, ms = 0): void {
  const known = query.counters.get(node);
  if (known === undefined) query.counters.set(node, { rows, ms });
  else {
    known.rows += rows;
    known.ms += ms;
  }
}
