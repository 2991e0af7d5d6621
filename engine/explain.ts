import type { BoundBody } from '../compiler/frontends/sql/bound.ts';
import type { Plan } from '../compiler/ir/plan.ts';
import { printPlan } from '../compiler/ir/print.ts';
import { children } from '../compiler/physical/columns.ts';
import type { PhysicalPlan } from '../compiler/physical/plan.ts';
import { nodeDescriptions, printPhysical } from '../compiler/physical/print.ts';
import { OrbitError } from '../compiler/types/error.ts';
import type { Statement } from '../grammars/sql/tree.ts';
import type { KernelReport, RunReport } from '../runtime/scheduler/report.ts';
import { type CompiledPlan, compilePlan } from './compile.ts';
import type { ExplainOptions } from './database.ts';
import { named } from './named-statements.ts';
import type { PlannedStatement } from './planner.ts';
import { type Execution, runForReport } from './run.ts';

/** The plan of a statement, and with `analyze` what became of it. */
export async function explainStatement(
  statement: PlannedStatement,
  outer: Execution,
  options: ExplainOptions,
): Promise<string> {
  const { bound } = statement;
  const request: ExplainRequest =
    bound.kind === 'explain'
      ? { analyze: bound.analyze, format: bound.format, ...options, statement: statement.statement }
      : { ...options, statement: statement.statement };
  const explained = bound.kind === 'explain' ? bound.inner : bound;
  const { plan, execution } = await explainedPlan(explained, outer);
  const compiled = compilePlan(plan, { trace: request.stages === true, off: [] });
  let report: RunReport | undefined;
  let runMs = 0;
  if (request.analyze === true) {
    const started = performance.now();
    report = await runForReport(execution, compiled);
    runMs = performance.now() - started;
  }
  if (request.format === 'json') return JSON.stringify(jsonPlan(compiled, report, runMs), null, 2);
  const parts: string[] = [];
  if (request.stages === true) parts.push(...stages(compiled, request));
  const text = printPhysical(compiled.physical, {
    annotate: (node) => annotation(node, compiled.physical, report),
  }).trimEnd();
  parts.push(request.stages === true ? section('physical plan', text) : text);
  if (report !== undefined) parts.push(summary(compiled, report, runMs, request.stages === true));
  return parts.join('\n');
}

interface ExplainRequest extends ExplainOptions {
  readonly statement: Statement;
}

async function explainedPlan(
  body: BoundBody,
  execution: Execution,
): Promise<{ readonly plan: Plan; readonly execution: Execution }> {
  if (body.kind !== 'execute') return { plan: planOf(body), execution };
  const { planned, values } = await named(body, execution);
  return { plan: planOf(planned.bound), execution: { ...execution, values } };
}

function planOf(body: BoundBody): Plan {
  switch (body.kind) {
    case 'query':
    case 'insert':
    case 'update':
    case 'delete':
      return body.plan;
    default:
      throw new OrbitError('feature_not_supported', `${body.kind} has no plan to explain`);
  }
}

/** Estimated and actual rows, how far apart they are, time, and what pruning left out. */
function annotation(node: PhysicalPlan, root: PhysicalPlan, report: RunReport | undefined): string {
  const notes: string[] = [];
  if (node.estimate !== undefined) notes.push(`~${node.estimate} rows`);
  const counter = report?.counters.get(node);
  if (report !== undefined) {
    const actual = counter?.rows ?? 0;
    notes.push(`${actual} actual`);
    if (node.estimate !== undefined) notes.push(`q-error ${qError(node.estimate, actual)}`);
    // The last pipeline's time is the root's.
    if (counter !== undefined && (counter.ms > 0 || node === root)) notes.push(`${counter.ms.toFixed(1)} ms`);
    if (node.kind === 'tableScan') {
      const chunks = report.pruned.get(node);
      if (chunks !== undefined) notes.push(`${chunks.read} chunks, ${chunks.pruned} pruned`);
    }
    if (counter !== undefined && counter.spilledBytes > 0) {
      notes.push(`${(counter.spilledBytes / 2 ** 20).toFixed(1)} MiB spilled`);
    }
    for (const { label, tested, dropped } of report.filters.get(node) ?? []) {
      notes.push(`filter ${label}: ${dropped} of ${tested} rows dropped`);
    }
  }
  return notes.length === 0 ? '' : `  (${notes.join(', ')})`;
}

/** How many times too high or too low an estimate was; at least one row counts on each side (Moerkotte et al., VLDB 2009). */
function qError(estimate: number, actual: number): string {
  const e = Math.max(1, estimate);
  const a = Math.max(1, actual);
  return Math.max(e / a, a / e).toFixed(1);
}

function summary(compiled: CompiledPlan, report: RunReport, runMs: number, kernels: boolean): string {
  const compileMs = report.kernels.reduce((sum, kernel) => sum + compileMsOf(kernel), 0);
  const lines = [
    `optimizer ${compiled.optimizeMs.toFixed(1)} ms, ${report.kernels.length} kernels compiled in ${compileMs.toFixed(1)} ms, ` +
      `run ${runMs.toFixed(1)} ms, memory ${(report.peakBytes / 2 ** 20).toFixed(1)} MiB`,
  ];
  if (!kernels) return lines.join('\n');
  const rows = report.kernels.map(
    ({ operators, bytes, ms, threads, ...kernel }) =>
      `${operators}: ${bytes} bytes, compiled in ${compileMsOf(kernel).toFixed(1)} ms, ran ${ms.toFixed(1)} ms on ${threads} thread${threads > 1 ? 's' : ''}`,
  );
  return [section('kernels', rows.join('\n')), ...lines].join('\n');
}

function compileMsOf({ emitMs, moduleMs }: Pick<KernelReport, 'emitMs' | 'moduleMs'>): number {
  return emitMs + moduleMs;
}

function section(title: string, text: string): string {
  return `-- ${title}\n${text.trimEnd()}\n`;
}

function stages(compiled: CompiledPlan, request: ExplainRequest): readonly string[] {
  const parts: string[] = [];
  if (request.statement !== undefined) parts.push(section('syntax tree', printTree(request.statement)));
  parts.push(section('logical plan', printPlan(compiled.logical)));
  for (const { pass, ms, changed, after } of compiled.passes) {
    const title = `after ${pass} (${ms.toFixed(2)} ms)`;
    parts.push(section(title, changed && after !== undefined ? printPlan(after) : '   unchanged'));
  }
  return parts;
}

/** A syntax tree as indented text: kinds and fields, without ranges. */
function printTree(node: unknown, indent = ''): string {
  if (Array.isArray(node))
    return node.length === 0 ? '[]' : node.map((item) => `\n${indent}- ${printTree(item, `${indent}  `)}`).join('');
  if (typeof node !== 'object' || node === null) return JSON.stringify(node) ?? 'none';
  return Object.entries(node)
    .filter(([key, value]) => key !== 'range' && value !== undefined)
    .map(([key, value]) => {
      if (key === 'kind') return String(value);
      const nested = typeof value === 'object' && value !== null;
      return `\n${indent}  ${key}: ${nested ? printTree(value, `${indent}  `) : JSON.stringify(value)}`;
    })
    .join('');
}

interface JsonNode {
  readonly operator: string;
  /** The operator with its conditions, as in the text. */
  readonly description: string;
  readonly estimate: number | undefined;
  readonly rows: number | undefined;
  readonly ms: number | undefined;
  readonly inputs: readonly JsonNode[];
}

function jsonPlan(compiled: CompiledPlan, report: RunReport | undefined, runMs: number): unknown {
  const describe = nodeDescriptions(compiled.physical);
  const node = (plan: PhysicalPlan): JsonNode => {
    const counter = report?.counters.get(plan);
    return {
      operator: plan.kind,
      description: describe(plan),
      estimate: plan.estimate,
      rows: report === undefined ? undefined : (counter?.rows ?? 0),
      ms: counter?.ms,
      inputs: children(plan).map(node),
    };
  };
  return {
    plan: node(compiled.physical),
    optimizeMs: compiled.optimizeMs,
    ...(report === undefined ? {} : { runMs, kernels: report.kernels, peakBytes: report.peakBytes }),
  };
}
