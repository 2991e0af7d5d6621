import type { HashAggregate, HashJoin, PhysicalPlan } from '../../compiler/physical/plan.ts';
import { hasAggregateKernel } from '../operators/aggregate-functions.ts';
import type { Operator } from '../operators/emitter.ts';
import {
  type DenseStates,
  groupJoinProbe,
  groupJoinSource,
  groupJoinState,
  havePointers,
  MATCHED_ROW_BYTES,
  stateBytes,
} from '../operators/group-join.ts';
import type { JoinState } from '../operators/join-state.ts';
import { type Driver, type RowBlock, required, rowsDriver } from './drivers.ts';
import type { Stream } from './pipeline.ts';
import { type Planner, runInto, unexpected } from './planner.ts';
import { counterOf, type Outer, type Query } from './query.ts';
import { openBlocks } from './sources.ts';
import { bytesLeft } from './spill/policy.ts';
import { allocate, allocateLarge } from './task.ts';

/** The aggregate whose states the join's build rows are to hold, if they are. */
export function groupJoinOf(query: Query, { groupJoin, probe }: HashJoin): HashAggregate | undefined {
  // Threads would update the same states; those that have tables of their own share the work.
  if (groupJoin !== true || probe.kind !== 'hashAggregate' || query.executor.workers !== undefined) return undefined;
  const { aggregates } = probe;
  if (!aggregates.every((call) => !call.distinct && hasAggregateKernel(call))) return undefined;
  // States cannot go to disk; those of a fixed size need not.
  return query.spill !== undefined && havePointers(aggregates) ? undefined : probe;
}

/** The join where the aggregate has a table of its own: built over the smaller side, unless the keys filter the other. */
export function withoutGroupJoin(plan: HashJoin): HashJoin {
  const { join, probe, build, keys, makesFilters = [] } = plan;
  const margin = join === 'inner' ? 1 : KEPT_SIDE_MARGIN;
  const rows = (side: PhysicalPlan): number => side.estimate ?? Number.POSITIVE_INFINITY;
  if (makesFilters.length > 0 || rows(build) < rows(probe) * margin) return plan;
  return {
    ...plan,
    join: join === 'inner' ? 'inner' : 'left',
    probe: build,
    build: probe,
    keys: keys.map(({ probe: a, build: b, nullsEqual }) => ({ probe: b, build: a, nullsEqual })),
  };
}

/** What puts out build rows needs a pass of its own for them. */
const KEPT_SIDE_MARGIN = 0.8;

/** The build side is complete and unique by the keys: updates its rows by those of the aggregate's input. */
export async function groupJoined(
  planner: Planner,
  query: Query,
  plan: HashJoin,
  aggregate: HashAggregate,
  outer: Outer,
  counted: readonly Operator[],
  built: { readonly state: JoinState; readonly blocks: readonly RowBlock[] },
): Promise<Stream> {
  const dense = await denseStates(query, built.state, aggregate);
  const state = groupJoinState(built.state, dense);
  const groups = aggregate.groups.length;
  // The keys are the aggregate's groups, in some order.
  const keys = plan.keys.map(({ probe, nullsEqual }) => {
    const at = aggregate.columns.findIndex(({ id }) => probe.kind === 'column' && probe.id === id);
    return { expression: aggregate.groups[at] ?? probe, nullsEqual };
  });
  const listed = rowsDriver(query, () => ({
    blocks: required(state.matched, 'the list of rows'),
    rowSize: MATCHED_ROW_BYTES,
  }));
  await runInto(
    planner,
    query,
    aggregate.input,
    outer,
    {
      sink: groupJoinProbe(keys, aggregate.aggregates, state),
      driver: dense === undefined ? listed : NO_ROWS,
      remote: undefined,
      adopt: unexpected,
    },
    plan,
  );
  let node: number | undefined;
  if (query.analyze) {
    node = query.nodes.size;
    query.nodes.set(node, aggregate);
    counterOf(query, aggregate).loops++;
  }
  const shown = plan.join !== 'inner' ? 'all' : dense === undefined ? 'listed' : 'matched';
  const { source, matched } = groupJoinSource(
    {
      build: plan.build.columns.map(({ id }) => id),
      groups: plan.keys.flatMap(({ probe }) => (probe.kind === 'column' ? [probe.id] : [])),
      results: aggregate.columns.slice(groups).map(({ id }) => id),
    },
    state,
    shown,
    node,
  );
  return {
    open: () => openBlocks(source, shown === 'listed' ? listed.result() : built.blocks),
    operators: [matched, ...counted],
    label: 'group join',
    limits: [],
  };
}

/** What is updated is there already. */
const NO_ROWS: Driver<unknown> = { start: () => {}, full: () => {}, end: () => {}, result: () => {} };

/** Entries for each build row, at most, of an array of states; fewer than the least are no matter. */
const ENTRIES_OF_ROW = 3;
const LEAST_ENTRIES = 1 << 12;
/** Of the memory that is left, for an array of states. */
const MEMORY_SHARE = 8;

async function denseStates(
  query: Query,
  { directory, nullsEqual }: JoinState,
  { aggregates }: HashAggregate,
): Promise<DenseStates | undefined> {
  if (directory?.dense === undefined || nullsEqual) return undefined;
  const { size } = directory.dense;
  const bytes = size * (stateBytes(aggregates) + 1) + 8;
  if (size > Math.max(LEAST_ENTRIES, ENTRIES_OF_ROW * directory.rows)) return undefined;
  if (bytes * MEMORY_SHARE > bytesLeft(query.budget)) return undefined;
  const marks = await allocateLarge(query, size + 8);
  return { marks, states: allocate(query, Math.max(8, size * stateBytes(aggregates))) };
}
