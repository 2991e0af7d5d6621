import { children } from '../compiler/physical/columns.ts';
import type { PhysicalPlan } from '../compiler/physical/plan.ts';
import type { KernelReport, RunReport } from '../runtime/scheduler/report.ts';
import type { CompiledPlan } from './compile.ts';

/** What EXPLAIN shows, whatever its form. */
export interface Explained {
  readonly compiled: CompiledPlan;
  readonly parseMs: number;
  readonly bindMs: number;
  /** Earlier runs of the text have planned it. */
  readonly fromCache: boolean;
  /** Of a statement that ran. */
  readonly run: RanStatement | undefined;
  readonly verbose: boolean;
  /** Estimates are shown. */
  readonly costs: boolean;
  readonly timing: boolean;
  readonly summary: boolean;
}

export interface RanStatement {
  readonly report: RunReport;
  readonly ms: number;
  /** Time of each operator, without that of its inputs. */
  readonly own: ReadonlyMap<PhysicalPlan, number>;
}

export function planningMs({ parseMs, bindMs, compiled, fromCache }: Explained): number {
  return fromCache ? 0 : parseMs + bindMs + compiled.optimizeMs + compiled.lowerMs;
}

export function executionMs({ ms, generateMs, emitMs, moduleMs }: KernelReport): number {
  return Math.max(0, ms - generateMs - emitMs - moduleMs);
}

/** Nanoseconds, about, that operators take for a row that they get: only the relations between them matter. */
const WEIGHTS: Readonly<Partial<Record<PhysicalPlan['kind'], number>>> = {
  tableScan: 1,
  filter: 1,
  project: 1,
  limit: 1,
  hashJoin: 8,
  nestedLoopJoin: 20,
  hashAggregate: 8,
  sort: 20,
};
const OTHER_WEIGHT = 4;

/**
 * Operators of a pipeline run fused in one kernel, so that nobody can time them one by one: the pipeline's time is
 * divided among them by the rows that each of them got, weighted by its kind. Of a scan these are the rows of the
 * chunks that it read.
 */
export function ownTimes(report: RunReport): ReadonlyMap<PhysicalPlan, number> {
  const times = new Map<PhysicalPlan, number>();
  for (const kernel of report.kernels) {
    const { nodes } = kernel;
    const weights = nodes.map((node, i) => {
      const before = nodes[i - 1];
      const read = node.kind === 'tableScan' ? report.pruned.get(node)?.rows : undefined;
      const rows = read ?? report.counters.get(before ?? node)?.rows ?? 0;
      return (rows + 1) * (WEIGHTS[node.kind] ?? OTHER_WEIGHT);
    });
    const all = weights.reduce((sum, weight) => sum + weight, 0);
    nodes.forEach((node, i) => {
      const share = (executionMs(kernel) * (weights[i] ?? 0)) / all;
      times.set(node, (times.get(node) ?? 0) + share);
    });
  }
  return times;
}

/** An operator's time with that of all its inputs. */
export function totalMs(node: PhysicalPlan, own: RanStatement['own']): number {
  return children(node).reduce((sum, child) => sum + totalMs(child, own), own.get(node) ?? 0);
}

/** How many times too high or too low an estimate was; at least one row counts on each side (Moerkotte et al., VLDB 2009). */
export function qError(estimate: number, actual: number): number {
  const e = Math.max(1, estimate);
  const a = Math.max(1, actual);
  return Math.max(e / a, a / e);
}

export function hostFunctionsOf({ kernels }: RunReport): readonly string[] {
  return [...new Set(kernels.flatMap(({ hostFunctions }) => hostFunctions))].sort();
}

export function sumOf(report: RunReport, part: (kernel: KernelReport) => number): number {
  return report.kernels.reduce((sum, kernel) => sum + part(kernel), 0);
}

export function threadsOf({ kernels }: RunReport): number {
  return kernels.reduce((most, { threads }) => Math.max(most, threads), 1);
}

export function spilledOf({ counters }: RunReport): number {
  return [...counters.values()].reduce((sum, { spilledBytes }) => sum + spilledBytes, 0);
}
