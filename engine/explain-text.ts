import { children } from '../compiler/physical/columns.ts';
import type { PhysicalPlan } from '../compiler/physical/plan.ts';
import { nodeDescriptions } from '../compiler/physical/print.ts';
import { typeName } from '../compiler/types/type.ts';
import type { KernelReport } from '../runtime/scheduler/report.ts';
import {
  type Explained,
  executionMs,
  hostFunctionsOf,
  planningMs,
  qError,
  type RanStatement,
  spilledOf,
  sumOf,
  threadsOf,
} from './explain-report.ts';

/** Lines are broken before this column. */
const COLUMNS = 120;

/** Shorter lines have room for figures behind them. */
const SHORT = 52;

/** The plan as an indented tree: of a join the streamed side first. */
export function textTree(explained: Explained): string {
  const { compiled, verbose } = explained;
  const describe = nodeDescriptions(compiled.physical);
  const lines: string[] = [];
  const visit = (node: PhysicalPlan, depth: number): void => {
    const indent = '  '.repeat(depth);
    const notes = annotation(node, explained);
    const behind = notes.length === 0 ? '' : `(${notes.join(', ')})`;
    const line = `${indent}${describe(node)}`;
    // Whatever the figures: long lines have them below.
    if (line.length <= SHORT) lines.push(...broken(`${line}  ${behind}`.trimEnd(), `${indent}      `));
    else {
      lines.push(...broken(line, `${indent}      `));
      if (behind !== '') lines.push(...broken(`${indent}    ${behind}`, `${indent}      `));
    }
    if (verbose) {
      const output = node.columns.map(({ name, id, type }) => `${name}#${id} ${typeName(type)}`).join(', ');
      lines.push(...broken(`${indent}    output: ${output === '' ? 'nothing' : output}`, `${indent}      `));
    }
    for (const child of children(node)) visit(child, depth + 1);
  };
  visit(compiled.physical, 0);
  return lines.join('\n');
}

/** A long line as several, broken at spaces. */
function broken(text: string, indent: string): readonly string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > COLUMNS) {
    const comma = rest.lastIndexOf(', ', COLUMNS - 1);
    const at = comma > COLUMNS / 2 ? comma + 1 : rest.lastIndexOf(' ', COLUMNS);
    if (at <= indent.length) break;
    lines.push(rest.slice(0, at).trimEnd());
    rest = `${indent}${rest.slice(at + 1).trimStart()}`;
  }
  return [...lines, rest];
}

/** Estimated and actual rows, how far apart they are, time, and what was left out. */
function annotation(node: PhysicalPlan, { run, costs, timing }: Explained): readonly string[] {
  const notes: string[] = [];
  if (costs && node.estimate !== undefined) notes.push(`~${node.estimate} rows`);
  if (run === undefined) return notes;
  const { report, own } = run;
  const counter = report.counters.get(node);
  const { rows = 0, loops = 1 } = counter ?? {};
  notes.push(`${rows} actual`);
  if (costs && node.estimate !== undefined) notes.push(`q-error ${qError(node.estimate, rows / loops).toFixed(1)}`);
  if (loops > 1) notes.push(`${loops} loops`);
  if (counter === undefined) notes.push('never ran');
  const ms = own.get(node);
  if (timing && ms !== undefined) notes.push(`${ms.toFixed(1)} ms`);
  if (node.kind === 'tableScan') {
    const chunks = report.pruned.get(node);
    if (chunks !== undefined) notes.push(`${chunks.read} chunks, ${chunks.pruned} pruned`);
  }
  if (counter !== undefined && counter.spilledBytes > 0) notes.push(`${mebibytes(counter.spilledBytes)} spilled`);
  for (const { kind, label, tested, dropped } of report.filters.get(node) ?? []) {
    notes.push(`${kind} filter ${label}: ${dropped} of ${tested} rows dropped`);
  }
  return notes;
}

/** Pipelines and totals. */
export function textSummary(explained: Explained): string {
  const { run, summary } = explained;
  if (run === undefined || !summary) return '';
  return [...pipelines(explained, run), ...totals(explained, run)].join('\n');
}

function pipelines({ timing }: Explained, { report }: RanStatement): readonly string[] {
  if (report.kernels.length === 0) return ['no pipelines: few rows, taken one by one'];
  const line = (kernel: KernelReport, i: number): readonly string[] => {
    const { operators, nodes, bytes, cached, threads } = kernel;
    const names = nodes.map(({ kind }) => kind).join(' → ');
    const parts = [`${bytes} bytes of code${cached ? ' from the cache' : ''}`];
    if (timing) {
      parts.push(`made in ${(kernel.generateMs + kernel.emitMs).toFixed(1)} ms`);
      parts.push(`compiled in ${kernel.moduleMs.toFixed(1)} ms`, `ran ${executionMs(kernel).toFixed(1)} ms`);
    }
    parts.push(`${threads} thread${threads > 1 ? 's' : ''}`);
    return [...broken(`  ${i + 1}  ${operators}  [${names}]`, '       '), `       ${parts.join(', ')}`];
  };
  return ['pipelines, each one kernel:', ...report.kernels.flatMap(line)];
}

function totals(explained: Explained, { report, ms }: RanStatement): readonly string[] {
  const { compiled, parseMs, bindMs, fromCache, timing } = explained;
  const { optimizeMs, lowerMs } = compiled;
  const host = hostFunctionsOf(report);
  const lines = host.length === 0 ? [] : [...broken(`evaluated by the host: ${host.join(', ')}`, '  ')];
  if (timing) {
    const parts = [
      `parse ${show(parseMs)}`,
      `bind ${show(bindMs)}`,
      `optimize ${show(optimizeMs)}`,
      `lower ${show(lowerMs)}`,
    ];
    const planned = `planning ${show(planningMs(explained))}: ${parts.join(', ')}`;
    lines.push(fromCache ? 'planning: plan from the cache' : planned);
  }
  const code = sumOf(report, (kernel) => kernel.generateMs + kernel.emitMs);
  const modules = sumOf(report, (kernel) => kernel.moduleMs);
  const threads = threadsOf(report);
  const spilled = spilledOf(report);
  const time = timing ? ` ${show(ms)}: code ${show(code)}, modules ${show(modules)}` : '';
  const what = [
    `${report.kernels.length} kernel${report.kernels.length === 1 ? '' : 's'}`,
    `${threads} thread${threads > 1 ? 's' : ''}`,
    `memory ${mebibytes(report.peakBytes)}`,
    ...(spilled > 0 ? [`${mebibytes(spilled)} spilled`] : []),
  ];
  return [...lines, `execution${time}${timing ? '; ' : ': '}${what.join(', ')}`];
}

function show(ms: number): string {
  return `${ms.toFixed(1)} ms`;
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
