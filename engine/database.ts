import { OrbitError } from '../compiler/types/error.ts';
import type { MemoryUsage } from '../runtime/memory/engine-memory.ts';
import { createExecutor } from '../runtime/scheduler/executor.ts';
import type { Executor } from '../runtime/scheduler/query.ts';
import { createSpillHost } from '../runtime/scheduler/spill/host.node.ts';
import { createFileHost } from '../storage/files/host.node.ts';
import type { FileHost } from '../storage/files/host.ts';
import { createTransactionManager, type TransactionManager } from '../storage/transactions/manager.ts';
import { createCatalog, type DatabaseCatalog } from './catalog.ts';
import {
  type DefinedFunctions,
  definedFunctions,
  type FunctionOptions,
  type UserFunction,
} from './defined-functions.ts';
import { availableThreads, machineMemory } from './host.node.ts';
import { loadData } from './load-data.ts';
import { inOwnTransaction } from './own-transaction.ts';
import { createPlanCache, type PlanCache } from './plan-cache.ts';
import type { ArrowLike, ColumnData, RegisterOptions, RowData } from './register.ts';
import type { JsValue, QueryResult, ResultBatch, ResultColumn } from './result.ts';
import { createSession, type Session } from './session.ts';

export interface OpenOptions {
  /**
   * Bytes that queries may take beside the tables, 16 MiB to 4 GiB; default: half of the machine's memory, 4 GiB at most.
   * An eighth, 64 MiB at most, is left for what they need of the host's heap, the rest is engine memory.
   */
  readonly memory?: number | undefined;
  /** Worker threads for long pipelines. Default: as many as the machine runs at once, at most 8; 1 computes on the caller's thread. */
  readonly threads?: number | undefined;
  /** Whether engine memory is shared between threads. Default: where the host can. */
  readonly sharedMemory?: boolean | undefined;
  /**
   * The folder of temporary files, for what queries cannot keep in memory. Default: the system's; false: such queries fail.
   * In a browser there are none.
   */
  readonly temporaryFolder?: string | false | undefined;
}

export type Parameters = readonly JsValue[] | { readonly [name: string]: JsValue };

export interface QueryOptions {
  readonly signal?: AbortSignal | undefined;
  /** Bytes of engine memory that the statement may take. */
  readonly memoryLimit?: number | undefined;
}

export interface ScriptOptions extends QueryOptions {
  /** For all statements of the script; each uses those that it names. */
  readonly parameters?: Parameters | undefined;
}

export interface ExplainOptions extends QueryOptions {
  readonly parameters?: Parameters | undefined;
  /** Runs the statement and reports what happened. */
  readonly analyze?: boolean | undefined;
  /** Shows every stage: syntax tree, plans before and after each pass, kernels. */
  readonly stages?: boolean | undefined;
  /** `json` is PostgreSQL's shape. */
  readonly format?: 'text' | 'json' | undefined;
  /** Shows the columns that operators put out. */
  readonly verbose?: boolean | undefined;
  /** Whether estimates, times, and pipelines with totals are shown; they are by default. */
  readonly costs?: boolean | undefined;
  readonly timing?: boolean | undefined;
  readonly summary?: boolean | undefined;
}

/** A result while it is computed: its columns, and its rows batch by batch. */
export interface ResultStream extends AsyncIterable<ResultBatch> {
  readonly columns: ResultBatch['columns'];
  /** Reads what is left of the rows, without keeping them, and says what the statement was and did. */
  readonly finish: () => Promise<Completion>;
}

export interface Completion {
  /** `SELECT`, `INSERT`, `CREATE TABLE` …; `CANCELLED` if its reader left before the end. */
  readonly command: string;
  /** Rows of the result, or rows written. */
  readonly rowCount: number;
}

/** Types of parameters as SQL names them, by position or by name; undefined leaves one to the statement. */
export type ParameterTypes = readonly (string | undefined)[] | { readonly [name: string]: string | undefined };

/**
 * A statement that is parsed, bound and planned once. It belongs to its connection and stays good when tables change:
 * it is planned anew when that is called for.
 */
export interface PreparedStatement {
  readonly query: (parameters?: Parameters, options?: QueryOptions) => Promise<QueryResult>;
  readonly stream: (parameters?: Parameters, options?: QueryOptions) => Promise<ResultStream>;
  readonly explain: (options?: ExplainOptions) => Promise<string>;
  readonly describe: () => StatementDescription;
  readonly close: () => Promise<void>;
}

export interface StatementDescription {
  /** In the order of their numbers, or of their first mention. */
  readonly parameters: readonly { readonly name: string | undefined; readonly type: string }[];
  /** Empty for a change without RETURNING. */
  readonly columns: readonly ResultColumn[];
}

export interface Connection {
  /** Runs one statement and gives its complete result. */
  readonly query: (text: string, parameters?: Parameters, options?: QueryOptions) => Promise<QueryResult>;
  /** Runs one query; rows come as they are computed, and no faster than they are taken. */
  readonly stream: (text: string, parameters?: Parameters, options?: QueryOptions) => Promise<ResultStream>;
  /** Runs the statements of a script one after the other; each result comes when its statement has completed. */
  readonly run: (script: string, options?: ScriptOptions) => AsyncIterable<QueryResult>;
  /** The same with the rows of each statement as they are computed; the next one begins when they have been read. */
  readonly streams: (script: string, options?: ScriptOptions) => AsyncIterable<ResultStream>;
  /** Parses, binds and plans a query or change, to be run many times. */
  readonly prepare: (text: string, types?: ParameterTypes) => Promise<PreparedStatement>;
  /** How a statement is or would be executed. */
  readonly explain: (text: string, options?: ExplainOptions) => Promise<string>;
  /** Of BEGIN: none is open, one is, or one has failed and takes nothing but its end. */
  readonly transactionState: () => 'none' | 'open' | 'failed';
  readonly close: () => Promise<void>;
}

/** A database. Its own `query` and the like go through one session; `connect` makes more. */
export interface Database extends Connection {
  readonly connect: () => Connection;
  /**
   * Runs the work in a transaction on a connection of its own. It is committed when the work is done, and rolled back
   * when the work throws or one of its statements has failed.
   */
  readonly transaction: <T>(work: (connection: Connection) => Promise<T>) => Promise<T>;
  /** Makes a table of a program's data, which is copied. Types come from the values. Gives the number of rows. */
  readonly register: (
    name: string,
    data: RowData | ColumnData | ArrowLike,
    options?: RegisterOptions,
  ) => Promise<number>;
  /** Defines a function for statements of all connections, or defines it anew. It runs on this thread, once for a row. */
  readonly function: (name: string, options: FunctionOptions, fn: UserFunction) => void;
  readonly memory: () => MemoryUsage;
}

/** What the sessions of a database share. */
export interface DatabaseState {
  readonly executor: Executor;
  readonly catalog: DatabaseCatalog;
  readonly transactions: TransactionManager;
  readonly files: FileHost;
  readonly plans: PlanCache;
  readonly functions: DefinedFunctions;
}

const SMALLEST_MEMORY = 16 * 2 ** 20;
const LARGEST_MEMORY = 4 * 2 ** 30;
/** Of the memory, for plans, pages on their way, and the like. */
const MOST_HOST_BYTES = 64 * 2 ** 20;
const MOST_THREADS = 8;

function defaultMemory(): number {
  const half = (machineMemory() ?? Number.POSITIVE_INFINITY) / 2;
  return Math.min(Math.max(half, SMALLEST_MEMORY), LARGEST_MEMORY);
}

/** Opens a database. So far there is one place: `:memory:`. */
export async function open(place: string, options: OpenOptions = {}): Promise<Database> {
  if (place !== ':memory:') {
    throw new OrbitError('feature_not_supported', `databases in files are not supported yet: "${place}"`, {
      hint: "Use ':memory:', and name CSV files in queries: SELECT * FROM 'file.csv'.",
    });
  }
  const memory = options.memory ?? defaultMemory();
  if (!(memory >= SMALLEST_MEMORY && memory <= LARGEST_MEMORY)) {
    throw new OrbitError('invalid_parameter_value', `memory must be between 16 MiB and 4 GiB, not ${memory} bytes`);
  }
  const threads = options.threads ?? Math.min(availableThreads(), MOST_THREADS);
  if (!Number.isInteger(threads) || threads < 1 || threads > 64) {
    throw new OrbitError('invalid_parameter_value', `threads must be between 1 and 64, not ${threads}`);
  }
  const transactions = createTransactionManager();
  const state: DatabaseState = {
    executor: createExecutor({
      memoryBytes: memory - Math.min(memory / 8, MOST_HOST_BYTES),
      threads,
      shared: options.sharedMemory,
      spill: options.temporaryFolder === false ? undefined : createSpillHost(options.temporaryFolder),
    }),
    catalog: createCatalog(transactions),
    transactions,
    files: createFileHost(),
    plans: createPlanCache(),
    functions: definedFunctions(),
  };
  const sessions = new Set<Session>();
  const connect = (): Session => {
    const session = createSession(state, () => sessions.delete(session));
    sessions.add(session);
    return session;
  };
  const own = connect();
  return {
    ...own,
    connect,
    transaction: (work) => inOwnTransaction(connect(), work),
    register: async (name, data, options) => {
      const session = connect();
      try {
        return await loadData(session, name, data, options);
      } finally {
        await session.close();
      }
    },
    function: state.functions.define,
    memory: () => state.executor.memory.usage(),
    close: async () => {
      await Promise.all([...sessions].map((session) => session.close()));
      state.functions.forgetAll();
      await state.executor.workers?.close();
    },
  };
}
