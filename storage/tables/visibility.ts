import type { VisibleRows } from '../../runtime/columns/chunk.ts';
import { VISIBILITY_ROWS, visibleBits } from '../../runtime/memory/visibility.ts';
import { BLOCK_SHIFT, type OwnWrites, type RowVersions, type Viewpoint } from './versions.ts';

/** Bitmaps kept of what commits have made visible: some for transactions with older snapshots beside the latest. */
const REMEMBERED = 6;

/** No row is visible. */
export const NONE: VisibleRows = { bitmap: new Uint8Array(0), count: 0 };

/** A bitmap is computed in words of 64 bits: of as many rows as a block has, but not from the same row on. */
const WORD_SHIFT = 6;
const WORD_BYTES = 8;
const MOST_WORDS = VISIBILITY_ROWS >>> WORD_SHIFT;
/** Words that are computed in the time that it takes to call the kernel once more. */
const WORTH_A_CALL = 8;

/**
 * Which rows of a segment viewers see: bitmaps, the same object as long as nothing changes, undefined where all rows
 * are visible. A new one is the last one with the words computed anew in which something has changed since: what a scan
 * after a commit costs depends on what the commit wrote, not on the size of the table.
 */
export class Visibility {
  private readonly versions: RowVersions;
  /** The segment's rows in `versions`. */
  private readonly from: number;
  private readonly to: number;
  /** What the commits up to a number, the key, have made visible. */
  private readonly committed = new Map<number, VisibleRows | undefined>();
  /** The same with a transaction's own writes, for the last transaction that asked. */
  private own:
    | {
        readonly writes: OwnWrites;
        readonly count: number;
        readonly base: VisibleRows | undefined;
        readonly rows: VisibleRows | undefined;
      }
    | undefined;

  constructor(versions: RowVersions, from: number, to: number) {
    this.versions = versions;
    this.from = from;
    this.to = to;
  }

  of(viewpoint: Viewpoint): VisibleRows | undefined {
    const { versions, own } = this;
    const base = this.committedOf(viewpoint.snapshot);
    const writes = versions.writesOf(viewpoint.transaction);
    if (writes === undefined) return base;
    // Later writes of the viewer's command are not seen, and tell nothing from those that are.
    const complete = writes.lastCommand < viewpoint.command;
    if (complete && own?.writes === writes && own.count === writes.count && own.base === base) return own.rows;
    const rows = this.withOwn(base, writes, viewpoint);
    if (complete) this.own = { writes, count: writes.count, base, rows };
    return rows;
  }

  private committedOf(snapshot: number): VisibleRows | undefined {
    const { versions, committed, from, to } = this;
    if (versions.seesLoad(committedBy(snapshot)) === false) return NONE;
    const quick = versions.lastChangeSeen(snapshot);
    if (committed.has(quick)) return committed.get(quick);
    const exact = versions.lastChangeSeenOf(from, to, snapshot);
    const rows = committed.has(exact) ? committed.get(exact) : this.compute(snapshot);
    this.remember(exact, rows);
    this.remember(quick, rows);
    return rows;
  }

  private compute(snapshot: number): VisibleRows | undefined {
    const { versions, committed, from, to } = this;
    // Before all commits, all rows that were loaded are there (the load is seen), and no others.
    let base = versions.seesLoad(committedBy(snapshot)) === undefined ? NONE : undefined;
    let commit = 0;
    for (const [key, rows] of committed) {
      if (key < commit) continue;
      commit = key;
      base = rows;
    }
    const changes = new Changes(from, to);
    versions.eachChangedBlock(from, to, Math.min(commit, snapshot), (block) => changes.add(block));
    return changes.applied(base, versions, committedBy(snapshot));
  }

  private withOwn(
    committed: VisibleRows | undefined,
    writes: OwnWrites,
    viewpoint: Viewpoint,
  ): VisibleRows | undefined {
    const { versions, from, to } = this;
    const ownLoad = versions.isLoadOf(viewpoint.transaction);
    if (ownLoad && versions.seesLoad(viewpoint) === false) return NONE;
    const changes = new Changes(from, to);
    for (const block of writes.blocks) changes.add(block);
    return changes.applied(ownLoad ? undefined : committed, versions, viewpoint);
  }

  private remember(commit: number, rows: VisibleRows | undefined): void {
    if (this.committed.size >= REMEMBERED) {
      for (const oldest of this.committed.keys()) {
        this.committed.delete(oldest);
        break;
      }
    }
    this.committed.set(commit, rows);
  }
}

function committedBy(snapshot: number): Viewpoint {
  return { snapshot, transaction: 0, command: 0 };
}

/** Words of a segment's bitmap that have to be computed. */
class Changes {
  private readonly from: number;
  private readonly to: number;
  private readonly words: number;
  /** 1 = changed; one more than there are words, so that each run of them ends. */
  private readonly marks: Uint8Array;

  constructor(from: number, to: number) {
    this.from = from;
    this.to = to;
    this.words = (to - from + (1 << WORD_SHIFT) - 1) >>> WORD_SHIFT;
    this.marks = new Uint8Array(this.words + 1);
  }

  /** Adds the words with rows of a block, which may lie outside the segment. */
  add(block: number): void {
    const first = ((block << BLOCK_SHIFT) - this.from) >> WORD_SHIFT;
    const last = (((block + 1) << BLOCK_SHIFT) - 1 - this.from) >> WORD_SHIFT;
    if (first >= 0 && first < this.words) this.marks[first] = 1;
    if (last >= 0 && last < this.words) this.marks[last] = 1;
  }

  /** What the viewer sees, who sees the rows of `base` but for these changes. */
  applied(base: VisibleRows | undefined, versions: RowVersions, viewpoint: Viewpoint): VisibleRows | undefined {
    const { from, to, words, marks } = this;
    let first = marks.indexOf(1);
    if (first < 0) return base;
    const observer = { snapshot: viewpoint.snapshot, own: -viewpoint.transaction, command: viewpoint.command };
    const rows = to - from;
    const bitmap = copyOf(base, rows, words * WORD_BYTES);
    let count = base === undefined ? rows : base.count;
    while (first >= 0) {
      let last = marks.indexOf(0, first);
      let next = marks.indexOf(1, last);
      while (next >= 0 && next - last < WORTH_A_CALL) {
        last = marks.indexOf(0, next);
        next = marks.indexOf(1, last);
      }
      for (let word = first; word < last; word += MOST_WORDS) {
        const end = Math.min(last, word + MOST_WORDS);
        const bits = visibleBits(
          versions,
          from + (word << WORD_SHIFT),
          Math.min(to, from + (end << WORD_SHIFT)),
          observer,
        );
        const old = bitmap.subarray(word * WORD_BYTES, end * WORD_BYTES);
        count += countBits(bits) - countBits(old);
        old.set(bits);
      }
      first = next;
    }
    return count === rows ? undefined : { bitmap, count };
  }
}

function copyOf(rows: VisibleRows | undefined, count: number, bytes: number): Uint8Array {
  const copy = new Uint8Array(bytes);
  if (rows !== undefined) copy.set(rows.bitmap);
  else {
    copy.fill(0xff, 0, count >>> 3);
    if ((count & 7) !== 0) copy[count >>> 3] = (1 << (count & 7)) - 1;
  }
  return copy;
}

/** `bytes` are words of a bitmap, where they belong in memory. */
function countBits(bytes: Uint8Array): number {
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 2);
  let count = 0;
  for (let i = 0; i < words.length; i++) {
    // Warren, Hacker's Delight, section 5-1
    let word = words[i]! - ((words[i]! >>> 1) & 0x5555_5555);
    word = (word & 0x3333_3333) + ((word >>> 2) & 0x3333_3333);
    count += Math.imul((word + (word >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
  }
  return count;
}
