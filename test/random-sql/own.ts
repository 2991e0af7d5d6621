import type { Catalog, TableHandle } from '../../compiler/catalog/catalog.ts';
import type { Plan } from '../../compiler/ir/plan.ts';
import { optimize } from '../../compiler/optimizer/index.ts';
import { lower } from '../../compiler/physical/lower.ts';
import type { PhysicalPlan } from '../../compiler/physical/plan.ts';
import { OrbitError } from '../../compiler/types/error.ts';
import { parseText } from '../../compiler/types/text.ts';
import type { Value } from '../../compiler/types/value.ts';
import { interpret } from '../../runtime/reference/interpret.ts';
import type { RunOptions } from '../../runtime/scheduler/executor.ts';
import type { Executor } from '../../runtime/scheduler/query.ts';
import { catalogOf } from '../binder/catalog.ts';
import { runExecutor } from '../executor/harness.ts';
import { ReferenceTables, type TestTable, testTable } from '../executor/tables.ts';
import { bindQueryPlan } from '../optimizer/support.ts';
import { type Answer, cellOf } from './answers.ts';
import type { DataSet } from './data.ts';
import { type Cell, definition, type SchemaTable } from './schema.ts';

/** Our tables of a data set, for the executor and for the reference interpreter. */
export interface OwnTables {
  readonly catalog: Catalog;
  readonly tables: readonly TestTable[];
  readonly reference: ReferenceTables;
}

/**
 * The rows in chunks of a few, so that there are several, the last ones inserted one by one; between them are rows that
 * have been deleted.
 */
export function loadOwn({ seed, size, tables }: DataSet): OwnTables {
  const schema = catalogOf(tables.map(({ table }) => definition(table)).join(';'));
  const loaded = new Map<string, TestTable>();
  const visible: TestTable[] = [];
  for (const [i, { table, rows }] of tables.entries()) {
    const described = schema.table(table.name);
    if (described === undefined) throw new Error(`no table ${table.name}`);
    const holes = (seed + i) % 3 === 0 ? 0 : 4 + ((seed + i) % 5);
    const parse = (list: readonly (readonly Cell[])[]): readonly (readonly Value[])[] =>
      list.map((row) => row.map((cell, c) => parsed(described, cell, c)));
    const made = testTable(table.name, described.columns, parse(withHoles(table, rows, holes)), {
      holes,
      batch: { tiny: 3, small: 11, large: 300 }[size],
      single: (seed + i) % 4,
      keys: described.keys,
    });
    loaded.set(table.name, made);
    visible.push({ handle: made.handle, rows: parse(rows), holes: 0 });
  }
  return {
    tables: [...loaded.values()],
    reference: new ReferenceTables(visible),
    catalog: {
      table: (name) => loaded.get(name)?.handle,
      file: () => undefined,
      tableNames: () => [...loaded.keys()],
    },
  };
}

function parsed(table: TableHandle, cell: Cell, ordinal: number): Value {
  const column = table.columns[ordinal];
  if (column === undefined) throw new Error('a row is longer than its table is wide');
  return cell === null ? null : parseText(cell, column.type);
}

/** Every so many-th row is one that will be deleted: another one, with a key of its own. */
function withHoles(
  table: SchemaTable,
  rows: readonly (readonly Cell[])[],
  holes: number,
): readonly (readonly Cell[])[] {
  if (holes === 0) return rows;
  const result: (readonly Cell[])[] = [];
  for (const row of rows) {
    if (result.length % holes === holes - 1) result.push(ghost(table, row, result.length));
    result.push(row);
  }
  return result;
}

function ghost({ columns, key }: SchemaTable, row: readonly Cell[], at: number): readonly Cell[] {
  return row.map((cell, i) => {
    const { name, kind } = columns[i] ?? {};
    return name !== undefined && key.includes(name) && kind === 'int' ? String(1_000_000 + at) : cell;
  });
}

/** How a query becomes a physical plan. */
export interface Planning {
  /** Passes that are left out. */
  readonly off?: readonly string[] | undefined;
  /** Rewrites the bound plan first. */
  readonly prepare?: ((plan: Plan) => Plan) | undefined;
}

export function planOf({ catalog }: OwnTables, query: string, { off = [], prepare }: Planning): PhysicalPlan {
  const bound = bindQueryPlan(query, catalog);
  return lower(optimize(prepare?.(bound) ?? bound, { off, verify: true }).plan);
}

/** An error of ours as an answer; bugs are not answers. */
function failure(error: unknown): Answer {
  if (!(error instanceof OrbitError) || error.code === 'internal_error') throw error;
  const kind = error.code === 'feature_not_supported' ? 'refused' : 'failed';
  return { kind, code: error.code, message: error.message };
}

function answerOf(plan: PhysicalPlan, rows: readonly (readonly Value[])[]): Answer {
  const types = plan.columns.map(({ type }) => type);
  return { kind: 'rows', rows: rows.map((row) => row.map((value, i) => cellOf(value, types[i] ?? { kind: 'null' }))) };
}

export function referenceAnswer(own: OwnTables, query: string, planning: Planning): Answer {
  try {
    const plan = planOf(own, query, planning);
    return answerOf(plan, interpret(plan, { parameters: [], tables: own.reference, outer: new Map() }));
  } catch (error) {
    return failure(error);
  }
}

export async function executorAnswer(
  own: OwnTables,
  query: string,
  planning: Planning,
  executor: Executor,
  options: Partial<RunOptions>,
): Promise<Answer> {
  try {
    const plan = planOf(own, query, planning);
    const outcome = await runExecutor(executor, { plan, tables: own.tables, parameters: [] }, options);
    if ('error' in outcome) return { kind: 'failed', code: outcome.error, message: outcome.message };
    return answerOf(plan, outcome.rows);
  } catch (error) {
    return failure(error);
  }
}
