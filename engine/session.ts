import type { DeclaredParameters } from '../compiler/frontends/sql/parameters.ts';
import { forgetSequences } from '../compiler/functions/sequences.ts';
import { internalError, OrbitError } from '../compiler/types/error.ts';
import type { Value } from '../compiler/types/value.ts';
import type { Zone } from '../compiler/types/zones.ts';
import { isMemoryTable, type MemoryTable } from '../storage/tables/memory-table.ts';
import { TEMPORARY_SCHEMA, withoutSchema } from './catalog.ts';
import type { Connection, DatabaseState, ExplainOptions, Parameters, QueryOptions } from './database.ts';
import { executeStatement } from './execute.ts';
import { explainStatement } from './explain.ts';
import { bindValues, declaredTypes } from './parameters.ts';
import { type PlannedStatement, planStatement, planText, smallOf } from './planner.ts';
import { prepareStatement } from './prepared.ts';
import { type QueryResult, toResult } from './result.ts';
import { type Execution, type Outcome, runSmall } from './run.ts';
import { type Settings, settingsZone } from './settings.ts';
import { parseAll } from './statements.ts';
import { type Deliver, publicColumns, streamed, typesOf } from './stream.ts';
import { define, namesOf, type OpenTransaction, rollback } from './transactions.ts';

export interface Session extends Connection {
  /** A table in memory, for loading; the name as SQL writes it. */
  readonly tableNamed: (name: string) => Promise<MemoryTable>;
  readonly close: () => Promise<void>;
}

/** What a session keeps from one statement to the next. */
export interface SessionState {
  readonly id: number;
  /** Of BEGIN; statements outside have transactions of their own. */
  transaction: OpenTransaction | undefined;
  settings: Settings;
  /** The name of its schema of temporary tables. */
  readonly temporary: string;
  /** Of PREPARE. */
  readonly prepared: Map<string, NamedStatement>;
}

/** A statement with the types that its parameters have for good. */
export interface NamedStatement {
  readonly declared: DeclaredParameters;
  planned: PlannedStatement;
}

/** What a session's parts need of it to run statements. */
export interface SessionRunner {
  readonly checkOpen: () => void;
  readonly isCurrent: (planned: PlannedStatement) => boolean;
  readonly execution: (values: readonly Value[], options: QueryOptions) => Execution;
  readonly plan: (text: string, declared: DeclaredParameters) => PlannedStatement | Promise<PlannedStatement>;
  /** By which instants are shown. */
  readonly zone: () => Zone;
  /** The whole result; that of a small plan at once. */
  readonly collect: (planned: PlannedStatement, execution: Execution) => QueryResult | Promise<QueryResult>;
}

let sessions = 0;

export function createSession(database: DatabaseState, onClose: () => void): Session {
  const temporary = `${TEMPORARY_SCHEMA}_${++sessions}`;
  const id = sessions;
  const session: SessionState = { id, transaction: undefined, settings: new Map(), prepared: new Map(), temporary };
  const place = { database, session };
  let closed = false;

  const runner: SessionRunner = {
    checkOpen: () => {
      if (closed) throw new OrbitError('connection_does_not_exist', 'the connection is closed');
    },
    execution: (values, { signal, memoryLimit }) => ({ database, session, values, signal, memoryLimit }),
    isCurrent: (planned) => session.transaction?.failed !== true && planned.isCurrent(namesOf(place)),
    plan: (text, declared) => planText(place, text, declared, settingsKey(session)),
    zone: () => settingsZone(session.settings),
    collect,
  };
  const { checkOpen, execution, plan, zone } = runner;

  /** Whatever goes wrong with a statement fails the transaction that it is part of. */
  const failing = async <T>(work: () => Promise<T>): Promise<T> => {
    checkOpen();
    try {
      return await work();
    } catch (error) {
      if (session.transaction !== undefined) session.transaction.failed = true;
      throw error;
    }
  };

  /** The plan and the values that a text runs with. */
  const planned = async (
    text: string,
    parameters: Parameters | undefined,
    options: QueryOptions,
  ): Promise<{ readonly statement: PlannedStatement; readonly run: Execution }> => {
    checkOpen();
    const found = plan(text, declaredTypes(parameters));
    const statement = found instanceof Promise ? await found : found;
    return { statement, run: execution(bindValues(zone(), statement.bound.parameters, parameters), options) };
  };

  /** The statements of a script one after the other; each is bound when those before it have run. */
  async function* script<T>(
    text: string,
    { parameters, ...options }: QueryOptions & { readonly parameters?: Parameters | undefined },
    run: (statement: PlannedStatement, execution: Execution) => Promise<T>,
  ): AsyncGenerator<T> {
    for (const tree of await failing(async () => parseAll(text))) {
      yield await failing(async () => {
        const statement = await planStatement(place, tree, declaredTypes(parameters));
        return run(statement, execution(bindValues(zone(), statement.bound.parameters, parameters, 'some'), options));
      });
    }
  }

  return {
    query: (text, parameters, options = {}) =>
      failing(async () => {
        const found = plan(text, declaredTypes(parameters));
        const statement = found instanceof Promise ? await found : found;
        return collect(statement, execution(bindValues(zone(), statement.bound.parameters, parameters), options));
      }),
    stream: (text, parameters, options = {}) =>
      streamed(
        (deliver, signal) =>
          failing(async () => {
            const { statement, run } = await planned(text, parameters, { ...options, signal });
            return executeStatement(statement, run, deliver);
          }),
        options.signal,
        zone,
      ),
    run: (text, options = {}) => script(text, options, async (statement, run) => collect(statement, run)),
    streams: async function* (text, options = {}) {
      const streams = script(text, options, (statement, run) =>
        streamed(
          (deliver, signal) => failing(() => executeStatement(statement, { ...run, signal }, deliver)),
          options.signal,
          zone,
        ),
      );
      for await (const stream of streams) {
        yield stream;
        await stream.finish();
      }
    },
    prepare: (text, types) => prepareStatement(runner, text, types),
    explain: async (text, options: ExplainOptions = {}) => {
      checkOpen();
      const statement = await plan(text, declaredTypes(options.parameters));
      const { parameters: wanted } = statement.bound;
      // Without running it there is no need for values.
      const analyzes = options.analyze === true || (statement.bound.kind === 'explain' && statement.bound.analyze);
      const known = analyzes || options.parameters !== undefined;
      return explainStatement(
        statement,
        execution(known ? bindValues(zone(), wanted, options.parameters) : [], options),
        options,
      );
    },
    tableNamed: async (name) => {
      const { bound } = await plan(`COPY ${name} FROM 'rows.csv'`, {});
      if (bound.kind !== 'copyFrom' || !isMemoryTable(bound.table)) throw internalError(`${name} cannot be loaded`);
      return bound.table;
    },
    transactionState: () => {
      const { transaction } = session;
      return transaction === undefined ? 'none' : transaction.failed ? 'failed' : 'open';
    },
    close: async () => {
      if (closed) return;
      closed = true;
      if (session.transaction !== undefined) rollback(place);
      if (database.catalog.committed().has(temporary)) define(place, (state) => withoutSchema(state, temporary));
      forgetSequences(BigInt(id));
      onClose();
    },
  };
}

function settingsKey({ settings }: SessionState): string {
  return settings.size === 0 ? '' : JSON.stringify([...settings]);
}

function collect(statement: PlannedStatement, execution: Execution): QueryResult | Promise<QueryResult> {
  const small = smallOf(statement);
  if (small === undefined) return collectAll(statement, execution);
  const rows = runSmall(execution, small);
  const { bound, columns, types } = statement;
  const command = bound.kind === 'query' ? 'SELECT' : bound.kind.toUpperCase();
  return toResult(
    command,
    columns,
    types,
    columns.length === 0 ? NO_ROWS : rows,
    rows.length,
    settingsZone(execution.session.settings),
  );
}

const NO_ROWS: readonly (readonly Value[])[] = [];

async function collectAll(statement: PlannedStatement, execution: Execution): Promise<QueryResult> {
  const rows: (readonly Value[])[] = [];
  const collecting: Deliver = {
    columns: () => {},
    rows: (batch) => {
      for (const row of batch) rows.push(row);
    },
  };
  const { command, columns, affected }: Outcome = await executeStatement(statement, execution, collecting);
  return toResult(
    command,
    publicColumns(columns),
    typesOf(columns),
    rows,
    affected ?? rows.length,
    settingsZone(execution.session.settings),
  );
}
