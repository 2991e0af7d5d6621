import type { ColumnId, Expression } from '../../compiler/ir/expression.ts';
import { writes } from '../../compiler/physical/columns.ts';
import type { HashAggregate, HashJoin, NestedLoopJoin } from '../../compiler/physical/plan.ts';
import { internalError } from '../../compiler/types/error.ts';
import type { Operator } from '../operators/emitter.ts';
import { stateBytes } from '../operators/group-join.ts';
import { joinBuild } from '../operators/join-build.ts';
import { probeCode } from '../operators/join-lookup.ts';
import { joinProbe } from '../operators/join-probe.ts';
import { type JoinState, joinState } from '../operators/join-state.ts';
import { unmatchedSource } from '../operators/join-unmatched.ts';
import { type Breaker, isBuild } from './breaker.ts';
import { type BuildResult, joinDriver, joinDriverSpec, required, rowCount } from './drivers.ts';
import { linkRows } from './finish.ts';
import { groupJoined, groupJoinOf, withoutGroupJoin } from './group-joins.ts';
import { hostStream } from './host-stream.ts';
import { dropKeyFilters, makeKeyFilters } from './key-filters.ts';
import { linkInOrder } from './key-order.ts';
import { loopJoin, nullable } from './loop-joins.ts';
import { runPipeline, type Stream } from './pipeline.ts';
import { extendedBy, type Planner, runInto, unexpected } from './planner.ts';
import type { Outer, Query } from './query.ts';
import { forgetState, keptState, onceIfSame } from './repeated.ts';
import { openBlocks } from './sources.ts';
import { type SpilledJoin, spilledJoin } from './spill/joined.ts';
import { partitionBits } from './spill/pages.ts';
import { bytesLeft } from './spill/policy.ts';
import { withOwnArenas } from './task.ts';

export async function hashJoin(
  planner: Planner,
  query: Query,
  node: HashJoin,
  outer: Outer,
  counted: readonly Operator[],
): Promise<readonly Stream[]> {
  const grouping = groupJoinOf(query, node);
  const plan = grouping === undefined && node.groupJoin === true ? withoutGroupJoin(node) : node;
  if (plan.nullAware && (plan.keys.length !== 1 || plan.residual !== undefined))
    return loopJoin(planner, query, asLoop(plan), outer, counted);
  const keep = plan.join === 'full' || plan.join === 'buildAnti' || plan.join === 'buildLeft';
  const marks = keep || plan.join === 'buildSemi' || grouping !== undefined;
  const ids = plan.build.columns.map((c) => c.id);
  const building = (own: Query) => buildSide(planner, own, { plan, node, grouping }, outer, { keep, marks }, ids);
  const side = marks
    ? await building(query)
    : await onceIfSame(
        query,
        node,
        { input: plan.build, by: plan.keys.map((key) => key.build) },
        building,
        ({ onDisk }) => onDisk === undefined,
      );
  const { state, built, onDisk } = side;
  const { directory } = state;
  if (grouping !== undefined && onDisk === undefined && directory?.unique === true && directory.rows > 0) {
    return [await groupJoined(planner, query, plan, grouping, outer, counted, { state, blocks: built.blocks })];
  }
  // Nothing can match: the probe side need not run where it puts nothing out by itself.
  const probe = joinProbe(
    {
      kind: plan.join,
      keys: plan.keys.map((key) => ({ expression: key.probe, nullsEqual: key.nullsEqual })),
      columns: ids,
      residual: plan.residual,
      nullAware: plan.nullAware,
      mark: plan.mark,
    },
    state,
  );
  const empty =
    state.directory?.rows === 0 &&
    (plan.join === 'inner' || plan.join === 'semi' || plan.join.startsWith('build')) &&
    !writes(plan.probe);
  const buildOnly = plan.join === 'buildSemi' || plan.join === 'buildAnti';
  const unmatched =
    plan.join === 'full' || plan.join.startsWith('build')
      ? unmatchedSource(
          state,
          ids,
          plan.join === 'buildSemi' ? 'matched' : 'unmatched',
          buildOnly ? [] : nullable(plan.probe.columns),
        )
      : undefined;
  if (onDisk !== undefined) {
    const list = await spilledJoin(query, {
      ...onDisk,
      plan,
      state,
      built,
      runProbe: (breaker) => runInto(planner, query, plan.probe, outer, breaker, plan),
      probe,
      counted,
      unmatched,
      runMarks: (stream) => runPipeline(query, stream, NOTHING, outer, plan),
    });
    return list.length > 0 ? list : [hostStream(query, plan.columns, [], 'nothing', counted)];
  }
  const probed = empty
    ? []
    : extendedBy(
        await planner.streams(query, plan.probe, outer),
        `${plan.join} ${directory?.ordered === undefined ? 'join' : 'merge join'}`,
        unmatched === undefined ? [node, ...probeCode(state)] : undefined,
        probe,
        ...(buildOnly ? [] : counted),
      );
  if (unmatched === undefined) {
    return probed.length > 0 ? probed : [hostStream(query, plan.columns, [], 'nothing', counted)];
  }
  const rest: Stream = {
    open: () => openBlocks(unmatched.source, built.blocks),
    operators: [unmatched.operator, ...counted],
    label: `${plan.join} join's build rows`,
    limits: [],
  };
  if (!buildOnly) return [...probed, rest];
  // The probe only leaves marks, so it runs now.
  for (const stream of probed) await runPipeline(query, stream, NOTHING, outer, plan);
  return [rest];
}

/** Bytes a row of a directory, at most. */
const LINK_BYTES = 32;

interface BuildSide {
  readonly state: JoinState;
  readonly built: BuildResult;
  /** For a build side of which there is no directory, because it is on disk or about to go there. */
  readonly onDisk: Pick<SpilledJoin, 'ran' | 'bits' | 'driver' | 'free'> | undefined;
}

/** The build side's rows, and their directory if they are in memory. */
async function buildSide(
  planner: Planner,
  query: Query,
  {
    plan,
    node,
    grouping,
  }: { readonly plan: HashJoin; readonly node: HashJoin; readonly grouping: HashAggregate | undefined },
  outer: Outer,
  { keep, marks }: { readonly keep: boolean; readonly marks: boolean },
  ids: readonly ColumnId[],
): Promise<BuildSide> {
  // Marks are of one run: the node may stand at several places of the plan.
  const kept = marks ? undefined : keptState(query, 'input', node, joinState);
  const state = kept ?? joinState();
  const { task, free } = withOwnArenas(query);
  const bits = partitionBits(query.budget, plan.build.estimate ?? 0, plan.build.columns.length);
  const driver = joinDriver(task, () => joinDriverSpec(state, bits));
  const buildKeys = plan.keys.map((key) => ({ expression: key.build, nullsEqual: key.nullsEqual }));
  const others: BuildResult[] = [];
  const ran = await runInto(
    planner,
    query,
    plan.build,
    outer,
    {
      sink: joinBuild(
        {
          keys: buildKeys,
          columns: ids,
          keepNullKeys: keep,
          filters: plan.makesFilters,
          spare: stateBytes(grouping?.aggregates ?? []),
          ordered: plan.ordered,
        },
        state,
      ),
      driver,
      state: kept,
      remote: () => ({ kind: 'join', ...joinDriverSpec(state, bits) }),
      adopt: (result) => (isBuild(result) ? others.push(result) : unexpected(result)),
    },
    node,
  );
  const built = mergeBuilds([await driver.result(), ...others]);
  // What ascends needs no directory, and hardly any room beside its rows.
  const mayBeOrdered = plan.ordered === true && built.spilled.length === 0;
  const ordered = mayBeOrdered ? await linkInOrder(query, state, ran.kernel.instance, built) : undefined;
  // The rows may all be there, but not the room for their directory.
  const tight = query.spill !== undefined && rowCount(built.blocks) * LINK_BYTES > bytesLeft(query.budget);
  if (ordered === undefined && (tight || built.spilled.length > 0)) {
    forgetState(query, node);
    state.passing = true;
    dropKeyFilters(query, plan);
    return { state, built, onDisk: { ran, bits, driver, free } };
  }
  state.directory = ordered ?? (await linkRows(query, state, ran.kernel.instance, ran.ctx, built));
  await makeKeyFilters(query, plan, state, ran, built);
  return { state, built, onDisk: undefined };
}

/** Threads that mark the same row write the same word. */
const MARKS: Breaker<unknown> = {
  sink: { emit: () => {} },
  driver: { start: () => {}, full: () => {}, end: () => {}, result: () => {} },
  remote: () => ({ kind: 'nothing' }),
  adopt: () => {},
};

const NOTHING = { sink: MARKS.sink, driver: MARKS.driver, breaker: MARKS };

function mergeBuilds(results: readonly BuildResult[]): BuildResult {
  let { low, high } = required(results[0], 'a build');
  for (const other of results) {
    if (other.low < low) low = other.low;
    if (other.high > high) high = other.high;
  }
  return {
    blocks: results.flatMap((result) => result.blocks),
    low,
    high,
    sawNull: results.some((result) => result.sawNull),
    spilled: results.flatMap((result) => result.spilled),
  };
}

function asLoop(plan: HashJoin): NestedLoopJoin {
  const { join } = plan;
  if (join !== 'anti' && join !== 'mark') throw internalError(`a null-aware ${join} join`);
  const equalities = plan.keys.map(
    ({ probe, build, nullsEqual }): Expression => ({
      kind: 'call',
      fn: nullsEqual ? 'is_not_distinct' : 'eq',
      args: [probe, build],
      type: { kind: 'bool' },
      nullable: true,
    }),
  );
  const predicate: Expression = {
    kind: 'and',
    args: plan.residual === undefined ? equalities : [...equalities, plan.residual],
    type: { kind: 'bool' },
    nullable: true,
  };
  return {
    kind: 'nestedLoopJoin',
    join,
    outer: plan.probe,
    inner: plan.build,
    predicate,
    nullAware: true,
    mark: plan.mark,
    columns: plan.columns,
  };
}
