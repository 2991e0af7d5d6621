import type {
  KeyLookup,
  PhysicalDelete,
  PhysicalFetch,
  PhysicalInsert,
  PhysicalMerge,
  PhysicalUnnest,
  PhysicalUpdate,
  PhysicalWindow,
} from '../../compiler/physical/plan.ts';
import { internalError } from '../../compiler/types/error.ts';
import type { Value } from '../../compiler/types/value.ts';
import { interpretUnnest } from '../reference/unnest.ts';
import { windowSteps } from '../reference/windows.ts';
import { interpretDelete, interpretInsert, interpretMerge, interpretUpdate } from '../reference/writes.ts';
import type { Outer, Query } from './query.ts';
import { keyLookup } from './small-plan.ts';
import { hostContext, outerRow } from './values-context.ts';

/** Operators that the host runs row by row, by the reference implementation: their cost is elsewhere. */

type Rows = readonly (readonly Value[])[];

export function unnestRows(query: Query, plan: PhysicalUnnest, rows: Rows, outer: Outer): Promise<Rows> {
  return inSlices(query, rows, (slice) =>
    interpretUnnest(plan, hostContext(query, outer), () => ({ columns: plan.input.columns, rows: slice })),
  );
}

/** Rows of tables are looked up value by value: a plan fetches few. */
export function fetchRows(query: Query, plan: PhysicalFetch, rows: Rows): Promise<Rows> {
  const table = query.tables.source(plan.table);
  const ids = plan.input.columns.map((column) => column.id);
  const rowId = ids.indexOf(plan.rowId);
  const places = plan.columns.map(({ id }) => ids.indexOf(id));
  const fetchedAt = plan.columns.map(({ id }) => plan.fetched.findIndex((column) => column.id === id));
  const { ordinals } = plan;
  return inSlices(query, rows, (slice) =>
    slice.map((row) => {
      const id = row[rowId];
      if (table.fetch === undefined) throw internalError(`rows of ${plan.table.name} cannot be fetched`);
      const values = typeof id === 'bigint' ? table.fetch(id, ordinals) : [];
      return places.map((place, i) => (place < 0 ? values[fetchedAt[i] ?? -1] : row[place]) ?? null);
    }),
  );
}

/** Windows with functions that have no kernel. */
export async function windowRows(query: Query, plan: PhysicalWindow, rows: Rows, outer: Outer): Promise<Rows> {
  const input = () => ({ columns: plan.input.columns, rows });
  const work = windowSteps(plan, hostContext(query, outer), input);
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
    const pause = query.breathe();
    if (pause !== undefined) await pause;
  }
}

/** A key lookup in a larger plan. */
export function lookUp(query: Query, plan: KeyLookup, outer: Outer): Rows {
  const { tables, transaction, firstCommand, parameters } = query;
  return keyLookup(plan)({ tables, transaction, firstCommand, parameters, outer: outerRow(outer) });
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
