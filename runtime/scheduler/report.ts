import type { PhysicalPlan, TableScan } from '../../compiler/physical/plan.ts';

/** What EXPLAIN ANALYZE tells of one operator. */
export interface Counter {
  /** Rows that it put out, over all of its runs. */
  rows: number;
  /** Of the pipelines that end in it. */
  ms: number;
  /** Bytes that it wrote to temporary files. */
  spilledBytes: number;
}

/** A filter that an operator made while it ran, such as a join's build side, and that another one applied to its rows. */
export interface FilterReport {
  /** What it tests, as the plan's columns are called. */
  readonly label: string;
  /** The operator that made it. */
  readonly maker: PhysicalPlan;
  /** Rows; chunks that zone maps leave out are counted by the scan. */
  tested: number;
  dropped: number;
}

/** One kernel that ran: a pipeline, or a part of one. */
export interface KernelReport {
  readonly operators: string;
  /** Of code. */
  readonly bytes: number;
  /** Making its code in the kernel IR, its bytes, and a module of them. */
  readonly generateMs: number;
  readonly emitMs: number;
  readonly moduleMs: number;
  /** Whether its module was known. */
  readonly cached: boolean;
  /** From the start of the execution to its first morsel. */
  readonly begunMs: number;
  /** All of it, from the first line of its code to its last row. */
  readonly ms: number;
  readonly threads: number;
}

/** What became of an execution. */
export interface RunReport {
  readonly counters: ReadonlyMap<PhysicalPlan, Readonly<Counter>>;
  readonly kernels: readonly KernelReport[];
  /** Chunks of each scan that were read, and that zone maps left out. */
  readonly pruned: ReadonlyMap<TableScan, { readonly read: number; readonly pruned: number }>;
  /** Runtime filters by the operator that applied them. */
  readonly filters: ReadonlyMap<PhysicalPlan, readonly Readonly<FilterReport>[]>;
  readonly peakBytes: number;
}
