import type { ChangedTable } from './changes.ts';
import type { DropBehavior } from './definitions.ts';
import type { Expression } from './expressions.ts';
import type { Identifier, Node, QualifiedName } from './nodes.ts';
import type { Query } from './queries.ts';
import type { FunctionReference } from './routines.ts';
import type { AnalyzedTable } from './session.ts';
import type { Option } from './statements.ts';

/** Cursors, privileges, comments, notifications, and the care of tables and databases. */

/* ----------------------------------------------------------------------------------------------------------- cursors */

export interface DeclareCursor extends Node {
  readonly kind: 'declareCursor';
  readonly name: Identifier;
  readonly binary: boolean;
  readonly insensitive: boolean | undefined;
  readonly scroll: boolean | undefined;
  /** WITH HOLD. */
  readonly hold: boolean;
  readonly query: Query;
}

/** FETCH, and MOVE with `move`. */
export interface FetchCursor extends Node {
  readonly kind: 'fetchCursor';
  readonly move: boolean;
  readonly direction: 'next' | 'prior' | 'first' | 'last' | 'absolute' | 'relative' | 'forward' | 'backward';
  /** A number with its sign, or all that is left; absent where one row is meant. */
  readonly count: Expression | 'all' | undefined;
  readonly cursor: Identifier;
}

/** No name for CLOSE ALL. */
export interface CloseCursor extends Node {
  readonly kind: 'closeCursor';
  readonly name: Identifier | undefined;
}

/* -------------------------------------------------------------------------------------------------------- privileges */

export interface Grant extends Node {
  readonly kind: 'grant';
  /** REVOKE. */
  readonly revoke: boolean;
  /** REVOKE GRANT OPTION FOR, ADMIN OPTION FOR and the like: only the option is taken. */
  readonly optionFor: Identifier | undefined;
  /** Empty: ALL PRIVILEGES. Without `on` they are roles. */
  readonly privileges: readonly Privilege[];
  readonly on: GrantTarget | undefined;
  readonly roles: readonly Identifier[];
  /** WITH GRANT OPTION, WITH ADMIN OPTION. */
  readonly withOption: Identifier | undefined;
  readonly grantedBy: Identifier | undefined;
  /** Of REVOKE. */
  readonly behavior: DropBehavior | undefined;
}

export interface Privilege extends Node {
  readonly kind: 'privilege';
  /** A word as written (SELECT, ALTER SYSTEM), or a role. */
  readonly name: Identifier;
  readonly columns: readonly Identifier[];
}

export interface GrantTarget extends Node {
  readonly kind: 'grantTarget';
  /** In lower case; `all tables in schema` and the like have schemas as their names. */
  readonly object: string;
  readonly names: readonly FunctionReference[];
}

/** CREATE, ALTER and DROP of ROLE, USER and GROUP. */
export interface RoleStatement extends Node {
  readonly kind: 'roleStatement';
  readonly action: 'create' | 'alter' | 'drop';
  readonly what: 'role' | 'user' | 'group';
  readonly ifExists: boolean;
  /** Several only to drop. */
  readonly names: readonly Identifier[];
  /** As written, with a value where one is; a list of roles is a row. */
  readonly options: readonly Option[];
}

/* ---------------------------------------------------------------------------------------- comments and notifications */

export interface Comment extends Node {
  readonly kind: 'comment';
  /** In lower case: `table`, `materialized view`. */
  readonly object: string;
  readonly name: FunctionReference;
  /** Of a constraint, trigger, policy or rule. */
  readonly table: QualifiedName | undefined;
  /** Absent for NULL. */
  readonly text: string | undefined;
}

export interface Listen extends Node {
  readonly kind: 'listen';
  readonly channel: Identifier;
}

/** No channel for UNLISTEN *. */
export interface Unlisten extends Node {
  readonly kind: 'unlisten';
  readonly channel: Identifier | undefined;
}

export interface Notify extends Node {
  readonly kind: 'notify';
  readonly channel: Identifier;
  readonly payload: string | undefined;
}

/* -------------------------------------------------------------------------------------------------------------- care */

/** VACUUM FULL FREEZE VERBOSE ANALYZE are options without a value. */
export interface Vacuum extends Node {
  readonly kind: 'vacuum';
  readonly options: readonly Option[];
  readonly tables: readonly AnalyzedTable[];
}

export interface Cluster extends Node {
  readonly kind: 'cluster';
  readonly options: readonly Option[];
  readonly table: QualifiedName | undefined;
  readonly index: Identifier | undefined;
}

export interface Reindex extends Node {
  readonly kind: 'reindex';
  readonly options: readonly Option[];
  readonly object: 'index' | 'table' | 'schema' | 'database' | 'system';
  readonly concurrently: boolean;
  readonly name: QualifiedName | undefined;
}

export interface Checkpoint extends Node {
  readonly kind: 'checkpoint';
  /** DuckDB's FORCE CHECKPOINT. */
  readonly force: boolean;
  readonly name: Identifier | undefined;
}

export interface Discard extends Node {
  readonly kind: 'discard';
  readonly what: 'all' | 'plans' | 'sequences' | 'temporary';
}

export interface LockTables extends Node {
  readonly kind: 'lock';
  readonly tables: readonly ChangedTable[];
  /** In lower case: `access exclusive`. */
  readonly mode: string | undefined;
  readonly nowait: boolean;
}

/* ------------------------------------------------------------------------------------------------- DuckDB's databases */

/** PRAGMA name, PRAGMA name = value, PRAGMA name(values). */
export interface Pragma extends Node {
  readonly kind: 'pragma';
  readonly name: Identifier;
  readonly form: 'name' | 'assignment' | 'call';
  readonly values: readonly Expression[];
}

export interface Use extends Node {
  readonly kind: 'use';
  readonly name: QualifiedName;
}

export interface Attach extends Node {
  readonly kind: 'attach';
  readonly ifNotExists: boolean;
  readonly path: string;
  readonly alias: Identifier | undefined;
  readonly options: readonly Option[];
}

export interface Detach extends Node {
  readonly kind: 'detach';
  readonly ifExists: boolean;
  readonly name: Identifier;
}

/** INSTALL and LOAD of an extension; a name or a path. */
export interface Extension extends Node {
  readonly kind: 'extension';
  readonly action: 'install' | 'load';
  readonly force: boolean;
  readonly name: Identifier;
  /** INSTALL … FROM. */
  readonly from: Identifier | undefined;
}

/** EXPORT DATABASE 'folder' (options), IMPORT DATABASE 'folder'. */
export interface DatabaseCopy extends Node {
  readonly kind: 'databaseCopy';
  readonly direction: 'export' | 'import';
  readonly database: Identifier | undefined;
  readonly path: string;
  readonly options: readonly Option[];
}
