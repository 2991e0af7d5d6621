import { children } from '../../compiler/physical/columns.ts';
import type { HashJoin, PhysicalPlan } from '../../compiler/physical/plan.ts';
import { bind, type ReferenceContext } from '../../runtime/reference/context.ts';
import { interpret } from '../../runtime/reference/interpret.ts';
import type { RunReport } from '../../runtime/scheduler/executor.ts';
import type { Statement } from './harness.ts';
import { ReferenceTables } from './tables.ts';

interface Count {
  rows: number;
  /** The executor may stop early, or not begin at all: under a limit, or where a join's other side is empty. */
  atMost: boolean;
}

/** The first operator whose EXPLAIN ANALYZE counter is not the number of rows that the reference makes there. */
export function wrongCounter({ plan, tables, parameters }: Statement, report: RunReport): string | undefined {
  const expected = new Map<PhysicalPlan, Count>();
  const context = { parameters, tables: new ReferenceTables(tables), outer: new Map() };
  countRows(plan, context, false, expected);
  for (const [node, { rows, atMost }] of expected) {
    const actual = report.counters.get(node)?.rows ?? 0;
    if (atMost ? actual > rows : actual !== rows) return `${node.kind} counts ${actual} rows instead of ${rows}`;
  }
  return undefined;
}

function countRows(
  plan: PhysicalPlan,
  context: ReferenceContext,
  atMost: boolean,
  counts: Map<PhysicalPlan, Count>,
): void {
  const known = counts.get(plan) ?? { rows: 0, atMost };
  counts.set(plan, known);
  known.atMost ||= atMost;
  known.rows += interpret(plan, context).length;
  if (plan.kind === 'apply') {
    countRows(plan.outer, context, false, counts);
    for (const row of interpret(plan.outer, context)) {
      countRows(plan.inner, { ...context, outer: bind(plan.outer.columns, row, context.outer) }, false, counts);
    }
    return;
  }
  for (const child of children(plan)) countRows(child, context, mayStop(plan, child, atMost, context), counts);
}

/** Whether some row of the build side can be found at all. */
function hasKeys({ build, keys }: HashJoin, context: ReferenceContext): boolean {
  const expressions = keys.map((key) => key.build);
  const columns = expressions.map(({ type }, id) => ({ id: -1 - id, name: 'key', type, nullable: true }));
  const rows = interpret({ kind: 'project', columns, input: build, expressions }, context);
  return rows.some((row) => row.every((value, i) => value !== null || keys[i]?.nullsEqual === true));
}

/** Whether `parent` may leave some of `child`'s rows alone. */
function mayStop(parent: PhysicalPlan, child: PhysicalPlan, atMost: boolean, context: ReferenceContext): boolean {
  switch (parent.kind) {
    case 'limit':
      return true;
    case 'hashJoin': {
      if (child === parent.build) return false;
      const needsBuild = parent.join === 'inner' || parent.join === 'semi' || parent.join.startsWith('build');
      return atMost || (needsBuild && !hasKeys(parent, context));
    }
    case 'nestedLoopJoin':
      return child === parent.outer && atMost;
    case 'hashAggregate':
    case 'sort':
    case 'unnest':
      return false;
    default:
      return atMost;
  }
}
