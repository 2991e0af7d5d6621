import type { SortKey } from '../../compiler/ir/expression.ts';
import type { PhysicalSort } from '../../compiler/physical/plan.ts';
import { compareValues } from '../../compiler/types/compare.ts';
import type { Value } from '../../compiler/types/value.ts';
import { bind } from '../../runtime/reference/context.ts';
import { evaluate } from '../../runtime/reference/evaluate.ts';
import { showRow } from './compare.ts';
import type { Rows, Statement } from './harness.ts';
import { ReferenceTables } from './tables.ts';

/** The first row that sorts before the one ahead of it. */
export function wrongOrder(plan: PhysicalSort, rows: Rows, { parameters }: Statement): string | undefined {
  const context = { parameters, tables: new ReferenceTables([]), outer: new Map() };
  const keysOf = (row: readonly Value[]): readonly Value[] => {
    const bound = bind(plan.columns, row, context.outer);
    return plan.keys.map((key) => evaluate(key.expression, bound, context));
  };
  let before: readonly Value[] | undefined;
  for (const [i, row] of rows.entries()) {
    const keys = keysOf(row);
    if (before !== undefined && compareKeys(before, keys, plan.keys) > 0)
      return `row ${i} ${showRow(row)} comes too late`;
    before = keys;
  }
  return undefined;
}

function compareKeys(a: readonly Value[], b: readonly Value[], keys: readonly SortKey[]): number {
  for (const [i, { expression, descending, nullsFirst }] of keys.entries()) {
    const x = a[i] ?? null;
    const y = b[i] ?? null;
    if (x === null || y === null) {
      const nulls = Number(x === null) - Number(y === null);
      if (nulls !== 0) return nullsFirst ? -nulls : nulls;
      continue;
    }
    const order = compareValues(x, y, expression.type);
    if (order !== 0) return descending ? -order : order;
  }
  return 0;
}
