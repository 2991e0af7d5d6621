import type { BindingId } from '../../compiler/ir/plan.ts';
import type { PhysicalLet, PhysicalRecursive, PhysicalReference } from '../../compiler/physical/plan.ts';
import { sameValue } from '../../compiler/types/compare.ts';
import { internalError } from '../../compiler/types/error.ts';
import type { Value } from '../../compiler/types/value.ts';
import type { ReferenceContext } from './context.ts';
import type { Run } from './interpret.ts';

type Rows = readonly (readonly Value[])[];

export function interpretLet(plan: PhysicalLet, context: ReferenceContext, run: Run): Rows {
  const { rows } = run(plan.definition, context);
  return run(plan.body, bound(context, plan.binding, rows)).rows;
}

export function interpretReference(plan: PhysicalReference, context: ReferenceContext): Rows {
  const rows = context.bindings?.get(plan.binding);
  if (rows === undefined) throw internalError(`nothing is bound as ${plan.binding}`);
  return rows;
}

/** Runs the step over the rows that came last until none come. */
export function interpretRecursive(plan: PhysicalRecursive, context: ReferenceContext, run: Run): Rows {
  const all: (readonly Value[])[] = [];
  const known = (row: readonly Value[], others: Rows): boolean =>
    others.some((other) => plan.columns.every(({ type }, i) => sameValue(row[i] ?? null, other[i] ?? null, type)));
  const fresh = (rows: Rows): Rows => {
    if (plan.all) return rows;
    const result: (readonly Value[])[] = [];
    for (const row of rows) if (!known(row, all) && !known(row, result)) result.push(row);
    return result;
  };
  let last = fresh(run(plan.base, context).rows);
  while (last.length > 0) {
    for (const row of last) all.push(row);
    last = fresh(run(plan.step, bound(context, plan.binding, last)).rows);
  }
  return all;
}

function bound(context: ReferenceContext, binding: BindingId, rows: Rows): ReferenceContext {
  return { ...context, bindings: new Map([...(context.bindings ?? []), [binding, rows]]) };
}
