import type { Stamps } from '../../runtime/memory/visibility.ts';
import { allocateBytes, grownCapacity } from './buffers.ts';

/** Not deleted; as a beginning: rolled back, so seen by nobody. */
export const NEVER: number = Number.POSITIVE_INFINITY;

/** Changes are remembered by blocks of so many rows. */
export const BLOCK_SHIFT = 6;

/** Command ids are kept in 32 bits. */
export const MAX_COMMAND = 0xffff_ffff;

/** Who looks at a table, and when. */
export interface Viewpoint {
  /** Commits up to this number are seen. */
  readonly snapshot: number;
  /** Id of the viewer's own transaction; 0 without one. */
  readonly transaction: number;
  /** Of the own writes, those with a smaller command id are seen. */
  readonly command: number;
}

/** What a transaction that has not ended has written here. */
export interface OwnWrites {
  /** Grows with every write. */
  readonly count: number;
  /** The last of its commands that wrote. */
  readonly lastCommand: number;
  /** Blocks with rows that it began or ended one by one. */
  readonly blocks: ReadonlySet<number>;
}

interface Writer extends OwnWrites {
  count: number;
  lastCommand: number;
  readonly blocks: Set<number>;
}

/**
 * When each row of up to 65,536 began and ceased to exist. A stamp is the number of a commit, or NEVER, or minus the
 * id of a transaction that has not ended; then the command arrays say which of its commands it was. Rows that were
 * loaded together share one beginning, others have one each.
 */
export class RowVersions implements Stamps {
  begins: Float64Array | undefined;
  beginCommands: Uint32Array | undefined;
  ends: Float64Array | undefined;
  endCommands: Uint32Array | undefined;
  private readonly commonCommand: number;
  private commonBegin: number;
  /** The highest commit number among the stamps. */
  private lastChange = 0;
  /** The same for each block of rows, without the common beginning; absent while nothing else was committed. */
  private blockChanges: Float64Array | undefined;
  private readonly writers = new Map<number, Writer>();

  private constructor(commonBegin: number, commonCommand: number) {
    this.commonBegin = commonBegin;
    this.commonCommand = commonCommand;
  }

  /** For rows that come one by one. */
  static oneByOne(): RowVersions {
    return new RowVersions(NEVER, 0);
  }

  /** For rows that a command of a transaction has loaded together. */
  static loaded(transaction: number, command: number): RowVersions {
    const versions = new RowVersions(-transaction, command);
    versions.writer(transaction, command);
    return versions;
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
    this.writer(transaction, command).blocks.add(row >>> BLOCK_SHIFT);
  }

  end(row: number, transaction: number, command: number): void {
    this.ends = withRoom(this.ends, row, Float64Array, NEVER);
    this.endCommands = withRoom(this.endCommands, row, Uint32Array, 0);
    this.ends[row] = -transaction;
    this.endCommands[row] = command;
    this.writer(transaction, command).blocks.add(row >>> BLOCK_SHIFT);
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

  /** The transaction has ended, and its stamps are final. */
  settled(transaction: number): void {
    this.writers.delete(transaction);
  }

  /** Writes of these rows were taken back by the transaction, which goes on. */
  undone(transaction: number, from: number, to: number): void {
    const writer = this.writer(transaction, 0);
    for (let block = from >>> BLOCK_SHIFT; block <= (to - 1) >>> BLOCK_SHIFT; block++) writer.blocks.add(block);
  }

  writesOf(transaction: number): OwnWrites | undefined {
    return this.writers.get(transaction);
  }

  /** A snapshot sees the same of all rows as that of this commit does. */
  lastChangeSeen(snapshot: number): number {
    return Math.min(snapshot, this.lastChange);
  }

  /** The same for these rows alone, provided that it sees them if they were loaded: more snapshots have this number. */
  lastChangeSeenOf(from: number, to: number, snapshot: number): number {
    const { blockChanges } = this;
    let last = 0;
    const blocks = Math.min(blockChanges?.length ?? 0, (to + (1 << BLOCK_SHIFT) - 1) >>> BLOCK_SHIFT);
    for (let block = from >>> BLOCK_SHIFT; block < blocks; block++) {
      const change = blockChanges![block]!;
      if (change > last) last = change;
    }
    return Math.min(snapshot, last);
  }

  /** Calls `visit` with the blocks of these rows in which commits above `commit` have changed rows. */
  eachChangedBlock(from: number, to: number, commit: number, visit: (block: number) => void): void {
    const { blockChanges } = this;
    if (blockChanges === undefined) return;
    const blocks = Math.min(blockChanges.length, (to + (1 << BLOCK_SHIFT) - 1) >>> BLOCK_SHIFT);
    for (let block = from >>> BLOCK_SHIFT; block < blocks; block++) if (blockChanges[block]! > commit) visit(block);
  }

  isLoadOf(transaction: number): boolean {
    return transaction !== 0 && this.begins === undefined && this.commonBegin === -transaction;
  }

  /** Whether the viewer sees that rows have begun which have no beginning of their own; undefined if all have one. */
  seesLoad(viewpoint: Viewpoint): boolean | undefined {
    return this.begins === undefined ? isSeen(this.commonBegin, this.commonCommand, viewpoint) : undefined;
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

  private writer(transaction: number, command: number): Writer {
    let writer = this.writers.get(transaction);
    if (writer === undefined) {
      writer = { count: 0, lastCommand: 0, blocks: new Set() };
      this.writers.set(transaction, writer);
    }
    writer.count++;
    writer.lastCommand = Math.max(writer.lastCommand, command);
    return writer;
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
