import type { PhysicalPlan, TableScan } from '../../compiler/physical/plan.ts';

/** What EXPLAIN ANALYZE tells of one operator. */
export interface Counter {
  /** Rows that it put out, over all of its runs. */
  rows: number;
  /** How often it ran: more than once on the inner side of an Apply. */
  loops: number;
  /** Of the pipelines that end in it. */
  ms: number;
  /** Bytes that it wrote to temporary files. */
  spilledBytes: number;
}

/** A filter that an operator made while it ran, such as a join's build side, and that another one applied to its rows. */
export interface FilterReport {
  /** How it knows what to let through: by a bit for each value, or by a Bloom filter. */
  readonly kind: 'bitmap' | 'bloom';
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
  /** The operators whose code it has, the first to get a row first; the last one may be a breaker that takes the rows. */
  readonly nodes: readonly PhysicalPlan[];
  /** Functions that the host evaluates for it, row by row. */
  readonly hostFunctions: readonly string[];
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

/** Chunks of a scan that were read, and that zone maps left out; rows are those of the chunks that were read. */
export interface ScanReport {
  read: number;
  pruned: number;
  rows: number;
}

/** What became of an execution. */
export interface RunReport {
  readonly counters: ReadonlyMap<PhysicalPlan, Readonly<Counter>>;
  readonly kernels: readonly KernelReport[];
  readonly pruned: ReadonlyMap<TableScan, Readonly<ScanReport>>;
  /** Runtime filters by the operator that applied them. */
  readonly filters: ReadonlyMap<PhysicalPlan, readonly Readonly<FilterReport>[]>;
  readonly peakBytes: number;
}
