import type { ResultColumn } from '../compiler/frontends/sql/bound.ts';
import type { PhysicalPlan } from '../compiler/physical/plan.ts';
import type { Value } from '../compiler/types/value.ts';
import type { Transaction } from '../runtime/columns/source.ts';
import { batchRows } from '../runtime/scheduler/collect.ts';
import { runPlan } from '../runtime/scheduler/executor.ts';
import { cancelled } from '../runtime/scheduler/query.ts';
import type { Counter, RunReport } from '../runtime/scheduler/report.ts';
import type { SmallContext, SmallPlan } from '../runtime/scheduler/small-plan.ts';
import type { CompiledPlan } from './compile.ts';
import type { DatabaseState } from './database.ts';
import { pause } from './pause.node.ts';
import { executorTables, READ_TABLES } from './row-tables.ts';
import type { SessionState } from './session.ts';
import type { Deliver } from './stream.ts';
import { beginStatement } from './transactions.ts';

/** One statement on its way through a session. */
export interface Execution {
  readonly database: DatabaseState;
  readonly session: SessionState;
  readonly values: readonly Value[];
  readonly signal: AbortSignal | undefined;
  readonly memoryLimit: number | undefined;
}

export interface Outcome {
  readonly command: string;
  readonly columns: readonly ResultColumn[];
  /** Rows written, for statements that write. */
  readonly affected?: number | undefined;
}

/**
 * Runs in the session's transaction, or in one of the statement's own: a statement that reads a table twice must not see
 * two commits.
 */
export async function inTransaction<T>(
  { session, database }: Execution,
  run: (transaction: Transaction, command: number) => Promise<T>,
): Promise<T> {
  const open = session.transaction;
  if (open !== undefined) {
    const command = open.nextCommand;
    open.nextCommand += COMMANDS_OF_STATEMENT;
    try {
      return await run(open.transaction, command);
    } catch (error) {
      open.failed = true;
      throw error;
    }
  }
  const transaction = database.transactions.begin();
  try {
    const result = await run(transaction, 0);
    database.transactions.commit(transaction);
    return result;
  } catch (error) {
    database.transactions.rollback(transaction);
    throw error;
  }
}

/** A statement's clauses may have command ids of their own, below this. */
const COMMANDS_OF_STATEMENT = 1000;

export async function runQuery(
  execution: Execution,
  compiled: CompiledPlan,
  columns: readonly ResultColumn[],
  transaction: Transaction | undefined,
  command: number,
  deliver: Deliver,
): Promise<RunReport> {
  deliver.columns(columns);
  return runCompiled(execution, compiled, transaction, command, false, deliver.rows);
}

/**
 * Runs a small plan to its end, at once. Like everything outside a transaction it sees one commit; what only reads
 * needs no transaction of its own for that, since nothing can come in between.
 */
export function runSmall(
  execution: Execution,
  { run, writes }: SmallPlan,
  count?: SmallContext['count'],
): readonly (readonly Value[])[] {
  const { session, database, values, signal } = execution;
  if (signal?.aborted === true) throw cancelled();
  beginStatement(execution);
  const context = (transaction: Transaction | undefined, firstCommand: number): SmallContext => ({
    parameters: values,
    outer: NOTHING,
    tables: writes ? executorTables(transaction, firstCommand) : READ_TABLES,
    transaction,
    firstCommand,
    count,
  });
  const open = session.transaction;
  if (open !== undefined) {
    const command = open.nextCommand;
    open.nextCommand += COMMANDS_OF_STATEMENT;
    try {
      return run(context(open.transaction, command));
    } catch (error) {
      open.failed = true;
      throw error;
    }
  }
  if (!writes) return run(context(undefined, 0));
  const transaction = database.transactions.begin();
  try {
    const rows = run(context(transaction, 0));
    database.transactions.commit(transaction);
    return rows;
  } catch (error) {
    database.transactions.rollback(transaction);
    throw error;
  }
}

const NOTHING: SmallContext['outer'] = new Map();

async function runCompiled(
  execution: Execution,
  { physical }: CompiledPlan,
  transaction: Transaction | undefined,
  firstCommand: number,
  analyze: boolean,
  rows: Deliver['rows'],
): Promise<RunReport> {
  const { database, signal } = execution;
  const { executor } = database;
  return runPlan(executor, physical, {
    parameters: execution.values,
    tables: executorTables(transaction, firstCommand),
    transaction,
    firstCommand,
    analyze,
    memoryLimit: execution.memoryLimit,
    isCancelled: () => signal?.aborted === true,
    pause,
    deliver: (batch, count, layout) => rows(batchRows(executor.memory, layout, batch, count)),
  });
}

/** For EXPLAIN ANALYZE: the statement runs as it would, its rows go nowhere. */
export async function runForReport(execution: Execution, compiled: CompiledPlan): Promise<RunReport> {
  const { small } = compiled;
  if (small === undefined) {
    return inTransaction(execution, (transaction, command) =>
      runCompiled(execution, compiled, transaction, command, true, () => {}),
    );
  }
  const counters = new Map<PhysicalPlan, Counter>();
  runSmall(execution, small, (plan, rows) => {
    const { loops = 0, rows: before = 0 } = counters.get(plan) ?? {};
    counters.set(plan, { rows: before + rows, loops: loops + 1, ms: 0, spilledBytes: 0 });
  });
  return { counters, kernels: [], pruned: new Map(), filters: new Map(), peakBytes: 0 };
}

export function checkCancelled({ signal }: Execution): () => void {
  return () => {
    if (signal?.aborted === true) throw cancelled();
  };
}
