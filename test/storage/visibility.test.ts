import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { VisibleRows } from '../../runtime/columns/chunk.ts';
import { type Observer, type Stamps, VISIBILITY_ROWS, visibleBits } from '../../runtime/memory/visibility.ts';
import { isValid } from '../../storage/tables/validity.ts';
import { NEVER, RowVersions, type Viewpoint } from '../../storage/tables/versions.ts';
import { Visibility } from '../../storage/tables/visibility.ts';
import { createWriteLog, type WriteLog } from '../../storage/tables/write-log.ts';

/** The reference: what the kernel does, row by row. */
function isVisible(stamps: Stamps, row: number, observer: Observer): boolean {
  const begun = stamps.begins === undefined || isSeen(stamps.begins[row]!, stamps.beginCommands![row]!, observer);
  const { ends } = stamps;
  const ended = ends !== undefined && row < ends.length && isSeen(ends[row]!, stamps.endCommands![row]!, observer);
  return begun && !ended;
}

function isSeen(stamp: number, stampCommand: number, { snapshot, own, command }: Observer): boolean {
  return (stamp > 0 && stamp <= snapshot) || (own !== 0 && stamp === own && stampCommand < command);
}

const HIGH = 2 ** 52;
const stamp = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 5 }) },
  { weight: 3, arbitrary: fc.integer({ min: -3, max: -1 }) },
  { weight: 4, arbitrary: fc.constant(NEVER) },
  { weight: 1, arbitrary: fc.constantFrom(HIGH, HIGH + 1, -HIGH) },
);
const command = fc.oneof(fc.integer({ min: 0, max: 4 }), fc.constantFrom(2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1));
const observer: fc.Arbitrary<Observer> = fc.record({
  snapshot: fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constantFrom(HIGH, HIGH + 1)),
  own: fc.oneof(fc.integer({ min: -3, max: 0 }), fc.constantFrom(-0, -HIGH)),
  command,
});

function stampsOf(kind: 'begins' | 'ends', rows: number): fc.Arbitrary<Partial<Stamps>> {
  return fc
    .array(fc.tuple(stamp, command), { minLength: kind === 'begins' ? rows : 0, maxLength: rows, size: 'max' })
    .map((list) => {
      const stamps = Float64Array.from(list, ([value]) => value);
      const commands = Uint32Array.from(list, ([, value]) => value);
      return kind === 'begins' ? { begins: stamps, beginCommands: commands } : { ends: stamps, endCommands: commands };
    });
}

const some = fc.integer({ min: 1, max: 300 }).chain((rows) =>
  fc.record({
    begins: fc.option(stampsOf('begins', rows), { nil: {} }),
    ends: fc.option(stampsOf('ends', rows), { nil: {} }),
    bounds: fc.tuple(fc.nat({ max: rows }), fc.nat({ max: rows })),
  }),
);

const NO_STAMPS: Stamps = { begins: undefined, beginCommands: undefined, ends: undefined, endCommands: undefined };

describe('the kernel', () => {
  const check = (stamps: Stamps, from: number, to: number, viewer: Observer): void => {
    const bits = visibleBits(stamps, from, to, viewer);
    expect(bits.length).toBe(Math.ceil((to - from) / 64) * 8);
    const expected = Array.from(
      { length: bits.length * 8 },
      (_, i) => from + i < to && isVisible(stamps, from + i, viewer),
    );
    expect(Array.from(expected, (_, i) => isValid(bits, i))).toEqual(expected);
  };

  test('does what the reference does', () => {
    fc.assert(
      fc.property(some, observer, ({ begins, ends, bounds }, viewer) => {
        const [from, to] = [Math.min(...bounds), Math.max(...bounds)];
        check({ ...NO_STAMPS, ...begins, ...ends }, from, to, viewer);
      }),
      { numRuns: 500 },
    );
  });

  test('takes as many rows at a time as it says', () => {
    const rows = VISIBILITY_ROWS;
    const stamps: Stamps = {
      begins: Float64Array.from({ length: rows }, (_, i) => [-2, -1, 1, 2, 3, 4, NEVER][i % 7]!),
      beginCommands: Uint32Array.from({ length: rows }, (_, i) => i % 5),
      ends: Float64Array.from({ length: rows }, (_, i) => (i % 11 === 0 ? -2 : i % 13 === 0 ? 3 : NEVER)),
      endCommands: Uint32Array.from({ length: rows }, (_, i) => i % 3),
    };
    for (const own of [0, -1, -2]) check(stamps, 0, rows, { snapshot: 3, own, command: 2 });
  });
});

/** Positions of segments in their `RowVersions`: whole blocks and odd places, one row and many. */
const CUTS = [0, 1, 64, 130, 320, 449, 700];
const ROWS = CUTS.at(-1)!;

const places = fc.array(fc.nat({ max: ROWS - 1 }), { maxLength: 12 });
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('insert' as const), who: fc.nat(2), count: fc.nat(150) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('delete' as const), who: fc.nat(2), places }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('clear' as const), who: fc.nat(2) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('command' as const), who: fc.nat(2) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('commit' as const), who: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('rollback' as const), who: fc.nat(2) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('look' as const) }) },
);

interface Writer {
  readonly id: number;
  readonly snapshot: number;
  command: number;
  readonly log: WriteLog;
}

/** Random writes by three transactions; every bitmap is compared with what `RowVersions` says of each row. */
function run(steps: readonly (typeof step extends fc.Arbitrary<infer T> ? T : never)[], loaded: boolean): void {
  let lastId = 0;
  let lastCommit = 0;
  let rows = loaded ? ROWS : 0;
  const writers: (Writer | undefined)[] = [];
  const writerOf = (who: number): Writer => {
    const id = ++lastId;
    writers[who] ??= {
      id,
      snapshot: lastCommit,
      command: 1,
      log: createWriteLog(
        id,
        () => {},
        () => {},
      ),
    };
    return writers[who];
  };
  const versions = loaded ? RowVersions.loaded(writerOf(0).id, 1) : RowVersions.oneByOne();
  if (loaded) writers[0]?.log.loaded(versions, rows);
  const segments = new Map<number, { readonly from: number; readonly to: number; readonly visibility: Visibility }>();
  const snapshots = new Set([0]);

  /** The rows that there are, cut into segments: those that are full stay the same. */
  const look = (): void => {
    CUTS.forEach((from, i) => {
      const to = Math.min(rows, CUTS[i + 1] ?? 0);
      const known = segments.get(from);
      if (to <= from || known?.to === to) return;
      segments.set(from, { from, to, visibility: new Visibility(versions, from, to) });
    });
    const viewpoints: Viewpoint[] = [...snapshots].map((snapshot) => ({ snapshot, transaction: 0, command: 0 }));
    for (const { id, snapshot, command: last } of writers.filter((writer) => writer !== undefined)) {
      for (const before of [0, 1, last, last + 1]) viewpoints.push({ snapshot, transaction: id, command: before });
    }
    for (const { from, to, visibility } of segments.values()) {
      const all = viewpoints.map((viewpoint) => {
        const visible = visibility.of(viewpoint);
        checkVisible(visible, from, to, viewpoint);
        return visible;
      });
      // Nothing has changed: those whose writes are all seen, and everybody else, find the same bitmap again.
      const last = writers.findLast((writer) => writer !== undefined);
      viewpoints.forEach((viewpoint, i) => {
        if (viewpoint.transaction !== 0 && viewpoint.transaction !== last?.id) return;
        if (viewpoint.transaction !== 0 && viewpoint.command <= last!.command) return;
        if (snapshots.size <= 3) expect(visibility.of(viewpoint)).toBe(all[i]);
      });
    }
  };

  const checkVisible = (visible: VisibleRows | undefined, from: number, to: number, viewpoint: Viewpoint): void => {
    const expected = Array.from({ length: to - from }, (_, i) => versions.sees(from + i, viewpoint));
    const count = expected.filter((seen) => seen).length;
    if (visible === undefined) expect(count).toBe(to - from);
    else {
      expect(visible.count).toBe(count);
      if (count === 0) return;
      expect(visible.bitmap.length).toBe(Math.ceil((to - from) / 64) * 8);
      const bits = Array.from({ length: visible.bitmap.length * 8 }, (_, i) => isValid(visible.bitmap, i));
      expect(bits).toEqual(Array.from(bits, (_, i) => expected[i] ?? false));
    }
  };

  for (const next of steps) {
    if (next.kind === 'look') {
      look();
      continue;
    }
    const writer = writerOf(next.who);
    const viewpoint = { snapshot: writer.snapshot, transaction: writer.id, command: writer.command + 1 };
    const end = (row: number): void => {
      if (row >= rows || versions.endOf(row) !== NEVER || !versions.sees(row, viewpoint)) return;
      versions.end(row, writer.id, writer.command);
      writer.log.deleted(versions, row);
    };
    switch (next.kind) {
      case 'insert':
        for (let i = 0; i < next.count && rows < ROWS; i++) {
          versions.begin(rows, writer.id, writer.command);
          writer.log.inserted(versions, rows++);
        }
        break;
      case 'delete':
        next.places.forEach(end);
        break;
      case 'clear':
        for (let row = 0; row < rows; row++) end(row);
        break;
      case 'command':
        writer.command++;
        break;
      case 'commit':
        writer.log.commit(++lastCommit);
        snapshots.add(lastCommit);
        writers[next.who] = undefined;
        break;
      case 'rollback':
        writer.log.rollback();
        writers[next.who] = undefined;
        break;
    }
  }
  look();
}

describe('bitmaps of segments are what the stamps of their rows say', () => {
  const steps = fc.array(step, { maxLength: 40, size: 'max' });
  test('where rows come one by one', () => {
    fc.assert(
      fc.property(steps, (list) => run(list, false)),
      { numRuns: 150 },
    );
  });
  test('where rows were loaded together', () => {
    fc.assert(
      fc.property(steps, (list) => run(list, true)),
      { numRuns: 150 },
    );
  });
});
