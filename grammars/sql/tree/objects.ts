import type { IndexElement } from './changes.ts';
import type { Expression } from './expressions.ts';
import type { Identifier, Node, QualifiedName } from './nodes.ts';
import type { Query } from './queries.ts';
import type { Option } from './statements.ts';
import type { TypeName } from './types.ts';

/** CREATE of what is neither table, view nor schema: indexes, sequences, materialized views. */

export interface CreateMaterializedView extends Node {
  readonly kind: 'createMaterializedView';
  readonly name: QualifiedName;
  readonly orReplace: boolean;
  readonly ifNotExists: boolean;
  readonly columns: readonly Identifier[];
  /** USING method. */
  readonly method: Identifier | undefined;
  readonly options: readonly Option[];
  readonly tablespace: Identifier | undefined;
  readonly query: Query;
  /** False for WITH NO DATA. */
  readonly withData: boolean;
}

export interface RefreshView extends Node {
  readonly kind: 'refreshView';
  readonly name: QualifiedName;
  readonly concurrently: boolean;
  readonly withData: boolean;
}

export interface CreateIndex extends Node {
  readonly kind: 'createIndex';
  readonly unique: boolean;
  readonly concurrently: boolean;
  readonly ifNotExists: boolean;
  /** Not written: PostgreSQL makes one up. */
  readonly name: QualifiedName | undefined;
  readonly table: QualifiedName;
  readonly only: boolean;
  /** USING method. */
  readonly method: Identifier | undefined;
  readonly elements: readonly IndexElement[];
  readonly include: readonly Identifier[];
  readonly nullsDistinct: boolean;
  readonly options: readonly Option[];
  readonly tablespace: Identifier | undefined;
  readonly where: Expression | undefined;
}

export interface CreateSequence extends Node {
  readonly kind: 'createSequence';
  readonly name: QualifiedName;
  readonly temporary: boolean;
  readonly unlogged: boolean;
  readonly orReplace: boolean;
  readonly ifNotExists: boolean;
  readonly options: SequenceOptions;
}

export interface SequenceOptions extends Node {
  readonly kind: 'sequenceOptions';
  /** AS type. */
  readonly type: TypeName | undefined;
  /**
   * By the names `start`, `restart`, `increment`, `minvalue`, `maxvalue`, `cache`, `cycle`, `no_minvalue`, `no_maxvalue`, `no_cycle`;
   * `restart` may have no number, the last four have none.
   */
  readonly numbers: readonly Option[];
  /** OWNED BY table.column; OWNED BY NONE is the name `none`. */
  readonly ownedBy: QualifiedName | undefined;
}
