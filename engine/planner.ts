import type { TableHandle } from '../compiler/catalog/catalog.ts';
import { bindSql } from '../compiler/frontends/sql/bind.ts';
import type { ResultColumn as BoundColumn, BoundStatement } from '../compiler/frontends/sql/bound.ts';
import { filesNamedBy } from '../compiler/frontends/sql/files.ts';
import type { DeclaredParameters } from '../compiler/frontends/sql/parameters.ts';
import type { Plan } from '../compiler/ir/plan.ts';
import { walk } from '../compiler/physical/columns.ts';
import { OrbitError } from '../compiler/types/error.ts';
import { type Type, typeName } from '../compiler/types/type.ts';
import type { Statement } from '../grammars/sql/tree.ts';
import type { SmallPlan } from '../runtime/scheduler/small-plan.ts';
import { openFileTable } from '../storage/files/open.ts';
import { type CompiledPlan, compilePlan } from './compile.ts';
import type { DatabaseState } from './database.ts';
import type { PlanKey } from './plan-cache.ts';
import type { ResultColumn } from './result.ts';
import { parseOnly } from './statements.ts';
import { publicColumns, typesOf } from './stream.ts';

/** A statement with its meaning, and with its plan once that is asked for. It runs as often as it stays current. */
export interface PlannedStatement {
  readonly statement: Statement;
  readonly bound: BoundStatement;
  /** Columns of the result; none for what has no plan of its own. */
  readonly columns: readonly ResultColumn[];
  readonly types: readonly Type[];
  /** For statements with a plan of their own: compiled when first asked for. */
  readonly compiled: () => CompiledPlan;
  /** Whether planning anew would come to the same: names mean the same tables, whose sizes are what they were. */
  readonly isCurrent: () => boolean;
  /** It names files, which may change at any time. */
  readonly readsFiles: boolean;
  readonly parseMs: number;
  readonly bindMs: number;
  /** Whether it was taken from the cache. */
  readonly used: () => boolean;
  readonly use: () => void;
}

/** A name as binding asked for it. */
interface Lookup {
  readonly name: string;
  readonly schema: string | undefined;
  readonly table: TableHandle | undefined;
  readonly version: number | undefined;
}

/** The plan of a text, from the cache of the database if it has a current one. */
export function planText(
  database: DatabaseState,
  text: string,
  declared: DeclaredParameters,
  settings: string,
): PlannedStatement | Promise<PlannedStatement> {
  const { plans } = database;
  const key: PlanKey = { language: 'sql', text, parameters: parametersKey(declared), settings };
  const known = plans.find(key);
  if (known?.isCurrent() === true) {
    known.use();
    return known;
  }
  if (known !== undefined) plans.forget(key);
  const started = performance.now();
  const statement = parseOnly(text);
  const parseMs = performance.now() - started;
  return planStatement(database, statement, declared, parseMs).then((planned) => {
    if (planOf(planned.bound) !== undefined && !planned.readsFiles && planned.bound.repeatable)
      plans.keep(key, planned);
    return planned;
  });
}

function parametersKey({ positional, named }: DeclaredParameters): string {
  if (positional === undefined && named === undefined) return '';
  if (named === undefined) return (positional ?? []).map((type) => (type === undefined ? '?' : typeName(type))).join();
  return [...named].map(([name, type]) => `:${name}${type === undefined ? '' : ` ${typeName(type)}`}`).join();
}

/** The plan of a tree, past the cache. */
export async function planStatement(
  database: DatabaseState,
  statement: Statement,
  declared: DeclaredParameters,
  parseMs = 0,
): Promise<PlannedStatement> {
  const { catalog } = database;
  const files = await openFiles(database, statement);
  const started = performance.now();
  const lookups: Lookup[] = [];
  const view = catalog.view(files);
  let catalogVersion = catalog.version();
  const bound = bindSql(statement, {
    catalog: {
      ...view,
      table: (name, schema) => {
        const table = view.table(name, schema);
        lookups.push({ name, schema, table, version: table?.version });
        return table;
      },
    },
    parameters: declared,
  });
  const bindMs = performance.now() - started;
  let compiled: CompiledPlan | undefined;
  let sizes: readonly TableSize[] = [];
  let used = false;
  const namesAreCurrent = (): boolean => {
    if (catalog.version() === catalogVersion) return true;
    const same = lookups.every(({ name, schema, table, version }) => {
      const now = catalog.table(name, schema);
      return now === table && now?.version === version;
    });
    if (same) catalogVersion = catalog.version();
    return same;
  };
  const columns = resultColumnsOf(bound);
  return {
    statement,
    bound,
    columns: publicColumns(columns),
    types: typesOf(columns),
    compiled: () => {
      if (compiled === undefined) {
        const plan = planOf(bound);
        if (plan === undefined) throw new OrbitError('internal_error', `${bound.kind} has no plan`);
        compiled = compilePlan(plan, { trace: false, off: [] });
        sizes = scannedSizes(compiled);
      }
      return compiled;
    },
    isCurrent: () => bound.repeatable && files.size === 0 && namesAreCurrent() && sizes.every(isAboutTheSame),
    readsFiles: files.size > 0,
    parseMs,
    bindMs,
    used: () => used,
    use: () => {
      used = true;
    },
  };
}

export function smallOf(statement: PlannedStatement): SmallPlan | undefined {
  return planOf(statement.bound) === undefined ? undefined : statement.compiled().small;
}

function resultColumnsOf(bound: BoundStatement): readonly BoundColumn[] {
  switch (bound.kind) {
    case 'query':
      return bound.columns;
    case 'insert':
    case 'update':
    case 'delete':
      return bound.returning ?? [];
    default:
      return [];
  }
}

export function planOf(bound: BoundStatement): Plan | undefined {
  switch (bound.kind) {
    case 'query':
    case 'insert':
    case 'update':
    case 'delete':
      return bound.plan;
    default:
      return undefined;
  }
}

interface TableSize {
  readonly table: TableHandle;
  readonly rows: number;
}

/** The tables whose sizes the plan was chosen by, as they were. */
function scannedSizes({ physical }: CompiledPlan): readonly TableSize[] {
  const tables = new Set<TableHandle>();
  walk(physical, (node) => {
    if (node.kind === 'tableScan') tables.add(node.table);
  });
  return [...tables].map((table) => ({ table, rows: table.statistics().rowCount }));
}

/** A table that has grown or shrunk so much deserves a new plan; small ones do not matter. */
const GROWTH = 10;
const FEW_ROWS = 1000;

function isAboutTheSame({ table, rows }: TableSize): boolean {
  const then = Math.max(rows, FEW_ROWS);
  const now = Math.max(table.statistics().rowCount, FEW_ROWS);
  return now < GROWTH * then && then < GROWTH * now;
}

/** Opens the files that a statement reads, so that binding knows their columns. */
async function openFiles(database: DatabaseState, statement: Statement): Promise<ReadonlyMap<string, TableHandle>> {
  const files = new Map<string, TableHandle>();
  for (const request of filesNamedBy(statement)) {
    try {
      files.set(request.key, await openFileTable(database.files, request));
    } catch (error) {
      if (!(error instanceof OrbitError)) throw error;
      const { hint, place, cause } = error;
      throw new OrbitError(error.code, error.message, { range: request.range, hint, place, cause });
    }
  }
  return files;
}
