import type { TableHandle } from '../compiler/catalog/catalog.ts';
import { bindSql } from '../compiler/frontends/sql/bind.ts';
import type { ResultColumn as BoundColumn, BoundStatement } from '../compiler/frontends/sql/bound.ts';
import { filesNamedBy, type NamedFiles } from '../compiler/frontends/sql/files.ts';
import type { DeclaredParameters } from '../compiler/frontends/sql/parameters.ts';
import type { Plan } from '../compiler/ir/plan.ts';
import { walk } from '../compiler/physical/columns.ts';
import { OrbitError } from '../compiler/types/error.ts';
import { type Type, typeName } from '../compiler/types/type.ts';
import type { Statement } from '../grammars/sql/tree.ts';
import type { SmallPlan } from '../runtime/scheduler/small-plan.ts';
import { openFileTable } from '../storage/files/open.ts';
import { catalogOf, isSame, type Lookup, type Names } from './catalog.ts';
import { type CompiledPlan, compilePlan } from './compile.ts';
import type { DatabaseState } from './database.ts';
import type { PlanKey } from './plan-cache.ts';
import type { ResultColumn } from './result.ts';
import type { SessionState } from './session.ts';
import { sessionValues } from './settings.ts';
import { parseAll, parseOnly } from './statements.ts';
import { publicColumns, typesOf } from './stream.ts';
import { namesOf } from './transactions.ts';

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
  readonly isCurrent: (names: Names) => boolean;
  /** The names of tables and views that binding has asked for. */
  readonly lookups: readonly Lookup[];
  /** It names files, which may change at any time. */
  readonly readsFiles: boolean;
  readonly parseMs: number;
  readonly bindMs: number;
  /** Whether it was taken from the cache. */
  readonly used: () => boolean;
  readonly use: () => void;
}

/** The plan of a text, from the cache of the database if it has a current one. */
export function planText(
  place: PlanningPlace,
  text: string,
  declared: DeclaredParameters,
  settings: string,
): PlannedStatement | Promise<PlannedStatement> {
  const { plans } = place.database;
  refuseText(place.session, text);
  const key: PlanKey = { language: 'sql', text, parameters: parametersKey(declared), settings };
  const known = plans.find(key);
  if (known?.isCurrent(namesOf(place)) === true) {
    known.use();
    return known;
  }
  if (known !== undefined) plans.forget(key);
  const started = performance.now();
  const statement = parseOnly(text);
  const parseMs = performance.now() - started;
  return planStatement(place, statement, declared, parseMs).then((planned) => {
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
  place: PlanningPlace,
  statement: Statement,
  declared: DeclaredParameters,
  parseMs = 0,
): Promise<PlannedStatement> {
  const { database } = place;
  const { catalog } = database;
  refuse(place.session, statement);
  const files = new Map(await openFiles(database, filesNamedBy(statement)));
  const started = performance.now();
  const names = namesOf(place);
  let { state } = names;
  let catalogVersion = catalog.version();
  let lookups: Lookup[] = [];
  const bind = (missing: (path: string) => void): BoundStatement => {
    lookups = [];
    const file = (path: string): TableHandle | undefined => {
      const found = files.get(path);
      if (found === undefined) missing(path);
      return found;
    };
    return bindSql(statement, {
      catalog: database.functions.beside(catalogOf(names, file, (lookup) => lookups.push(lookup))),
      parameters: declared,
      session: sessionValues(place.session.settings, place.session.transaction?.started),
    });
  };
  const bound = await withFilesOfViews(database, files, bind, () => lookups);
  const bindMs = performance.now() - started;
  let compiled: CompiledPlan | undefined;
  let sizes: readonly TableSize[] = [];
  let used = false;
  const namesAreCurrent = (now: Names): boolean => {
    if (now.state === state && catalog.version() === catalogVersion) return true;
    if (!lookups.every((lookup) => isSame(now, lookup))) return false;
    state = now.state;
    catalogVersion = catalog.version();
    return true;
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
    isCurrent: (now) => bound.repeatable && files.size === 0 && namesAreCurrent(now) && sizes.every(isAboutTheSame),
    lookups,
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

/** Where a statement is planned. */
export interface PlanningPlace {
  readonly database: DatabaseState;
  readonly session: SessionState;
}

const ENDS: ReadonlySet<Statement['kind']> = new Set(['commit', 'rollback']);
const WRITES: ReadonlySet<Statement['kind']> = new Set([
  'insert',
  'update',
  'delete',
  'merge',
  'truncate',
  'createTable',
  'createView',
  'createSchema',
  'createSequence',
  'createIndex',
  'alter',
  'drop',
]);

/** What a failed transaction, or one that only reads, does not take. */
function refuse({ transaction }: SessionState, statement: Statement): void {
  if (transaction?.failed === true && !ENDS.has(statement.kind)) {
    throw new OrbitError(
      'in_failed_sql_transaction',
      'the transaction has failed; statements are ignored until it ends',
      { hint: 'ROLLBACK ends it.' },
    );
  }
  const writes = WRITES.has(statement.kind) || (statement.kind === 'copy' && statement.direction === 'from');
  if (transaction?.readOnly === true && writes) {
    const words = statement.kind.replace(/[A-Z]/g, (letter) => ` ${letter}`).toUpperCase();
    throw new OrbitError('read_only_sql_transaction', `cannot execute ${words} in a read-only transaction`);
  }
}

/** The same before a plan is taken from the cache. */
function refuseText(session: SessionState, text: string): void {
  const { transaction } = session;
  if (transaction?.failed === true || transaction?.readOnly === true) refuse(session, parseOnly(text));
}

/** Binds; files that only the texts of views name are opened when binding has come upon them. */
async function withFilesOfViews(
  database: DatabaseState,
  files: Map<string, TableHandle>,
  bind: (missing: (key: string) => void) => BoundStatement,
  asked: () => readonly Lookup[],
): Promise<BoundStatement> {
  for (;;) {
    const missing = new Set<string>();
    try {
      return bind((key) => missing.add(key));
    } catch (error) {
      const texts = asked().flatMap(({ found }) => (found?.object.kind === 'view' ? [found.object.view.text] : []));
      const requests = texts.flatMap((text) => parseAll(text).flatMap(filesNamedBy));
      const wanted = requests.filter(({ key }) => missing.has(key));
      if (wanted.length === 0) throw error;
      for (const [key, file] of await openFiles(database, wanted)) files.set(key, file);
    }
  }
}

/** Opens the files that a statement reads, so that binding knows their columns. */
async function openFiles(
  database: DatabaseState,
  wanted: readonly NamedFiles[],
): Promise<ReadonlyMap<string, TableHandle>> {
  const files = new Map<string, TableHandle>();
  for (const request of wanted) {
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
