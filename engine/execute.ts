import type { BoundAnalyze, ResultColumn } from '../compiler/frontends/sql/bound.ts';
import { typeName, UTF8 } from '../compiler/types/type.ts';
import { cancelled } from '../runtime/scheduler/query.ts';
import { isMemoryTable } from '../storage/tables/memory-table.ts';
import { eachObject, TEMPORARY_SCHEMA } from './catalog.ts';
import { copyFrom, copyTo } from './copy.ts';
import { createNamedSequence, createSchema, createTable, createTableAs, createView, drop } from './definitions.ts';
import { explainStatement } from './explain.ts';
import { named, prepareNamed, unknownStatement } from './named-statements.ts';
import { pause } from './pause.node.ts';
import { type PlannedStatement, smallOf } from './planner.ts';
import { createIndex, truncate } from './rewrite.ts';
import { type Execution, inTransaction, type Outcome, runQuery, runSmall } from './run.ts';
import { set, setTransaction, show } from './session-statements.ts';
import type { Deliver } from './stream.ts';
import {
  begin,
  beginStatement,
  commit,
  namesOf,
  releaseSavepoint,
  rollback,
  rollbackTo,
  setSavepoint,
} from './transactions.ts';

const NO_COLUMNS: readonly ResultColumn[] = [];

/** Runs a statement. */
export async function executeStatement(
  statement: PlannedStatement,
  execution: Execution,
  deliver: Deliver,
): Promise<Outcome> {
  const { session } = execution;
  const body = statement.bound;
  beginStatement(execution);
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
      return createTable(body, statement.lookups, execution);
    case 'createTableAs':
      return createTableAs(body, execution);
    case 'createView':
      return createView(body, statement.lookups, execution);
    case 'createSequence':
      return createNamedSequence(body, execution);
    case 'createIndex':
      return createIndex(body, execution);
    case 'createSchema':
      return createSchema(body, execution);
    case 'drop':
      return drop(body, execution);
    case 'copyFrom':
      return copyFrom(body, execution);
    case 'begin':
      begin(execution, body.modes);
      return { command: 'BEGIN', columns: NO_COLUMNS };
    case 'commit':
    case 'rollback': {
      if (body.kind === 'rollback' && body.savepoint !== undefined) {
        rollbackTo(execution, body.savepoint);
        return { command: 'ROLLBACK', columns: NO_COLUMNS };
      }
      const { transaction } = session;
      const committed = body.kind === 'commit' && commit(execution);
      if (body.kind === 'rollback') rollback(execution);
      if (body.chain && transaction !== undefined) {
        const { isolation, readOnly } = transaction;
        begin(execution, { isolation, readOnly, deferrable: undefined });
      }
      return { command: committed ? 'COMMIT' : 'ROLLBACK', columns: NO_COLUMNS };
    }
    case 'savepoint':
      setSavepoint(execution, body.name);
      return { command: 'SAVEPOINT', columns: NO_COLUMNS };
    case 'release':
      releaseSavepoint(execution, body.name);
      return { command: 'RELEASE', columns: NO_COLUMNS };
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
      return truncate(body, execution);
    case 'copyTo':
      return copyTo(body, execution);
    case 'set':
    case 'reset':
      return set(body, execution);
    case 'show':
      if (body.name === 'tables') return listTables(execution, deliver);
      return show(body, execution, deliver);
    case 'setTransaction':
      return setTransaction(body, execution);
    case 'analyze':
      return analyze(body, execution);
  }
}

async function listTables(execution: Execution, deliver: Deliver): Promise<Outcome> {
  const columns = [textColumn('schema'), textColumn('name')];
  deliver.columns(columns);
  const { state, temporary } = namesOf(execution);
  const seen = eachObject(state).filter(({ schema }) => schema === temporary || !schema.startsWith(TEMPORARY_SCHEMA));
  await deliver.rows(seen.map(({ schema, name }) => [schema === temporary ? TEMPORARY_SCHEMA : schema, name]));
  return { command: 'SHOW TABLES', columns };
}

async function analyze({ tables }: BoundAnalyze, execution: Execution): Promise<Outcome> {
  const { database, signal } = execution;
  const everything = eachObject(namesOf(execution).state).flatMap(({ object }) =>
    object.kind === 'table' ? [{ table: object.table, ordinals: object.table.columns.keys() }] : [],
  );
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

function textColumn(name: string): ResultColumn {
  return { name, type: UTF8, nullable: false };
}

async function textRows(command: string, name: string, lines: readonly string[], deliver: Deliver): Promise<Outcome> {
  const columns = [textColumn(name)];
  deliver.columns(columns);
  await deliver.rows(lines.map((line) => [line]));
  return { command, columns };
}
