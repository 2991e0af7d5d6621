import type { ColumnId } from '../../compiler/ir/expression.ts';
import { ROW_ID_ORDINAL } from '../../compiler/ir/plan.ts';
import type { HashJoin, TableScan } from '../../compiler/physical/plan.ts';
import type { ColumnFormat } from '../columns/chunk.ts';
import type { PruningPredicate } from '../columns/source.ts';
import { within } from '../kernels/value.ts';
import { bloomKeysName, bloomShift, type KeyBloom, type ScanBloomFilter } from '../operators/bloom-filter.ts';
import type { JoinState } from '../operators/join-state.ts';
import { type KeyBitmap, keyRangeName, markKeysName, type ScanKeyFilter } from '../operators/key-filter.ts';
import { type BuildResult, required, rowCount } from './drivers.ts';
import type { RunKernel } from './pipeline.ts';
import type { Query } from './query.ts';
import type { Bounds } from './scan-predicates.ts';
import { allocate, allocateLarge, STEP_ROWS } from './task.ts';

/** A filter that is ready for the scans that are opened from now on. */
export interface ReadyKeyFilter {
  readonly keys: KeySet;
  /** Of one integer key: least and greatest; low > high: there are none. */
  readonly bounds: KeyBounds | undefined;
  /** Keys of the build side, counted as often as they come. */
  readonly rows: number;
  readonly maker: HashJoin;
}

type KeySet = ({ readonly kind: 'bitmap' } & KeyBitmap) | ({ readonly kind: 'bloom' } & KeyBloom);

interface KeyBounds {
  readonly low: bigint;
  readonly high: bigint;
}

/** A bitmap may have so many bits whatever the number of keys, ... */
const ALWAYS_BITS = 1 << 20;
/** ... and so many for each key, or for each row that will be tested. */
const BITS_OF_KEY = 64;
const BITS_OF_TEST = 8;
/** Bits of a Bloom filter for each key, at least: one of a hundred other values passes, or fewer. */
const BLOOM_BITS = 10;
/** Of what the query may still take, for a bitmap that it can do without. */
const BUDGET_SHARE = 4;

/** Makes the filters that the join's build side, which is complete, is to give. */
export async function makeKeyFilters(
  query: Query,
  join: HashJoin,
  state: JoinState,
  { kernel: { instance: kernel }, ctx }: RunKernel,
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
  const affordable = (bytes: number): boolean => bytes <= (query.budget.limit - query.budget.used) / BUDGET_SHARE;
  const boundsOf = async (filter: number): Promise<KeyBounds> => {
    const bounds = allocate(query, 16);
    query.memory.view().setBigInt64(bounds, 2n ** 63n - 1n, true);
    query.memory.view().setBigInt64(bounds + 8, -(2n ** 63n), true);
    await eachStep((address, count) => kernel.call(keyRangeName(filter), address, count, bounds));
    const view = query.memory.view();
    return { low: view.getBigInt64(bounds, true), high: view.getBigInt64(bounds + 8, true) };
  };
  const bitmapOf = async (filter: number, { low, high }: KeyBounds, tested: number): Promise<KeySet | undefined> => {
    const span = low <= high ? high - low + 1n : 0n;
    if (span > BigInt(Math.max(ALWAYS_BITS, rows * BITS_OF_KEY, tested * BITS_OF_TEST))) return undefined;
    const bits = 2 ** Math.max(5, Math.ceil(Math.log2(Math.max(1, Number(span)))));
    if (!affordable(bits / 8)) return undefined;
    const address = await allocateLarge(query, bits / 8);
    await eachStep((from, count) => kernel.call(markKeysName(filter), from, count, address, bits - 1, low));
    return { kind: 'bitmap', address, bits, low, high };
  };
  const bloomOf = async (filter: number): Promise<KeySet | undefined> => {
    const words = 2 ** Math.max(1, Math.ceil(Math.log2((rows * BLOOM_BITS) / 64)));
    if (!affordable(words * 8)) return undefined;
    const address = await allocateLarge(query, words * 8);
    const shift = bloomShift(words);
    await eachStep((from, count) => kernel.call(bloomKeysName(filter), ctx, from, count, address, shift));
    return { kind: 'bloom', address, words };
  };
  for (const { filter, kind, keys: positions, rows: tested } of join.makesFilters ?? []) {
    query.keyFilters.delete(filter);
    const field = layout.fields[state.keyFields[positions[0] ?? -1] ?? -1];
    const isInteger = kind !== 'bloom' && (field?.lane === 'i32' || field?.lane === 'i64');
    const bounds = isInteger ? await boundsOf(filter) : undefined;
    let keys = bounds === undefined ? undefined : await bitmapOf(filter, bounds, tested);
    if (keys === undefined && kind !== 'bitmap') keys = await bloomOf(filter);
    if (keys !== undefined) query.keyFilters.set(filter, { keys, bounds, rows, maker: join });
  }
}

/** Those of an earlier run of the join are not those of this one, which makes none: its build side is not in memory. */
export function dropKeyFilters(query: Query, { makesFilters }: HashJoin): void {
  for (const { filter } of makesFilters ?? []) query.keyFilters.delete(filter);
}

/** A filter that is ready for some of a scan's columns. */
interface ColumnKeyFilter {
  readonly columns: readonly ColumnId[];
  readonly ordinals: readonly number[];
  readonly ready: ReadyKeyFilter;
}

export function keyFiltersOf(query: Query, scan: TableScan): readonly ColumnKeyFilter[] {
  return (scan.keyFilters ?? []).flatMap(({ filter, columns }) => {
    const ready = query.keyFilters.get(filter);
    const ordinals = columns.flatMap(
      (column) => scan.ordinals[scan.columns.findIndex(({ id }) => id === column)] ?? [],
    );
    const isReady = ordinals.length === columns.length && !ordinals.includes(ROW_ID_ORDINAL);
    return ready !== undefined && isReady ? [{ columns, ordinals, ready }] : [];
  });
}

/** Zone maps leave out chunks without any of the keys. */
export function keyFilterPruning(filters: readonly ColumnKeyFilter[]): readonly PruningPredicate[] {
  return filters.flatMap(boundsOfColumn);
}

function boundsOfColumn({ ordinals: [ordinal], ready: { bounds } }: ColumnKeyFilter): readonly Bounds[] {
  return ordinal === undefined || bounds === undefined ? [] : [{ ordinal, ...bounds }];
}

/** A filter as a scan has it. */
interface Named {
  /** The columns' names. */
  readonly label: string;
  readonly maker: HashJoin;
}

interface ScanFilters {
  readonly filters: readonly (ScanKeyFilter & Named)[];
  readonly bounds: readonly Bounds[];
  readonly blooms: readonly (ScanBloomFilter & Named)[];
}

/**
 * What is tested of the encoded values: the keys' bitmaps, and their bounds where a column's values go beyond; then
 * Bloom filters, which need the values.
 */
export function scanKeyFilters(
  query: Query,
  { table: { columns } }: TableScan,
  keyed: readonly ColumnKeyFilter[],
  ordinals: readonly number[],
  formats: readonly ColumnFormat[],
): ScanFilters {
  const { filterTrialRows: trialRows } = query.tuning;
  // Part of a bitmap's range; of other keys only their number is known.
  const density = ({ ready: { keys, rows } }: ColumnKeyFilter): number =>
    keys.kind === 'bitmap' ? rows / keys.bits : rows;
  const filters: (ScanKeyFilter & Named)[] = [];
  const bounds: Bounds[] = [];
  const blooms: (ScanBloomFilter & Named)[] = [];
  for (const own of [...keyed].sort((a, b) => density(a) - density(b))) {
    const { keys, maker, bounds: range } = own.ready;
    const label = own.ordinals.map((ordinal) => columns[ordinal]?.name ?? '').join(', ');
    const common = { trialRows, label, maker, totals: undefined };
    const column = ordinals.indexOf(own.ordinals[0] ?? ROW_ID_ORDINAL);
    const format = formats[column];
    const isInteger = format?.encoding === 'integers';
    if (keys.kind === 'bloom') blooms.push({ columns: own.columns, keys, ...common });
    else if (isInteger) filters.push({ column, format, keys, ...common });
    if (range === undefined || !isInteger) continue;
    if (format.range === undefined || !within(format.range, [range.low, range.high]))
      bounds.push(...boundsOfColumn(own));
  }
  return { filters, bounds, blooms };
}

/** Adds what one thread's kernel tested to the scan's report. */
export function reportKeyFilters(
  query: Query,
  scan: TableScan,
  { filters, blooms }: Pick<ScanFilters, 'filters' | 'blooms'>,
  ctx: number,
): void {
  const reports = query.filters.get(scan) ?? [];
  query.filters.set(scan, reports);
  const view = query.memory.view();
  const all = [
    ...filters.map((filter) => ({ kind: 'bitmap' as const, ...filter })),
    ...blooms.map((filter) => ({ kind: 'bloom' as const, ...filter })),
  ];
  for (const { kind, label, maker, totals } of all) {
    if (totals === undefined) continue;
    let report = reports.find((known) => known.maker === maker && known.label === label);
    if (report === undefined) {
      report = { kind, label, maker, tested: 0, dropped: 0 };
      reports.push(report);
    }
    report.tested += Number(view.getBigInt64(ctx + totals.tested, true));
    report.dropped += Number(view.getBigInt64(ctx + totals.dropped, true));
  }
}
