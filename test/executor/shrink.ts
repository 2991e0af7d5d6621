import { constant } from '../../compiler/ir/build.ts';
import type { Expression } from '../../compiler/ir/expression.ts';
import { children, mapChildren } from '../../compiler/physical/columns.ts';
import type { PhysicalPlan } from '../../compiler/physical/plan.ts';
import type { Value } from '../../compiler/types/value.ts';
import { interpret } from '../../runtime/reference/interpret.ts';
import type { Statement } from './harness.ts';
import { ReferenceTables } from './tables.ts';

const MOST_ATTEMPTS = 400;

/** A smaller plan that still fails: subtrees, inputs replaced by the rows they come to, fewer rows, keys and outputs. */
export async function shrink<S extends Statement>(statement: S, fails: (smaller: S) => Promise<boolean>): Promise<S> {
  let best = statement;
  let attempts = 0;
  for (let progress = true; progress && attempts < MOST_ATTEMPTS; ) {
    progress = false;
    for (const plan of candidates(best.plan, best)) {
      if (++attempts > MOST_ATTEMPTS) break;
      const smaller = { ...best, plan };
      if (!(await stillFails(smaller, fails))) continue;
      best = smaller;
      progress = true;
      break;
    }
  }
  return best;
}

/** A candidate may be no valid plan at all: that is not the failure looked for. */
async function stillFails<S extends Statement>(
  statement: S,
  fails: (smaller: S) => Promise<boolean>,
): Promise<boolean> {
  try {
    return await fails(statement);
  } catch {
    return false;
  }
}

function* candidates(plan: PhysicalPlan, statement: Statement): Iterable<PhysicalPlan> {
  for (const child of children(plan)) yield child;
  yield* replacements(plan, statement);
}

/** The plan with one of its nodes made smaller. */
function* replacements(plan: PhysicalPlan, statement: Statement): Iterable<PhysicalPlan> {
  const inputs = children(plan);
  if (inputs.length > 0 || plan.kind === 'tableScan') {
    const rows = asConstants(plan, statement);
    if (rows !== undefined) yield rows;
  }
  yield* simpler(plan);
  for (const [i, input] of inputs.entries()) {
    for (const smaller of replacements(input, statement)) yield replaceChild(plan, i, smaller);
  }
}

function replaceChild(plan: PhysicalPlan, index: number, replacement: PhysicalPlan): PhysicalPlan {
  let at = 0;
  return mapChildren(plan, (child) => (at++ === index ? replacement : child));
}

/** Undefined if it cannot be run alone, or has too many rows to be of help. */
function asConstants(plan: PhysicalPlan, { tables, parameters }: Statement): PhysicalPlan | undefined {
  try {
    const rows = interpret(plan, { parameters, tables: new ReferenceTables(tables), outer: new Map() });
    if (rows.length > 300) return undefined;
    return { kind: 'values', columns: plan.columns, rows: rows.map((row) => constants(plan, row)) };
  } catch {
    return undefined;
  }
}

function constants(plan: PhysicalPlan, row: readonly Value[]): readonly Expression[] {
  return plan.columns.map(({ type }, i) => constant(row[i] ?? null, type));
}

function* simpler(plan: PhysicalPlan): Iterable<PhysicalPlan> {
  switch (plan.kind) {
    case 'values': {
      const { rows } = plan;
      const half = Math.ceil(rows.length / 2);
      if (rows.length > 1) {
        yield { ...plan, rows: rows.slice(0, half) };
        yield { ...plan, rows: rows.slice(half) };
      }
      if (rows.length < 12) for (const [i] of rows.entries()) yield { ...plan, rows: rows.toSpliced(i, 1) };
      return;
    }
    case 'tableScan':
      if (plan.predicates.length > 0) yield { ...plan, predicates: plan.predicates.slice(1) };
      return;
    case 'hashJoin':
      if (plan.residual !== undefined) yield { ...plan, residual: undefined };
      if (plan.keys.length > 1)
        for (const [i] of plan.keys.entries()) yield { ...plan, keys: plan.keys.toSpliced(i, 1) };
      return;
    case 'hashAggregate':
      for (const [i] of plan.aggregates.entries()) {
        const columns = plan.columns.toSpliced(plan.groups.length + i, 1);
        yield { ...plan, columns, aggregates: plan.aggregates.toSpliced(i, 1) };
      }
      return;
    case 'project':
      for (const [i] of plan.expressions.entries()) {
        yield { ...plan, columns: plan.columns.toSpliced(i, 1), expressions: plan.expressions.toSpliced(i, 1) };
      }
      return;
    case 'window':
      if (plan.calls.length > 1) {
        for (const [i] of plan.calls.entries()) {
          const columns = plan.columns.toSpliced(plan.input.columns.length + i, 1);
          yield { ...plan, columns, calls: plan.calls.toSpliced(i, 1), results: plan.results.toSpliced(i, 1) };
        }
      }
      for (const [i] of plan.partitionBy.entries()) yield { ...plan, partitionBy: plan.partitionBy.toSpliced(i, 1) };
      return;
    case 'sort':
      if (plan.keys.length > 1)
        for (const [i] of plan.keys.entries()) yield { ...plan, keys: plan.keys.toSpliced(i, 1) };
      return;
    default:
      return;
  }
}
