import { ROW_ID_ORDINAL } from '../../compiler/ir/plan.ts';
import type { HashJoin, TableScan } from '../../compiler/physical/plan.ts';
import type { ColumnFormat } from '../columns/chunk.ts';
import type { PruningPredicate } from '../columns/source.ts';
import { within } from '../kernels/value.ts';
import type { JoinState } from '../operators/hash-join.ts';
import { type KeyBitmap, keyRangeName, markKeysName, type ScanKeyFilter } from '../operators/key-filter.ts';
import { type BuildResult, required, rowCount, STEP_ROWS } from './drivers.ts';
import type { KernelInstance } from './modules.ts';
import type { Query } from './query.ts';
import type { Bounds } from './scan-predicates.ts';
import { allocate, allocateLarge } from './task.ts';

/** A filter that is ready for the scans that are opened from now on. */
export interface ReadyKeyFilter {
  readonly keys: KeyBitmap;
  /** Keys of the build side, counted as often as they come. */
  readonly rows: number;
  readonly maker: HashJoin;
}

/** A bitmap may have so many bits whatever the number of keys, ... */
const ALWAYS_BITS = 1 << 20;
/** ... and so many for each key, or for each row that will be tested. */
const BITS_OF_KEY = 64;
const BITS_OF_TEST = 8;
/** Of what the query may still take, for a bitmap that it can do without. */
const BUDGET_SHARE = 4;

/** Makes the filters that the join's build side, which is complete, is to give. */
export async function makeKeyFilters(
  query: Query,
  join: HashJoin,
  state: JoinState,
  kernel: KernelInstance,
  { blocks }: BuildResult,
): Promise<void> {
  const layout = required(state.layout, 'the row layout');
  const rows = rowCount(blocks);
  const eachStep = async (step: (address: number, count: number) => void): Promise<void> => {
    for (const block of blocks) {
      for (let from = 0; from < block.rows; from += STEP_ROWS) {
        step(block.address + from * layout.size, Math.min(STEP_ROWS, block.rows - from));
        const pause = query.breathe();
        if (pause !== undefined) await pause;
      }
    }
  };
  for (const { key, filter, rows: tested } of join.makesFilters ?? []) {
    query.keyFilters.delete(filter);
    const field = layout.fields[state.keyFields[key] ?? -1];
    if (field?.lane !== 'i32' && field?.lane !== 'i64') continue;
    const bounds = allocate(query, 16);
    query.memory.view().setBigInt64(bounds, 2n ** 63n - 1n, true);
    query.memory.view().setBigInt64(bounds + 8, -(2n ** 63n), true);
    await eachStep((address, count) => kernel.call(keyRangeName(key), address, count, bounds));
    const low = query.memory.view().getBigInt64(bounds, true);
    const high = query.memory.view().getBigInt64(bounds + 8, true);
    const span = low <= high ? high - low + 1n : 0n;
    if (span > BigInt(Math.max(ALWAYS_BITS, rows * BITS_OF_KEY, tested * BITS_OF_TEST))) continue;
    const bits = 2 ** Math.max(5, Math.ceil(Math.log2(Math.max(1, Number(span)))));
    const { budget } = query;
    if (bits / 8 > (budget.limit - budget.used) / BUDGET_SHARE) continue;
    const address = await allocateLarge(query, bits / 8);
    await eachStep((from, count) => kernel.call(markKeysName(key), from, count, address, bits - 1, low));
    query.keyFilters.set(filter, { keys: { address, bits, low, high }, rows, maker: join });
  }
}

/** Those of an earlier run of the join are not those of this one, which makes none: its build side is not in memory. */
export function dropKeyFilters(query: Query, { makesFilters }: HashJoin): void {
  for (const { filter } of makesFilters ?? []) query.keyFilters.delete(filter);
}

/** A filter that is ready for one of a scan's columns. */
export interface ColumnKeyFilter {
  readonly ordinal: number;
  readonly ready: ReadyKeyFilter;
}

export function keyFiltersOf(query: Query, scan: TableScan): readonly ColumnKeyFilter[] {
  return (scan.keyFilters ?? []).flatMap(({ filter, column }) => {
    const ready = query.keyFilters.get(filter);
    const ordinal = scan.ordinals[scan.columns.findIndex(({ id }) => id === column)];
    return ready === undefined || ordinal === undefined || ordinal === ROW_ID_ORDINAL ? [] : [{ ordinal, ready }];
  });
}

/** Zone maps leave out chunks without any of the keys. */
export function keyFilterPruning(filters: readonly ColumnKeyFilter[]): readonly PruningPredicate[] {
  return filters.map(({ ordinal, ready: { keys } }) => ({ ordinal, low: keys.low, high: keys.high }));
}

/** A filter as a scan has it. */
interface NamedKeyFilter extends ScanKeyFilter {
  /** The column's name. */
  readonly label: string;
  readonly maker: HashJoin;
}

/** What is tested of the encoded values: the keys' bitmaps, and their bounds where a column's values go beyond. */
export function scanKeyFilters(
  query: Query,
  { table: { columns } }: TableScan,
  keyed: readonly ColumnKeyFilter[],
  ordinals: readonly number[],
  formats: readonly ColumnFormat[],
): { readonly filters: readonly NamedKeyFilter[]; readonly bounds: readonly Bounds[] } {
  const density = ({ ready: { keys, rows } }: ColumnKeyFilter): number => rows / keys.bits;
  const filters: NamedKeyFilter[] = [];
  const bounds: Bounds[] = [];
  for (const { ordinal, ready } of [...keyed].sort((a, b) => density(a) - density(b))) {
    const { keys, maker } = ready;
    const column = ordinals.indexOf(ordinal);
    const format = formats[column];
    if (format?.encoding !== 'integers') continue;
    const { filterTrialRows: trialRows } = query.tuning;
    filters.push({ column, format, keys, trialRows, label: columns[ordinal]?.name ?? '', maker, totals: undefined });
    if (format.range === undefined || !within(format.range, [keys.low, keys.high])) {
      bounds.push({ ordinal, low: keys.low, high: keys.high });
    }
  }
  return { filters, bounds };
}

/** Adds what one thread's kernel tested to the scan's report. */
export function reportKeyFilters(query: Query, scan: TableScan, filters: readonly NamedKeyFilter[], ctx: number): void {
  const reports = query.filters.get(scan) ?? [];
  query.filters.set(scan, reports);
  const view = query.memory.view();
  for (const { label, maker, totals } of filters) {
    if (totals === undefined) continue;
    let report = reports.find((known) => known.maker === maker && known.label === label);
    if (report === undefined) {
      report = { label, maker, tested: 0, dropped: 0 };
      reports.push(report);
    }
    report.tested += Number(view.getBigInt64(ctx + totals.tested, true));
    report.dropped += Number(view.getBigInt64(ctx + totals.dropped, true));
  }
}
