import { ascending, TRUE } from '../../compiler/ir/build.ts';
import type { Expression } from '../../compiler/ir/expression.ts';
import type { RangeJoin } from '../../compiler/physical/plan.ts';
import type { Operator } from '../operators/emitter.ts';
import { present, rangeJoin, type SortedInner } from '../operators/range-join.ts';
import { sortRows, sortState } from '../operators/sort.ts';
import type { Stream } from './pipeline.ts';
import { extended, type Planner, runInto } from './planner.ts';
import type { Outer, Query } from './query.ts';
import { onceIfSame } from './repeated.ts';
import { rowAddresses, sortDriver, sortDriverSpec } from './sort-driver.ts';
import { sortAddresses } from './sorting.ts';

/** The inner side sorted, and a binary search in it for each outer row. */
export async function rangeJoining(
  planner: Planner,
  query: Query,
  plan: RangeJoin,
  outer: Outer,
  counted: readonly Operator[],
): Promise<readonly Stream[]> {
  const order = [...plan.keys.map((key) => key.inner), plan.order];
  const inner = await onceIfSame(query, plan, { input: plan.inner, by: order }, (own) =>
    sortedInner(planner, own, plan, order, outer),
  );
  const { nearest, lower, upper, mark } = plan;
  const join = rangeJoin(
    {
      kind: plan.join,
      keys: plan.keys.map((key) => key.outer),
      lower,
      upper,
      nearest,
      predicate: plan.residual ?? TRUE,
      columns: plan.inner.columns.map((column) => column.id),
      nullAware: false,
      mark,
    },
    inner,
  );
  return extended(await planner.streams(query, plan.outer, outer), `${plan.join} range join`, join, ...counted);
}

/** The inner rows whose places are known, in their order, in memory. */
async function sortedInner(
  planner: Planner,
  query: Query,
  plan: RangeJoin,
  order: readonly Expression[],
  outer: Outer,
): Promise<SortedInner> {
  const state = sortState();
  const ids = plan.inner.columns.map((column) => column.id);
  // Rows are looked up in no order, so they must not go to disk.
  const task: Query = { ...query, spill: undefined };
  const driver = sortDriver(task, () => sortDriverSpec(state, undefined));
  const { kernel, ctx } = await runInto(
    planner,
    query,
    plan.inner,
    outer,
    {
      sink: sortRows(order.map(ascending), ids, false, state),
      driver,
      remote: undefined,
      adopt: () => {},
    },
    plan,
    [present(order)],
  );
  const { rowSize, keys } = sortDriverSpec(state, undefined);
  const all = rowAddresses(await driver.result(), rowSize);
  return { sort: state, array: await sortAddresses(query, ctx, kernel.instance, all, keys), count: all.length };
}
