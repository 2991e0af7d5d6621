import type * as sql from '../../../grammars/sql/tree.ts';
import type { OrbitError } from '../../types/error.ts';
import { unsupported } from './errors.ts';

/** Statements that are read and have no meaning here yet. */
export type RefusedStatement =
  | sql.CreateMaterializedView
  | sql.RefreshView
  | sql.CreateIndex
  | sql.CreateSequence
  | sql.Alter
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
    case 'createIndex':
      return tree.unique ? 'CREATE UNIQUE INDEX' : 'CREATE INDEX';
    case 'createSequence':
      return 'CREATE SEQUENCE';
    case 'alter':
      return `ALTER ${tree.object.toUpperCase()}`;
    case 'merge':
      return 'MERGE';
    case 'summarize':
      return 'SUMMARIZE';
  }
}
