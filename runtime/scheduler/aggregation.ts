import type { HashAggregate, PhysicalPlan } from '../../compiler/physical/plan.ts';
import {
  type AggregateSpec,
  type AggregateState,
  aggregate,
  aggregateState,
  groupsSource,
  type MergeShare,
  mergeGroups,
} from '../operators/aggregate.ts';
import type { Operator } from '../operators/emitter.ts';
import { batchLayout } from '../operators/result.ts';
import { batchRows } from './batch-rows.ts';
import { type Breaker, isGroups } from './breaker.ts';
import { aggregateDriver, aggregateDriverSpec, type GroupsResult, required, rowCount } from './drivers.ts';
import { hostAggregation } from './host-aggregates.ts';
import { hostStream } from './host-stream.ts';
import { type OpenSource, runPipeline, type Stream } from './pipeline.ts';
import { type Planner, runInto, unexpected } from './planner.ts';
import { counterOf, type Outer, type Query } from './query.ts';
import { forgetState, keptState } from './repeated.ts';
import { openBlocks } from './sources.ts';
import { openSpilledGroups } from './spill/groups.ts';
import { partitionBits, type SpilledRows } from './spill/pages.ts';
import { bytesLeft } from './spill/policy.ts';
import { withOwnArenas } from './task.ts';

export async function aggregation(
  planner: Planner,
  query: Query,
  plan: HashAggregate,
  outer: Outer,
  counted: readonly Operator[],
): Promise<Stream> {
  const state = keptState(query, 'input', plan, aggregateState);
  const spec: AggregateSpec = {
    groups: plan.groups,
    aggregates: plan.aggregates,
    expected: plan.input.estimate ?? 0,
    expectedGroups: plan.estimate ?? Number.POSITIVE_INFINITY,
    mostDense: Math.floor(bytesLeft(query.budget) / DENSE_SHARE),
  };
  const bits = partitionBits(query.budget, plan.estimate ?? 0, plan.columns.length);
  const driver = aggregateDriver(withOwnArenas(query).task, () => aggregateDriverSpec(state, bits));
  const others: GroupsResult[] = [];
  // Distinct values would have to be told apart across threads.
  const alone = plan.aggregates.some((a) => a.distinct);
  await runInto(
    planner,
    query,
    plan.input,
    outer,
    {
      sink: aggregate(spec, state),
      driver,
      state,
      remote: alone ? undefined : () => ({ kind: 'aggregate', ...aggregateDriverSpec(state, bits) }),
      adopt: (result) => (isGroups(result) ? others.push(result) : unexpected(result)),
    },
    plan,
  );
  // Merging generates code for the same state.
  if (others.length > 0) forgetState(query, plan);
  const isElsewhere = !alone && driver.isEmpty();
  const merged = isElsewhere ? await mergeInParallel(query, plan, outer, state, others, bits) : undefined;
  if (merged?.every((part) => part.spilled.length === 0) === true) {
    const blocks = merged.flatMap((part) => part.groups);
    const open = () =>
      openBlocks(
        groupsSource(
          state,
          plan.columns.map((c) => c.id),
        ),
        blocks,
      );
    return { open, operators: counted, label: 'groups', limits: [] };
  }
  const onDisk: SpilledRows[] = [];
  for (const { groups: blocks, spilled } of merged ?? others) {
    onDisk.push(...spilled);
    if (blocks.length === 0) continue;
    const merge = mergeGroups(state);
    const open = () => openBlocks(merge.source, blocks);
    const stream: Stream = { open, operators: [], label: 'merge groups', limits: [] };
    await runPipeline(query, stream, { sink: merge.sink, driver }, outer, plan);
  }
  if (onDisk.length > 0) await driver.flush();
  const { groups, spilled } = await driver.result();
  onDisk.push(...spilled);
  if (onDisk.length > 0) {
    forgetState(query, plan);
    for (const { bytes } of onDisk) counterOf(query, plan).spilledBytes += bytes;
    const open = () => openSpilledGroups(query, plan, outer, state, onDisk);
    return { open, operators: counted, label: 'spilled groups', limits: [], readOnce: true };
  }
  const ids = plan.columns.map((c) => c.id);
  const open = () => openBlocks(groupsSource(state, ids), groups);
  return { open, operators: counted, label: 'groups', limits: [], code: [plan, state.layout] };
}

/** A directory that is an array takes no more than an eighth of the memory that is left, at 4 bytes an entry. */
const DENSE_SHARE = 32;

/**
 * Merges the threads' groups, each thread those of its share, so that the results have no key in common. Undefined
 * where that is not worth it, or some of the groups are on disk.
 */
async function mergeInParallel(
  query: Query,
  plan: HashAggregate,
  outer: Outer,
  state: AggregateState,
  parts: readonly GroupsResult[],
  bits: number,
): Promise<readonly GroupsResult[] | undefined> {
  const blocks = parts.flatMap(({ groups }) => groups);
  const { workers } = query.executor;
  if (workers === undefined || state.groups === 0 || parts.some(({ spilled }) => spilled.length > 0)) return undefined;
  if (parts.filter(({ groups }) => groups.length > 0).length < 2 || rowCount(blocks) < query.tuning.parallelGroups)
    return undefined;
  const share: MergeShare = { threads: workers.size, own: undefined };
  const merge = mergeGroups(state, false, share);
  const results: GroupsResult[] = [];
  const open = (): OpenSource => ({ ...openBlocks(merge.source, blocks), parallel: true });
  const stream: Stream = { open, operators: [], label: 'merge groups', limits: [] };
  const breaker: Breaker<unknown> = {
    sink: merge.sink,
    driver: aggregateDriver(withOwnArenas(query).task, () => aggregateDriverSpec(state, bits)),
    remote: () => ({ kind: 'aggregate', ...aggregateDriverSpec(state, bits) }),
    share: (ctx, thread) => query.memory.view().setUint32(ctx + required(share.own, 'the share'), thread, true),
    adopt: (result) => (isGroups(result) ? results.push(result) : unexpected(result)),
  };
  await runPipeline(query, stream, { sink: breaker.sink, driver: breaker.driver, breaker }, outer, plan);
  return results;
}

/** Runs a plan; `deliver` gets its batches. */
type RunToBatches = (
  query: Query,
  plan: PhysicalPlan,
  outer: Outer,
  deliver: (batch: number, rows: number) => void | Promise<void>,
) => Promise<void>;

export async function hostAggregated(
  run: RunToBatches,
  query: Query,
  plan: HashAggregate,
  outer: Outer,
  counted: readonly Operator[],
): Promise<Stream> {
  const { input, add, result } = hostAggregation(query, plan);
  const layout = batchLayout(input.columns);
  await run(query, input, outer, (batch, rows) => add(batchRows(query.memory, layout, batch, rows)));
  return hostStream(query, plan.columns, result(), 'groups', counted);
}
