import type {
  PhysicalDelete,
  PhysicalInsert,
  PhysicalMerge,
  PhysicalUnnest,
  PhysicalUpdate,
} from '../../compiler/physical/plan.ts';
import type { Value } from '../../compiler/types/value.ts';
import { interpretUnnest } from '../reference/unnest.ts';
import { interpretDelete, interpretInsert, interpretMerge, interpretUpdate } from '../reference/writes.ts';
import type { Outer, Query } from './query.ts';
import { hostContext } from './values-context.ts';

/** Operators that the host runs row by row, by the reference implementation: their cost is elsewhere. */

type Rows = readonly (readonly Value[])[];

export function unnestRows(query: Query, plan: PhysicalUnnest, rows: Rows, outer: Outer): Promise<Rows> {
  return inSlices(query, rows, (slice) =>
    interpretUnnest(plan, hostContext(query, outer), () => ({ columns: plan.input.columns, rows: slice })),
  );
}

/** Rows between two chances to cancel. */
const SLICE_ROWS = 1024;

async function inSlices(query: Query, rows: Rows, run: (slice: Rows) => Rows): Promise<Rows> {
  const all: (readonly Value[])[] = [];
  for (let from = 0; from < rows.length; from += SLICE_ROWS) {
    for (const row of run(rows.slice(from, from + SLICE_ROWS))) all.push(row);
    const pause = query.breathe();
    if (pause !== undefined) await pause;
  }
  return all;
}

/** Writes row by row; the input is complete, so that it sees none of the writes. */
export function writeRows(
  query: Query,
  plan: PhysicalInsert | PhysicalUpdate | PhysicalDelete | PhysicalMerge,
  rows: Rows,
  outer: Outer,
): Promise<Rows> {
  const context = { ...hostContext(query, outer), tables: query.tables.writer };
  return inSlices(query, rows, (slice) => {
    const run = () => ({ columns: plan.input.columns, rows: slice });
    switch (plan.kind) {
      case 'insert':
        return interpretInsert(plan, context, run);
      case 'update':
        return interpretUpdate(plan, context, run);
      case 'delete':
        return interpretDelete(plan, context, run);
      case 'merge':
        return interpretMerge(plan, context, run);
    }
  });
}
