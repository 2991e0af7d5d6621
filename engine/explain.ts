import type { BoundBody } from '../compiler/frontends/sql/bound.ts';
import type { Plan } from '../compiler/ir/plan.ts';
import { printPlan } from '../compiler/ir/print.ts';
import { OrbitError } from '../compiler/types/error.ts';
import { type CompiledPlan, compilePlan } from './compile.ts';
import type { ExplainOptions } from './database.ts';
import { jsonPlan } from './explain-json.ts';
import { type Explained, executionMs, ownTimes, type RanStatement } from './explain-report.ts';
import { textSummary, textTree } from './explain-text.ts';
import { named } from './named-statements.ts';
import type { PlannedStatement } from './planner.ts';
import { type Execution, runForReport } from './run.ts';

/** The plan of a statement, and with `analyze` what became of it. */
export async function explainStatement(
  statement: PlannedStatement,
  outer: Execution,
  options: ExplainOptions,
): Promise<string> {
  const { bound, parseMs, bindMs } = statement;
  const request: ExplainOptions =
    bound.kind === 'explain'
      ? { ...flagsOf(bound), analyze: bound.analyze, verbose: bound.verbose, format: bound.format, ...options }
      : options;
  const { stages = false, analyze = false } = request;
  const explained = bound.kind === 'explain' ? bound.inner : bound;
  const { plan, execution } = await explainedPlan(explained, outer);
  const fromCache = statement.used() && bound.kind !== 'explain' && !stages;
  const compiled = fromCache ? statement.compiled() : compilePlan(plan, { trace: stages, off: [] });
  const shown: Explained = {
    compiled,
    parseMs,
    bindMs,
    fromCache,
    run: analyze ? await ran(execution, compiled) : undefined,
    verbose: request.verbose ?? false,
    costs: request.costs ?? true,
    timing: request.timing ?? true,
    summary: request.summary ?? true,
  };
  if (request.format === 'json') return JSON.stringify(jsonPlan(shown), null, 2);
  const parts: string[] = [];
  if (stages) parts.push(...stagesOf(compiled, statement));
  parts.push(stages ? section('physical plan', textTree(shown)) : textTree(shown));
  if (stages && shown.run !== undefined) parts.push(kernels(shown.run));
  const summary = textSummary(shown);
  if (summary !== '') parts.push(summary);
  return parts.join('\n');
}

async function ran(execution: Execution, compiled: CompiledPlan): Promise<RanStatement> {
  const started = performance.now();
  const report = await runForReport(execution, compiled);
  return { report, ms: performance.now() - started, own: ownTimes(report) };
}

/** The options of EXPLAIN as a statement. */
function flagsOf({ options }: Extract<BoundBody, { readonly kind: 'explain' }>): ExplainOptions {
  for (const name of ['buffers', 'wal', 'settings']) {
    if (options.get(name) === true) {
      throw new OrbitError('feature_not_supported', `EXPLAIN (${name.toUpperCase()}) is not supported`);
    }
  }
  return { costs: options.get('costs'), timing: options.get('timing'), summary: options.get('summary') };
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

function kernels({ report }: RanStatement): string {
  const rows = report.kernels.map((kernel) => {
    const { operators, bytes, emitMs, moduleMs, generateMs, threads } = kernel;
    const compile = (generateMs + emitMs + moduleMs).toFixed(1);
    return `${operators}: ${bytes} bytes, compiled in ${compile} ms, ran ${executionMs(kernel).toFixed(1)} ms on ${threads} thread${threads > 1 ? 's' : ''}`;
  });
  return section('kernels', rows.join('\n'));
}

function section(title: string, text: string): string {
  return `-- ${title}\n${text.trimEnd()}\n`;
}

function stagesOf(compiled: CompiledPlan, { statement }: PlannedStatement): readonly string[] {
  const parts: string[] = [];
  parts.push(section('syntax tree', printTree(statement)));
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
