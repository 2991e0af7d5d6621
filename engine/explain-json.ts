import type { Column, ColumnId, Expression, SortKey } from '../compiler/ir/expression.ts';
import { printExpression } from '../compiler/ir/print.ts';
import { children, walk } from '../compiler/physical/columns.ts';
import type { PhysicalPlan } from '../compiler/physical/plan.ts';
import { nodeDescriptions } from '../compiler/physical/print.ts';
import { unreachable } from '../compiler/types/error.ts';
import type { Type } from '../compiler/types/type.ts';
import {
  type Explained,
  executionMs,
  hostFunctionsOf,
  planningMs,
  qError,
  spilledOf,
  sumOf,
  threadsOf,
  totalMs,
} from './explain-report.ts';

/**
 * The plan in the shape of PostgreSQL's EXPLAIN (FORMAT JSON), with the keys that its viewers read, and beside them
 * keys of our own. Rows and times are those of one loop, as there; a cost is the number of rows that are expected of the
 * operator and all below it, for want of another.
 */
export function jsonPlan(explained: Explained): unknown {
  const { compiled, run, verbose } = explained;
  const ids = new Map<PhysicalPlan, number>();
  walk(compiled.physical, (node) => ids.set(node, ids.size + 1));
  const names = new Map<ColumnId, string>();
  walk(compiled.physical, (node) => {
    for (const { id, name } of node.columns) names.set(id, name);
  });
  const describe = nodeDescriptions(compiled.physical);
  const inputs = (node: PhysicalPlan): readonly unknown[] =>
    children(node).map((child, i) => ({
      ...operator(child),
      'Parent Relationship': i === 0 ? 'Outer' : 'Inner',
    }));
  const operator = (node: PhysicalPlan): Record<string, unknown> => ({
    'Node Type': nodeType(node),
    'Node Id': ids.get(node),
    Operator: node.kind,
    Description: describe(node),
    ...details(node, (expression) => printExpression(expression, names)),
    ...(verbose ? { Output: node.columns.map(({ name }) => name) } : {}),
    ...(explained.costs
      ? { 'Startup Cost': 0, 'Total Cost': costOf(node), 'Plan Rows': node.estimate ?? 0, 'Plan Width': width(node) }
      : {}),
    ...actuals(node, explained),
    ...(children(node).length > 0 ? { Plans: inputs(node) } : {}),
  });
  const { optimizeMs, lowerMs } = compiled;
  const planning = {
    'Planning Time': round(planningMs(explained)),
    'Parse Time': round(explained.parseMs),
    'Bind Time': round(explained.bindMs),
    'Optimize Time': round(optimizeMs),
    'Lower Time': round(lowerMs),
    'Plan From Cache': explained.fromCache,
  };
  const executed =
    run === undefined
      ? {}
      : {
          'Execution Time': round(run.ms),
          'Codegen Time': round(sumOf(run.report, (kernel) => kernel.generateMs + kernel.emitMs)),
          'Compile Time': round(sumOf(run.report, (kernel) => kernel.moduleMs)),
          Threads: threadsOf(run.report),
          'Peak Memory Bytes': run.report.peakBytes,
          'Spilled Bytes': spilledOf(run.report),
          'Host Functions': hostFunctionsOf(run.report),
          Pipelines: run.report.kernels.map((kernel) => ({
            Label: kernel.operators,
            Operators: kernel.nodes.map((node) => ids.get(node) ?? 0),
            'Code Bytes': kernel.bytes,
            'Codegen Time': round(kernel.generateMs + kernel.emitMs),
            'Compile Time': round(kernel.moduleMs),
            'Module From Cache': kernel.cached,
            'Execution Time': round(executionMs(kernel)),
            Threads: kernel.threads,
            'Host Functions': kernel.hostFunctions,
          })),
        };
  return [{ Plan: operator(compiled.physical), ...planning, Triggers: [], ...executed }];
}

function actuals(node: PhysicalPlan, { run, timing }: Explained): Record<string, unknown> {
  if (run === undefined) return {};
  const { report, own } = run;
  const { rows = 0, loops = 0, spilledBytes = 0 } = report.counters.get(node) ?? {};
  const each = Math.max(loops, 1);
  const scan = node.kind === 'tableScan' ? report.pruned.get(node) : undefined;
  const filters = report.filters.get(node) ?? [];
  return {
    'Actual Rows': round(rows / each),
    'Actual Loops': loops,
    'Total Rows': rows,
    ...(node.estimate === undefined ? {} : { 'Q-Error': round(qError(node.estimate, rows / each)) }),
    ...(timing
      ? {
          'Actual Startup Time': 0,
          'Actual Total Time': round(totalMs(node, own) / each),
          'Own Time': round(own.get(node) ?? 0),
        }
      : {}),
    ...(spilledBytes > 0 ? { 'Spilled Bytes': spilledBytes } : {}),
    ...(scan === undefined ? {} : { 'Chunks Read': scan.read, 'Chunks Pruned': scan.pruned }),
    ...(filters.length === 0
      ? {}
      : {
          'Runtime Filters': filters.map(({ kind, label, tested, dropped }) => ({
            Kind: kind,
            Label: label,
            Tested: tested,
            Dropped: dropped,
          })),
        }),
  };
}

function costOf(node: PhysicalPlan): number {
  return children(node).reduce((sum, child) => sum + costOf(child), node.estimate ?? 0);
}

const WIDTHS: Readonly<Partial<Record<Type['kind'], number>>> = {
  bool: 1,
  int8: 1,
  int16: 2,
  int32: 4,
  date: 4,
  float32: 4,
};

function width({ columns }: PhysicalPlan): number {
  return columns.reduce((sum, { type }: Column) => sum + (WIDTHS[type.kind] ?? (type.kind === 'utf8' ? 32 : 8)), 0);
}

function round(number: number): number {
  return Math.round(number * 1000) / 1000;
}

/** What PostgreSQL would call it, where it has such a thing. */
function nodeType(node: PhysicalPlan): string {
  switch (node.kind) {
    case 'tableScan':
      return 'Seq Scan';
    case 'keyLookup':
      return 'Index Scan';
    case 'values':
      return 'Values Scan';
    case 'filter':
    case 'project':
    case 'let':
      return 'Result';
    case 'recursive':
      return 'Recursive Union';
    case 'reference':
      return 'CTE Scan';
    case 'rangeJoin':
      return 'Merge Join';
    case 'hashJoin':
      return node.ordered === true ? 'Merge Join' : 'Hash Join';
    case 'nestedLoopJoin':
    case 'apply':
      return 'Nested Loop';
    case 'hashAggregate':
      return 'Aggregate';
    case 'window':
      return 'WindowAgg';
    case 'sort':
      return 'Sort';
    case 'limit':
      return 'Limit';
    case 'unionAll':
      return 'Append';
    case 'unnest':
    case 'repeat':
      return 'ProjectSet';
    case 'fetch':
      return 'Tid Scan';
    case 'insert':
    case 'update':
    case 'delete':
    case 'merge':
      return 'ModifyTable';
    default:
      return unreachable(node);
  }
}

const JOIN_TYPES: Readonly<Record<string, string>> = {
  inner: 'Inner',
  left: 'Left',
  single: 'Left',
  buildLeft: 'Right',
  full: 'Full',
  semi: 'Semi',
  mark: 'Semi',
  anti: 'Anti',
  buildSemi: 'Right Semi',
  buildAnti: 'Right Anti',
};

/** The keys by which viewers know what the operator works on. */
function details(node: PhysicalPlan, text: (expression: Expression) => string): Record<string, unknown> {
  const all = (list: readonly Expression[]): string => list.map(text).join(' and ');
  const sortKeys = (keys: readonly SortKey[]): readonly string[] =>
    keys.map(({ expression, descending }) => `${text(expression)}${descending ? ' DESC' : ''}`);
  switch (node.kind) {
    case 'tableScan':
    case 'keyLookup': {
      const filter = node.predicates.length === 0 ? {} : { Filter: all(node.predicates) };
      const relation = { 'Relation Name': node.table.name, Alias: node.table.name, ...filter };
      if (node.kind === 'tableScan') return relation;
      const key = node.key.map((ordinal) => node.table.columns[ordinal]?.name ?? '').join(', ');
      const values = node.keys.map((list) => `(${list.map(text).join(', ')})`).join(', ');
      return { ...relation, 'Index Name': `key (${key})`, 'Index Cond': `(${key}) = ${values}` };
    }
    case 'filter':
      return { Filter: text(node.predicate) };
    case 'hashJoin':
      return {
        'Join Type': JOIN_TYPES[node.join],
        [node.ordered === true ? 'Merge Cond' : 'Hash Cond']: node.keys
          .map(({ probe, build }) => `${text(probe)} = ${text(build)}`)
          .join(' and '),
        ...(node.residual === undefined ? {} : { 'Join Filter': text(node.residual) }),
      };
    case 'nestedLoopJoin':
      return { 'Join Type': JOIN_TYPES[node.join], 'Join Filter': text(node.predicate) };
    case 'apply':
    case 'rangeJoin':
      return { 'Join Type': JOIN_TYPES[node.join] };
    case 'reference':
      return { 'CTE Name': `${node.binding}` };
    case 'hashAggregate':
      return node.groups.length === 0
        ? { Strategy: 'Plain' }
        : { Strategy: 'Hashed', 'Group Key': node.groups.map(text) };
    case 'sort':
      return { 'Sort Key': sortKeys(node.keys) };
    case 'insert':
    case 'update':
    case 'delete':
    case 'merge':
      return {
        Operation: `${node.kind.charAt(0).toUpperCase()}${node.kind.slice(1)}`,
        'Relation Name': node.table.name,
        Alias: node.table.name,
      };
    case 'fetch':
      return { 'Relation Name': node.table.name, Alias: node.table.name };
    case 'values':
    case 'project':
    case 'window':
    case 'limit':
    case 'unionAll':
    case 'unnest':
    case 'repeat':
    case 'let':
    case 'recursive':
      return {};
    default:
      return unreachable(node);
  }
}
