import { BUILD_ROW } from '../operators/build-rows.ts';
import { hasIntegerKey, type JoinDirectory, type JoinState } from '../operators/join-state.ts';
import { ENTRY, ORDER_STATE, RUN, STRIDE } from '../operators/key-order.ts';
import { type BuildResult, required, rowCount } from './drivers.ts';
import type { KernelInstance } from './modules.ts';
import { bytesLeft } from './spill/policy.ts';
import { allocate, STEP_ROWS, type Task } from './task.ts';

interface Run {
  readonly first: number;
  readonly last: number;
  readonly low: bigint;
  readonly high: bigint;
  readonly entries: number;
  readonly entriesEnd: number;
}

/** Bytes a row of the index, with runs and a copy, at most. */
const INDEX_BYTES = 4;

/** Entries behind the last one: a probe reads the bound of the one after the next. */
const CLOSING = 3;

/** Rows of a run on the average, at least, or the rows are said to be in no order. */
const LEAST_RUN = 256;

/** The order of the build side's rows; undefined if they come in none. Runs come from threads and in any order. */
export async function linkInOrder(
  task: Task,
  state: JoinState,
  kernel: KernelInstance,
  { blocks, low, high, sawNull }: BuildResult,
): Promise<JoinDirectory | undefined> {
  const { size } = required(state.layout, 'the row layout');
  const rows = rowCount(blocks);
  const mostRuns = 64 + Math.floor(rows / LEAST_RUN);
  if (low > high || !hasIntegerKey(state) || (task.spill !== undefined && rows * INDEX_BYTES > bytesLeft(task.budget)))
    return undefined;
  const runsAt = allocate(task, mostRuns * RUN.bytes);
  const entriesAt = allocate(task, (Math.ceil(rows / STRIDE) + mostRuns + CLOSING) * ENTRY.bytes);
  const stateAt = allocate(task, ORDER_STATE.bytes);
  task.memory.u8().fill(0, stateAt, stateAt + ORDER_STATE.bytes);
  task.memory.view().setUint32(stateAt + ORDER_STATE.entry, entriesAt, true);
  task.memory.view().setUint32(stateAt + ORDER_STATE.run, runsAt, true);
  task.memory.view().setUint32(stateAt + ORDER_STATE.runsEnd, runsAt + mostRuns * RUN.bytes, true);
  for (const block of blocks) {
    for (let from = 0; from < block.rows; from += STEP_ROWS) {
      const count = Math.min(STEP_ROWS, block.rows - from);
      if (kernel.call('link_ordered', block.address + from * size, count, stateAt) === 0) return undefined;
      const pause = task.breathe();
      if (pause !== undefined) await pause;
    }
  }
  const view = task.memory.view();
  const word = (address: number): number => view.getUint32(address, true);
  const entriesEnd = word(stateAt + ORDER_STATE.entry);
  const runsEnd = word(stateAt + ORDER_STATE.run);
  if (runsEnd > runsAt) {
    view.setUint32(runsEnd - RUN.bytes + RUN.last, word(stateAt + ORDER_STATE.head), true);
    view.setBigInt64(runsEnd - RUN.bytes + RUN.high, view.getBigInt64(stateAt + ORDER_STATE.key, true), true);
  }
  const runs: Run[] = [];
  for (let at = runsAt; at < runsEnd; at += RUN.bytes) {
    runs.push({
      first: word(at + RUN.first),
      last: word(at + RUN.last),
      low: view.getBigInt64(at + RUN.low, true),
      high: view.getBigInt64(at + RUN.high, true),
      entries: word(at + RUN.entries),
      entriesEnd: at + RUN.bytes < runsEnd ? word(at + RUN.bytes + RUN.entries) : entriesEnd,
    });
  }
  let unique = word(stateAt + ORDER_STATE.chained) === 0;
  runs.sort((a, b) => (a.low < b.low ? -1 : a.low > b.low ? 1 : a.high < b.high ? -1 : a.high > b.high ? 1 : 0));
  if (runs.some((run, i) => run.low < (runs[i - 1]?.high ?? run.low))) return undefined;
  let last = runs[0]?.last ?? 0;
  runs.forEach((run, i) => {
    if (i === 0) return;
    if (run.low !== runs[i - 1]?.high) {
      view.setUint32(last + BUILD_ROW.following, run.first, true);
      last = run.last;
      return;
    }
    // A key on both sides of the seam: its rows become one chain, behind the first run's row.
    unique = false;
    let end = run.first;
    while (word(end + BUILD_ROW.next) !== 0) end = word(end + BUILD_ROW.next);
    view.setUint32(end + BUILD_ROW.next, word(last + BUILD_ROW.next), true);
    view.setUint32(last + BUILD_ROW.next, run.first, true);
    view.setUint32(run.entries + ENTRY.row, last, true);
    if (run.first === run.last) return;
    view.setUint32(last + BUILD_ROW.following, word(run.first + BUILD_ROW.following), true);
    last = run.last;
  });
  const entries = (entriesEnd - entriesAt) / ENTRY.bytes;
  let index = entriesAt;
  if (runs.length > 1) {
    index = allocate(task, (entries + CLOSING) * ENTRY.bytes);
    let to = index;
    for (const run of runs) {
      task.memory.u8().copyWithin(to, run.entries, run.entriesEnd);
      to += run.entriesEnd - run.entries;
    }
  }
  task.memory.view().setBigInt64(index + entries * ENTRY.bytes + ENTRY.key, 2n ** 63n - 1n, true);
  return { address: 0, mask: 0, shift: 0, unique, rows, sawNull, ordered: { index, entries, low, high } };
}
