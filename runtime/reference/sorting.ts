import type { Expression, SortKey } from '../../compiler/ir/expression.ts';
import type { PhysicalLimit, PhysicalSort } from '../../compiler/physical/plan.ts';
import { compareValues } from '../../compiler/types/compare.ts';
import { OrbitError } from '../../compiler/types/error.ts';
import { toInteger } from '../../compiler/types/narrow.ts';
import type { Value } from '../../compiler/types/value.ts';
import { bind, pick, type ReferenceContext, type Row } from './context.ts';
import { evaluate } from './evaluate.ts';
import type { Run } from './interpret.ts';

type Values = readonly Value[];

export function interpretSort(plan: PhysicalSort, context: ReferenceContext, run: Run): readonly Values[] {
  const { columns, rows } = run(plan.input, context);
  const bound = rows.map((row) => bind(columns, row, context.outer));
  const sorted = sortRows(bound, (row) => row, plan.keys, context);
  return cut(sorted, plan.limit, plan.offset, context).map((row) => pick(plan.columns, row));
}

export function interpretLimit(plan: PhysicalLimit, context: ReferenceContext, run: Run): readonly Values[] {
  const { columns, rows } = run(plan.input, context);
  return cut(rows, plan.count, plan.offset, context).map((row) =>
    pick(plan.columns, bind(columns, row, context.outer)),
  );
}

/** Stable: rows that no key tells apart stay in their order. */
export function sortRows<T>(
  items: readonly T[],
  rowOf: (item: T) => Row,
  keys: readonly SortKey[],
  context: ReferenceContext,
): readonly T[] {
  const keyed = items.map((item) => ({
    item,
    values: keys.map((key) => evaluate(key.expression, rowOf(item), context)),
  }));
  return keyed.sort((a, b) => compareByKeys(a.values, b.values, keys)).map(({ item }) => item);
}

/** Negative, zero or positive for two rows' values of the keys. */
export function compareByKeys(a: Values, b: Values, keys: readonly SortKey[]): number {
  for (const [index, key] of keys.entries()) {
    const order = compareByKey(a[index] ?? null, b[index] ?? null, key);
    if (order !== 0) return order;
  }
  return 0;
}

/** Where NULLs go does not depend on the direction. */
function compareByKey(a: Value, b: Value, key: SortKey): number {
  if (a === null || b === null) {
    const nullsLast = Number(a === null) - Number(b === null);
    return key.nullsFirst ? -nullsLast : nullsLast;
  }
  const order = compareValues(a, b, key.expression.type);
  return key.descending ? -order : order;
}

function cut<T>(
  rows: readonly T[],
  count: Expression | undefined,
  offset: Expression | undefined,
  context: ReferenceContext,
): readonly T[] {
  const start = rowCount(offset, 'OFFSET', context) ?? 0;
  const length = rowCount(count, 'LIMIT', context);
  return rows.slice(start, length === undefined ? undefined : start + length);
}

/** A NULL count bounds nothing. */
function rowCount(expression: Expression | undefined, clause: string, context: ReferenceContext): number | undefined {
  const value = expression === undefined ? null : evaluate(expression, context.outer, context);
  if (value === null) return undefined;
  const count = toInteger(value);
  if (count < 0n) throw new OrbitError('invalid_row_count_in_limit', `${clause} must not be negative`);
  return Number(count);
}
