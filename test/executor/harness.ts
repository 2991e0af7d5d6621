import type { TableHandle } from '../../compiler/catalog/catalog.ts';
import { walk } from '../../compiler/physical/columns.ts';
import type { PhysicalPlan } from '../../compiler/physical/plan.ts';
import { type ErrorCode, OrbitError } from '../../compiler/types/error.ts';
import type { Value } from '../../compiler/types/value.ts';
import { executorTables } from '../../engine/row-tables.ts';
import type { Transaction } from '../../runtime/columns/source.ts';
import { interpret } from '../../runtime/reference/interpret.ts';
import { batchRows } from '../../runtime/scheduler/collect.ts';
import { createExecutor, type RunOptions, runPlan } from '../../runtime/scheduler/executor.ts';
import type { Executor } from '../../runtime/scheduler/query.ts';
import type { RunReport } from '../../runtime/scheduler/report.ts';
import { smallPlan } from '../../runtime/scheduler/small-plan.ts';
import type { SpillHost } from '../../runtime/scheduler/spill/host.ts';
import { readTable } from '../storage/support.ts';
import { ReferenceTables, type TestTable, transactions } from './tables.ts';

export type Rows = readonly (readonly Value[])[];

/** What a plan comes to: rows, what is then in the tables that it writes, or an error. */
export type Outcome =
  | { readonly rows: Rows; readonly written: ReadonlyMap<TableHandle, Rows>; readonly report?: RunReport | undefined }
  | { readonly error: ErrorCode; readonly message: string };

export interface Statement {
  readonly plan: PhysicalPlan;
  readonly tables: readonly TestTable[];
  readonly parameters: readonly Value[];
}

const MEMORY_BYTES = 512 << 20;
const LAST_COMMAND = 1_000_000;

/** One engine for each form of memory, for all statements of a test file. */
export function executors(
  memoryBytes: number = MEMORY_BYTES,
  spill: SpillHost | undefined = undefined,
): {
  readonly shared: Executor;
  readonly unshared: Executor;
} {
  return {
    shared: createExecutor({ shared: true, memoryBytes, spill }),
    unshared: createExecutor({ shared: false, memoryBytes, spill }),
  };
}

export function writtenTables({ plan, tables }: Statement): readonly TestTable[] {
  const handles = new Set<TableHandle>();
  walk(plan, (node) => {
    if (node.kind === 'insert' || node.kind === 'update' || node.kind === 'delete' || node.kind === 'merge') {
      handles.add(node.table);
    }
  });
  return tables.filter(({ handle }) => handles.has(handle));
}

export function runReference(statement: Statement): Outcome {
  const tables = new ReferenceTables(statement.tables);
  try {
    const rows = interpret(statement.plan, { parameters: statement.parameters, tables, outer: new Map() });
    const written = writtenTables(statement).map(({ handle }): [TableHandle, Rows] => [
      handle,
      tables.scan(handle, LAST_COMMAND).map(({ values }) => values),
    ]);
    return { rows, written: new Map(written) };
  } catch (error) {
    return failure(error);
  }
}

/** What it writes is rolled back in the end. */
export async function runExecutor(
  executor: Executor,
  statement: Statement,
  options: Partial<RunOptions> = {},
): Promise<Outcome> {
  const written = writtenTables(statement);
  const transaction = written.length > 0 ? transactions.begin() : undefined;
  const rows: (readonly Value[])[] = [];
  try {
    const report = await runPlan(executor, statement.plan, {
      parameters: statement.parameters,
      tables: executorTables(transaction, 0),
      transaction,
      analyze: false,
      isCancelled: () => false,
      pause,
      deliver: (batch, count, layout) => {
        rows.push(...batchRows(executor.memory, layout, batch, count));
      },
      ...options,
    });
    return { rows, written: await contents(written, transaction), report };
  } catch (error) {
    return failure(error);
  } finally {
    if (transaction !== undefined) transactions.rollback(transaction);
  }
}

/** The plan as closures, if it is small; what it writes is rolled back in the end. */
export async function runSmall(statement: Statement): Promise<Outcome | undefined> {
  const small = smallPlan(statement.plan);
  if (small === undefined) return undefined;
  const written = writtenTables(statement);
  const transaction = small.writes ? transactions.begin() : undefined;
  const { parameters } = statement;
  const tables = executorTables(transaction, 0);
  try {
    const rows = small.run({ parameters, outer: new Map(), tables, transaction, firstCommand: 0 });
    return { rows, written: await contents(written, transaction) };
  } catch (error) {
    return failure(error);
  } finally {
    if (transaction !== undefined) transactions.rollback(transaction);
  }
}

async function contents(
  tables: readonly TestTable[],
  transaction: Transaction | undefined,
): Promise<ReadonlyMap<TableHandle, Rows>> {
  const result = new Map<TableHandle, Rows>();
  for (const { handle } of tables) result.set(handle, await readTable(handle, { transaction, command: LAST_COMMAND }));
  return result;
}

/** Bugs are not outcomes: they fail the test as they are. */
function failure(error: unknown): Outcome {
  if (error instanceof OrbitError && error.code !== 'internal_error') {
    return { error: error.code, message: error.message };
  }
  throw error;
}

export function pause(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
