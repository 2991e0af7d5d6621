import type { TableHandle } from '../../compiler/catalog/catalog.ts';
import { interpret } from '../../runtime/reference/interpret.ts';
import type { RunOptions } from '../../runtime/scheduler/executor.ts';
import type { Executor } from '../../runtime/scheduler/query.ts';
import type { RunReport } from '../../runtime/scheduler/report.ts';
import { checkRows } from './check-plan.ts';
import { difference, surplus } from './compare.ts';
import { wrongCounter } from './counters.ts';
import type { Generated } from './generate.ts';
import { nodesOf } from './generate.ts';
import { type Outcome, type Rows, runExecutor } from './harness.ts';
import { wrongOrder } from './order.ts';
import { ReferenceTables } from './tables.ts';

/** Runs the statement on the executor; says how what comes out differs from the reference's outcome. */
export async function disagreement(
  executor: Executor,
  statement: Generated,
  expected: Outcome,
  options: Partial<RunOptions>,
  seen: (report: RunReport) => void = () => {},
): Promise<string | undefined> {
  const actual = await runExecutor(executor, statement, options);
  if ('rows' in actual && actual.report !== undefined) seen(actual.report);
  return differs(statement, expected, actual, options.analyze === true);
}

/** How an outcome differs from the reference's. */
export function differs(
  statement: Generated,
  expected: Outcome,
  actual: Outcome,
  analyzed = false,
): string | undefined {
  if ('error' in expected || 'error' in actual) return differentErrors(expected, actual);
  const { plan, free, approximate } = statement;
  checkRows(plan.columns, actual.rows);
  const written = writtenDifference(expected.written, actual.written);
  if (written !== undefined) return written;
  if (analyzed && actual.report !== undefined) {
    const counter = wrongCounter(statement, actual.report);
    if (counter !== undefined) return counter;
  }
  if (plan.kind === 'sort') {
    const order = wrongOrder(plan, actual.rows, statement);
    if (order !== undefined) return order;
  }
  const exact = !nodesOf(plan).some(
    ({ kind }) => kind === 'hashAggregate' || kind === 'limit' || kind === 'sort' || kind === 'window',
  );
  if (!free) return difference(plan.columns, expected.rows, actual.rows, { ordered: false, exact, approximate });
  if (expected.rows.length !== actual.rows.length) {
    return `${actual.rows.length} rows instead of ${expected.rows.length}`;
  }
  if (plan.kind !== 'limit' || approximate.size > 0) return undefined;
  const { parameters, tables } = statement;
  const all = interpret(plan.input, { parameters, tables: new ReferenceTables(tables), outer: new Map() });
  const [stranger] = surplus(all, actual.rows, false);
  return stranger === undefined ? undefined : `a row from nowhere: ${stranger}`;
}

function differentErrors(expected: Outcome, actual: Outcome): string | undefined {
  const text = (outcome: Outcome): string =>
    'error' in outcome ? `${outcome.error}: ${outcome.message}` : `${outcome.rows.length} rows`;
  if ('error' in expected && 'error' in actual && expected.error === actual.error) return undefined;
  return `${text(actual)} instead of ${text(expected)}`;
}

function writtenDifference(
  expected: ReadonlyMap<TableHandle, Rows>,
  actual: ReadonlyMap<TableHandle, Rows>,
): string | undefined {
  for (const [table, rows] of expected) {
    const columns = table.columns.map((column, id) => ({ ...column, id }));
    const options = { ordered: false, exact: true, approximate: new Set<number>() };
    const found = difference(columns, rows, actual.get(table) ?? [], options);
    if (found !== undefined) return `table ${table.name}: ${found}`;
  }
  return undefined;
}
