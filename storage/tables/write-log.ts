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

  function note(ranges: RowRange[], versions: RowVersions, row: number): void {
    const last = ranges.at(-1);
    if (last !== undefined && last.versions === versions && last.to === row) last.to++;
    else ranges.push({ versions, from: row, to: row + 1 });
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
      note(inserts, versions, row);
      growth++;
    },
    deleted: (versions, row) => {
      note(deletes, versions, row);
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
