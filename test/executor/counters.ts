import { children } from '../../compiler/physical/columns.ts';
import type { HashJoin, PhysicalPlan } from '../../compiler/physical/plan.ts';
import { bind, type ReferenceContext } from '../../runtime/reference/context.ts';
import { interpret } from '../../runtime/reference/interpret.ts';
import type { RunReport } from '../../runtime/scheduler/report.ts';
import type { Statement } from './harness.ts';
import { ReferenceTables } from './tables.ts';

/**
 * How many of its rows the executor makes a node put out: `some` where what stands above it in the same pipeline may
 * stop early; `kept` where all of the subtree may run less often; `none` where all of the subtree may be left alone.
 */
type Extent = 'all' | 'some' | 'kept' | 'none';

interface Count {
  rows: number;
  atMost: boolean;
}

/** The first operator whose EXPLAIN ANALYZE counter is not the number of rows that the reference makes there. */
export function wrongCounter({ plan, tables, parameters }: Statement, report: RunReport): string | undefined {
  const expected = new Map<PhysicalPlan, Count>();
  const context: ReferenceContext = { parameters, tables: new ReferenceTables(tables), outer: new Map() };
  countRows(plan, context, 'all', expected);
  for (const [node, { rows, atMost }] of expected) {
    const actual = report.counters.get(node)?.rows ?? 0;
    if (atMost ? actual > rows : actual !== rows) return `${node.kind} counts ${actual} rows instead of ${rows}`;
  }
  return undefined;
}

function countRows(
  plan: PhysicalPlan,
  context: ReferenceContext,
  extent: Extent,
  counts: Map<PhysicalPlan, Count>,
): void {
  const atMost = extent !== 'all';
  const known = counts.get(plan) ?? { rows: 0, atMost };
  counts.set(plan, known);
  // How many rows a window leaves out that nobody wants is its own affair.
  known.atMost ||= atMost || (plan.kind === 'window' && plan.first !== undefined);
  known.rows += interpret(plan, context).length;
  if (plan.kind === 'apply') {
    const below = extent === 'none' ? 'none' : 'kept';
    countRows(plan.outer, context, extent === 'none' || extent === 'kept' ? extent : 'all', counts);
    for (const row of interpret(plan.outer, context)) {
      countRows(plan.inner, { ...context, outer: bind(plan.outer.columns, row, context.outer) }, below, counts);
    }
    return;
  }
  if (plan.kind === 'let') {
    const bindings = new Map([...(context.bindings ?? []), [plan.binding, interpret(plan.definition, context)]]);
    countRows(plan.definition, context, extent === 'none' ? 'none' : 'kept', counts);
    countRows(plan.body, { ...context, bindings }, extent, counts);
    return;
  }
  if (plan.kind === 'recursive') return countRows(plan.base, context, extent === 'some' ? 'all' : extent, counts);
  for (const child of children(plan)) countRows(child, context, extentOf(plan, child, extent, context), counts);
}

/** Whether some row of the build side can be found at all. */
function hasKeys({ build, keys }: HashJoin, context: ReferenceContext): boolean {
  const expressions = keys.map((key) => key.build);
  const columns = expressions.map(({ type }, id) => ({ id: -1 - id, name: 'key', type, nullable: true }));
  const rows = interpret({ kind: 'project', columns, input: build, expressions }, context);
  return rows.some((row) => row.every((value, i) => value !== null || keys[i]?.nullsEqual === true));
}

function extentOf(parent: PhysicalPlan, child: PhysicalPlan, extent: Extent, context: ReferenceContext): Extent {
  if (extent === 'none' || extent === 'kept') return extent;
  switch (parent.kind) {
    case 'limit':
      return 'some';
    case 'hashJoin': {
      if (child === parent.build) return 'all';
      const needsBuild = parent.join === 'inner' || parent.join === 'semi' || parent.join.startsWith('build');
      if (needsBuild && !hasKeys(parent, context)) return 'none';
      // Groups that no build row has are not made.
      return parent.groupJoin === true ? 'some' : extent;
    }
    case 'nestedLoopJoin':
    case 'rangeJoin':
      return child === parent.outer ? extent : 'all';
    case 'hashAggregate':
    case 'window':
    case 'sort':
    case 'unnest':
    case 'fetch':
      return 'all';
    default:
      return extent;
  }
}
