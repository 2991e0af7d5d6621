import type * as sql from '../../../grammars/sql/tree.ts';
import type { OrbitError } from '../../types/error.ts';
import { unsupported } from './errors.ts';

/** Statements that are read and have no meaning here yet. */
export type RefusedStatement =
  | sql.CreateMaterializedView
  | sql.RefreshView
  | sql.CreateType
  | sql.CreateDomain
  | sql.CreatePropertyGraph
  | sql.CreateFunction
  | sql.CreateMacro
  | sql.DropFunction
  | sql.Call
  | sql.Do
  | sql.Alter
  | sql.SetConstraints
  | sql.SetSnapshot
  | sql.SetSqlVariable
  | sql.DeclareCursor
  | sql.CloseCursor
  | sql.Comment
  | sql.Listen
  | sql.Unlisten
  | sql.Notify
  | sql.Vacuum
  | sql.Cluster
  | sql.Reindex
  | sql.Checkpoint
  | sql.Discard
  | sql.LockTables
  | sql.Pragma
  | sql.Use
  | sql.Attach
  | sql.Detach
  | sql.TwoPhase
  | sql.FetchCursor
  | sql.Grant
  | sql.RoleStatement
  | sql.Extension
  | sql.DatabaseCopy
  | sql.Merge
  | sql.Summarize;

export function refused(tree: RefusedStatement): OrbitError {
  return unsupported(nameOf(tree), tree.range);
}

function nameOf(tree: RefusedStatement): string {
  switch (tree.kind) {
    case 'createMaterializedView':
      return 'CREATE MATERIALIZED VIEW';
    case 'refreshView':
      return 'REFRESH MATERIALIZED VIEW';
    case 'createType':
      return 'CREATE TYPE';
    case 'createDomain':
      return 'CREATE DOMAIN';
    case 'createPropertyGraph':
      return 'CREATE PROPERTY GRAPH';
    case 'createFunction':
      return `CREATE ${tree.what.toUpperCase()}`;
    case 'createMacro':
      return 'CREATE MACRO';
    case 'dropFunction':
      return `DROP ${tree.object.toUpperCase()}`;
    case 'callStatement':
      return 'CALL';
    case 'do':
      return 'DO';
    case 'alter':
      return `ALTER ${tree.object.toUpperCase()}`;
    case 'setConstraints':
      return 'SET CONSTRAINTS';
    case 'setSnapshot':
      return 'SET TRANSACTION SNAPSHOT';
    case 'setSqlVariable':
      return 'SET VARIABLE';
    case 'declareCursor':
      return 'DECLARE';
    case 'closeCursor':
      return 'CLOSE';
    case 'comment':
      return 'COMMENT';
    case 'listen':
      return 'LISTEN';
    case 'unlisten':
      return 'UNLISTEN';
    case 'notify':
      return 'NOTIFY';
    case 'vacuum':
      return 'VACUUM';
    case 'cluster':
      return 'CLUSTER';
    case 'reindex':
      return 'REINDEX';
    case 'checkpoint':
      return 'CHECKPOINT';
    case 'discard':
      return 'DISCARD';
    case 'lock':
      return 'LOCK';
    case 'pragma':
      return 'PRAGMA';
    case 'use':
      return 'USE';
    case 'attach':
      return 'ATTACH';
    case 'detach':
      return 'DETACH';
    case 'twoPhase':
      return tree.action === 'prepare' ? 'PREPARE TRANSACTION' : `${tree.action.toUpperCase()} PREPARED`;
    case 'fetchCursor':
      return tree.move ? 'MOVE' : 'FETCH';
    case 'grant':
      return tree.revoke ? 'REVOKE' : 'GRANT';
    case 'roleStatement':
      return `${tree.action} ${tree.what}`.toUpperCase();
    case 'extension':
      return tree.action.toUpperCase();
    case 'databaseCopy':
      return `${tree.direction.toUpperCase()} DATABASE`;
    case 'merge':
      return 'MERGE';
    case 'summarize':
      return 'SUMMARIZE';
  }
}
