import type { PhysicalPlan } from '../../compiler/physical/plan.ts';
import type { Value } from '../../compiler/types/value.ts';
import type { Transaction } from '../../runtime/columns/source.ts';
import { interpret } from '../../runtime/reference/interpret.ts';
import type { Tables as RowTables } from '../../runtime/reference/tables.ts';
import { batchRows } from '../../runtime/scheduler/collect.ts';
import { createExecutor, runPlan } from '../../runtime/scheduler/executor.ts';
import type { Tables } from '../../runtime/scheduler/query.ts';

export type Rows = readonly (readonly Value[])[];

/** Tables for plans that use none. */
const NO_TABLES: RowTables = { scan: none, find: none, newest: none, insert: none, update: none, delete: none };

function none(): never {
  throw new Error('the plan has no tables');
}

const executor = createExecutor({ memoryBytes: 256 << 20 });

export function runReference(plan: PhysicalPlan, tables: RowTables = NO_TABLES): Rows {
  return interpret(plan, { parameters: [], tables, outer: new Map() });
}

/** The plan's rows by the WebAssembly executor. */
export async function runExecutor(
  plan: PhysicalPlan,
  tables: Tables = { source: none, writer: NO_TABLES },
  transaction?: Transaction,
): Promise<Rows> {
  const rows: (readonly Value[])[] = [];
  await runPlan(executor, plan, {
    parameters: [],
    tables,
    transaction,
    analyze: false,
    isCancelled: () => false,
    pause: () => new Promise((resolve) => setImmediate(resolve)),
    deliver: (batch, count, layout) => {
      rows.push(...batchRows(executor.memory, layout, batch, count));
    },
  });
  return rows;
}
