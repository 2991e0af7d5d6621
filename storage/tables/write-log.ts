import type { Participant } from '../transactions/manager.ts';
import { NEVER, type RowVersions } from './versions.ts';

interface RowRange {
  readonly versions: RowVersions;
  readonly from: number;
  to: number;
}

/** What one transaction wrote to one table. */
export interface WriteLog extends Participant {
  readonly inserted: (versions: RowVersions, row: number) => void;
  readonly deleted: (versions: RowVersions, row: number) => void;
  /** The row, by its ordinal, has a newer version with an ordinal of its own. */
  readonly replaced: (row: number, by: number) => void;
  readonly replacementOf: (row: number) => number | undefined;
  /** All rows of `versions` were loaded together. */
  readonly loaded: (versions: RowVersions, rows: number) => void;
}

/** `committed` is told by how much the table grew, `unloaded` what was loaded and will never be seen. */
export function createWriteLog(
  transaction: number,
  committed: (growth: number) => void,
  unloaded: (loads: readonly RowVersions[]) => void,
): WriteLog {
  const inserts: RowRange[] = [];
  const deletes: RowRange[] = [];
  const loads: RowVersions[] = [];
  const replacements = new Map<number, number>();
  let growth = 0;
  /** Ranges do not reach over marks: how many of each kind there were at the last one. */
  const closed = { inserts: 0, deletes: 0 };

  function note(ranges: RowRange[], settled: number, versions: RowVersions, row: number): void {
    const last = ranges.at(-1);
    if (ranges.length > settled && last?.versions === versions && last.to === row) last.to++;
    else ranges.push({ versions, from: row, to: row + 1 });
  }

  /** Takes back the newest ranges down to so many, by `settle`. */
  function undo(ranges: RowRange[], left: number, settle: (range: RowRange) => void): void {
    for (const range of ranges.splice(left)) {
      settle(range);
      range.versions.undone(transaction, range.from, range.to);
    }
  }

  function settle(inserted: number, deleted: number): void {
    for (const { versions, from, to } of inserts) versions.settleBegins(from, to, inserted);
    for (const { versions, from, to } of deletes) versions.settleEnds(from, to, deleted);
    for (const versions of loads) versions.settleLoad(inserted);
    for (const { versions } of [...inserts, ...deletes]) versions.settled(transaction);
    for (const versions of loads) versions.settled(transaction);
  }

  return {
    inserted: (versions, row) => {
      note(inserts, closed.inserts, versions, row);
      growth++;
    },
    deleted: (versions, row) => {
      note(deletes, closed.deletes, versions, row);
      growth--;
    },
    replaced: (row, by) => {
      replacements.set(row, by);
    },
    replacementOf: (row) => replacements.get(row),
    loaded: (versions, rows) => {
      loads.push(versions);
      growth += rows;
    },
    mark: () => {
      const before = { inserts: inserts.length, deletes: deletes.length, loads: loads.length, growth };
      const replaced = replacements.size;
      closed.inserts = inserts.length;
      closed.deletes = deletes.length;
      return () => {
        undo(inserts, before.inserts, ({ versions, from, to }) => versions.settleBegins(from, to, NEVER));
        undo(deletes, before.deletes, ({ versions, from, to }) => versions.settleEnds(from, to, NEVER));
        const gone = loads.splice(before.loads);
        for (const versions of gone) {
          versions.settleLoad(NEVER);
          versions.settled(transaction);
        }
        if (gone.length > 0) unloaded(gone);
        // Rows are replaced in order, each once.
        for (const row of [...replacements.keys()].slice(replaced)) replacements.delete(row);
        growth = before.growth;
        closed.inserts = before.inserts;
        closed.deletes = before.deletes;
      };
    },
    commit: (number) => {
      settle(number, number);
      committed(growth);
    },
    rollback: () => {
      settle(NEVER, NEVER);
      if (loads.length > 0) unloaded(loads);
    },
  };
}
