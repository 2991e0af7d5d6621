import type {
  BoundAnalyze,
  BoundCopyFrom,
  BoundCreateTable,
  BoundCreateTableAs,
  BoundDrop,
  ResultColumn,
} from '../compiler/frontends/sql/bound.ts';
import { type Plan, ROW_ID_ORDINAL } from '../compiler/ir/plan.ts';
import { internalError, OrbitError } from '../compiler/types/error.ts';
import { typeName, UTF8 } from '../compiler/types/type.ts';
import type { Value } from '../compiler/types/value.ts';
import { cancelled } from '../runtime/scheduler/query.ts';
import { type CsvLoadOptions, loadCsv } from '../storage/files/csv/load-csv.ts';
import { type FileTable, isFileTable } from '../storage/files/file-table.ts';
import { loadFile } from '../storage/files/load.ts';
import { formatOf, openFileTable } from '../storage/files/open.ts';
import { isMemoryTable } from '../storage/tables/memory-table.ts';
import { undefinedSchema } from './catalog.ts';
import { compilePlan } from './compile.ts';
import { explainStatement } from './explain.ts';
import { named, prepareNamed, unknownStatement } from './named-statements.ts';
import { pause } from './pause.node.ts';
import { type PlannedStatement, smallOf } from './planner.ts';
import { type Execution, inTransaction, type Outcome, runQuery, runSmall } from './run.ts';
import type { Deliver } from './stream.ts';

const NO_COLUMNS: readonly ResultColumn[] = [];

/** Runs a statement. */
export async function executeStatement(
  statement: PlannedStatement,
  execution: Execution,
  deliver: Deliver,
): Promise<Outcome> {
  const { session, database } = execution;
  const body = statement.bound;
  if (session.transaction?.failed === true && body.kind !== 'rollback' && body.kind !== 'commit') {
    throw new OrbitError(
      'in_failed_sql_transaction',
      'the transaction has failed; statements are ignored until it ends',
      {
        hint: 'ROLLBACK ends it.',
      },
    );
  }
  switch (body.kind) {
    case 'query': {
      const small = smallOf(statement);
      if (small !== undefined) {
        deliver.columns(body.columns);
        const rows = runSmall(execution, small);
        if (rows.length > 0) await deliver.rows(rows);
        return { command: 'SELECT', columns: body.columns };
      }
      await inTransaction(execution, (transaction, command) =>
        runQuery(execution, statement.compiled(), body.columns, transaction, command, deliver),
      );
      return { command: 'SELECT', columns: body.columns };
    }
    case 'explain': {
      const text = await explainStatement(statement, execution, {});
      return textRows('EXPLAIN', 'QUERY PLAN', body.format === 'json' ? [text] : text.split('\n'), deliver);
    }
    case 'insert':
    case 'update':
    case 'delete': {
      const returning = body.returning;
      const small = smallOf(statement);
      if (small !== undefined) {
        deliver.columns(returning ?? NO_COLUMNS);
        const rows = runSmall(execution, small);
        if (returning !== undefined && rows.length > 0) await deliver.rows(rows);
        return { command: body.kind.toUpperCase(), columns: returning ?? NO_COLUMNS, affected: rows.length };
      }
      let affected = 0;
      const counting: Deliver = {
        columns: deliver.columns,
        rows: (rows) => {
          affected += rows.length;
          return returning === undefined ? undefined : deliver.rows(rows);
        },
      };
      await inTransaction(execution, (transaction, command) =>
        runQuery(execution, statement.compiled(), returning ?? NO_COLUMNS, transaction, command, counting),
      );
      return { command: body.kind.toUpperCase(), columns: returning ?? NO_COLUMNS, affected };
    }
    case 'createTable':
      return createTable(body, execution);
    case 'createTableAs':
      return createTableAs(body, execution);
    case 'createSchema':
      if (database.catalog.hasSchema(body.name)) {
        if (!body.ifNotExists) throw new OrbitError('duplicate_table', `schema "${body.name}" already exists`);
      } else database.catalog.createSchema(body.name);
      return { command: 'CREATE SCHEMA', columns: NO_COLUMNS };
    case 'drop':
      return drop(body, execution);
    case 'copyFrom':
      return copyFrom(body, execution);
    case 'begin':
      if (session.transaction !== undefined)
        throw new OrbitError('active_sql_transaction', 'there is already a transaction in progress');
      session.transaction = { transaction: database.transactions.begin(), nextCommand: 0, failed: false };
      return { command: 'BEGIN', columns: NO_COLUMNS };
    case 'commit':
    case 'rollback': {
      if (body.kind === 'rollback' && body.savepoint !== undefined) throw unsupported('ROLLBACK TO SAVEPOINT');
      if (body.chain) throw unsupported('AND CHAIN');
      const open = session.transaction;
      session.transaction = undefined;
      if (open === undefined) throw new OrbitError('no_active_sql_transaction', 'there is no transaction in progress');
      if (body.kind === 'commit' && !open.failed) {
        database.transactions.commit(open.transaction);
        return { command: 'COMMIT', columns: NO_COLUMNS };
      }
      database.transactions.rollback(open.transaction);
      return { command: 'ROLLBACK', columns: NO_COLUMNS };
    }
    case 'prepare':
      await prepareNamed(body, execution);
      return { command: 'PREPARE', columns: NO_COLUMNS };
    case 'deallocate':
      if (body.name === undefined) session.prepared.clear();
      else if (!session.prepared.delete(body.name)) throw unknownStatement(body.name);
      return { command: 'DEALLOCATE', columns: NO_COLUMNS };
    case 'execute': {
      const { planned, values } = await named(body, execution);
      return executeStatement(planned, { ...execution, values }, deliver);
    }
    case 'describe': {
      const columns = [textColumn('column_name'), textColumn('column_type'), textColumn('null')];
      deliver.columns(columns);
      await deliver.rows(
        body.columns.map(({ name, type, nullable }) => [name, typeName(type), nullable ? 'YES' : 'NO']),
      );
      return { command: 'DESCRIBE', columns };
    }
    case 'listTables':
      return listTables(execution, deliver);
    case 'truncate':
      throw unsupported('TRUNCATE');
    case 'copyTo':
      throw unsupported('COPY … TO');
    case 'set':
      throw new OrbitError('feature_not_supported', `there is no setting "${body.name}"`, { range: body.range });
    case 'show':
      if (body.name === 'tables') return listTables(execution, deliver);
      throw new OrbitError('feature_not_supported', `there is no setting "${body.name ?? 'all'}"`, {
        range: body.range,
      });
    case 'reset':
      throw new OrbitError('feature_not_supported', `there is no setting "${body.name ?? 'all'}"`, {
        range: body.range,
      });
    case 'setTransaction':
      throw unsupported('SET TRANSACTION');
    case 'savepoint':
    case 'release':
      throw unsupported('SAVEPOINT');
    case 'analyze':
      return analyze(body, execution);
  }
}

async function listTables({ database }: Execution, deliver: Deliver): Promise<Outcome> {
  const columns = [textColumn('schema'), textColumn('name')];
  deliver.columns(columns);
  await deliver.rows(database.catalog.tables().map(({ schema, table }) => [schema, table.name]));
  return { command: 'SHOW TABLES', columns };
}

async function analyze({ tables }: BoundAnalyze, { database, signal }: Execution): Promise<Outcome> {
  const everything = database.catalog.tables().map(({ table }) => ({ table, ordinals: table.columns.keys() }));
  for (const { table, ordinals } of tables.length > 0 ? tables : everything) {
    // A file's statistics are those of its sample.
    if (!isMemoryTable(table)) continue;
    for (const ordinal of ordinals) {
      table.analyze(ordinal);
      await pause();
      if (signal?.aborted === true) throw cancelled();
    }
    database.catalog.changed();
  }
  return { command: 'ANALYZE', columns: NO_COLUMNS };
}

function unsupported(what: string): OrbitError {
  return new OrbitError('feature_not_supported', `${what} is not supported yet`);
}

function textColumn(name: string): ResultColumn {
  return { name, type: UTF8, nullable: false };
}

async function textRows(command: string, name: string, lines: readonly string[], deliver: Deliver): Promise<Outcome> {
  const columns = [textColumn(name)];
  deliver.columns(columns);
  await deliver.rows(lines.map((line) => [line]));
  return { command, columns };
}

function checkNew(
  execution: Execution,
  { table, ifNotExists, orReplace }: BoundCreateTable | BoundCreateTableAs,
): boolean {
  const { catalog } = execution.database;
  if (table.schema !== undefined && !catalog.hasSchema(table.schema)) throw undefinedSchema(table.schema, table.range);
  if (catalog.table(table.name, table.schema) === undefined || orReplace) return true;
  if (ifNotExists) return false;
  throw new OrbitError('duplicate_table', `table "${table.name}" already exists`, { range: table.range });
}

function createTable(body: BoundCreateTable, execution: Execution): Outcome {
  const outcome: Outcome = { command: 'CREATE TABLE', columns: NO_COLUMNS };
  if (!checkNew(execution, body)) return outcome;
  const { catalog } = execution.database;
  const keys = body.keys.map((key) => key.columns);
  catalog.put(body.table.schema, catalog.make({ name: body.table.name, columns: body.columns, keys }));
  return outcome;
}

async function createTableAs(body: BoundCreateTableAs, execution: Execution): Promise<Outcome> {
  const outcome: Outcome = { command: 'CREATE TABLE', columns: NO_COLUMNS, affected: 0 };
  if (!checkNew(execution, body)) return outcome;
  const direct = body.withData ? wholeFile(body.plan) : undefined;
  if (direct !== undefined) {
    const { catalog } = execution.database;
    const table = catalog.make({ name: body.table.name, columns: body.columns });
    const affected = await loadFile(direct.table, direct.ordinals, table, undefined, checkCancelled(execution));
    catalog.put(body.table.schema, table);
    return { ...outcome, affected };
  }
  const rows: (readonly Value[])[] = [];
  if (body.withData) {
    const collecting: Deliver = {
      columns: () => {},
      rows: (batch) => {
        for (const row of batch) rows.push(row);
      },
    };
    await inTransaction(execution, (transaction, command) =>
      runQuery(
        execution,
        compilePlan(body.plan, { trace: false, off: [] }),
        body.columns,
        transaction,
        command,
        collecting,
      ),
    );
  }
  // Loaded before anybody sees it: a statement that fails or is cancelled leaves what was there.
  const { catalog } = execution.database;
  const table = catalog.make({ name: body.table.name, columns: body.columns });
  const loader = table.bulkLoader();
  for (let from = 0; from < rows.length; ) {
    const count = loader.room(rows.length - from);
    loader.builders.forEach((builder, ordinal) => {
      for (let i = from; i < from + count; i++) builder.appendValue(rows[i]?.[ordinal] ?? null);
    });
    loader.flush();
    from += count;
    await pause();
    if (execution.signal?.aborted === true) throw cancelled();
  }
  const affected = loader.finish();
  catalog.put(body.table.schema, table);
  return { ...outcome, affected };
}

function drop(body: BoundDrop, { database }: Execution): Outcome {
  const outcome: Outcome = { command: `DROP ${body.object.toUpperCase()}`, columns: NO_COLUMNS };
  for (const { name, schema, range } of body.names) {
    switch (body.object) {
      case 'table':
        if (!database.catalog.drop(name, schema) && !body.ifExists) {
          throw new OrbitError('undefined_table', `table "${name}" does not exist`, { range });
        }
        break;
      case 'schema':
        if (!database.catalog.hasSchema(name)) {
          if (!body.ifExists) throw undefinedSchema(name, range);
        } else if (database.catalog.tablesOf(name).length > 0 && !body.cascade) {
          throw new OrbitError('object_in_use', `schema "${name}" is not empty`, {
            range,
            hint: 'DROP SCHEMA … CASCADE drops its tables too.',
          });
        } else database.catalog.dropSchema(name);
        break;
      case 'view':
        throw unsupported('DROP VIEW');
    }
  }
  return outcome;
}

const COPY_OPTIONS: ReadonlySet<string> = new Set([
  'format',
  'header',
  'delimiter',
  'delim',
  'sep',
  'quote',
  'escape',
  'null',
  'nullstr',
]);

function checkCancelled({ signal }: Execution): () => void {
  return () => {
    if (signal?.aborted === true) throw cancelled();
  };
}

/** The files and their columns, where a plan is nothing but these: they need not go through the executor. */
function wholeFile(plan: Plan): { readonly table: FileTable; readonly ordinals: readonly number[] } | undefined {
  if (plan.kind === 'scan') return isFileTable(plan.table) ? { table: plan.table, ordinals: plan.ordinals } : undefined;
  if (plan.kind !== 'project' || plan.input.kind !== 'scan') return undefined;
  const { table, columns, ordinals } = plan.input;
  if (!isFileTable(table)) return undefined;
  const wanted = plan.expressions.map((expression) => {
    const at = expression.kind === 'column' ? columns.findIndex(({ id }) => id === expression.id) : -1;
    return ordinals[at] ?? ROW_ID_ORDINAL;
  });
  return wanted.includes(ROW_ID_ORDINAL) ? undefined : { table, ordinals: wanted };
}

async function copyFrom(body: BoundCopyFrom, execution: Execution): Promise<Outcome> {
  const { database, session } = execution;
  if (body.source.kind === 'stream') throw unsupported('COPY … FROM STDIN');
  if (session.transaction !== undefined) throw unsupported('COPY inside a transaction');
  const { table } = body;
  if (!isMemoryTable(table)) throw internalError(`${table.name} cannot be loaded`);
  const text = (...names: string[]): string | undefined => {
    for (const name of names) {
      const value = body.options.get(name);
      if (typeof value === 'string') return value;
    }
    return undefined;
  };
  for (const name of body.options.keys()) {
    if (!COPY_OPTIONS.has(name))
      throw new OrbitError('feature_not_supported', `COPY does not know the option ${name.toUpperCase()}`);
  }
  const { path } = body.source;
  // A name that tells nothing is that of a CSV file, as in PostgreSQL.
  const format = text('format')?.toLowerCase() ?? formatOf(path, 'csv');
  if (format === 'parquet') {
    const request = { key: path, format, paths: [path], options: new Map() } as const;
    for (const name of body.options.keys()) if (name !== 'format') throw unsupported(`COPY … (${name.toUpperCase()})`);
    const file = await openFileTable(database.files, request);
    const ordinals = file.columns.map((_, ordinal) => ordinal);
    const affected = await loadFile(file, ordinals, table, body.ordinals, checkCancelled(execution));
    return { command: 'COPY', columns: NO_COLUMNS, affected };
  }
  if (format !== 'csv') throw unsupported(`COPY in the format ${format}`);
  const header = body.options.has('header') ? body.options.get('header') : undefined;
  const options: CsvLoadOptions = {
    ordinals: body.ordinals,
    header: body.options.has('header')
      ? header !== false && header !== 'false' && header !== 'off' && header !== '0'
      : undefined,
    delimiter: text('delimiter', 'delim', 'sep'),
    quote: text('quote'),
    escape: text('escape'),
    nullText: text('null', 'nullstr'),
  };
  const affected = await loadCsv(database.files, path, options, table, checkCancelled(execution));
  return { command: 'COPY', columns: NO_COLUMNS, affected };
}
