import type { TableHandle } from '../compiler/catalog/catalog.ts';
import { bindSql } from '../compiler/frontends/sql/bind.ts';
import type { BoundBody, ResultColumn as BoundColumn, BoundStatement } from '../compiler/frontends/sql/bound.ts';
import { filesNamedBy } from '../compiler/frontends/sql/files.ts';
import { OrbitError } from '../compiler/types/error.ts';
import { type Type, typeName } from '../compiler/types/type.ts';
import type { Value } from '../compiler/types/value.ts';
import { parseSql } from '../grammars/sql/parser.ts';
import type { Statement } from '../grammars/sql/tree.ts';
import type { ParseError } from '../grammars/toolkit/parse-error.ts';
import type { Transaction } from '../runtime/columns/source.ts';
import { openCsv } from '../storage/files/csv/csv-table.ts';
import type { Connection, DatabaseState, ExplainOptions, Parameters, QueryOptions, ResultStream } from './database.ts';
import { executeBody } from './execute.ts';
import { explainStatement } from './explain.ts';
import { bindValues, declaredTypes } from './parameters.ts';
import { type QueryResult, type ResultBatch, type ResultColumn, toBatch, toResult } from './result.ts';
import type { Execution, Outcome } from './run.ts';

export interface Session extends Connection {
  readonly close: () => Promise<void>;
}

/** What a session keeps from one statement to the next. */
export interface SessionState {
  /** Of BEGIN; statements outside have transactions of their own. */
  transaction: OpenTransaction | undefined;
  readonly settings: Map<string, string>;
  readonly prepared: Map<string, Statement>;
}

export interface OpenTransaction {
  readonly transaction: Transaction;
  /** Command id of the next statement. */
  nextCommand: number;
  /** A statement failed: only ROLLBACK (or COMMIT, which rolls back) is taken. */
  failed: boolean;
}

export function createSession(database: DatabaseState, onClose: () => void): Session {
  const session: SessionState = { transaction: undefined, settings: new Map(), prepared: new Map() };
  let closed = false;

  const checkOpen = (): void => {
    if (closed) throw new OrbitError('object_in_use', 'the connection is closed');
  };

  const bind = async (statement: Statement, parameters: Parameters | undefined): Promise<BoundStatement> => {
    const files = await openFiles(database, statement);
    return bindSql(statement, { catalog: database.catalog.view(files), parameters: declaredTypes(parameters) });
  };

  const execution = (values: readonly Value[], options: QueryOptions): Execution => ({
    database,
    session,
    values,
    signal: options.signal,
    memoryLimit: options.memoryLimit,
  });

  /** Runs one statement; rows go to `deliver` as they come. */
  const execute = async (
    statement: Statement,
    parameters: Parameters | undefined,
    options: QueryOptions,
    deliver: Deliver,
  ): Promise<Outcome> => {
    checkOpen();
    const bound = await bind(statement, parameters);
    const values = bindValues(bound.parameters, parameters);
    return executeBody(bound, execution(values, options), deliver, bind);
  };

  const collect = async (
    statement: Statement,
    parameters: Parameters | undefined,
    options: QueryOptions,
  ): Promise<QueryResult> => {
    const rows: (readonly Value[])[] = [];
    const outcome = await execute(statement, parameters, options, {
      columns: () => {},
      rows: (batch) => {
        for (const row of batch) rows.push(row);
      },
    });
    return toResult(
      outcome.command,
      publicColumns(outcome.columns),
      typesOf(outcome.columns),
      rows,
      outcome.affected ?? rows.length,
    );
  };

  return {
    query: async (text, parameters, options = {}) => collect(only(text), parameters, options),
    run: async function* (script, options = {}) {
      for (const statement of parsed(script)) yield await collect(statement, undefined, options);
    },
    stream: (text, parameters, options = {}) =>
      streamed((deliver, signal) => execute(only(text), parameters, { ...options, signal }, deliver), options.signal),
    explain: async (text, options: ExplainOptions = {}) => {
      checkOpen();
      const statement = only(text);
      const started = performance.now();
      const bound = await bind(statement, undefined);
      const bindMs = performance.now() - started;
      const body: BoundBody = bound.kind === 'explain' ? bound.inner : bound;
      return explainStatement(body, execution([], options), { ...options, statement, bindMs });
    },
    close: async () => {
      if (closed) return;
      closed = true;
      if (session.transaction !== undefined) database.transactions.rollback(session.transaction.transaction);
      session.transaction = undefined;
      onClose();
    },
  };
}

/** Where the rows of a statement go; `columns` comes first. */
export interface Deliver {
  readonly columns: (columns: readonly BoundColumn[]) => void;
  readonly rows: (rows: readonly (readonly Value[])[]) => void | Promise<void>;
}

function publicColumns(columns: readonly BoundColumn[]): readonly ResultColumn[] {
  return columns.map(({ name, type, nullable }) => ({ name, type: typeName(type), nullable }));
}

function typesOf(columns: readonly BoundColumn[]): readonly Type[] {
  return columns.map(({ type }) => type);
}

/** The statements of a text; the first syntax error fails all of it, before anything runs. */
function parsed(text: string): readonly Statement[] {
  const { statements, errors } = parseSql(text);
  const [first] = errors;
  if (first !== undefined) throw syntaxError(first);
  return statements;
}

function only(text: string): Statement {
  const statements = parsed(text);
  const [first, second] = statements;
  if (first === undefined) throw new OrbitError('syntax_error', 'there is no statement in this text');
  if (second !== undefined) {
    throw new OrbitError('syntax_error', 'there is more than one statement in this text', {
      range: second.range,
      hint: 'Run a script with run().',
    });
  }
  return first;
}

function syntaxError({ code, message, range, hint }: ParseError): OrbitError {
  const name = code === '54001' ? 'statement_too_complex' : code === '0A000' ? 'feature_not_supported' : 'syntax_error';
  return new OrbitError(name, message, { range, hint });
}

const CSV_NAME = /\.(csv|tsv|txt)$/i;

/** Opens the files that a statement reads, so that binding knows their columns. */
async function openFiles(database: DatabaseState, statement: Statement): Promise<ReadonlyMap<string, TableHandle>> {
  const files = new Map<string, TableHandle>();
  for (const { path, range } of filesNamedBy(statement)) {
    if (!CSV_NAME.test(path)) {
      throw new OrbitError('feature_not_supported', `the format of "${path}" is not supported`, {
        range,
        hint: 'Files that end in .csv, .tsv or .txt are read as CSV.',
      });
    }
    try {
      files.set(path, await openCsv(database.files, path));
    } catch (error) {
      if (!(error instanceof OrbitError)) throw error;
      throw new OrbitError(error.code, error.message, { range, hint: error.hint, place: error.place });
    }
  }
  return files;
}

/**
 * Turns a push of batches into a pull: the query goes on when the batch before has been taken. Leaving the loop early
 * cancels it.
 */
async function streamed(
  start: (deliver: Deliver, signal: AbortSignal) => Promise<Outcome>,
  outer: AbortSignal | undefined,
): Promise<ResultStream> {
  const abort = new AbortController();
  const cancel = (): void => abort.abort();
  outer?.addEventListener('abort', cancel);
  if (outer?.aborted === true) cancel();
  let types: readonly Type[] = [];
  let columns: readonly ResultColumn[] | undefined;
  let described: (() => void) | undefined;
  const knowsColumns = new Promise<void>((resolve) => {
    described = resolve;
  });
  // One batch waits at most; `taken` lets the query go on.
  let waiting: { readonly batch: ResultBatch; readonly taken: () => void } | undefined;
  let wake: (() => void) | undefined;
  let ended = false;
  let failure: unknown;
  const finished = start(
    {
      columns: (bound) => {
        types = typesOf(bound);
        columns = publicColumns(bound);
        described?.();
      },
      rows: (rows) =>
        new Promise((taken) => {
          waiting = { batch: toBatch(columns ?? [], types, rows), taken };
          wake?.();
        }),
    },
    abort.signal,
  )
    .catch((error: unknown) => {
      failure = error;
    })
    .finally(() => {
      outer?.removeEventListener('abort', cancel);
      ended = true;
      described?.();
      wake?.();
    });
  await knowsColumns;
  if (columns === undefined) {
    await finished;
    if (failure !== undefined) throw failure;
  }
  return {
    columns: columns ?? [],
    [Symbol.asyncIterator]: async function* () {
      let release: (() => void) | undefined;
      try {
        for (;;) {
          release?.();
          release = undefined;
          if (waiting !== undefined) {
            const { batch, taken } = waiting;
            waiting = undefined;
            release = taken;
            yield batch;
          } else if (ended) {
            if (failure !== undefined) throw failure;
            return;
          } else {
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
          }
        }
      } finally {
        // The reader may leave between a batch and the next: the query must not wait for it.
        abort.abort();
        release?.();
        waiting?.taken();
        await finished;
      }
    },
  };
}
