import type { Alter } from './alterations.ts';
import type { Copy, Delete, Insert, Merge, Truncate, Update } from './changes.ts';
import type { CreateSchema, CreateTable, CreateView, Drop } from './definitions.ts';
import type { Expression } from './expressions.ts';
import type { Identifier, Node } from './nodes.ts';
import type { CreateIndex, CreateMaterializedView, CreateSequence, RefreshView } from './objects.ts';
import type { Query } from './queries.ts';
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
  SetTransaction,
  SetVariable,
  Show,
  Summarize,
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
  | Show
  | Reset
  | Begin
  | Commit
  | Rollback
  | Savepoint
  | ReleaseSavepoint
  | Prepare
  | Execute
  | Deallocate
  | Describe
  | Summarize
  | Analyze
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
