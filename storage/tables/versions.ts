import { allocateBytes, grownCapacity } from './buffers.ts';

/** Not deleted; as a beginning: rolled back, so seen by nobody. */
export const NEVER: number = Number.POSITIVE_INFINITY;

const BLOCK_SHIFT = 6;
const BLOCK_ROWS = 1 << BLOCK_SHIFT;

/** Who looks at a table, and when. */
export interface Viewpoint {
  /** Commits up to this number are seen. */
  readonly snapshot: number;
  /** Id of the viewer's own transaction; 0 without one. */
  readonly transaction: number;
  /** Of the own writes, those with a smaller command id are seen. */
  readonly command: number;
}

/**
 * When each row of up to 65,536 began and ceased to exist. A stamp is the number of a commit, or NEVER, or minus the
 * id of a transaction that has not ended; then the command arrays say which of its commands it was. Rows that were
 * loaded together share one beginning until the array is needed.
 */
export class RowVersions {
  /** The highest commit number among the stamps. */
  private lastChange = 0;
  /** The same for each block of rows; absent while all rows share their stamps. */
  private blockChanges: Float64Array | undefined;
  /** Transactions with writes here that have not ended. */
  readonly writers: Set<number> = new Set();
  private commonBegin: number;
  private readonly commonCommand: number;
  private begins: Float64Array | undefined;
  private beginCommands: Uint32Array | undefined;
  private ends: Float64Array | undefined;
  private endCommands: Uint32Array | undefined;

  /** `commonBegin` and its command are the stamp of all rows, unless rows are appended one by one. */
  constructor(commonBegin: number = NEVER, commonCommand = 0) {
    this.commonBegin = commonBegin;
    this.commonCommand = commonCommand;
  }

  beginOf(row: number): number {
    return this.begins === undefined ? this.commonBegin : this.begins[row]!;
  }

  endOf(row: number): number {
    return this.ends?.[row] ?? NEVER;
  }

  endCommandOf(row: number): number {
    return this.endCommands?.[row] ?? 0;
  }

  /** Stamps row `row` as inserted; rows come in order. */
  begin(row: number, transaction: number, command: number): void {
    this.begins = withRoom(this.begins, row, Float64Array, NEVER);
    this.beginCommands = withRoom(this.beginCommands, row, Uint32Array, 0);
    this.begins[row] = -transaction;
    this.beginCommands[row] = command;
    this.writers.add(transaction);
  }

  end(row: number, transaction: number, command: number): void {
    this.ends = withRoom(this.ends, row, Float64Array, NEVER);
    this.endCommands = withRoom(this.endCommands, row, Uint32Array, 0);
    this.ends[row] = -transaction;
    this.endCommands[row] = command;
    this.writers.add(transaction);
  }

  /** Gives the beginnings of the rows from `from` up to `to` their final stamp. */
  settleBegins(from: number, to: number, stamp: number): void {
    this.begins?.fill(stamp, from, to);
    this.changed(from, to, stamp);
  }

  settleEnds(from: number, to: number, stamp: number): void {
    this.ends?.fill(stamp, from, to);
    this.changed(from, to, stamp);
  }

  /** Gives all rows, which were loaded together, their final beginning. */
  settleLoad(stamp: number): void {
    this.commonBegin = stamp;
    if (stamp !== NEVER) this.lastChange = Math.max(this.lastChange, stamp);
  }

  /**
   * What a viewer sees of rows `from` up to `to` is the same whenever this number is; undefined where nothing is sure
   * because of writes of the viewer's own. `exact` looks closer, at the blocks of the rows.
   */
  lastChangeSeen(from: number, to: number, viewpoint: Viewpoint, exact: boolean): number | undefined {
    const { snapshot, transaction } = viewpoint;
    if (this.writers.has(transaction)) return undefined;
    if (!exact || this.blockChanges === undefined) return Math.min(snapshot, this.lastChange);
    let last = this.commonBegin === NEVER ? 0 : this.commonBegin;
    const blocks = Math.min(this.blockChanges.length, (to + BLOCK_ROWS - 1) >>> BLOCK_SHIFT);
    for (let block = from >>> BLOCK_SHIFT; block < blocks; block++) {
      const change = this.blockChanges[block]!;
      if (change > last) last = change;
    }
    return Math.min(snapshot, last);
  }

  /** Whether one row is seen. */
  sees(row: number, viewpoint: Viewpoint): boolean {
    const begun = this.begins === undefined ? this.commonCommand : this.beginCommands![row]!;
    return isSeen(this.beginOf(row), begun, viewpoint) && !isSeen(this.endOf(row), this.endCommandOf(row), viewpoint);
  }

  /** Whether the row was never committed, or ended by a commit that all of these snapshots see. */
  endedBefore(row: number, oldestSnapshot: number): boolean {
    const end = this.endOf(row);
    return this.beginOf(row) === NEVER || (end > 0 && end <= oldestSnapshot);
  }

  /** Positions, counted from `from`, of the rows up to `to` that are seen; undefined if all are. */
  visible(from: number, to: number, viewpoint: Viewpoint): Uint32Array | undefined {
    if (this.begins === undefined && this.ends === undefined) {
      return isSeen(this.commonBegin, this.commonCommand, viewpoint) ? undefined : new Uint32Array(0);
    }
    const positions = new Uint32Array(allocateBytes(4 * (to - from)).buffer, 0, to - from);
    const count = this.select(from, to, viewpoint, positions);
    return count === to - from ? undefined : positions.subarray(0, count);
  }

  private select(from: number, to: number, viewpoint: Viewpoint, positions: Uint32Array): number {
    const { snapshot, command } = viewpoint;
    const own = -viewpoint.transaction;
    const { begins, beginCommands, ends, endCommands } = this;
    // Rows past the end of the array have not been deleted.
    const ended = ends === undefined ? 0 : ends.length;
    const common = isSeen(this.commonBegin, this.commonCommand, viewpoint);
    let count = 0;
    for (let row = from; row < to; row++) {
      let seen = common;
      if (begins !== undefined) {
        const begin = begins[row]!;
        seen = begin > 0 ? begin <= snapshot : begin === own && beginCommands![row]! < command;
      }
      if (!seen) continue;
      if (row < ended) {
        const end = ends![row]!;
        if (end > 0 ? end <= snapshot : end === own && endCommands![row]! < command) continue;
      }
      positions[count++] = row - from;
    }
    return count;
  }

  private changed(from: number, to: number, stamp: number): void {
    if (stamp === NEVER) return;
    this.lastChange = Math.max(this.lastChange, stamp);
    this.blockChanges = withRoom(this.blockChanges, (to - 1) >>> BLOCK_SHIFT, Float64Array, 0);
    this.blockChanges.fill(this.lastChange, from >>> BLOCK_SHIFT, ((to - 1) >>> BLOCK_SHIFT) + 1);
  }
}

/** Whether a write with that stamp is seen. */
function isSeen(stamp: number, stampCommand: number, { snapshot, transaction, command }: Viewpoint): boolean {
  return stamp > 0 ? stamp <= snapshot : stamp === -transaction && stampCommand < command;
}

/** The array, or a larger copy that has an element `index`; what is new is `filler`. */
function withRoom<T extends Float64Array | Uint32Array>(
  array: T | undefined,
  index: number,
  kind: { new (buffer: ArrayBufferLike): T; readonly BYTES_PER_ELEMENT: number },
  filler: number,
): T {
  const length = array?.length ?? 0;
  if (array !== undefined && index < length) return array;
  const grown = new kind(allocateBytes(kind.BYTES_PER_ELEMENT * grownCapacity(length, index + 1)).buffer);
  if (array !== undefined) grown.set(array);
  grown.fill(filler, length);
  return grown;
}
