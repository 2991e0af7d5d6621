import { expressionColumns } from '../../compiler/ir/columns.ts';
import type { ColumnId } from '../../compiler/ir/expression.ts';
import { expressions, isIdentity, variesWith, walk } from '../../compiler/physical/columns.ts';
import type { PhysicalApply, PhysicalPlan } from '../../compiler/physical/plan.ts';
import { OrbitError } from '../../compiler/types/error.ts';
import type { Value } from '../../compiler/types/value.ts';
import { valueKey } from '../columns/value-key.ts';
import type { Operator } from '../operators/emitter.ts';
import { hostStream } from './host-stream.ts';
import type { Stream } from './pipeline.ts';
import { counterOf, type Outer, type Query } from './query.ts';
import { repeated } from './repeated.ts';
import { type SmallContext, smallPlan } from './small-plan.ts';
import { outerRow } from './values-context.ts';

/** Runs the inner side once for each outer row, with that row's columns bound. */
export async function applying(
  query: Query,
  plan: PhysicalApply,
  outer: Outer,
  counted: readonly Operator[],
): Promise<Stream> {
  const outerRows = await query.collect(query, plan.outer, outer);
  const result: (readonly Value[])[] = [];
  const innerIds = plan.inner.columns.map((c) => c.id);
  const outerIds = plan.outer.columns.map((c) => c.id);
  let common: readonly (readonly Value[])[] | undefined;
  // An inner side of a handful of rows needs no pipelines.
  const small = smallPlan(plan.inner);
  const keyOf = resultKey(plan);
  const results = new Map<string, readonly (readonly Value[])[]>();
  const inner_: Query = { ...query, repeated: repeated(query, plan.inner, new Set(outerIds)) };
  for (const row of outerRows) {
    const bound = new Map(outer);
    plan.outer.columns.forEach((column, i) => bound.set(column.id, { column, value: row[i] ?? null }));
    const key = keyOf?.(row);
    const known = common ?? (key === undefined ? undefined : results.get(key));
    const rows = known ?? small?.run(smallContext(query, bound)) ?? (await query.collect(inner_, plan.inner, bound));
    if (known === undefined && key !== undefined && results.size < MOST_RESULTS) results.set(key, rows);
    if (plan.uncorrelated === true) common = rows;
    const put = (inner: readonly Value[] | undefined, mark?: boolean): void => {
      result.push(
        plan.columns.map((column) => {
          const o = outerIds.indexOf(column.id);
          if (o >= 0) return row[o] ?? null;
          if (column.id === plan.mark?.id) return mark ?? null;
          return inner?.[innerIds.indexOf(column.id)] ?? null;
        }),
      );
    };
    switch (plan.join) {
      case 'inner':
        rows.forEach((inner) => put(inner));
        break;
      case 'left':
        if (rows.length === 0) put(undefined);
        else rows.forEach((inner) => put(inner));
        break;
      case 'single':
        if (rows.length > 1)
          throw new OrbitError(
            'cardinality_violation',
            'more than one row returned by a subquery used as an expression',
          );
        put(rows[0]);
        break;
      case 'semi':
        if (rows.length > 0) put(undefined);
        break;
      case 'anti':
        if (rows.length === 0) put(undefined);
        break;
      case 'mark':
        put(undefined, rows.length > 0);
        break;
    }
    const pause = query.breathe();
    if (pause !== undefined) await pause;
  }
  return hostStream(query, plan.columns, result, 'apply', counted);
}

function smallContext(query: Query, outer: Outer): SmallContext {
  const { tables, transaction, firstCommand, parameters } = query;
  const count = (node: PhysicalPlan, rows: number): void => {
    const counter = counterOf(query, node);
    counter.rows += rows;
    counter.loops++;
  };
  const counting = query.analyze ? count : undefined;
  return { tables, transaction, firstCommand, parameters, outer: outerRow(outer), count: counting };
}

/** Results of the inner side that an Apply remembers at most. */
const MOST_RESULTS = 1024;

/** What the inner side's rows depend on, as a text; undefined where they may be others each time. */
function resultKey(plan: PhysicalApply): ((row: readonly Value[]) => string) | undefined {
  if (variesWith(plan.inner, new Set(), new Set())) return undefined;
  const used = new Set<ColumnId>();
  walk(plan.inner, (node) => {
    for (const expression of expressions(node)) for (const id of expressionColumns(expression)) used.add(id);
  });
  const columns = plan.outer.columns.flatMap(({ id, type }, i) => (used.has(id) ? [{ type, i }] : []));
  // Only where values that are grouped together are the same in every way.
  if (!columns.every(({ type }) => isIdentity(type))) return undefined;
  return (row) => columns.map(({ type, i }) => valueKey(row[i] ?? null, type)).join('');
}
