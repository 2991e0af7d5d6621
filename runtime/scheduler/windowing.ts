import { columnRef } from '../../compiler/ir/build.ts';
import type { PhysicalPlan, PhysicalWindow } from '../../compiler/physical/plan.ts';
import { project } from '../operators/basic.ts';
import type { Operator } from '../operators/emitter.ts';
import { windowRows } from './host-operators.ts';
import { hostStream } from './host-stream.ts';
import type { Stream } from './pipeline.ts';
import type { Planner } from './planner.ts';
import type { Outer, Query } from './query.ts';
import { collectRows, isTight, SORT_BYTES, sortInMemory } from './sorts.ts';
import { allRuns } from './spill/sorted.ts';
import { openWindowRuns } from './spill/windows.ts';
import { hasWindowKernel, openWindow, prepareWindow } from './windows.ts';

/** Calls without a kernel are computed by the host, over rows that have the results of all others. */
export async function windowing(
  planner: Planner,
  query: Query,
  plan: PhysicalWindow,
  outer: Outer,
  counted: readonly Operator[],
): Promise<Stream> {
  const byHost = plan.calls.map((call) => !hasWindowKernel(call));
  if (byHost.includes(true)) {
    const select = (host: boolean): Pick<PhysicalWindow, 'calls' | 'results'> => ({
      calls: plan.calls.filter((_, i) => byHost[i] === host),
      results: plan.results.filter((_, i) => byHost[i] === host),
    });
    const others = select(false);
    const columns = [...plan.input.columns, ...others.results];
    const input: PhysicalPlan = others.calls.length === 0 ? plan.input : { ...plan, ...others, columns };
    const rows = await query.collect(query, input, outer);
    const result = await windowRows(query, { ...plan, ...select(true), input }, rows, outer);
    return hostStream(query, plan.columns, result, 'window', counted);
  }
  const prepared = prepareWindow(query, plan, outer);
  const extra = prepared.extra.map(({ column }) => column);
  const columns = [...plan.input.columns, ...extra];
  const expressions = [
    ...plan.input.columns.map((column) => columnRef(column)),
    ...prepared.extra.map((e) => e.expression),
  ];
  const compute = extra.length === 0 ? [] : [project(columns, expressions)];
  const ids = columns.map((column) => column.id);
  const { keys, partitionKeys } = prepared;
  const sort = { keys, ids, compute, partitionKeys, first: plan.first };
  const collected = await collectRows(planner, query, plan.input, sort, outer, plan);
  const { state, ran, spec, results, total, free } = collected;
  if (isTight(query, results, total * (SORT_BYTES + plan.calls.length * CALL_BYTES))) {
    const runs = await allRuns(query, plan, ran, spec, results);
    free();
    const open = () => openWindowRuns(query, plan, prepared, ran, state, spec, runs);
    return { open, operators: counted, label: 'window over runs', limits: [], readOnce: true };
  }
  const array = await sortInMemory(query, collected, plan.isSorted === true);
  const open = () => openWindow(query, prepared, state, array, total);
  return { open, operators: counted, label: 'window', limits: [] };
}

/** A guess: bytes a row that a window's call takes for trees and lists. */
const CALL_BYTES = 8;
