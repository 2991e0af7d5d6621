import type { Column } from '../../compiler/ir/expression.ts';
import type { NestedLoopJoin, PhysicalPlan } from '../../compiler/physical/plan.ts';
import { internalError } from '../../compiler/types/error.ts';
import type { Operator } from '../operators/emitter.ts';
import { type InnerState, innerRows, innerState, nestedLoop, unmatchedInner } from '../operators/nested-loop.ts';
import type { BoundRows } from './bindings.ts';
import { isBlocks } from './breaker.ts';
import { type RowBlock, required, rowsDriver, rowsSpec } from './drivers.ts';
import { contiguous } from './finish.ts';
import type { Stream } from './pipeline.ts';
import { extendedBy, type Planner, runInto, unexpected } from './planner.ts';
import type { Outer, Query } from './query.ts';
import { keptState, onceIfSame } from './repeated.ts';
import { openBlocks } from './sources.ts';

export async function loopJoin(
  planner: Planner,
  query: Query,
  plan: NestedLoopJoin,
  outer: Outer,
  counted: readonly Operator[],
): Promise<readonly Stream[]> {
  const ids = plan.inner.columns.map((c) => c.id);
  const collecting = (own: Query) => innerSide(planner, own, plan.inner, outer, plan, plan.join === 'full');
  const state =
    plan.join === 'full'
      ? await collecting(query)
      : await onceIfSame(query, plan, { input: plan.inner, by: [] }, collecting);
  const loop = nestedLoop(
    { kind: plan.join, predicate: plan.predicate, columns: ids, nullAware: plan.nullAware, mark: plan.mark },
    state,
  );
  const code = plan.join === 'full' ? undefined : [plan, state, state.layout];
  const probed = await planner.streams(query, plan.outer, outer);
  const looped = extendedBy(probed, `${plan.join} loop`, code, loop, ...counted);
  if (plan.join !== 'full') return looped;
  const unmatched = unmatchedInner(state, ids, nullable(plan.outer.columns));
  const rows = state.rows;
  if (rows === undefined) throw internalError('inner rows are missing');
  const all = [{ address: rows.address, rows: rows.count }];
  return [
    ...looped,
    {
      open: () => openBlocks(unmatched.source, all),
      operators: [unmatched.operator, ...counted],
      label: "full loop's inner rows",
      limits: [],
    },
  ];
}

/** All rows of the inner side, in one piece. */
async function innerSide(
  planner: Planner,
  query: Query,
  inner: PhysicalPlan,
  outer: Outer,
  node: PhysicalPlan,
  marks: boolean,
): Promise<InnerState> {
  // Marks are of one run: the node may stand at several places of the plan.
  const kept = marks ? undefined : keptState(query, 'input', node, innerState);
  const { state, blocks } = await collected(planner, query, inner, outer, node, kept);
  state.rows = contiguous(query, blocks, required(state.layout, 'the row layout').size);
  return state;
}

export function nullable(columns: readonly Column[]): readonly Column[] {
  return columns.map((c) => ({ ...c, nullable: true }));
}

/** A binding's rows. */
export async function materialized(
  planner: Planner,
  query: Query,
  plan: PhysicalPlan,
  outer: Outer,
  node: PhysicalPlan,
): Promise<BoundRows> {
  const { state, blocks } = await collected(planner, query, plan, outer, node);
  return { layout: required(state.layout, 'the row layout'), blocks };
}

export async function collected(
  planner: Planner,
  query: Query,
  plan: PhysicalPlan,
  outer: Outer,
  node: PhysicalPlan,
  kept?: InnerState,
): Promise<{ readonly state: InnerState; readonly blocks: readonly RowBlock[] }> {
  const state = kept ?? innerState();
  const ids = plan.columns.map((c) => c.id);
  const driver = rowsDriver(query, () => rowsSpec(state));
  const blocks: RowBlock[] = [];
  await runInto(
    planner,
    query,
    plan,
    outer,
    {
      sink: innerRows(ids, state),
      driver,
      state: kept,
      remote: () => ({ kind: 'rows', ...rowsSpec(state) }),
      adopt: (result) => (isBlocks(result) ? blocks.push(...result) : unexpected(result)),
    },
    node,
  );
  return { state, blocks: [...(await driver.result()), ...blocks] };
}
