import type { PhysicalWindow } from '../../../compiler/physical/plan.ts';
import { OrbitError } from '../../../compiler/types/error.ts';
import type { SortState } from '../../operators/sort.ts';
import { rowCount } from '../drivers.ts';
import type { OpenSource, RunKernel, SourceMorsel } from '../pipeline.ts';
import { counterOf, type Query } from '../query.ts';
import { rowAddresses, type SortDriverSpec } from '../sort-driver.ts';
import { allocate, withOwnArenas } from '../task.ts';
import { type PreparedWindow, type WindowReader, windowReader } from '../windows.ts';
import { type RowCopier, rowCopier } from './copies.ts';
import { bytesLeft } from './policy.ts';
import { type Merge, mergeRuns, type Run, type SortKernel } from './runs.ts';

/** Rows with which a batch is full, if it has a whole partition, and ... */
const BATCH_ROWS = 65_536;
/** ... the share of the memory that is left. A batch's rest is copied into the next one while both are there. */
const BATCH_SHARE = 8;
const LEAST_BATCH_BYTES = 1 << 16;
/** A batch has at least so many blocks before it is full. */
const BATCH_BLOCKS = 4;
/** Rows between two looks at whether a batch is full, and chances to cancel. */
const STEP_ROWS = 4096;

/** The rows of the runs with the results of the window's calls, a batch of whole partitions in memory at a time. */
export function openWindowRuns(
  query: Query,
  plan: PhysicalWindow,
  prepared: PreparedWindow,
  { kernel, ctx }: RunKernel,
  state: SortState,
  spec: SortDriverSpec,
  runs: readonly Run[],
): OpenSource {
  const total = runs.reduce((sum, run) => sum + run.reduce((rows, page) => rows + page.rows, 0), 0);
  const reader = windowReader(query, prepared, state, total, true);
  const sort: SortKernel = { kernel: kernel.instance, ctx, spec: spec.pack };
  let merge: Merge | undefined;
  let batches: Batches | undefined;
  return {
    source: reader.source,
    parallel: false,
    passing: true,
    mostRows: BigInt(total),
    next: async () => {
      const more = reader.next();
      if (more !== undefined) return more;
      if (batches === undefined) {
        merge = await mergeRuns(query, sort, runs, (bytes) => {
          counterOf(query, plan).spilledBytes += bytes;
        });
        batches = partitionBatches(query, sort, merge, reader);
      }
      return (await batches.next()) ? reader.next() : undefined;
    },
    close: () => {
      batches?.close();
      merge?.close();
    },
  };
}

interface Batches {
  /** Frees the batch before and begins the next one; false: there is none. */
  readonly next: () => Promise<boolean>;
  readonly close: () => void;
}

interface Gathered {
  readonly task: Query;
  readonly free: () => void;
  readonly copier: RowCopier;
  /** Two addresses, for comparing the last row with the next one. */
  readonly seam: number;
}

/** A batch that was begun: its rows that the next one needs lie in the array too. */
interface Begun {
  readonly array: number;
  /** The first of those, and their number. */
  readonly rows: number;
  readonly rest: number;
}

/**
 * Whole partitions together, as they come in order. A batch is full with so many rows or bytes; a partition that is not
 * complete then goes over into the next batch, unless it is the batch's only one, which grows until memory ends. Where
 * partitions need not be whole, the rows at a batch's end that later ones look back to go over instead.
 */
function partitionBatches(
  query: Query,
  { kernel, ctx, spec }: SortKernel,
  merge: Merge,
  { begin, back, goOn }: WindowReader,
): Batches {
  const { memory } = query;
  const mostRows = Math.max(1, Math.min(BATCH_ROWS, query.tuning.spillRows));
  const mostBytes = Math.max(LEAST_BATCH_BYTES, bytesLeft(query.budget) / BATCH_SHARE);
  const stepRows = Math.min(STEP_ROWS, mostRows);
  let current: Gathered | undefined;
  let begun: Begun | undefined;
  let morsel: SourceMorsel | undefined;
  let at = 0;
  /** Rows at the beginning of the batch that were put out with the one before. */
  let known = 0;

  const gathered = (): Gathered => {
    const { task, free } = withOwnArenas(query);
    const seam = allocate(task, 8);
    return { task, free, copier: rowCopier(task, spec, mostBytes / BATCH_BLOCKS), seam };
  };
  const isFull = ({ task, copier }: Gathered): boolean =>
    rowCount(copier.blocks) - known >= mostRows || memory.arenaBytes(task.arena) >= mostBytes;

  /** Begins a batch of the first `rows` of what was gathered. */
  const start = async (from: Gathered, rows: number): Promise<boolean> => {
    const { task, copier } = from;
    const all = rowCount(copier.blocks);
    const array = allocate(task, all * 4);
    let to = array;
    for (const block of copier.blocks) {
      const addresses = rowAddresses({ best: new Uint32Array(0), blocks: [block], runs: [] }, spec.size);
      memory.u32().set(addresses, to / 4);
      to += addresses.length * 4;
      const pause = query.breathe();
      if (pause !== undefined) await pause;
    }
    if (back === undefined) begin(task, array, rows);
    else goOn(array, known, rows);
    known = back === undefined ? 0 : Math.min(back, rows);
    begun = { array, rows: rows - known, rest: all - rows + known };
    return true;
  };

  /** What is gathered next, with the rows that the last batch left. */
  const renewed = async (): Promise<Gathered> => {
    const before = current;
    if (begun?.rest === 0) before?.free();
    const next = gathered();
    current = next;
    try {
      for (let done = 0; begun !== undefined && done < begun.rest; done += stepRows) {
        const from = begun.rows + done;
        next.copier.copy(begun.array, from, Math.min(from + stepRows, begun.rows + begun.rest));
        const pause = query.breathe();
        if (pause !== undefined) await pause;
      }
    } finally {
      begun = undefined;
      before?.free();
    }
    return next;
  };

  const fill = async (own: Gathered): Promise<boolean> => {
    const { copier, seam } = own;
    // Rows of partitions that are complete.
    let whole = 0;
    let rows = rowCount(copier.blocks);
    for (;;) {
      if (morsel === undefined || at === morsel.rows) {
        morsel = await merge.next();
        at = 0;
        if (morsel === undefined) return rows > known && start(own, rows);
      }
      const { address } = morsel;
      if (back !== undefined) whole = rows - known;
      else if (rows > 0) {
        memory.u32().set([copier.last(), memory.view().getUint32(address + at * 4, true)], seam / 4);
        if (kernel.call('last_start', ctx, seam, 0, 2) === 1) whole = rows;
      }
      if (whole > 0 && isFull(own)) return start(own, back === undefined ? whole : rows);
      const to = Math.min(morsel.rows, at + stepRows);
      const last = kernel.call('last_start', ctx, address, at, to);
      copier.copy(address, at, to);
      if (last > at) whole = rows + last - at;
      rows += to - at;
      at = to;
      const pause = query.breathe();
      if (pause !== undefined) await pause;
    }
  };

  return {
    next: async () => {
      const own = await renewed();
      try {
        return await fill(own);
      } catch (error) {
        // Beyond its measure a batch has but one partition.
        if (error instanceof OrbitError && error.code === 'out_of_memory' && back === undefined && isFull(own))
          throw tooLarge(error);
        throw error;
      }
    },
    close: () => current?.free(),
  };
}

function tooLarge(cause: OrbitError): OrbitError {
  return new OrbitError('out_of_memory', `${cause.message}, for the rows of one partition of a window`, {
    hint: 'All rows of a partition are in memory at the same time: partition by more columns, read fewer rows and columns, or raise the memory limit of queries.',
    cause,
  });
}
