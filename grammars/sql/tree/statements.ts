import type {
  Attach,
  Checkpoint,
  CloseCursor,
  Cluster,
  Comment,
  DatabaseCopy,
  DeclareCursor,
  Detach,
  Discard,
  Extension,
  FetchCursor,
  Grant,
  Listen,
  LockTables,
  Notify,
  Pragma,
  Reindex,
  RoleStatement,
  Unlisten,
  Use,
  Vacuum,
} from './administration.ts';
import type { Alter } from './alterations.ts';
import type { Copy, Delete, Insert, Merge, Truncate, Update } from './changes.ts';
import type { CreateSchema, CreateTable, CreateView, Drop } from './definitions.ts';
import type { Expression } from './expressions.ts';
import type { CreateDomain, CreatePropertyGraph, CreateType } from './new-types.ts';
import type { Identifier, Node } from './nodes.ts';
import type { CreateIndex, CreateMaterializedView, CreateSequence, RefreshView } from './objects.ts';
import type { Query } from './queries.ts';
import type { Call, CreateFunction, CreateMacro, Do, DropFunction } from './routines.ts';
import type {
  Analyze,
  Begin,
  Commit,
  Deallocate,
  Describe,
  Execute,
  Prepare,
  ReleaseSavepoint,
  Reset,
  Rollback,
  Savepoint,
  SetConstraints,
  SetSnapshot,
  SetSqlVariable,
  SetTransaction,
  SetVariable,
  Show,
  Summarize,
  TwoPhase,
} from './session.ts';

/** Statements, and what several kinds have. */

export type Statement =
  | Query
  | Explain
  | CreateTable
  | CreateView
  | CreateSchema
  | CreateMaterializedView
  | RefreshView
  | CreateIndex
  | CreateSequence
  | CreateType
  | CreateDomain
  | CreatePropertyGraph
  | CreateFunction
  | CreateMacro
  | DropFunction
  | Call
  | Do
  | Alter
  | Drop
  | Insert
  | Update
  | Delete
  | Merge
  | Truncate
  | Copy
  | SetVariable
  | SetTransaction
  | SetConstraints
  | SetSnapshot
  | SetSqlVariable
  | Show
  | Reset
  | Begin
  | Commit
  | Rollback
  | TwoPhase
  | Savepoint
  | ReleaseSavepoint
  | Prepare
  | Execute
  | Deallocate
  | Describe
  | Summarize
  | Analyze
  | DeclareCursor
  | FetchCursor
  | CloseCursor
  | Grant
  | RoleStatement
  | Comment
  | Listen
  | Unlisten
  | Notify
  | Vacuum
  | Cluster
  | Reindex
  | Checkpoint
  | Discard
  | LockTables
  | Pragma
  | Use
  | Attach
  | Detach
  | Extension
  | DatabaseCopy
  | InvalidStatement;

/** Text that is no statement we know; an error says which. `keyword` is its first word in upper case. */
export interface InvalidStatement extends Node {
  readonly kind: 'invalid';
  readonly keyword: string;
}

/**
 * `name value` of EXPLAIN, COPY, CREATE … WITH. A bare word (`FORMAT csv`, `HEADER on`) is a column reference of one part and a list
 * in parentheses is a row, of one field if need be.
 */
export interface Option extends Node {
  readonly kind: 'option';
  readonly name: Identifier;
  readonly value: Expression | undefined;
}

/** EXPLAIN ANALYZE is the option `analyze` without a value; VERBOSE likewise. */
export interface Explain extends Node {
  readonly kind: 'explain';
  readonly options: readonly Option[];
  readonly statement: Statement;
}
