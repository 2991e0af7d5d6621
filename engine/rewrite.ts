import type { BoundCreateIndex, BoundTruncate } from '../compiler/frontends/sql/bound.ts';
import { scan } from '../compiler/ir/build.ts';
import { columnIds } from '../compiler/ir/columns.ts';
import type { Plan } from '../compiler/ir/plan.ts';
import { internalError, OrbitError } from '../compiler/types/error.ts';
import type { Value } from '../compiler/types/value.ts';
import type { Transaction } from '../runtime/columns/source.ts';
import { loadRows } from '../storage/tables/bulk-loader.ts';
import { isMemoryTable, type MemoryTable } from '../storage/tables/memory-table.ts';
import { eachObject, find, owned, placeOfNew, withObject } from './catalog.ts';
import { compilePlan } from './compile.ts';
import { freeName } from './definitions.ts';
import { type Execution, inTransaction, type Outcome, runQuery } from './run.ts';
import { define, namesOf } from './transactions.ts';

/** Statements about all rows of a table. */

/** Nobody else may be writing, nor begin to, while a table is made anew. */
export function lock(table: MemoryTable, transaction: Transaction): void {
  if (table.isWrittenByOthers(transaction)) {
    throw new OrbitError('lock_not_available', `table "${table.name}" is being changed by another transaction`, {
      hint: 'Try again once that transaction has ended.',
    });
  }
  table.retire(transaction);
}

/** What a plan over tables puts out, as the transaction sees it. */
export async function rowsOf(
  plan: Plan,
  transaction: Transaction,
  command: number,
  execution: Execution,
): Promise<readonly (readonly Value[])[]> {
  const all: (readonly Value[])[] = [];
  await runQuery(execution, compilePlan(plan, { trace: false, off: [] }), [], transaction, command, {
    columns: () => {},
    rows: (rows) => {
      for (const row of rows) all.push(row);
    },
  });
  return all;
}

export async function truncate({ plans, tables, restart }: BoundTruncate, execution: Execution): Promise<Outcome> {
  await inTransaction(execution, async (transaction, command) => {
    for (const plan of plans) {
      const compiled = compilePlan(plan, { trace: false, off: [] });
      await runQuery(execution, compiled, [], transaction, command, { columns: () => {}, rows: () => {} });
    }
  });
  if (restart) {
    const { state } = namesOf(execution);
    const places = eachObject(state).filter(({ object }) => object.kind === 'table' && tables.includes(object.table));
    for (const { object } of owned(state, places)) {
      if (object.kind !== 'sequence') continue;
      object.sequence.last = object.sequence.start;
      object.sequence.called = false;
    }
  }
  return { command: 'TRUNCATE TABLE', columns: [] };
}

/** A unique index is a key, which only a table's making can have: so the table is made anew with the rows that it has. */
export async function createIndex(body: BoundCreateIndex, execution: Execution): Promise<Outcome> {
  const outcome: Outcome = { command: 'CREATE INDEX', columns: [] };
  const names = namesOf(execution);
  const found = find(names, body.table.name, body.table.schema);
  const { handle } = body;
  if (found === undefined || !isMemoryTable(handle) || found.object.kind !== 'table') {
    throw internalError(`no table ${body.table.name}`);
  }
  const { schema } = found;
  const words = body.columns.map((ordinal) => handle.columns[ordinal ?? -1]?.name ?? 'expr');
  const name = body.index?.name ?? freeName(names.state, schema, `${found.name}_${words.join('_')}_idx`);
  const wanted = body.index?.schema;
  if (
    wanted !== undefined &&
    placeOfNew(names, { name, schema: wanted, range: body.table.range }, false).schema !== schema
  ) {
    throw new OrbitError('feature_not_supported', 'an index is in the schema of its table', {
      range: body.index?.range,
    });
  }
  if (names.state.get(schema)?.has(name) === true) {
    if (body.ifNotExists) return outcome;
    throw new OrbitError('duplicate_table', `relation "${name}" already exists`, { range: body.index?.range });
  }
  const index = {
    kind: 'index',
    owner: { schema, name: found.name },
    unique: body.unique,
    columns: body.columns,
  } as const;
  const place = { schema, name };
  if (!body.unique) {
    define(execution, (state) => withObject(state, place, index));
    return outcome;
  }
  const columns = body.columns.flatMap((ordinal) => (ordinal === undefined ? [] : [ordinal]));
  const table = { ...found.object };
  await inTransaction(execution, async (transaction, command) => {
    lock(handle, transaction);
    const rows = await rowsOf(scan(handle, columnIds()), transaction, command, execution);
    const made = handle.remade({ keys: [...handle.keys, columns] });
    loadRows(made.bulkLoader(transaction, command + 1), rows);
    table.table = made;
  });
  define(execution, (state) => withObject(withObject(state, found, { ...table }), place, index));
  return outcome;
}
