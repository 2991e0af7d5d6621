import type { ColumnId, SortKey } from '../../compiler/ir/expression.ts';
import type { FirstRows, PhysicalPlan, PhysicalSort } from '../../compiler/physical/plan.ts';
import type { Operator } from '../operators/emitter.ts';
import { type SortState, sortedSource, sortRows, sortState } from '../operators/sort.ts';
import type { EncodedKeys } from '../operators/sort-keys.ts';
import { isSort } from './breaker.ts';
import { rowCount } from './drivers.ts';
import { limitOf, NO_LIMIT } from './limits.ts';
import type { RunKernel, Stream } from './pipeline.ts';
import { type Planner, runInto, unexpected } from './planner.ts';
import type { Outer, Query } from './query.ts';
import { forgetState, keptState } from './repeated.ts';
import { rowAddresses, type SortDriverSpec, type SortResult, sortDriver, sortDriverSpec } from './sort-driver.ts';
import { sortAddresses } from './sorting.ts';
import { openBlocks } from './sources.ts';
import { bytesLeft } from './spill/policy.ts';
import { allRuns, openRuns } from './spill/sorted.ts';
import { withOwnArenas } from './task.ts';

export async function sorting(
  planner: Planner,
  query: Query,
  plan: PhysicalSort,
  outer: Outer,
  counted: readonly Operator[],
): Promise<Stream> {
  const { skip, pass } = limitOf(query, plan.limit, plan.offset, outer);
  const wanted = pass === NO_LIMIT ? undefined : skip + pass;
  const most = bytesLeft(query.budget) / (TOP_SHARE * plan.columns.length + 1);
  const top = wanted !== undefined && wanted > 0n && wanted <= Math.min(1_000_000, most) ? Number(wanted) : undefined;
  const ids = plan.columns.map((c) => c.id);
  const kept = keptState(query, top === undefined ? 'input' : 'top', plan, () => sortState());
  const collected = await collectRows(planner, query, plan.input, { keys: plan.keys, ids, top, kept }, outer, plan);
  const { state, ran, spec, results, total, free } = collected;
  if (isTight(query, results, total * SORT_BYTES)) {
    const runs = await allRuns(query, plan, ran, spec, results);
    free();
    forgetState(query, plan);
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
    code: [plan, state.layout],
  };
}

/** A top-n keeps its rows in memory if they take no more than an eighth of what is left, at 32 bytes a column. */
const TOP_SHARE = 256;

/** Bytes a row that sorting takes beside it. */
export const SORT_BYTES = 16;

/** Whether rows must go to disk: some have, or they are all there, but not the room for `more` beside them. */
export function isTight(query: Query, results: readonly SortResult[], more: number): boolean {
  return (query.spill !== undefined && more > bytesLeft(query.budget)) || results.some(({ runs }) => runs.length > 0);
}

interface SortSpec {
  readonly keys: readonly SortKey[];
  /** Columns that the rows keep. */
  readonly ids: readonly ColumnId[];
  /** Only so many rows will be read. */
  readonly top?: number | undefined;
  /** So many of the keys make a partition, which the kernel can tell. */
  readonly partitionKeys?: number | undefined;
  readonly first?: FirstRows | undefined;
  /** The state of an earlier run. */
  readonly kept?: SortState | undefined;
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

export async function collectRows(
  planner: Planner,
  query: Query,
  input: PhysicalPlan,
  { keys, ids, top, partitionKeys, first, kept, compute }: SortSpec,
  outer: Outer,
  node: PhysicalPlan,
): Promise<Collected> {
  const state = kept ?? sortState(partitionKeys, first);
  const { task, free } = withOwnArenas(query);
  const specOf = () => sortDriverSpec(state, top);
  const driver = sortDriver(task, specOf);
  const others: SortResult[] = [];
  const ran = await runInto(
    planner,
    query,
    input,
    outer,
    {
      sink: sortRows(keys, ids, top !== undefined, state),
      driver,
      state: kept,
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
export function sortInMemory(
  query: Query,
  { ran, spec, results, total }: Collected,
  isSorted = false,
): Promise<number> {
  const parts = results.map((part) => rowAddresses(part, spec.rowSize));
  const all = new Uint32Array(total);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return sortAddresses(query, ran.ctx, ran.kernel.instance, all, isSorted ? IN_ORDER : spec.keys);
}
