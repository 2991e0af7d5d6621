import type { Expression } from './expressions.ts';
import type { Identifier, Node, QualifiedName } from './nodes.ts';
import type { Query } from './queries.ts';
import type { Execute } from './session.ts';
import type { Option } from './statements.ts';
import type { TypeName } from './types.ts';

/** CREATE and DROP. */

export interface CreateTable extends Node {
  readonly kind: 'createTable';
  readonly name: QualifiedName;
  readonly temporary: boolean;
  readonly unlogged: boolean;
  readonly orReplace: boolean;
  readonly ifNotExists: boolean;
  /** With `query` a column may have no type. */
  readonly elements: readonly TableElement[];
  readonly options: readonly Option[];
  readonly onCommit: 'preserve rows' | 'delete rows' | 'drop' | undefined;
  /** CREATE TABLE … AS. */
  readonly query: Query | Execute | undefined;
  /** False for WITH NO DATA. */
  readonly withData: boolean;
}

export type TableElement = ColumnDefinition | TableConstraint | LikeTable;

export interface ColumnDefinition extends Node {
  readonly kind: 'columnDefinition';
  readonly name: Identifier;
  readonly type: TypeName | undefined;
  readonly collation: QualifiedName | undefined;
  readonly constraints: readonly ColumnConstraint[];
}

/** LIKE table [INCLUDING x | EXCLUDING x]. */
export interface LikeTable extends Node {
  readonly kind: 'likeTable';
  readonly name: QualifiedName;
  readonly options: readonly LikeOption[];
}

export interface LikeOption extends Node {
  readonly kind: 'likeOption';
  readonly including: boolean;
  readonly property: string;
}

export type ColumnConstraint =
  | NotNullConstraint
  | DefaultConstraint
  | GeneratedConstraint
  | IdentityConstraint
  | PrimaryKeyConstraint
  | UniqueConstraint
  | CheckConstraint
  | ReferencesConstraint;

/** For a table: PRIMARY KEY, UNIQUE and CHECK with their columns, and FOREIGN KEY. */
export type TableConstraint = PrimaryKeyConstraint | UniqueConstraint | CheckConstraint | ForeignKeyConstraint;

interface Constraint extends Node {
  /** CONSTRAINT name. */
  readonly name: Identifier | undefined;
}

interface DeferrableConstraint extends Constraint {
  readonly deferrable: boolean | undefined;
  readonly initially: 'deferred' | 'immediate' | undefined;
}

/** NOT NULL, or an explicit NULL. */
export interface NotNullConstraint extends Constraint {
  readonly kind: 'notNull';
  readonly nullable: boolean;
}

export interface DefaultConstraint extends Constraint {
  readonly kind: 'defaultConstraint';
  readonly value: Expression;
}

/** GENERATED ALWAYS AS (expression) [STORED | VIRTUAL]. */
export interface GeneratedConstraint extends Constraint {
  readonly kind: 'generated';
  readonly expression: Expression;
  readonly storage: 'stored' | 'virtual' | undefined;
}

/** GENERATED ALWAYS | BY DEFAULT AS IDENTITY [(sequence options)]. */
export interface IdentityConstraint extends Constraint {
  readonly kind: 'identity';
  readonly always: boolean;
  readonly options: readonly Option[];
}

/** No columns when it belongs to a column. */
export interface PrimaryKeyConstraint extends DeferrableConstraint {
  readonly kind: 'primaryKey';
  readonly columns: readonly Identifier[];
}

/** No columns when it belongs to a column. */
export interface UniqueConstraint extends DeferrableConstraint {
  readonly kind: 'unique';
  readonly columns: readonly Identifier[];
  readonly nullsDistinct: boolean;
}

export interface CheckConstraint extends DeferrableConstraint {
  readonly kind: 'check';
  readonly expression: Expression;
}

/** REFERENCES of a column. */
export interface ReferencesConstraint extends DeferrableConstraint {
  readonly kind: 'references';
  readonly target: ForeignTarget;
}

export interface ForeignKeyConstraint extends DeferrableConstraint {
  readonly kind: 'foreignKey';
  readonly columns: readonly Identifier[];
  readonly target: ForeignTarget;
}

/** The part of a foreign key from the referenced table on. */
export interface ForeignTarget extends Node {
  readonly kind: 'foreignTarget';
  readonly table: QualifiedName;
  /** Empty: the primary key of the table. */
  readonly columns: readonly Identifier[];
  readonly match: 'full' | 'partial' | 'simple' | undefined;
  readonly onDelete: ReferentialAction | undefined;
  readonly onUpdate: ReferentialAction | undefined;
}

export type ReferentialAction = 'no action' | 'restrict' | 'cascade' | 'set null' | 'set default';

export interface CreateView extends Node {
  readonly kind: 'createView';
  readonly name: QualifiedName;
  readonly orReplace: boolean;
  readonly temporary: boolean;
  readonly recursive: boolean;
  readonly ifNotExists: boolean;
  readonly columns: readonly Identifier[];
  readonly options: readonly Option[];
  readonly query: Query;
  readonly checkOption: 'local' | 'cascaded' | undefined;
}

export interface CreateSchema extends Node {
  readonly kind: 'createSchema';
  /** Absent only with AUTHORIZATION. */
  readonly name: QualifiedName | undefined;
  readonly ifNotExists: boolean;
  readonly authorization: Identifier | undefined;
}

export interface Drop extends Node {
  readonly kind: 'drop';
  readonly object: DroppedObject;
  /** DROP INDEX CONCURRENTLY. */
  readonly concurrently: boolean;
  readonly ifExists: boolean;
  readonly names: readonly QualifiedName[];
  readonly behavior: DropBehavior | undefined;
}

export type DroppedObject =
  | 'table'
  | 'view'
  | 'materialized view'
  | 'schema'
  | 'index'
  | 'sequence'
  | 'type'
  | 'domain'
  | 'property graph';

export type DropBehavior = 'cascade' | 'restrict';
