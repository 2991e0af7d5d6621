import type { Argument, Expression } from './expressions.ts';
import type { Identifier, Node, QualifiedName } from './nodes.ts';
import type { Query } from './queries.ts';
import type { Option, Statement } from './statements.ts';
import type { TypeName } from './types.ts';

/** Settings, transactions, prepared statements, and questions about tables. */

/** SET [SESSION | LOCAL | GLOBAL] name = value, …; no values for DEFAULT. TIME ZONE is `timezone`, NAMES is `client_encoding`. */
export interface SetVariable extends Node {
  readonly kind: 'set';
  readonly scope: 'session' | 'local' | 'global' | undefined;
  readonly name: QualifiedName;
  /** Bare words are column references of one part. */
  readonly values: readonly Expression[];
}

/** SET TRANSACTION …, and SET SESSION CHARACTERISTICS AS TRANSACTION … with `session`. */
export interface SetTransaction extends Node {
  readonly kind: 'setTransaction';
  readonly session: boolean;
  readonly modes: TransactionModes;
}

export interface TransactionModes extends Node {
  readonly kind: 'transactionModes';
  readonly isolation: 'serializable' | 'repeatable read' | 'read committed' | 'read uncommitted' | undefined;
  readonly readOnly: boolean | undefined;
  readonly deferrable: boolean | undefined;
}

/** SET TRANSACTION SNAPSHOT 'id'. */
export interface SetSnapshot extends Node {
  readonly kind: 'setSnapshot';
  readonly id: string;
}

/** No names for SET CONSTRAINTS ALL. */
export interface SetConstraints extends Node {
  readonly kind: 'setConstraints';
  readonly names: readonly QualifiedName[];
  /** False for IMMEDIATE. */
  readonly deferred: boolean;
}

/** DuckDB's SET VARIABLE name = expression. */
export interface SetSqlVariable extends Node {
  readonly kind: 'setSqlVariable';
  readonly name: Identifier;
  readonly value: Expression;
}

/** SHOW name; no name for SHOW ALL. `SHOW TIME ZONE` is `timezone`, `SHOW TRANSACTION ISOLATION LEVEL` is `transaction_isolation`. */
export interface Show extends Node {
  readonly kind: 'show';
  readonly name: QualifiedName | undefined;
}

/** RESET name; no name for RESET ALL. */
export interface Reset extends Node {
  readonly kind: 'reset';
  readonly name: QualifiedName | undefined;
}

export interface Begin extends Node {
  readonly kind: 'begin';
  readonly modes: TransactionModes;
}

export interface Commit extends Node {
  readonly kind: 'commit';
  readonly chain: boolean;
}

/** With `savepoint`: ROLLBACK TO. */
export interface Rollback extends Node {
  readonly kind: 'rollback';
  readonly chain: boolean;
  readonly savepoint: Identifier | undefined;
}

/** PREPARE TRANSACTION, COMMIT PREPARED, ROLLBACK PREPARED. */
export interface TwoPhase extends Node {
  readonly kind: 'twoPhase';
  readonly action: 'prepare' | 'commit' | 'rollback';
  readonly id: string;
}

export interface Savepoint extends Node {
  readonly kind: 'savepoint';
  readonly name: Identifier;
}

export interface ReleaseSavepoint extends Node {
  readonly kind: 'release';
  readonly name: Identifier;
}

export interface Prepare extends Node {
  readonly kind: 'prepare';
  readonly name: Identifier;
  readonly types: readonly TypeName[];
  readonly statement: Statement;
}

export interface Execute extends Node {
  readonly kind: 'execute';
  readonly name: Identifier;
  readonly arguments: readonly Argument[];
}

/** No name for DEALLOCATE ALL. */
export interface Deallocate extends Node {
  readonly kind: 'deallocate';
  readonly name: Identifier | undefined;
}

/** DESCRIBE table, DESCRIBE query; no subject lists the tables. */
export interface Describe extends Node {
  readonly kind: 'describe';
  readonly subject: Query | QualifiedName | undefined;
}

export interface Summarize extends Node {
  readonly kind: 'summarize';
  readonly subject: Query | QualifiedName;
}

/** ANALYZE [(options)] [table [(columns)], …]. */
export interface Analyze extends Node {
  readonly kind: 'analyze';
  readonly options: readonly Option[];
  readonly tables: readonly AnalyzedTable[];
}

export interface AnalyzedTable extends Node {
  readonly kind: 'analyzedTable';
  readonly name: QualifiedName;
  readonly columns: readonly Identifier[];
}
