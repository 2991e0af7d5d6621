import { columnRef } from '../../compiler/ir/build.ts';
import { expressionColumns } from '../../compiler/ir/columns.ts';
import type { Column, ColumnId, Expression, SortKey } from '../../compiler/ir/expression.ts';
import { expressions, isIdentity, variesWith, walk, writes } from '../../compiler/physical/columns.ts';
import type {
  HashAggregate,
  HashJoin,
  NestedLoopJoin,
  PhysicalApply,
  PhysicalPlan,
  PhysicalSort,
  PhysicalWindow,
} from '../../compiler/physical/plan.ts';
import { internalError, OrbitError } from '../../compiler/types/error.ts';
import type { Value } from '../../compiler/types/value.ts';

import { valueKey } from '../columns/value-key.ts';
import type { ColumnReader } from '../kernels/expression.ts';
import { declaredLane } from '../kernels/value.ts';
import {
  type AggregateSpec,
  type AggregateState,
  aggregate,
  aggregateState,
  groupsSource,
  type MergeShare,
  mergeGroups,
} from '../operators/aggregate.ts';
import { hasAggregateKernel } from '../operators/aggregate-functions.ts';
import { counter, filter, limit, project, singleRow } from '../operators/basic.ts';
import type { Operator } from '../operators/emitter.ts';
import { type JoinState, joinBuild, joinProbe, joinState, unmatchedSource } from '../operators/hash-join.ts';
import { type InnerState, innerRows, innerState, nestedLoop, unmatchedInner } from '../operators/nested-loop.ts';
import { repeat } from '../operators/repeat.ts';
import { batchLayout, type ResultSlots, resultSink } from '../operators/result.ts';
import { isIntegerSeries, seriesRows } from '../operators/series.ts';
import { type SortState, sortedSource, sortRows, sortState } from '../operators/sort.ts';
import type { EncodedKeys } from '../operators/sort-keys.ts';
import { evaluate } from '../reference/evaluate.ts';
import { i32 } from '../wasm/ir.ts';
import { batchRows } from './batch-rows.ts';
import { type BoundRows, lazily } from './bindings.ts';
import { type Breaker, type DriverResult, isBlocks, isBuild, isGroups, isSort } from './breaker.ts';
import { summarized } from './chunk-summaries.ts';
import {
  aggregateDriver,
  aggregateDriverSpec,
  type BuildResult,
  type GroupsResult,
  joinDriver,
  joinDriverSpec,
  type RowBlock,
  required,
  resultDriver,
  rowCount,
  rowsDriver,
  rowsSpec,
} from './drivers.ts';
import { contiguous, linkRows } from './finish.ts';
import { hostAggregation } from './host-aggregates.ts';
import { fetchRows, lookUp, unnestRows, windowRows, writeRows } from './host-operators.ts';
import { dropKeyFilters, makeKeyFilters } from './key-filters.ts';
import { type LimitCount, type OpenSource, type RunKernel, runPipeline, type Stream } from './pipeline.ts';
import { counterOf, type Outer, type Query } from './query.ts';
import { rangeJoining } from './range-joins.ts';
import { recursion } from './recursion.ts';
import { onceIfSame, repeated } from './repeated.ts';

import { type SmallContext, smallPlan } from './small-plan.ts';
import { rowAddresses, type SortDriverSpec, type SortResult, sortDriver, sortDriverSpec } from './sort-driver.ts';

import { sortAddresses } from './sorting.ts';
import { openBlocks, openHostRows, openScan } from './sources.ts';
import { openSpilledGroups } from './spill/groups.ts';
import { type SpilledJoin, spilledJoin } from './spill/joined.ts';
import { partitionBits, type SpilledRows } from './spill/pages.ts';
import { bytesLeft } from './spill/policy.ts';
import { allRuns, openRuns } from './spill/sorted.ts';
import { openWindowRuns } from './spill/windows.ts';
import { withOwnArenas } from './task.ts';
import { hostContext, outerRow } from './values-context.ts';
import { hasWindowKernel, openWindow, prepareWindow } from './windows.ts';

/**
 * Turns a plan into streams of rows, to be run one after the other. What breaks pipelines below (join builds,
 * aggregates, sorts) has been run when this returns, so that the code of a pipeline is generated with what is known
 * then: sizes, uniqueness of keys, layouts.
 */
export async function streams(query: Query, plan: PhysicalPlan, outer: Outer): Promise<readonly Stream[]> {
  if (!query.analyze) return streamsOf(query, plan, outer);
  counterOf(query, plan).loops++;
  const list = await streamsOf(query, plan, outer);
  return list.map((stream) => ({ ...stream, nodes: [...(stream.nodes ?? []), plan] }));
}

async function streamsOf(query: Query, plan: PhysicalPlan, outer: Outer): Promise<readonly Stream[]> {
  const counted: readonly Operator[] = query.analyze ? [counter(nodeId(query, plan))] : [];
  const extend = (list: readonly Stream[], label: string, ...operators: readonly Operator[]): readonly Stream[] =>
    list.map((s) => ({ ...s, operators: [...s.operators, ...operators], label: `${s.label} → ${label}` }));

  switch (plan.kind) {
    case 'tableScan': {
      return [{ open: () => openScan(query, plan), operators: counted, label: `scan ${plan.table.name}`, limits: [] }];
    }
    case 'keyLookup':
      return [hostStream(query, plan.columns, lookUp(query, plan, outer), `lookup ${plan.table.name}`, counted)];
    case 'values':
      return [hostStream(query, plan.columns, evaluateRows(query, plan.rows, outer), 'values', counted)];
    case 'filter':
      return extend(await streams(query, plan.input, outer), 'filter', filter([plan.predicate]), ...counted);
    case 'project':
      return extend(
        await streams(query, plan.input, outer),
        'project',
        project(plan.columns, plan.expressions),
        ...counted,
      );
    case 'hashJoin':
      return hashJoin(query, plan, outer, counted, extend);
    case 'nestedLoopJoin':
      return loopJoin(query, plan, outer, counted, extend);
    case 'hashAggregate': {
      const summary = await summarized(query, plan);
      if (summary !== undefined) return [hostStream(query, plan.columns, [summary], 'chunk summaries', counted)];
      if (plan.aggregates.every(hasAggregateKernel)) {
        return [
          await onceIfSame(
            query,
            plan,
            { input: plan, by: [] },
            (own) => aggregation(own, plan, outer, counted),
            isReadable,
          ),
        ];
      }
      return [await hostAggregated(query, plan, outer, counted)];
    }
    case 'window':
      return [await windowing(query, plan, outer, counted)];
    case 'sort':
      return [
        await onceIfSame(query, plan, { input: plan, by: [] }, (own) => sorting(own, plan, outer, counted), isReadable),
      ];
    case 'limit': {
      const limitCount = limitOf(query, plan.count, plan.offset, outer);
      const inputs = await streams(query, plan.input, outer);
      return inputs.map((s) => ({
        ...s,
        limits: [...s.limits, limitCount],
        operators: [
          ...s.operators,
          limit((skip, pass) => {
            limitCount.slots = { skip, pass };
          }),
          ...counted,
        ],
        label: `${s.label} → limit`,
      }));
    }
    case 'repeat':
      return extend(await streams(query, plan.input, outer), 'repeat', repeat(plan.count), ...counted);
    case 'unionAll': {
      const all: Stream[] = [];
      for (const input of plan.inputs) {
        const inputs = await streams(query, input, outer);
        all.push(...extend(inputs, 'union', ...renamed(plan.columns, input), ...counted));
      }
      return all;
    }
    case 'let': {
      const { definition, body } = plan;
      const bound = lazily(query.tuning.parallelRows, () => materialized(query, definition, outer, plan));
      query.bindings.set(plan.binding, bound);
      if (writes(definition)) await bound.now();
      return extend(await streams(query, body, outer), 'let', ...counted);
    }
    case 'reference': {
      const binding = query.bindings.get(plan.binding);
      if (binding === undefined) throw internalError(`nothing is bound as ${plan.binding}`);
      const open = () => binding.open(plan.columns);
      return [{ open, operators: counted, label: 'reference', limits: [], binding: plan.binding }];
    }
    case 'recursive':
      return [await recursion(query, plan, outer, counted, { streams, renamed })];
    case 'rangeJoin':
      return rangeJoining(query, plan, outer, {
        streams,
        runInto,
        extend: (list, label, ...own) => extend(list, label, ...own, ...counted),
      });
    case 'apply':
      return [await applying(query, plan, outer, counted)];
    case 'unnest': {
      if (isIntegerSeries(plan)) {
        return extend(await streams(query, plan.input, outer), 'series', seriesRows(plan), ...counted);
      }
      const rows = await query.collect(query, plan.input, outer);
      return [hostStream(query, plan.columns, await unnestRows(query, plan, rows, outer), 'unnest', counted)];
    }
    case 'fetch': {
      const rows = await query.collect(query, plan.input, outer);
      const fetched = await fetchRows(query, plan, rows);
      return [hostStream(query, plan.columns, fetched, `fetch from ${plan.table.name}`, counted)];
    }
    case 'insert':
    case 'update':
    case 'delete':
    case 'merge': {
      const rows = await query.collect(query, plan.input, outer);
      return [hostStream(query, plan.columns, await writeRows(query, plan, rows, outer), plan.kind, counted)];
    }
  }
}

/** The columns of an input under other ids, in the shapes of their types. */
function renamed(columns: readonly Column[], input: PhysicalPlan): readonly Operator[] {
  const expressions = columns.map((_, i): Expression => {
    const from = input.columns[i];
    if (from === undefined) throw internalError('rows of different widths');
    return { kind: 'column', id: from.id, type: from.type, nullable: from.nullable };
  });
  return [project(columns, expressions), declared(columns)];
}

/** Whether a stream can be opened more than once. */
function isReadable(stream: Stream): boolean {
  return stream.readOnce !== true;
}

type Extend = (list: readonly Stream[], label: string, ...operators: readonly Operator[]) => readonly Stream[];

function nodeId(query: Query, plan: PhysicalPlan): number {
  const id = query.nodes.size;
  query.nodes.set(id, plan);
  return id;
}

function hostStream(
  query: Query,
  columns: readonly Column[],
  rows: readonly (readonly Value[])[],
  label: string,
  operators: readonly Operator[],
): Stream {
  if (columns.length === 0) {
    const { length } = rows;
    let given = false;
    return {
      open: () => ({
        source: singleRow,
        parallel: false,
        mostRows: BigInt(length),
        next: () => {
          if (given) return undefined;
          given = true;
          return { address: 0, rows: length };
        },
      }),
      operators,
      label,
      limits: [],
    };
  }
  return { open: () => openHostRows(query, columns, rows), operators, label, limits: [] };
}

function evaluateRows(
  query: Query,
  rows: readonly (readonly Expression[])[],
  outer: Outer,
): readonly (readonly Value[])[] {
  const bound = outerRow(outer);
  const context = hostContext(query, outer);
  return rows.map((row) => row.map((e) => evaluate(e, bound, context)));
}

/** Columns in the shapes that their types alone determine: where several streams feed one sink. */
function declared(columns: readonly Column[]): Operator {
  return {
    emit: (e, scope, next) => {
      e.forgetRows();
      const shaped = new Map(
        columns.map((column): [ColumnId, ColumnReader] => [
          column.id,
          (below) => {
            const v = declaredLane(e.k, below.column(column.id));
            // In a local even where it is known, or what is computed from it would have no NULL in some of the streams.
            const null_ = column.nullable ? e.k.local('i32', v.null_ ?? i32(0)) : undefined;
            return { type: column.type, lane: v.lane, parts: v.parts, null_, stable: v.stable };
          },
        ]),
      );
      next(scope.reshape(shaped));
    },
  };
}

/** Runs a plan into a breaker: its streams one after the other, in one shape if there are several. */
async function runInto(
  query: Query,
  plan: PhysicalPlan,
  outer: Outer,
  breaker: Breaker<unknown>,
  node: PhysicalPlan,
  more: readonly Operator[] = [],
): Promise<RunKernel> {
  const list = await streams(query, plan, outer);
  let last: RunKernel | undefined;
  for (const stream of list) {
    const shapes = list.length === 1 ? [] : [declared(plan.columns)];
    const shaped = { ...stream, operators: [...stream.operators, ...shapes, ...more] };
    last = await runPipeline(query, shaped, { sink: breaker.sink, driver: breaker.driver, breaker }, outer, node);
  }
  return required(last, 'a pipeline');
}

function unexpected(result: DriverResult): never {
  throw internalError(`a worker gave ${JSON.stringify(result)}`);
}

/** Bytes a row of a directory, at most. */
const LINK_BYTES = 32;

async function hashJoin(
  query: Query,
  plan: HashJoin,
  outer: Outer,
  counted: readonly Operator[],
  extend: Extend,
): Promise<readonly Stream[]> {
  if (plan.nullAware && (plan.keys.length !== 1 || plan.residual !== undefined))
    return loopJoin(query, asLoop(plan), outer, counted, extend);
  const keep = plan.join === 'full' || plan.join === 'buildAnti' || plan.join === 'buildLeft';
  const marks = keep || plan.join === 'buildSemi';
  const ids = plan.build.columns.map((c) => c.id);
  const building = (own: Query) => buildSide(own, plan, outer, keep, ids);
  const side = marks
    ? await building(query)
    : await onceIfSame(
        query,
        plan,
        { input: plan.build, by: plan.keys.map((key) => key.build) },
        building,
        ({ onDisk }) => onDisk === undefined,
      );
  const { state, built, onDisk } = side;
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
      runProbe: (breaker) => runInto(query, plan.probe, outer, breaker, plan),
      probe,
      counted,
      unmatched,
      runMarks: (stream) => runPipeline(query, stream, NOTHING, outer, plan),
    });
    return list.length > 0 ? list : [hostStream(query, plan.columns, [], 'nothing', counted)];
  }
  const probed = empty
    ? []
    : extend(await streams(query, plan.probe, outer), `${plan.join} join`, probe, ...(buildOnly ? [] : counted));
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

interface BuildSide {
  readonly state: JoinState;
  readonly built: BuildResult;
  /** For a build side of which there is no directory, because it is on disk or about to go there. */
  readonly onDisk: Pick<SpilledJoin, 'ran' | 'bits' | 'driver' | 'free'> | undefined;
}

/** The build side's rows, and their directory if they are in memory. */
async function buildSide(
  query: Query,
  plan: HashJoin,
  outer: Outer,
  keep: boolean,
  ids: readonly ColumnId[],
): Promise<BuildSide> {
  const state = joinState();
  const { task, free } = withOwnArenas(query);
  const bits = partitionBits(query.budget, plan.build.estimate ?? 0, plan.build.columns.length);
  const driver = joinDriver(task, () => joinDriverSpec(state, bits));
  const buildKeys = plan.keys.map((key) => ({ expression: key.build, nullsEqual: key.nullsEqual }));
  const others: BuildResult[] = [];
  const ran = await runInto(
    query,
    plan.build,
    outer,
    {
      sink: joinBuild(buildKeys, ids, keep, state, plan.makesFilters),
      driver,
      remote: () => ({ kind: 'join', ...joinDriverSpec(state, bits) }),
      adopt: (result) => (isBuild(result) ? others.push(result) : unexpected(result)),
    },
    plan,
  );
  const built = mergeBuilds([await driver.result(), ...others]);
  // The rows may all be there, but not the room for their directory.
  const tight = query.spill !== undefined && rowCount(built.blocks) * LINK_BYTES > bytesLeft(query.budget);
  if (tight || built.spilled.length > 0) {
    state.passing = true;
    dropKeyFilters(query, plan);
    return { state, built, onDisk: { ran, bits, driver, free } };
  }
  state.directory = await linkRows(query, state, ran.kernel.instance, ran.ctx, built);
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
  const [first, ...rest] = results;
  return rest.reduce(
    // biome-ignore-start lint/complexity/useMathMinMax: not for bigints
    (a, b) => ({
      blocks: [...a.blocks, ...b.blocks],
      low: a.low < b.low ? a.low : b.low,
      high: a.high > b.high ? a.high : b.high,
      // biome-ignore-end lint/complexity/useMathMinMax: not for bigints
      sawNull: a.sawNull || b.sawNull,
      spilled: [...a.spilled, ...b.spilled],
    }),
    required(first, 'a build'),
  );
}

function nullable(columns: readonly Column[]): readonly Column[] {
  return columns.map((c) => ({ ...c, nullable: true }));
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

async function loopJoin(
  query: Query,
  plan: NestedLoopJoin,
  outer: Outer,
  counted: readonly Operator[],
  extend: Extend,
): Promise<readonly Stream[]> {
  const ids = plan.inner.columns.map((c) => c.id);
  const collecting = (own: Query) => innerSide(own, plan.inner, outer, plan);
  const state =
    plan.join === 'full'
      ? await collecting(query)
      : await onceIfSame(query, plan, { input: plan.inner, by: [] }, collecting);
  const loop = nestedLoop(
    { kind: plan.join, predicate: plan.predicate, columns: ids, nullAware: plan.nullAware, mark: plan.mark },
    state,
  );
  const looped = extend(await streams(query, plan.outer, outer), `${plan.join} loop`, loop, ...counted);
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
async function innerSide(query: Query, inner: PhysicalPlan, outer: Outer, node: PhysicalPlan): Promise<InnerState> {
  const { state, blocks } = await collected(query, inner, outer, node);
  state.rows = contiguous(query, blocks, required(state.layout, 'the row layout').size);
  return state;
}

/** A binding's rows. */
async function materialized(query: Query, plan: PhysicalPlan, outer: Outer, node: PhysicalPlan): Promise<BoundRows> {
  const { state, blocks } = await collected(query, plan, outer, node);
  return { layout: required(state.layout, 'the row layout'), blocks };
}

async function collected(
  query: Query,
  plan: PhysicalPlan,
  outer: Outer,
  node: PhysicalPlan,
): Promise<{ readonly state: InnerState; readonly blocks: readonly RowBlock[] }> {
  const state = innerState();
  const ids = plan.columns.map((c) => c.id);
  const driver = rowsDriver(query, () => rowsSpec(state));
  const blocks: RowBlock[] = [];
  await runInto(
    query,
    plan,
    outer,
    {
      sink: innerRows(ids, state),
      driver,
      remote: () => ({ kind: 'rows', ...rowsSpec(state) }),
      adopt: (result) => (isBlocks(result) ? blocks.push(...result) : unexpected(result)),
    },
    node,
  );
  return { state, blocks: [...(await driver.result()), ...blocks] };
}

/** A directory that is an array takes no more than an eighth of the memory that is left, at 4 bytes an entry. */
const DENSE_SHARE = 32;

async function aggregation(
  query: Query,
  plan: HashAggregate,
  outer: Outer,
  counted: readonly Operator[],
): Promise<Stream> {
  const state = aggregateState();
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
    query,
    plan.input,
    outer,
    {
      sink: aggregate(spec, state),
      driver,
      remote: alone ? undefined : () => ({ kind: 'aggregate', ...aggregateDriverSpec(state, bits) }),
      adopt: (result) => (isGroups(result) ? others.push(result) : unexpected(result)),
    },
    plan,
  );
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
    for (const { bytes } of onDisk) counterOf(query, plan).spilledBytes += bytes;
    const open = () => openSpilledGroups(query, plan, outer, state, onDisk);
    return { open, operators: counted, label: 'spilled groups', limits: [], readOnce: true };
  }
  const ids = plan.columns.map((c) => c.id);
  const open = () => openBlocks(groupsSource(state, ids), groups);
  return { open, operators: counted, label: 'groups', limits: [] };
}

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

async function hostAggregated(
  query: Query,
  plan: HashAggregate,
  outer: Outer,
  counted: readonly Operator[],
): Promise<Stream> {
  const { input, add, result } = hostAggregation(query, plan);
  const layout = batchLayout(input.columns);
  await runToBatches(query, input, outer, (batch, rows) => add(batchRows(query.memory, layout, batch, rows)));
  return hostStream(query, plan.columns, result(), 'groups', counted);
}

/** A top-n keeps its rows in memory if they take no more than an eighth of what is left, at 32 bytes a column. */
const TOP_SHARE = 256;
/** Bytes a row that sorting takes beside it. */
const SORT_BYTES = 16;
/** A guess: bytes a row that a window's call takes for trees and lists. */
const CALL_BYTES = 8;

/** Whether rows must go to disk: some have, or they are all there, but not the room for `more` beside them. */
function isTight(query: Query, results: readonly SortResult[], more: number): boolean {
  return (query.spill !== undefined && more > bytesLeft(query.budget)) || results.some(({ runs }) => runs.length > 0);
}

/** Calls without a kernel are computed by the host, over rows that have the results of all others. */
async function windowing(
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
  const collected = await collectRows(query, plan.input, { keys, ids, compute, partitionKeys }, outer, plan);
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

interface SortSpec {
  readonly keys: readonly SortKey[];
  /** Columns that the rows keep. */
  readonly ids: readonly ColumnId[];
  /** Only so many rows will be read. */
  readonly top?: number | undefined;
  /** So many of the keys make a partition, which the kernel can tell. */
  readonly partitionKeys?: number | undefined;
  /** What is computed for each row first. */
  readonly compute?: readonly Operator[] | undefined;
}

/** Rows of a sort, where the threads left them. */
interface Collected {
  readonly state: SortState;
  readonly ran: RunKernel;
  readonly spec: SortDriverSpec;
  readonly results: readonly SortResult[];
  /** Rows in memory. */
  readonly total: number;
  readonly free: () => void;
}

async function collectRows(
  query: Query,
  input: PhysicalPlan,
  { keys, ids, top, partitionKeys, compute }: SortSpec,
  outer: Outer,
  node: PhysicalPlan,
): Promise<Collected> {
  const state = sortState(partitionKeys);
  const { task, free } = withOwnArenas(query);
  const specOf = () => sortDriverSpec(state, top);
  const driver = sortDriver(task, specOf);
  const others: SortResult[] = [];
  const ran = await runInto(
    query,
    input,
    outer,
    {
      sink: sortRows(keys, ids, top !== undefined, state),
      driver,
      remote: () => ({ kind: 'sort', ...specOf() }),
      adopt: (result) => (isSort(result) ? others.push(result) : unexpected(result)),
    },
    node,
    compute,
  );
  const results = [await driver.result(), ...others];
  const total = results.reduce((sum, { best, blocks }) => sum + best.length + rowCount(blocks), 0);
  return { state, ran, spec: specOf(), results, total, free };
}

/** Nothing is left to sort by. */
const IN_ORDER: EncodedKeys = { parts: [], exact: true };

/** The address of the sorted array of the rows' addresses. */
function sortInMemory(query: Query, { ran, spec, results, total }: Collected, isSorted = false): Promise<number> {
  const parts = results.map((part) => rowAddresses(part, spec.rowSize));
  const all = new Uint32Array(total);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return sortAddresses(query, ran.ctx, ran.kernel.instance, all, isSorted ? IN_ORDER : spec.keys);
}

async function sorting(query: Query, plan: PhysicalSort, outer: Outer, counted: readonly Operator[]): Promise<Stream> {
  const { skip, pass } = limitOf(query, plan.limit, plan.offset, outer);
  const wanted = pass === NO_LIMIT ? undefined : skip + pass;
  const most = bytesLeft(query.budget) / (TOP_SHARE * plan.columns.length + 1);
  const top = wanted !== undefined && wanted > 0n && wanted <= Math.min(1_000_000, most) ? Number(wanted) : undefined;
  const ids = plan.columns.map((c) => c.id);
  const collected = await collectRows(query, plan.input, { keys: plan.keys, ids, top }, outer, plan);
  const { state, ran, spec, results, total, free } = collected;
  if (isTight(query, results, total * SORT_BYTES)) {
    const runs = await allRuns(query, plan, ran, spec, results);
    free();
    const open = () => openRuns(query, plan, ran, state, spec, runs, skip, pass);
    return { open, operators: counted, label: 'merged runs', limits: [], readOnce: true };
  }
  const array = await sortInMemory(query, collected);
  const from = skip > BigInt(total) ? total : Number(skip);
  const length = pass < BigInt(total - from) ? Number(pass) : total - from;
  return {
    open: () => openBlocks(sortedSource(state, ids), [{ address: array + from * 4, rows: length }]),
    operators: counted,
    label: 'sorted',
    limits: [],
  };
}

const NO_LIMIT = 2n ** 62n;

function limitOf(
  query: Query,
  countExpression: Expression | undefined,
  offsetExpression: Expression | undefined,
  outer: Outer,
): LimitCount {
  const value = (e: Expression | undefined, name: string): bigint | undefined => {
    if (e === undefined) return undefined;
    const v = evaluate(e, outerRow(outer), hostContext(query, outer));
    if (v === null) return undefined;
    const n = BigInt(typeof v === 'bigint' || typeof v === 'number' ? v : 0);
    if (n < 0n) throw new OrbitError('invalid_row_count_in_limit', `${name} must not be negative`, { range: e.range });
    return n;
  };
  const pass = value(countExpression, 'LIMIT');
  return { skip: value(offsetExpression, 'OFFSET') ?? 0n, pass: pass ?? NO_LIMIT, slots: undefined };
}

/** Runs the inner side once for each outer row, with that row's columns bound. */
async function applying(
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

/** Runs the plan; `deliver` gets its batches. */
export async function runToBatches(
  query: Query,
  plan: PhysicalPlan,
  outer: Outer,
  deliver: (batch: number, rows: number) => void | Promise<void>,
): Promise<void> {
  const layout = batchLayout(plan.columns);
  const slots: ResultSlots = { batch: 0, count: 0 };
  const driver = resultDriver(query, layout, slots, deliver);
  for (const stream of await streams(query, plan, outer)) {
    await runPipeline(query, stream, { sink: resultSink(plan.columns, layout, slots), driver }, outer, plan);
  }
  await driver.flush();
}
