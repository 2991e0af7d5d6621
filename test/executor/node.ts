import { constant } from '../../compiler/ir/build.ts';
import type { Column, ColumnId } from '../../compiler/ir/expression.ts';
import type { PhysicalPlan, PhysicalValues } from '../../compiler/physical/plan.ts';
import type { Rows } from './harness.ts';

/** A generated plan with what it comes to. */
export interface Node {
  readonly plan: PhysicalPlan;
  readonly rows: Rows;
  /** Which rows come is free, as under a limit over rows without an order: only their number is known. */
  readonly free: boolean;
  /** Columns of floats that the order of additions may change. */
  readonly approximate: ReadonlySet<ColumnId>;
  /** Columns of floats that add up without rounding, whatever the order. */
  readonly exact: ReadonlySet<ColumnId>;
}

const NONE: ReadonlySet<ColumnId> = new Set();

export function leaf(plan: PhysicalPlan, rows: Rows, exact: readonly Column[] = []): Node {
  return { plan, rows, free: false, approximate: NONE, exact: new Set(exact.map(({ id }) => id)) };
}

/** A node over others, whose columns it passes on. */
export function over(plan: PhysicalPlan, rows: Rows, inputs: readonly Node[], free = false): Node {
  const passed = (of: (node: Node) => ReadonlySet<ColumnId>) => new Set(inputs.flatMap((input) => [...of(input)]));
  return {
    plan,
    rows,
    free: free || inputs.some((input) => input.free),
    approximate: passed((input) => input.approximate),
    exact: passed((input) => input.exact),
  };
}

/** Columns that expressions may read. */
export function readable({ plan, approximate }: Node): readonly Column[] {
  return plan.columns.filter(({ id }) => !approximate.has(id));
}

/** The node's rows as constants: what stands above it can be evaluated without running it again. */
export function asValues({ plan, rows }: Node): PhysicalValues {
  return {
    kind: 'values',
    columns: plan.columns,
    rows: rows.map((row) => plan.columns.map(({ type }, i) => constant(row[i] ?? null, type))),
  };
}
